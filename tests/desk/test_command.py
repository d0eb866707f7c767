"""Leading a case: doors closed by hand are adopted, the brief tells what is next, and a case changes hands."""

from __future__ import annotations

import pytest

from integrations.lab.company import PEOPLE, PERSONAS, SUBJECT, okta_id
from runner.desk.claim import Claim
from runner.errors import AmbiguousPerson, RefusedError, UsageError
from tests.cases.company import AFTER, CLOSE, QUIET

WHO = """
  - phase: who
    steps:
      - {id: author, ask: Whom is this about?, choose: person, by: {need: 2, of: [ir-oncall, security-leads]}, within: 24h}
      - {id: doors-of-theirs, do: doors.find, accounts: [subject], after: author}
"""


def as_(name):
    return Claim(name, None)


def looked(company):
    code = company.open(QUIET + AFTER)
    company.run(code)
    return code


def adopt(company, code, door, **more):
    return company.desk.adopt(code, door, at="", because="by the console", claim=as_("rohan"), **more)


def test_a_door_closed_by_hand_is_read_back_and_kept_with_its_proof(company, tmp_path):
    code = looked(company)
    with pytest.raises(RefusedError, match="reads open"):
        adopt(company, code, "okta/account")
    company.act("okta", "set-status", mail=SUBJECT.mail, status="SUSPENDED")
    shot = tmp_path / "console.png"
    shot.write_bytes(b"\x89PNG a picture of the console")
    done = adopt(company, code, "okta/account", item=shot)
    assert (done["verdict"], company.doors(code)[("okta", "account")].verdict) == ("closed", "closed")
    assert done["item"] in {each["sha256"] for each in company.case(code).items}
    [adopted] = company.records(code, "door.adopted")
    assert (adopted["data"]["by"], adopted["data"]["account"]) == ("rohan", okta_id(SUBJECT))


def test_an_adopted_door_is_given_back_by_the_undo(company):
    code = looked(company)
    company.act("okta", "set-status", mail=SUBJECT.mail, status="SUSPENDED")
    adopt(company, code, "okta/account")
    company.desk.undo(code, "the wrong person", claim=as_("rohan"))
    company.run(code)
    company.approve(code, "maren", "beatriz")
    company.run(code)
    assert company.state("okta")[SUBJECT.mail]["status"] == "ACTIVE"


@pytest.mark.parametrize("door", ["okta", "okta/nothing", "nobody/account", "github/account/1"])
def test_a_door_the_case_does_not_know_is_named_with_those_it_knows(company, door):
    code = looked(company)
    with pytest.raises(UsageError) as refused:
        adopt(company, code, door)
    assert "okta/account/" in refused.value.remedy


@pytest.mark.parametrize("at", ["yesterday", "2026-11-25T02:10:00", "2999-01-01T00:00:00Z"])
def test_a_moment_is_in_the_past_and_has_a_zone(company, at):
    code = looked(company)
    with pytest.raises(UsageError, match="no moment in the past"):
        company.desk.adopt(code, "okta/account", at=at, because="", claim=as_("rohan"))


def test_the_brief_tells_what_is_next_who_leads_and_what_to_say(company):
    code = company.open(CLOSE, subject=PEOPLE[20].mail)
    company.run(code)
    brief = company.desk.brief(code)
    [asked] = company.waiting(code)
    assert brief["next"] == [{"at": asked["expires"], "what": "approval approve-lockdown expires"}]
    assert (brief["leads"], brief["offered_to"], brief["phase"]) == ("ingrid", "", "")
    assert {each["door"] for each in brief["open"]} >= {"okta account", "github membership"}
    assert "no reasons" in " ".join(brief["if_they_ring"])
    assert brief["watched"] == []


def test_what_the_subject_may_watch_is_in_the_brief_and_on_the_card(company):
    code = company.open(CLOSE)  # the subject holds a role of Okta's
    company.run(code)
    [watched] = company.desk.brief(code)["watched"]
    assert watched.startswith(f"okta: {SUBJECT.mail} is an administrator there")
    [planned] = [each["data"] for each in company.records(code, "phase.planned")]
    assert any(each.startswith("okta.suspend_user on okta: at-once, since") for each in planned["notices"])


def test_a_case_changes_hands_once_the_other_accepts(company):
    code = company.open(CLOSE)
    company.desk.hand_over(code, "rohan", "end of shift", claim=as_("ingrid"))
    assert company.case(code).holder == "ingrid"
    assert company.desk.brief(code)["offered_to"] == "rohan"
    assert ["rohan.mistry@fjordlight.example"] in [
        each["data"]["to"] for each in company.records(code, "page.sent")
    ]
    with pytest.raises(RefusedError, match="not offered to you"):
        company.desk.take_over(code, "", claim=as_("maren"), accept=True)
    company.desk.take_over(code, "I have it", claim=as_("rohan"), accept=True)
    assert (company.case(code).holder, company.case(code).offered) == ("rohan", None)
    assert company.case(code).opened["by"] == "ingrid", "who opened it still never approves"


def test_it_is_offered_only_to_somebody_who_may_lead_it(company):
    code = company.open(CLOSE)
    for name in ("maren", "nobody", "ingrid"):
        with pytest.raises(UsageError, match="nobody of this name"):
            company.desk.hand_over(code, name, "", claim=as_("ingrid"))
    company.desk.hand_over(code, "rohan", "", claim=as_("ingrid"))
    company.desk.take_over(code, "asleep", claim=as_("rohan"), accept=False)
    assert (company.case(code).holder, company.case(code).offered) == ("ingrid", None)


def test_whom_a_case_is_about_can_be_settled_later_by_two_people(company):
    code = company.open(WHO, subject="")
    company.run(code)
    assert company.case(code).accounts == []
    with pytest.raises((AmbiguousPerson, RefusedError)):
        company.answer(code, "author", "Jonas Weber", by="rohan")
    with pytest.raises(AmbiguousPerson):
        company.answer(code, "author", "nobody@fjordlight.example", by="rohan")
    for each in ("rohan", "maren"):
        company.answer(code, "author", SUBJECT.mail, by=each)
    company.run(code)
    assert {each.service for each in company.case(code).accounts} == {"okta", "github"}
    assert company.doors(code)[("okta", "account")].verdict == "open"


def test_two_people_who_name_different_persons_settle_nothing(company):
    code = company.open(WHO, subject="")
    company.run(code)
    company.answer(code, "author", SUBJECT.mail, by="rohan")
    company.answer(code, "author", PERSONAS[1].mail, by="maren")
    company.run(code)
    assert company.case(code).accounts == []
    assert company.command(code, "ask")["request"] == "author"
