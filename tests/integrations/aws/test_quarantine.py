"""The account layer: an explicit deny, the race against IAM's seconds, and whom nobody closes from here."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.lab.company import NEIGHBOUR, person
from runner.actions.values import Account, Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, RefusedError, ServiceError

USER = "user/jonas.weber"
OURS = "severance-quarantine"


def quarantined(house):
    [(_, outcome)] = house.close_all("find_open_account", "quarantine")
    assert isinstance(outcome, Changed)
    return outcome


def verdict(house):
    return house.do("is_quarantined", house.subject)


def test_one_policy_is_written_and_everything_else_stays(house, lab):
    before = house.held()
    house.mark()
    quarantined(house)

    assert house.sent() == ["/iam/PutUserPolicy"]
    assert {**house.held(), "denied": False, "inline": before["inline"]} == before
    assert house.held()["inline"] == sorted([*before["inline"], OURS])


def test_planning_names_the_write_and_makes_none(house):
    house.mark()
    [thing] = house.do("find_open_account", house.subject)
    assert house.plan("quarantine", house.subject, thing) == {
        "would": "write", "what": "deny user jonas.weber everything",
        "before": {"kind": "User", "name": "jonas.weber", "policy": None},
    }  # fmt: skip
    assert house.sent() == []


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(house, kind):
    [thing] = house.do("find_open_account", house.subject)
    house.fault("PutUserPolicy$", kind)
    with pytest.raises(AnswerLost):
        house.do("quarantine", house.subject, thing)

    house.do("quarantine", house.subject, thing)
    assert len(house.writes()) == 1
    assert house.duplicates() == []


def test_iam_may_show_the_old_state_for_some_seconds_and_is_waited_for(house):
    [thing] = house.do("find_open_account", house.subject)
    house.act("stale", reads=3)
    outcome = house.do("quarantine", house.subject, thing)

    assert isinstance(outcome, Changed)
    assert outcome.after["policy"]["Statement"][0]["Effect"] == "Deny"
    assert house.pauses == [1.0, 1.0, 1.0]


def test_a_deny_that_never_reads_is_no_success(house):
    [thing] = house.do("find_open_account", house.subject)
    house.act("stale", reads=100)
    with pytest.raises(ServiceError, match="does not read after the call"):
        house.do("quarantine", house.subject, thing)
    assert len(house.pauses) == 15


def test_a_write_aws_accepts_without_doing_it_is_no_success(house):
    [thing] = house.do("find_open_account", house.subject)
    accepted = b"<PutUserPolicyResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PutUserPolicyResponse>"
    house.fault("PutUserPolicy$", status=200, body=accepted)
    with pytest.raises(ServiceError, match="does not read after the call"):
        house.do("quarantine", house.subject, thing)


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [{"Sid": "Severance20261120T091400Z", "Effect": "Allow", "Action": "*", "Resource": "*"}]},
        {"Version": "2012-10-17", "Statement": [{"Sid": "Severance20261120T091400Z", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}]},
        {"Version": "2012-10-17", "Statement": [{"Sid": "Severance20261399T091400Z", "Effect": "Deny", "Action": "*", "Resource": "*"}]},
        {"Version": "2012-10-17", "Statement": [{
            "Sid": "Severance20261120T091400Z", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}},
        }]},
    ],
)  # fmt: skip
def test_a_policy_of_our_name_that_is_not_our_deny_closes_nothing_and_is_replaced(house, lab, document):
    lab.world.inline[USER][OURS] = json.dumps(document)
    assert verdict(house).verdict == "open"

    outcome = quarantined(house)
    assert outcome.before["policy"] == document
    assert house.held()["denied"]
    thing = Thing(house.subject.id, "", outcome.before)
    assert isinstance(house.do("lift_quarantine", house.subject, thing, outcome.before), Refused)
    assert house.held()["denied"]


def test_a_deny_somebody_changed_since_is_not_lifted(house, lab):
    outcome = quarantined(house)
    lab.world.inline[USER][OURS] = json.dumps({"Version": "2012-10-17", "Statement": []})
    house.mark()
    thing = Thing(house.subject.id, "", outcome.before)
    assert isinstance(house.do("lift_quarantine", house.subject, thing, outcome.before), Refused)
    assert house.sent() == []
    assert verdict(house).verdict == "open"


def test_a_simulation_that_still_allows_something_opens_the_door(house):
    quarantined(house)
    result = (
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>"
        "<EvalActionName>s3:GetObject</EvalActionName><EvalDecision>allowed</EvalDecision></member></EvaluationResults>"
        "<IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult><ResponseMetadata/></SimulatePrincipalPolicyResponse>"
    )
    house.fault("SimulatePrincipalPolicy$", status=200, body=result.encode())
    assert verdict(house).verdict == "open"
    assert verdict(house).verdict == "closed"


def test_who_we_are_is_never_how_a_deny_is_proved(house):
    quarantined(house)
    house.mark()
    verdict(house)
    assert "/sts/GetCallerIdentity" not in house.asked()


def test_severances_own_user_the_management_account_and_the_root_user_are_refused(house, lab):
    own = Account("aws", lab.world.users["severance"]["UserId"], "severance")
    [thing] = house.do("find_open_account", own)
    refused = house.do("quarantine", own, thing)
    assert isinstance(refused, Refused)
    assert "severance itself" in refused.why
    with pytest.raises(RefusedError, match="root user"):
        house.do("find_open_account", Account("aws", lab.world.account, "root"))
    assert house.writes() == []


def test_in_the_management_account_reads_go_on_and_closes_are_refused(make, lab):
    lab.act("manage", {})
    house = make()
    house.subject = house.person()
    for find, close in (
        ("find_open_account", "quarantine"), ("find_keys", "deactivate_key"), ("find_sessions", "end_session"),
        ("find_console_password", "delete_console_password"),
    ):  # fmt: skip
        outcomes = house.close_all(find, close)
        assert outcomes
        assert all("management account" in each.why for _, each in outcomes)
    assert house.do("keep_state", house.subject).missing == ""
    assert house.sent() == []


def test_a_renamed_user_is_closed_under_the_new_name(house, lab):
    lab.world.users["j.weber"] = {**lab.world.users.pop("jonas.weber"), "UserName": "j.weber"}
    quarantined(house)
    assert lab.denied("j.weber")
    assert not lab.denied("jonas.weber")


def test_a_name_given_to_somebody_else_is_not_that_person(house, lab):
    [thing] = house.do("find_open_account", house.subject)
    lab.world.users["jonas.weber"] = {**lab.world.users["jonas.weber"], "UserId": "AIDASOMEBODYELSE00000"}
    house.mark()
    assert isinstance(house.do("quarantine", house.subject, thing), Unchanged)
    assert verdict(house).verdict == "closed"
    assert house.sent() == []


def test_until_iam_has_settled_the_proof_is_pending(make):
    house = make(settles_s=600)
    house.subject = house.person()
    quarantined(house)
    for name in ("is_quarantined", "keys_are_inactive", "password_is_gone"):
        for find, close in (("find_keys", "deactivate_key"), ("find_console_password", "delete_console_password")):
            house.close_all(find, close)
        proof = house.do(name, house.subject)
        assert proof.verdict == "pending", name
        assert datetime.fromisoformat(proof.until) - datetime.now(UTC) > timedelta(seconds=500)


@pytest.mark.parametrize(("deed", "label"), [("mint-user", "user spare"), ("mint-role", "role spare")])
def test_what_the_person_made_while_iam_settled_stands_open_and_is_closed(house, lab, deed, label):
    quarantined(house)
    assert verdict(house).verdict == "closed"
    house.act(deed, name="spare")

    proof = verdict(house)
    assert proof.verdict == "open"
    assert proof.why == f"{label}, made by the person since"
    [(thing, outcome)] = house.close_all("find_open_account", "quarantine")
    assert not thing.shared
    assert isinstance(outcome, Changed)
    assert OURS in lab.world.inline[f"{label.split()[0]}/spare"]
    assert verdict(house).verdict == "closed"

    back = house.do("lift_quarantine", house.subject, Thing(thing.id, "", outcome.before), outcome.before)
    assert isinstance(back, Changed)
    assert OURS not in lab.world.inline[f"{label.split()[0]}/spare"]


def test_what_a_session_of_the_person_made_is_theirs_too(house):
    quarantined(house)
    session = house.act("assume", role="pipeline", session="x9", ago=1)
    house.lab.history.note(
        "CreateUser", session, answered={"user": {"userId": house.lab.world.user("spare", {})["UserId"]}}
    )
    assert verdict(house).why == "user spare, made by the person since"


def test_what_others_made_meanwhile_is_theirs(house):
    quarantined(house)
    house.act("mint-user", name="new-hire", mail=NEIGHBOUR.mail)
    assert verdict(house).verdict == "closed"
    assert house.do("find_open_account", house.subject) == []


def test_until_the_history_tells_who_made_a_user_the_proof_is_pending(make):
    house = make(lags_s=900)
    house.subject = house.person()
    quarantined(house)
    house.act("trail-behind")
    house.act("mint-user", name="spare")
    assert verdict(house).verdict == "pending"
    assert house.do("find_open_account", house.subject) == []

    house.act("trail-caught-up")
    assert verdict(house).verdict == "open"


def test_a_new_user_nobody_is_known_to_have_made_is_open_and_its_owner_is_asked(house):
    quarantined(house)
    house.act("trail-behind")
    house.act("mint-user", name="spare")
    assert verdict(house).why == "user spare, made since, and nobody is known to have made it"
    assert [each.shared for each in house.do("find_open_account", house.subject)] == [True]


def test_a_user_this_person_did_not_make_is_refused(house, lab):
    quarantined(house)
    other = lab.world.users["clara.weiss"]
    thing = Thing(other["UserId"], "user clara.weiss", {"kind": "User", "name": "clara.weiss"})
    assert isinstance(house.do("quarantine", house.subject, thing), Refused)
    assert not lab.denied("clara.weiss")


def test_others_keep_what_they_have(house):
    before = house.held(NEIGHBOUR), house.held(person("katarina.vuk@fjordlight.example"))
    quarantined(house)
    for find, close in (("find_keys", "deactivate_key"), ("find_console_password", "delete_console_password")):
        house.close_all(find, close)
    assert (house.held(NEIGHBOUR), house.held(person("katarina.vuk@fjordlight.example"))) == before


@pytest.mark.parametrize("hostile", ["AIDA/../x", "AIDAEXAMPLEEXAMPLE\r\nX: y", "", "*", "AIDA", "..", "severance"])
def test_an_id_that_is_none_is_refused_before_anything_is_asked(house, hostile):
    house.mark()
    account = Account("aws", hostile, "jonas.weber")
    for name in ("find_open_account", "is_quarantined", "find_keys", "find_sessions", "find_groups", "keep_state"):
        with pytest.raises(RefusedError):
            house.do(name, account)
    assert house.asked() == []


def test_a_name_that_could_be_anything_only_costs_a_list(house):
    account = Account("aws", house.subject.id, "x\r\n<UserName>evil</UserName>&Action=DeleteUser")
    [thing] = house.do("find_open_account", account)
    assert thing.label == "user jonas.weber"
    assert house.sent() == []
