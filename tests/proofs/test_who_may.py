"""Every verb of a person, tried by every kind of person: who may, may; to all others the case does not exist.

One case about Milan, in which everything is being asked at once: a question, an approval, an objection.
Every kind of person holds every role there is, so that nothing but who they are keeps them out.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from integrations.lab.company import PERSONAS, github_id, okta_id
from runner.desk.claim import Claim
from runner.errors import RefusedError, SeveranceError, UsageError
from tests.cases.company import AFTER, LOCKDOWN, QUIET, Company
from tests.desk.test_approvals import LINKED

_, MILAN, ELIAS = PERSONAS
ALL = ["ir-oncall", "security-leads", "duty-managers", "system-owners", "counsel", "hr"]
FACT = """
      - {id: fact, ask: Is it so?, by: {need: 2, of: [ir-oncall, security-leads]}, within: 2h}
"""
EMERGENCY = """
emergency:
  confirm: {need: 1, by: [security-leads, duty-managers]}
  review: {by: [security-leads, counsel], within: 12h}
"""
PHASES = QUIET + LINKED + FACT + (LOCKDOWN + AFTER).replace("[subject]", "[subject, linked]") + EMERGENCY

KINDS: dict[str, dict] = {
    "subject-by-account": {"accounts": {"okta": okta_id(MILAN)}},
    "subject-by-second-account": {"accounts": {"github": github_id(MILAN)}},
    "subject-by-mail": {"mail": MILAN.mail},
    "subject-by-case": {"mail": "Milan.HORVAT@FJORDLIGHT.example"},
    "subject-by-tag": {"mail": "milan.horvat+duty@fjordlight.example"},
    "subject-by-width": {"mail": "\uff4dilan.horvat@fjordlight.example"},
    "subject-by-hidden": {"mail": "mi\u200blan.horvat@fjordlight.example"},
    "subject-by-alias": {"mail": "m.horvat@fjordlight.example"},
    "linked-by-mail": {"mail": ELIAS.mail},
    "linked-by-account": {"accounts": {"okta": okta_id(ELIAS)}},
    "never-by-id": {},
    "never-by-mail": {"mail": "never.by.mail@fjordlight.example"},
    "never-by-account": {"accounts": {"okta": "00uNEVER000000000001"}},
    "another-playbook": {"roles": ["press-office"]},
}
NEVER = ["never-by-id", "Never.By.Mail+x@fjordlight.example", "00uNEVER000000000001"]
NOBODY = ["mallory", "U0BOT", "guest@elsewhere.example", "maren.okafor@fjordlight.example.evil.example"]
ONLY_ADVISES, ANOTHER_ROLE = (
    "helene",
    "katarina",
)  # counsel; owner of a system, and so a decider of shared doors


def with_everybody(text: str) -> str:
    """Put every kind of person among the responders."""
    made = [
        {"id": kind, "name": kind, "mail": f"{kind}@fjordlight.example", "roles": ALL} | more
        for kind, more in KINDS.items()
    ]
    lines = "".join(f"  - {json.dumps(each)}\n" for each in made)
    return text.replace("people:\n", "people:\n" + lines).replace("never: []", f"never: {json.dumps(NEVER)}")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A company, and a case in which a link is confirmed and everything else is being asked."""
    company = Company(tmp_path_factory.mktemp("asked"), services=3, edit=with_everybody)
    with closing(company):
        code = company.open(PHASES, subject=MILAN.mail)
        company.run(code)
        options = next(each["options"] for each in company.waiting(code) if each["request"] == "same-person")
        keys = ",".join(each["key"] for each in options if "elias" in str(each).lower())
        for each in ("maren", "rohan"):
            company.answer(code, "same-person", keys, by=each)
        company.run(code)
        company.ask(code)
        assert {each["request"] for each in company.waiting(code)} == {"fact", "approve-lockdown"}
        assert {each.login for each in company.case(code).linked} >= {ELIAS.mail}
        yield company, code


def opening(company, _code, claim):
    return company.desk.open(str(company.folder / "rehearsal.yaml"), {"subject": MILAN.mail}, claim=claim)


def in_emergency(company, _code, claim):
    path = str(company.folder / "rehearsal.yaml")
    return company.desk.emergency(path, {"subject": MILAN.mail}, "x", claim=claim)


VERBS = {
    "open": opening,
    "open-in-emergency": in_emergency,
    "emergency": lambda company, code, claim: company.desk.declare(code, "x", claim=claim),
    "adopt": lambda company, code, claim: company.desk.adopt(
        code, "okta/account", at="", because="x", claim=claim
    ),
    "hand-over": lambda company, code, claim: company.desk.hand_over(code, "rohan", "x", claim=claim),
    "take-over": lambda company, code, claim: company.desk.take_over(code, "x", claim=claim, accept=True),
    "approve": lambda company, code, claim: company.desk.approve(code, None, "x", claim=claim),
    "deny": lambda company, code, claim: company.desk.deny(code, None, "x", claim=claim),
    "object": lambda company, code, claim: company.desk.object(code, "x", claim=claim),
    "overrule": lambda company, code, claim: company.desk.overrule(code, "x", claim=claim),
    "answer": lambda company, code, claim: company.desk.answer(code, "fact", "yes", claim=claim),
    "answer-what-is-not-asked": lambda company, code, claim: company.desk.answer(
        code, "hand-okta-x", "done", claim=claim, item=Path(__file__)
    ),
    "undo": lambda company, code, claim: company.desk.undo(code, "x", claim=claim),
    "note": lambda company, code, claim: company.desk.receive(code, Path(__file__), "x", claim=claim),
}
OPENINGS = ["open", "open-in-emergency"]
MAY = {
    "open": {"ingrid", "rohan"},
    "open-in-emergency": {"ingrid", "rohan"},
    "emergency": {"ingrid", "rohan", "maren", "tomas", "beatriz", "anselm", "katarina"},
    "adopt": {"ingrid", "rohan", "maren", "tomas", "beatriz", "anselm", "katarina"},
    "hand-over": {"ingrid", "rohan"},
    "approve": {"maren", "tomas", "beatriz", "anselm"},
    "deny": {"maren", "tomas", "beatriz", "anselm"},
    "object": {"maren", "tomas", "beatriz", "anselm", "katarina", "helene", "samuel"},
    "overrule": {"maren", "tomas", "beatriz", "anselm", "katarina"},
    "answer": {"ingrid", "rohan", "maren", "tomas"},
    "undo": {"ingrid", "rohan", "maren", "tomas", "beatriz", "anselm", "katarina", "helene", "samuel"},
}
"""Who may, of the nine responders; everybody else of them is a stranger to that verb."""
RESPONDERS = sorted(set.union(*MAY.values()))
KEPT_OUT = [*KINDS, *NOBODY]


def told(act, company, code, name):
    """Return what a person is told who is refused: words and exit code, with the case's name left out."""
    with pytest.raises(RefusedError) as refused:
        act(company, code, Claim(name, None))
    return refused.value.diagnostics().replace(code, "CASE"), refused.value.exit


def unchanged(company, code, act):
    """Check that an act leaves every journal and every service as it was."""
    before = company.office.codes(), company.records(code), company.changes()
    act()
    assert (company.office.codes(), company.records(code), company.changes()) == before


@pytest.mark.parametrize("verb", [each for each in VERBS if each not in OPENINGS])
@pytest.mark.parametrize("kind", KEPT_OUT)
def test_to_whoever_is_kept_out_the_case_does_not_exist(asked, verb, kind):
    company, code = asked
    act = VERBS[verb]

    def both():
        assert told(act, company, code, kind) == told(act, company, "umber-wren-99", "maren")

    unchanged(company, code, both)


@pytest.mark.parametrize("verb", OPENINGS)
@pytest.mark.parametrize("kind", [each for each in KINDS if not each.startswith("linked")])
def test_whoever_is_kept_out_cannot_open_a_case_and_is_told_what_any_wrong_role_is(asked, kind, verb):
    company, code = asked

    def both():
        assert told(VERBS[verb], company, code, kind) == told(VERBS[verb], company, code, "samuel")

    unchanged(company, code, both)


@pytest.mark.parametrize(
    "verb", ["answer", "object", "overrule", "approve", "adopt", "hand-over", "emergency"]
)
@pytest.mark.parametrize("name", RESPONDERS)
def test_a_responder_may_what_their_role_may_and_is_a_stranger_to_the_rest(asked, verb, name):
    company, code = asked
    if name not in MAY[verb]:
        expected = told(VERBS[verb], company, "umber-wren-99", name)
        unchanged(company, code, lambda: _same(told(VERBS[verb], company, code, name), expected))
        return
    before = len(company.records(code))
    reason = ""
    try:
        VERBS[verb](company, code, Claim(name, None))
    except SeveranceError as refused:
        reason = refused.what
    if reason:
        assert _REASONS[verb] in reason, "a reason is given: the case exists for them"
    else:
        assert company.records(code)[before]["data"]["by"] == name


def _same(one, other):
    assert one == other


_REASONS = {
    "adopt": "doors of this case are",
    "emergency": "declared already",
    "hand-over": "nobody of this name may lead the case",  # to oneself
}
"""Why an act is refused to somebody who may do it."""


@pytest.mark.parametrize("verb", OPENINGS)
@pytest.mark.parametrize("name", RESPONDERS)
def test_only_starters_open(asked, name, verb):
    company, code = asked
    company.free()
    if name in MAY[verb]:
        made = VERBS[verb](company, code, Claim(name, None))
        assert company.records(made)[0]["data"]["by"] == name
    else:
        assert told(VERBS[verb], company, code, name)[0].startswith("this person may not start this case")


@pytest.mark.parametrize("kind", KEPT_OUT)
def test_a_case_is_handed_to_nobody_who_may_not_know_of_it_and_nobody_is_told_why(asked, kind):
    company, code = asked

    def offered(to):
        with pytest.raises(UsageError) as refused:
            company.desk.hand_over(code, to, "x", claim=Claim("ingrid", None))
        return refused.value.diagnostics()

    unchanged(company, code, lambda: _same(offered(kind), offered("helene")))
