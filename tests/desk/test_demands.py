"""A demand opens a case, about somebody or nobody: its bytes are kept as they came, and nothing else happens."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.lab.company import SUBJECT
from runner.cases.drafting import draft
from runner.desk.claim import Claim
from runner.errors import RefusedError, UsageError
from runner.reports.reading import read
from tests.conformance.world import Watched
from tests.intake.hostile import HOSTILE

HERE = Path(__file__).parents[1] / "intake"
PLAYBOOK = HERE / "post-termination-extortion.yaml"
FIRST, SECOND = HERE / "mails" / "first.eml", HERE / "mails" / "second.eml"
INGRID = Claim("ingrid", None)


@pytest.fixture
def opened(company):
    """Open a case with a demand."""

    def opening(demand: Path = FIRST, *, by: str = "ingrid", playbook: Path = PLAYBOOK, **inputs: str) -> str:
        return company.desk.open(str(playbook), inputs, claim=Claim(by, None), demand=demand)

    return opening


def test_a_case_opens_on_a_demand_without_a_subject_and_asks_no_service(company, opened):
    with Watched() as watched:
        case = company.case(opened())
    assert (case.accounts, case.left_out) == ([], [])
    assert case.demand["sender"] == "quiet.partner@mailbox.example"
    assert case.opened["inputs"] == {
        "subject": "",
        "demand": hashlib.sha256(FIRST.read_bytes()).hexdigest(),
    }
    assert (watched.connected, watched.named) == ([], [])
    assert company.ledger() == []


def test_a_case_opens_on_a_demand_about_somebody(company, opened):
    case = company.case(opened(subject=SUBJECT.mail))
    assert SUBJECT.mail in {account.login for account in case.accounts}
    assert case.demand["deadline"]["utc"] == "2026-11-27T17:00:00Z"


def test_the_file_and_every_part_are_kept_byte_for_byte_and_journalled(company, opened):
    code = opened()
    kept = company.records(code, "item.kept")
    store = company.office.store(code)
    assert [each["data"]["name"] for each in kept] == ["first.eml", "../../proof.zip", "part 2", "part 3"]
    assert store.get(kept[0]["data"]["sha256"]).read_bytes() == FIRST.read_bytes()
    assert [store.get(each["data"]["sha256"]).read_bytes()[:8] for each in kept[1:]] == [
        b"PK\x03\x04\n",
        b"\x89PNG\r\n\x1a\n",
        b"From: so",
    ]
    assert [store.get(each).suffix for each in store.held()] == [".bin"] * 4  # a double click opens none of them
    [received] = company.records(code, "demand.received")
    assert received["class"] == "fact"
    assert (received["data"]["item"], received["data"]["by"]) == (kept[0]["data"]["sha256"], "ingrid")
    assert received["seq"] == kept[-1]["seq"] + 1


@pytest.mark.parametrize(
    "name", ["NUL bytes everywhere", "ten thousand parts", "five hundred levels", "a header of ten megabytes"]
)
def test_a_hostile_mail_opens_a_case_and_is_kept_as_it_came(company, opened, tmp_path, name):
    mail = tmp_path / "mail.eml"
    mail.write_bytes(HOSTILE[name])
    code = opened(mail)
    first = company.records(code, "item.kept")[0]["data"]
    assert company.office.store(code).get(first["sha256"]).read_bytes() == HOSTILE[name]
    assert company.case(code).demand["sha256"] == first["sha256"]


def test_our_own_mail_server_is_believed_because_the_settings_name_it(company, opened):
    demand = company.case(opened()).demand
    assert demand["received_trusted"]
    assert [each["trusted"] for each in demand["checks"]][:3] == [True, True, True]


def test_a_further_message_is_added_and_its_deadline_counts(company, opened):
    code = opened()
    done = company.desk.receive(
        code, SECOND, "forwarded by Helene as an attachment", claim=Claim("maren", None)
    )
    assert done == {
        "case": code,
        "by": "maren",
        "recorded": "demand.received",
        "item": hashlib.sha256(SECOND.read_bytes()).hexdigest(),
    }
    case = company.case(code)
    assert [each["subject"] for each in case.demands] == ["Your source code 🔥", "Last word"]
    assert (case.demand["subject"], case.demand["deadline"]["utc"]) == ("Last word", "2026-11-28T12:00:00Z")
    assert case.scope()["demand"] == case.demand
    assert (
        company.records(code, "demand.received")[1]["data"]["how"] == "forwarded by Helene as an attachment"
    )


def test_a_message_that_comes_later_opens_what_an_optional_demand_left_empty(company, opened, tmp_path):
    playbook = tmp_path / "optional.yaml"
    playbook.write_text(PLAYBOOK.read_text().replace("type: demand,", "type: demand, optional: true,"))
    code = company.desk.open(str(playbook), {}, claim=INGRID)
    before = company.case(code)
    assert (before.demands, before.demand["deadline"]["utc"], before.opened["inputs"]["demand"]) == (
        [],
        "",
        "",
    )
    company.desk.receive(code, SECOND, "by mail", claim=INGRID)
    assert company.case(code).demand["deadline"]["utc"] == "2026-11-28T12:00:00Z"


def test_steps_are_taken_by_what_the_demand_says(company, opened):
    code = opened()
    company.run(code)
    assert [each["data"]["request"] for each in company.records(code, "task.set")] == ["police", "watch"]
    skipped = [
        each["data"] for each in company.records(code, "step.finished") if each["data"]["status"] == "skipped"
    ]
    assert [each["step"] for each in skipped] == ["nothing"]


def test_documents_may_say_what_the_demand_says(company, opened, tmp_path):
    code = opened()
    company.desk.receive(code, SECOND, "by mail", claim=INGRID)
    (tmp_path / "letter.md.j2").write_text(
        "{# may:\n demand.sender = who\n demand.deadline.utc = when\n demand.wallets = where to\n#}\n"
        "# Letter\n{{ demand.sender }} until {{ demand.deadline.utc }}, {{ demands | length }} messages:"
        "{% for each in demand.wallets %} {{ each.chain }}{% endfor %}"
    )
    work = replace(company.work(code), templates=tmp_path)
    written = draft(work, "letter", {}, id="letter", to=[]).document
    assert written.text.splitlines()[-1] == (
        "quiet.partner@mailbox.example until 2026-11-28T12:00:00Z, 2 messages: bitcoin"
    )


def test_the_report_tells_of_it_in_one_sentence(company, opened):
    report = read(company.records(opened()))
    [told] = [event.text for event in report.timeline if event.kind == "demand.received"]
    assert told == (
        "Demand received (e-mail) from quiet.partner@mailbox.example; it sets a deadline: 2026-11-27T17:00:00Z"
        " (assumed); it mentions physical danger to people"
    )


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"demand": "abc"}, "handed in as the file it came in"),
        ({}, "input 'demand' is missing: The message as received"),
    ],
)
def test_a_demand_is_a_file_and_nothing_else(company, given, what):
    with pytest.raises(UsageError, match=what) as refused:
        company.desk.open(str(PLAYBOOK), given, claim=INGRID)
    assert refused.value.remedy == "add --demand FILE"


def test_a_playbook_that_takes_no_demand_says_so(company, opened):
    company.write("  - {phase: x, steps: [{id: a, task: Call}]}")
    with pytest.raises(UsageError, match="the playbook takes no demand"):
        opened(playbook=company.folder / "rehearsal.yaml", subject=SUBJECT.mail)
    code = company.open("  - {phase: x, steps: [{id: a, task: Call}]}")
    with pytest.raises(UsageError, match="this case's playbook takes no demand"):
        company.desk.receive(code, SECOND, "", claim=INGRID)
    assert company.records(code, "item.kept") == []


def test_what_is_no_message_opens_nothing_and_keeps_nothing(company, opened, tmp_path):
    archive = tmp_path / "demand.zip"
    archive.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    with pytest.raises(UsageError, match="an archive"):
        opened(archive)
    assert company.office.codes() == []
    assert not (company.settings.store_folder / "cases").exists()


def test_who_may_not_start_learns_nothing_of_the_message(company, opened):
    for person in ("helene", "maren"):
        with pytest.raises(RefusedError, match="may not start"):
            opened(by=person)
    assert company.office.codes() == []


def test_the_subject_and_those_without_a_role_add_no_message(company, opened):
    code = opened(subject="maren.okafor@fjordlight.example")
    for person in ("maren", "katarina"):
        with pytest.raises(RefusedError, match="no such case for you"):
            company.desk.receive(code, SECOND, "", claim=Claim(person, None))
    assert len(company.records(code, "demand.received")) == 1
