from __future__ import annotations

import pytest

from integrations.lab.company import BREAK_GLASS, PERSONAS, github_id, person
from runner.casefile.outcome import outcome_of
from runner.errors import Exit, RefusedError
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET, SHARED, Company

MILAN = PERSONAS[1]  # holds a little of everything, and no forks: his cases are quick
LOGIN = MILAN.github


def opened(company, phases=CLOSE, **more):
    """Open a case about Milan and run it up to the approval of its lockdown."""
    code = company.open(phases, subject=MILAN.mail, **more)
    company.run(code)
    return code


def fired(company, code):
    company.approve(code)
    return company.run(code)


def closed(company, phases=CLOSE, **more):
    """Open a case about Milan, approve its lockdown, and run it."""
    code = company.open(phases, **{"subject": MILAN.mail, **more})
    company.ask(code)
    fired(company, code)
    return code


def results(company, code, step="doors"):
    return company.case(code).steps[("lockdown", step)]["result"]


def ended(company, code):
    """Return outcome and exit code as every face shows them."""
    case = company.case(code)
    return outcome_of(case, ["quiet", "lockdown", "after"])


def make_last_owner(company):
    """Leave the organisation with Milan, and our own robot, as its owners."""
    company.act("github", "set-role", login=LOGIN, role="admin")
    for each in ("maren.okafor", "tomas.arvidsson"):
        company.act("github", "set-role", login=person(f"{each}@fjordlight.example").github, role="member")


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """A company whose one case was locked down, for tests that only look."""
    company = Company(tmp_path_factory.mktemp("closed"))
    yield company, closed(company)
    company.close()


def test_every_door_of_the_subject_is_closed_in_the_world_and_proved(over):
    company, code = over
    doors = company.doors(code)
    assert {door.verdict for (service, _), door in doors.items() if service != "miro"} == {
        "closed",
        "inferred",
    }
    assert doors[("miro", "app")].verdict == "by-hand"
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    assert github_id(MILAN) not in str(company.state("github")["members"])
    assert company.changed_twice() == []


def test_nothing_is_changed_before_the_lockdown_is_approved(company):
    opened(company)
    assert company.changes("okta", "github") == []


def test_all_heads_stand_in_one_firing_and_followers_come_after_it(over):
    company, code = over
    [firing] = company.records(code, "lockdown.fired")
    intents = [
        each for each in company.records(code, "write.intent") if each["data"]["op"].startswith("lockdown/")
    ]
    before = {each["data"]["action"] for each in intents if each["seq"] < firing["seq"]}
    after = {each["data"]["action"] for each in intents if each["seq"] > firing["seq"]}
    assert {"okta.suspend_user", "github.revoke_token", "github.remove_key"} <= before
    assert {"okta.end_sessions", "github.remove_member"} <= after - before
    changed = company.changes("github")
    assert changed.index(next(each for each in changed if "membership" in each)) == len(changed) - 1


def test_a_token_minted_after_the_approval_is_closed_too_and_marked_late(company):
    code = opened(company)
    company.approve(code)
    minted = company.act("okta", "mint-api-token", mail=MILAN.mail, name="made-in-a-hurry")
    company.run(code)
    assert results(company, code)["late"] == ["made-in-a-hurry"]
    assert minted["id"] not in str(company.state("okta"))
    late = {each["data"]["layer"] for each in company.records(code, "door.verdict") if each["data"]["late"]}
    assert late == {"token"}


def test_what_was_seen_before_the_approval_is_not_called_late(over):
    company, code = over
    assert results(company, code)["late"] == []


def test_things_over_the_cap_stay_and_their_door_is_not_called_closed(founded):
    company = founded(edit=lambda text: text.replace('"things": 50', '"things": 3'))
    code = opened(company)
    company.approve(code)
    for number in range(5):
        company.act("okta", "mint-api-token", mail=MILAN.mail, name=f"spare-{number}")
    company.run(code)
    assert len(company.state("okta")[MILAN.mail]["api_tokens"]) == 2
    assert company.doors(code)[("okta", "token")].verdict == "open"
    assert ended(company, code) == ("doors-open", Exit.DOORS_OPEN)


def test_more_things_than_the_cap_at_planning_and_nothing_starts(founded):
    company = founded(edit=lambda text: text.replace('"things": 50', '"things": 3'))
    for number in range(4):
        company.act("okta", "mint-api-token", mail=MILAN.mail, name=f"spare-{number}")
    code = company.open(subject=MILAN.mail)
    assert "4 things of okta token" in company.run(code).refused
    assert company.records(code, "approval.asked") == []


def test_a_service_that_is_down_holds_no_door_of_another_and_its_own_stay_open_by_name(company):
    code = opened(company)
    company.approve(code)
    company.lab.services["github"].stop()
    with company.running(code):
        company.until(lambda: company.records(code, "lockdown.measured"))
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    verdicts = {
        layer: door.verdict for (service, layer), door in company.doors(code).items() if service == "github"
    }
    assert set(verdicts.values()) <= {"unknown", "open"}
    assert len(verdicts) == 5
    closed = {door.verdict for (service, _), door in company.doors(code).items() if service == "okta"}
    assert closed <= {"closed", "inferred"}


def test_a_service_that_comes_back_is_closed_by_a_retry_and_nothing_else_is_sent_again(company):
    code = opened(company)
    company.approve(code)
    company.fail("github", "^(GET|DELETE) ", "reset", times=None)
    with company.running(code):
        asked = company.until(lambda: [each for each in company.waiting(code) if each["kind"] == "ask"])[0]
        assert asked["request"] == "doors-failed-1"
        company.heal("github")
        before = company.changes("okta")
        company.answer(code, asked["request"], "retry", by="rohan")
        company.until(lambda: company.case(code).phases.get("after") == "finished")
    assert company.changes("okta") == before
    assert {door.verdict for (service, _), door in company.doors(code).items() if service == "github"} == {
        "closed",
        "inferred",
    }
    assert company.changed_twice() == []


def test_a_key_that_machines_use_is_held_until_its_owner_approves_and_then_it_is_closed(company):
    company.act("github", "deploy-key", login=LOGIN, repo="infra-live")
    code = opened(company, QUIET + LOCKDOWN + AFTER + SHARED)
    assert "deploy key mirror of infra-live" in company.command(code, "approval")["lines"][2]
    fired(company, code)
    assert company.doors(code)[("github", "key")].verdict == "held"
    assert "mirror" in str(company.state("github")["repos"]["infra-live"])
    asked = company.command(code, "approval")
    assert asked["who"] == ["system-owners"]
    company.approve(code, "katarina")
    company.run(code)
    assert company.doors(code)[("github", "key")].verdict in ("closed", "inferred")
    assert "mirror" not in str(company.state("github")["repos"]["infra-live"])


def test_a_key_that_machines_use_and_nobody_may_close_leaves_the_case_open(company):
    company.act("github", "deploy-key", login=LOGIN, repo="infra-live")
    code = closed(company)
    assert ended(company, code) == ("doors-open", Exit.DOORS_OPEN)


def test_a_protected_account_is_held_with_what_frees_it_and_is_not_touched(company):
    [glass, *_] = BREAK_GLASS
    code = company.open(subject=glass.mail)
    [kept_back] = company.case(code).protected
    assert kept_back["why"] == "break-glass"
    assert "identity team" in kept_back["frees"]
    company.run(code)
    assert "break-glass" in company.command(code, "approval")["lines"][4]
    fired(company, code)
    assert company.changes("okta", "github") == []
    assert company.doors(code)[("okta", "account")].verdict == "held"


def test_the_last_owners_are_held_because_closing_them_would_leave_too_few(company):
    make_last_owner(company)
    code = closed(company)
    [kept_back] = company.case(code).protected
    assert (kept_back["service"], kept_back["id"]) == ("github", github_id(MILAN))
    assert "fewer than 2" in kept_back["why"]
    assert str(github_id(MILAN)) in str(company.state("github")["members"])
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"


def test_an_account_that_becomes_protected_after_the_approval_is_asked_about_anew(company):
    code = opened(company)
    company.approve(code)
    make_last_owner(company)
    company.run(code)
    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    assert company.changes("github") == []


def test_an_account_that_becomes_protected_once_the_lockdown_fires_is_not_closed(company):
    code = opened(company)
    company.approve(code)
    company.fail("github", "^(GET|DELETE) ", "reset", times=None)
    with company.running(code):
        company.until(lambda: [each for each in company.waiting(code) if each["kind"] == "ask"])
        company.heal("github")
        make_last_owner(company)
        company.answer(code, "doors-failed-1", "retry", by="rohan")
        company.until(lambda: company.case(code).phases.get("after") == "finished")
    assert github_id(MILAN) in company.state("github")["members"]
    assert company.changes("github") == []


def test_a_first_thing_that_is_refused_holds_neither_its_own_door_nor_another(company):
    for kind in ("USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN"):
        company.act("okta", "group-role", mail=MILAN.mail, type=kind)
    code = closed(company)
    [firing] = company.records(code, "lockdown.fired")
    assert firing["data"]["stragglers"] == []
    refused = [
        each["data"]
        for each in company.records(code, "write.outcome")
        if each["data"]["outcome"] == "refused"
    ]
    assert [each["action"] for each in refused] == ["okta.unassign_role"] * 2
    assert company.doors(code)[("okta", "role")].verdict == "open"
    assert company.doors(code)[("okta", "account")].verdict == "closed"


def test_closed_before_approval_by_somebody_else_it_is_unchanged_and_not_ours(company):
    code = opened(company)
    company.approve(code)
    company.act("okta", "set-status", mail=MILAN.mail, status="SUSPENDED")
    company.run(code)
    [outcome] = [
        each["data"]
        for each in company.records(code, "write.outcome")
        if each["data"]["action"] == "okta.suspend_user"
    ]
    assert outcome["outcome"] == "unchanged"
    assert company.doors(code)[("okta", "account")].verdict == "closed"


def test_a_case_about_nobody_that_is_known_or_about_two_is_refused(company):
    with pytest.raises(RefusedError):
        company.open(subject="nobody.at.all@fjordlight.example")


def test_one_page_tells_of_all_doors_that_a_person_must_close(founded):
    company = founded(services=3)
    code = closed(company)
    tasks = [each["data"] for each in company.records(code, "task.set") if each["data"]["door"]]
    pages = [each["data"] for each in company.records(code, "page.sent") if each["data"]["request"].startswith("hand-")]
    assert len(tasks) > 1
    assert sorted(each["via"] for each in pages) == ["mail", "pager"]
    [sent] = [
        each for each in company.ledger("pager")
        if all(f"severance answer {code} {task['request']} " in each["body"] for task in tasks)
    ]  # fmt: skip
    assert sent["status"] < 300
