"""One case at a time closes a person's doors, whatever words they are named by and wherever it is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from integrations.lab.company import SUBJECT, okta_id
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.errors import RefusedError
from runner.settings import load
from tests.cases.company import CLOSE, SHARED, playbook_of
from tests.postgres import postgres_url, shared_by

ROOT = Path(__file__).parents[2]
OPENER = """
import sys
from pathlib import Path
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.errors import RefusedError
from runner.settings import load
desk = Desk(load(Path(sys.argv[1])))
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    try:
        print("opened", desk.open(sys.argv[2], {"subject": sys.argv[4]}, claim=Claim("ingrid", None)), flush=True)
    except RefusedError as refused:
        print("refused", refused.what, flush=True)
"""


def refused(company, subject=SUBJECT.mail, **more):
    with pytest.raises(RefusedError) as refusal:
        company.desk.open(str(company.write(CLOSE)), {"subject": subject}, claim=Claim("ingrid", None), **more)
    return refusal.value


@pytest.mark.parametrize("words", [SUBJECT.mail, SUBJECT.mail.upper(), SUBJECT.staff_id, f"okta:{okta_id(SUBJECT)}"])
def test_a_second_case_is_refused_and_sent_to_the_first_whatever_the_person_is_called(company, words):
    first = company.open()
    second = refused(company, words)
    assert second.what == f"{first} is about this person already"
    assert f"severance close {first}" in second.remedy
    assert company.desk.codes() == [first]


def test_somebody_who_may_not_know_of_the_first_case_does_not_learn_its_name(company):
    text = company.write(CLOSE).read_text().replace("start: [ir-oncall]", "start: [counsel]").replace("advise: [counsel, hr]", "advise: [hr]")
    other = company.folder / "counsel-only.yaml"
    other.write_text(text.replace("playbook: rehearsal", "playbook: counsel-only"))
    counsel = next(each.id for each in company.settings.people if "counsel" in each.roles)
    first = company.desk.open(str(other), {"subject": SUBJECT.mail}, claim=Claim(counsel, None))
    second = refused(company)
    assert first not in second.diagnostics()


def test_a_case_that_a_decider_ended_gives_its_person_free_and_is_run_no_more(company):
    first = company.open()
    with pytest.raises(RefusedError):
        company.desk.close(first, "a mistake", claim=Claim("ingrid", None))  # she starts cases, and decides on none
    company.desk.close(first, "the wrong person", claim=Claim("maren", None))
    second = company.open()
    assert company.desk.status(first)[0]["outcome"] == "closed"
    assert company.desk.status(second)[0]["outcome"] == "waiting"
    with pytest.raises(RefusedError, match="maren ended this case: the wrong person"):
        company.desk.run(first, stay=False, listen=lambda _: None)


def test_a_case_that_is_through_gives_its_person_free(company):
    first = company.open(CLOSE + SHARED)
    company.play(first)
    assert company.desk.status(first)[0]["outcome"] == "done"
    assert company.open() != first


def test_a_case_whose_doors_are_closed_may_stay_open_beside_a_new_one_that_names_it(company):
    first = company.open(CLOSE + "      - {id: parcel, task: Ask for the laptop, by: [hr], within: 2h}\n")
    company.run(first)
    company.approve(first)
    assert refused(company, beside="amber-falcon-7").what == f"{first} is about this person already"
    company.run(first)
    assert company.desk.status(first)[0]["outcome"] in ("waiting", "doors-open")
    assert f"--beside {first}" in refused(company).remedy
    second = company.desk.open(
        str(company.write(CLOSE)), {"subject": SUBJECT.mail}, claim=Claim("ingrid", None), beside=first
    )
    with pytest.raises(RefusedError, match=f"{second} is about this person already"):
        company.desk.undo(first, "so as not to cross the other", claim=Claim("maren", None))


def test_a_case_that_closes_nothing_yet_cannot_be_worked_beside(company):
    first = company.open()
    assert f"--beside {first}" not in refused(company, beside=first).remedy


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_of_many_that_open_a_case_about_one_person_at_once_one_does(tmp_path, kind):
    with beside(tmp_path / "company", 2, 0, 1) as path:
        if kind == "postgres":
            shared_by(path, postgres_url())
        playbook = tmp_path / "rehearsal.yaml"
        playbook.write_text(playbook_of(CLOSE))
        words = [SUBJECT.mail, SUBJECT.staff_id, f"okta:{okta_id(SUBJECT)}"]
        openers = [
            subprocess.Popen(
                [sys.executable, "-c", OPENER, str(path), str(playbook), "4", words[at % len(words)]],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for at in range(6)
        ]  # fmt: skip
        for each in openers:
            each.stdin.write("now\n")
            each.stdin.flush()
        said = [line for each in openers for line in each.communicate(timeout=120)[0].splitlines()]
        desk = Desk(load(path))
        codes = desk.codes()
        desk._office.database.dispose()
    assert len(codes) == 1
    assert len(said) == 24
    assert sorted(set(said)) == [f"opened {codes[0]}", f"refused {codes[0]} is about this person already"]
