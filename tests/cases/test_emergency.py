"""An emergency: the subject's own, reversible doors, at once, confirmed by one more, and looked at afterwards."""

from __future__ import annotations

import pytest

from integrations.lab.company import SUBJECT, github_id
from runner.desk.claim import Claim
from runner.errors import RefusedError
from tests.cases.company import CLOSE, QUIET, Company, playbook_of

EMERGENCY = """
emergency:
  confirm: {need: 1, by: [security-leads, duty-managers]}
  review: {by: [security-leads, counsel], within: 12h}
"""


def as_(name):
    return Claim(name, None)


def declared(company: Company, phases: str = CLOSE, *, by: str = "ingrid", emergency: str = EMERGENCY) -> str:
    """Open a case in an emergency and run it until people are needed."""
    path = company.folder / "rehearsal.yaml"
    path.write_text(playbook_of(phases).replace("phases:\n", f"{emergency}phases:\n", 1))
    code = company.desk.emergency(str(path), {"subject": SUBJECT.mail}, "clones to a new host", claim=as_(by))
    company.run(code)
    return code


def confirmed(company: Company, code: str, by: str = "maren") -> None:
    [asked] = [each for each in company.waiting(code) if each["request"] == "approve-emergency"]
    company.approve(code, by, digest=asked["digest"])
    company.run(code)


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("emergency"))
    code = declared(company)
    before = company.changes("okta", "github")
    confirmed(company, code)
    yield company, code, before
    company.close()


def test_nothing_closes_before_one_more_person_confirms(over):
    _, _, before = over
    assert [each for each in before if "export" not in each] == [], "the quiet phase exports forks meanwhile"


def test_what_can_be_given_back_closes_and_nothing_else(over):
    company, code, _ = over
    me = company.state("okta")[SUBJECT.mail]
    assert (me["status"], me["sessions"], me["devices"]) == ("SUSPENDED", 0, ["SUSPENDED"])
    assert me["api_tokens"], "a token cannot be given back: it waits for the lockdown"
    assert github_id(SUBJECT) in company.state("github")["members"], "removal mails the person and destroys forks"
    closing = {each["data"]["action"] for each in company.records(code, "write.intent") if "/okta." in each["data"]["op"]}
    assert closing <= {"okta.suspend_user", "okta.end_sessions", "okta.suspend_device", "okta.unassign_role"}


def test_the_state_is_kept_before_and_the_card_says_what_stays_open(over):
    company, code, _ = over
    kinds = [(each["seq"], each["kind"]) for each in company.records(code, "item.kept", "lockdown.fired")]
    first_item, fired = (min(seq for seq, kind in kinds if kind == wanted) for wanted in ("item.kept", "lockdown.fired"))
    assert first_item < fired
    plan = next(each["data"] for each in company.records(code, "phase.planned") if each["data"]["phase"] == "emergency")
    assert "github membership, until the lockdown" in plan["lines"][4]


def test_security_and_counsel_review_it_each_by_one_of_their_own(over):
    company, code, _ = over
    [asked] = [each for each in company.waiting(code) if each["request"] == "emergency-review"]
    assert asked["who"] == ["security-leads", "counsel"]
    company.answer(code, "emergency-review", "yes", by="maren")
    company.answer(code, "emergency-review", "yes", by="tomas")
    company.run(code)
    assert "emergency-review" in {each["request"] for each in company.waiting(code)}, "two of one role are not one of each"
    company.answer(code, "emergency-review", "yes", by="helene")
    company.run(code)
    assert company.case(code).phases["emergency"] == "finished"
    assert company.changed_twice() == []


def test_whoever_declares_it_does_not_confirm_it(founded):
    company = founded()
    code = declared(company)
    [asked] = [each for each in company.waiting(code) if each["request"] == "approve-emergency"]
    with pytest.raises(RefusedError):
        company.desk.approve(code, asked["digest"], "me too", claim=as_("ingrid"))


def test_unreviewed_it_alarms_and_reopens_nothing(founded):
    company = founded(compress=1_000_000)
    code = declared(company, emergency=EMERGENCY.replace("12h", "1m"))
    confirmed(company, code)
    with company.running(code):
        company.until(lambda: company.records(code, "emergency.unreviewed"))
    assert company.state("okta")[SUBJECT.mail]["status"] == "SUSPENDED"
    told = [each["data"]["to"] for each in company.records(code, "page.sent") if "emergency-review" in each["data"]["request"]]
    assert any("beatriz.nogueira@fjordlight.example" in to for to in told), "deciders hear of it too"


def test_the_settings_raise_who_must_confirm_and_may_forbid_emergencies(founded):
    company = founded(edit=lambda text: text.replace('"shared": 1', '"shared": 1, "emergency": 2'))
    code = declared(company)
    [asked] = [each["data"] for each in company.records(code, "approval.asked") if each["data"]["phase"] == "emergency"]
    assert asked["need"] == 2
    strict = founded(edit=lambda text: text + "emergencies: false\n")
    with pytest.raises(RefusedError, match="allow no emergency"):
        declared(strict)
    with pytest.raises(RefusedError, match="provides for no emergency"):
        declared(company, emergency="")


def test_a_case_that_is_open_already_can_become_one(founded):
    company = founded()
    path = company.folder / "rehearsal.yaml"
    path.write_text(playbook_of(QUIET + CLOSE[len(QUIET) :]).replace("phases:\n", f"{EMERGENCY}phases:\n", 1))
    code = company.desk.open(str(path), {"subject": SUBJECT.mail}, claim=as_("ingrid"))
    company.run(code)
    company.desk.declare(code, "data leaves now", claim=as_("rohan"))
    company.run(code)
    confirmed(company, code)
    assert company.state("okta")[SUBJECT.mail]["status"] == "SUSPENDED"
    with pytest.raises(RefusedError, match="declared already"):
        company.desk.declare(code, "again", claim=as_("rohan"))
