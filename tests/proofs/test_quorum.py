"""No set of people starts a phase but the one that must: every starter, every approver, every order.

Approvals are put into the journal without asking the desk, as somebody who found a way around it would do:
what counts is judged again before anything fires. The other half goes through the desk, and runs.
"""

from __future__ import annotations

import json
from itertools import permutations, product

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from integrations.lab.company import PERSONAS
from runner.actions.values import as_json
from runner.casefile.folding import fold
from runner.cases.approving import standing
from runner.clock import now, stamp
from runner.desk.claim import Claim
from runner.errors import RefusedError
from tests.cases.company import Company
from tests.proofs.test_who_may import ALL, KINDS, NOBODY, RESPONDERS, with_everybody

_, MILAN, ELIAS = PERSONAS
LEADS, MANAGERS = {"maren", "tomas", "both"}, {"beatriz", "anselm", "both"}
STARTERS = ["ingrid", "rohan", "maren", "both"]
TASK = "\n    steps:\n      - {id: it, task: Do it, by: [ir-oncall], within: 1h}\n"
GUARDED = "\n  - phase: lockdown\n    approve: {%s, within: 2h}" + TASK
QUORUMS = {
    "each-of-two": ("need: 2, each_of: [security-leads, duty-managers]", 2, [LEADS, MANAGERS]),
    "two-of-many": ("need: 2, of: [security-leads, duty-managers]", 2, []),
    "three-with-each": (
        "need: 3, each_of: [security-leads, duty-managers]",
        3,
        [LEADS, MANAGERS],
    ),
}
BARRED = {each for each in KINDS if not each.startswith("linked") and each != "another-playbook"}
EVERYBODY = [*KINDS, *NOBODY, *RESPONDERS, "both"]


def with_both(text):
    """Add somebody who holds both roles that approve, and the one that starts."""
    roles = ["security-leads", "duty-managers", "ir-oncall"]
    line = json.dumps({"id": "both", "name": "both", "mail": "both@fjordlight.example", "roles": roles})
    return with_everybody(text).replace("people:\n", f"people:\n  - {line}\n")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = Company(tmp_path_factory.mktemp("quorum"), services=3, edit=with_both)
    yield made
    made.close()


@pytest.fixture(scope="module")
def asked(company):
    """A case for each quorum, whose approval is being asked."""
    codes = {}
    for name, (written, _, _) in QUORUMS.items():
        codes[name] = company.open(GUARDED % written, subject=MILAN.mail)
        company.ask(codes[name])
    return {name: (company.work(code), company.records(code)) for name, code in codes.items()}


def judged(work, records, starter, people):
    """Return how the request stands when these people are on record as having approved, in this order."""
    opened = {**records[0], "data": {**records[0]["data"], "by": starter}}
    request = next(each["data"] for each in records if each["kind"] == "approval.asked")
    what = {"request": request["request"], "digest": request["digest"], "because": "", "waive": []}
    said = [
        {
            "seq": 1000 + n,
            "at": stamp(now()),
            "kind": "approval.given",
            "class": "fact",
            "data": {**what, "by": who},
        }
        for n, who in enumerate(people)
    ]
    case = fold([opened, *records[1:], *said])
    return standing(work, case, case.requests[request["request"]], now())


def who_count(people, starter):
    """Return, by the words of the design alone, who of these people counts."""
    entitled = LEADS | MANAGERS | (set(KINDS) - BARRED - {"another-playbook"})
    return {each for each in people if each in entitled and each != starter}


def filled(people, roles):
    """Tell whether each role gets a person of its own, by trying every way to hand them out."""
    holders = [role | {each for each in KINDS if KINDS[each].get("roles", ALL) == ALL} for role in roles]
    return any(
        all(one in role for one, role in zip(chosen, holders, strict=True))
        for chosen in permutations(people, len(holders))
    )


@pytest.mark.parametrize("starter", STARTERS)
def test_every_pair_of_starter_and_approver_counts_only_when_it_must(asked, starter):
    work, records = asked["two-of-many"]
    wrong = [
        each
        for each in EVERYBODY
        if judged(work, records, starter, [each]).counted != tuple(who_count([each], starter))
    ]
    assert wrong == []


@pytest.mark.parametrize("starter", STARTERS[:2])
def test_no_pair_of_approvers_slips(asked, starter):
    work, records = asked["each-of-two"]
    crews = [
        *product(EVERYBODY, ["maren", "beatriz", "both", "subject-by-alias"]),
        *permutations(STARTERS, 2),
    ]
    wrong = [
        crew
        for crew in crews
        if judged(work, records, starter, crew).met
        != (len(who_count(crew, starter)) >= 2 and filled(who_count(crew, starter), [LEADS, MANAGERS]))
    ]
    assert wrong == []


@given(
    name=st.sampled_from(sorted(QUORUMS)),
    starter=st.sampled_from(STARTERS),
    people=st.lists(st.sampled_from(EVERYBODY), max_size=7),
)
@example(name="each-of-two", starter="ingrid", people=["both", "both", "maren", "subject-by-mail"])
@example(name="three-with-each", starter="both", people=["both", "maren", "tomas", "beatriz"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_quorum_stands_for_distinct_entitled_people_who_fill_its_roles_and_for_nobody_else(
    asked, name, starter, people
):
    work, records = asked[name]
    _, need, roles = QUORUMS[name]
    found = judged(work, records, starter, people)
    count = who_count(people, starter)
    assert set(found.counted) == count
    assert len(found.counted) == len(count)
    assert found.met == (len(count) >= need and filled(count, roles))


CREWS = {
    "the starter, who holds the role, and a manager": (["both", "beatriz"], False),
    "the subject under an alias, and a manager": (["subject-by-alias", "beatriz"], False),
    "the same lead twice": (["maren", "maren"], False),
    "two leads": (["maren", "tomas"], False),
    "somebody on never, a bot and a lead": (["never-by-mail", "U0BOT", "maren"], False),
    "a lead and a manager": (["maren", "beatriz"], True),
}


@pytest.mark.parametrize("crew", CREWS)
def test_the_phase_starts_for_the_right_people_alone(company, crew):
    """The desk first; then the same approvals past the desk, straight into the journal."""
    people, right = CREWS[crew]
    code = company.open(GUARDED % QUORUMS["each-of-two"][0], subject=MILAN.mail, by="both")
    company.ask(code)
    for each in people:
        try:
            company.approve(code, each)
        except RefusedError:
            request = company.command(code, "approval")
            data = {
                "request": request["request"],
                "digest": request["digest"],
                "by": each,
                "because": "",
                "waive": [],
            }
            company.office.journal(code).write("approval.given", **data)
    company.run(code)
    assert bool(company.records(code, "phase.started", "approval.used")) is right
    assert company.changes("okta", "github", "google") == []


LOST = {
    "taken off the settings": lambda text: "".join(
        line for line in text.splitlines(keepends=True) if '"id": "tomas"' not in line
    ),
    "put on never": lambda text: text.replace("never: [", 'never: ["tomas", '),
    "given another role": lambda text: text.replace(
        '"mail": "tomas.arvidsson@fjordlight.example", "roles": ["security-leads"]',
        '"mail": "tomas.arvidsson@fjordlight.example", "roles": ["hr"]',
    ),
}


@pytest.mark.parametrize("how", LOST)
def test_an_approver_who_is_no_longer_one_does_not_count_and_may_not_approve_again(company, how):
    code = company.open(GUARDED % QUORUMS["each-of-two"][0], subject=MILAN.mail)
    company.ask(code)
    company.approve(code, "tomas", "beatriz")
    path, before = company.lab.settings_path, company.lab.settings_path.read_text()
    assert LOST[how](before) != before
    path.write_text(LOST[how](before))
    company.reload()
    try:
        with pytest.raises(RefusedError) as answer:
            company.approve(code, "tomas")
        assert answer.value.what == "no such case for you" or how == "taken off the settings"
        company.run(code)
        assert company.records(code, "phase.started", "approval.used") == []
    finally:
        path.write_text(before)
        company.reload()


def test_an_approver_who_turns_out_to_be_the_linked_persona_does_not_count(company):
    code = company.open(GUARDED % QUORUMS["each-of-two"][0], subject=MILAN.mail)
    company.ask(code)
    company.approve(code, "linked-by-account", "beatriz")
    other = company.open(GUARDED % QUORUMS["each-of-two"][0], subject=ELIAS.mail)
    accounts = [as_json(each) for each in company.case(other).accounts]
    company.office.journal(code).write("link.confirmed", request="", accounts=accounts, by=["maren", "rohan"])
    company.run(code)
    assert company.records(code, "phase.started", "approval.used") == []
    with pytest.raises(RefusedError, match="no such case for you"):
        company.approve(code, "linked-by-account")


EMERGENCY = """
emergency:
  confirm: {need: 1, by: [security-leads, duty-managers]}
  review: {by: [security-leads, counsel], within: 12h}
"""


def test_whoever_declares_an_emergency_does_not_confirm_it_and_neither_does_whoever_opened_the_case(company):
    code = company.open(GUARDED % QUORUMS["each-of-two"][0] + EMERGENCY, subject=MILAN.mail, by="both")
    company.desk.declare(code, "data is leaving", claim=Claim("maren", None))
    company.run(code)
    request = next(each for each in company.waiting(code) if each["request"].startswith("approve-emergency"))
    data = {"request": request["request"], "digest": request["digest"], "because": "", "waive": []}
    for each in ("maren", "both"):
        with pytest.raises(RefusedError, match="no such case for you"):
            company.approve(code, each, digest=request["digest"])
        company.office.journal(code).write("approval.given", **data, by=each)
    company.run(code)
    assert company.records(code, "approval.used") == []
    company.approve(code, "tomas", digest=request["digest"])
    company.run(code)
    assert [each["data"]["request"] for each in company.records(code, "approval.used")] == [
        request["request"]
    ]
