"""The session layer: whose sessions they are, who else is on the role, and the deny that ends the one and not the other."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.lab.company import NEIGHBOUR
from runner.actions.values import Changed, Refused, Thing, Unchanged


def sessions(house):
    return {thing.state["role"]: thing for thing in house.do("find_sessions", house.subject)}


def of(lab, role):
    return {name: json.loads(text)["Statement"][0] for name, text in lab.world.inline[f"role/{role}"].items()}


def quarantined(house):
    house.close_all("find_open_account", "quarantine")


def test_a_session_of_the_persons_alone_is_ended_without_touching_the_others_on_the_role(house, lab):
    thing = sessions(house)["deploy"]
    assert (thing.shared, thing.state["others"]) == (False, [])
    house.do("end_session", house.subject, thing)

    [statement] = of(lab, "deploy").values()
    role = lab.world.roles["deploy"]["RoleId"]
    assert statement["Condition"]["StringEquals"] == {"aws:userid": f"{role}:jonas.weber"}
    assert set(sessions(house)) == {"support"}


def test_a_session_name_others_use_too_comes_back_shared_with_everybody_who_would_be_hit(house, lab):
    thing = sessions(house)["support"]
    assert thing.shared
    assert thing.state["others"] == [lab.world.users["clara.weiss"]["Arn"]]
    assert lab.world.users["clara.weiss"]["Arn"] in thing.label

    house.do("end_session", house.subject, thing)
    [statement] = of(lab, "support").values()
    assert set(statement["Condition"]) == {"DateLessThan"}
    assert set(of(lab, "support")) == {"severance-older-sessions"}


def test_a_long_list_of_others_is_counted(house):
    for place in range(9):
        who = {"type": "AWSService", "invokedBy": f"service-{place}.amazonaws.com"}
        house.act("assume", role="support", session="console", **{"as": who})
    thing = sessions(house)["support"]
    assert len(thing.state["others"]) == 10
    assert thing.label.endswith("and 5 more")


def test_a_role_the_history_does_not_show_is_treated_as_shared(house, lab):
    for _, row in lab.history._events:
        row["Resources"] = []
    thing = sessions(house)["deploy"]
    assert thing.shared
    assert "not shown by the event history" in thing.label


def test_a_session_opened_out_of_a_session_is_the_persons_whatever_its_name(house):
    first = house.act("assume", role="deploy", session="jonas.weber", ago=3)
    second = house.act("assume", role="pipeline", session="nightly", ago=2, **{"as": first})
    house.act("assume", role="support", session="nightly", ago=1, **{"as": second})
    names = {thing.id.partition(":")[2] for thing in house.do("find_sessions", house.subject) if not thing.shared}
    assert names == {"jonas.weber", "nightly"}


def test_a_stranger_who_takes_the_persons_name_for_a_session_is_not_the_person(house, lab):
    stranger = lab.history.user("clara.weiss")
    taken = house.act("assume", role="support", session="jonas.weber", **{"as": stranger})
    house.act("assume", role="pipeline", session="theirs", **{"as": taken})
    assert "pipeline" not in sessions(house)


def test_a_session_that_has_expired_is_none(house):
    assert "pipeline" not in sessions(house)  # one of an hour, six hours ago
    house.act("assume", role="pipeline", session="again", hours=2, ago=1)
    assert "pipeline" in sessions(house)


def test_a_session_opened_after_the_deny_is_open_again_and_ended_again(house, lab):
    thing = sessions(house)["deploy"]
    house.do("end_session", house.subject, thing)
    [first] = of(lab, "deploy").values()
    later = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    again = Thing(thing.id, thing.label, {**thing.state, "issued": later})
    lab.act("assume", {"role": "deploy", "session": "jonas.weber", "ago": -0.001})

    assert "deploy" in sessions(house)
    assert isinstance(house.do("end_session", house.subject, again), Changed)
    [second] = of(lab, "deploy").values()
    assert first["Sid"] <= second["Sid"]


def test_a_deny_on_all_older_sessions_covers_the_one(house):
    shared = Thing(sessions(house)["deploy"].id.partition(":")[0], "role deploy", sessions(house)["deploy"].state, shared=True)
    house.do("end_session", house.subject, shared)
    assert "deploy" not in sessions(house)


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("arn:aws:iam::210987654321:role/deploy", "in the account 210987654321"),
        ("arn:aws:iam::{account}:role/aws-service-role/support.amazonaws.com/deploy", "service-linked"),
        ("arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/deploy", "Identity Center"),
        ("arn:aws:iam::{account}:role/other", "does not name its role"),
        ("nonsense", "does not name its role"),
    ],
)
def test_what_aws_lets_nobody_end_from_here_is_refused_with_the_reason(house, lab, arn, why):
    thing = sessions(house)["deploy"]
    bent = Thing(thing.id, thing.label, {**thing.state, "arn": arn.format(account=lab.world.account)})
    house.mark()
    refused = house.do("end_session", house.subject, bent)
    assert isinstance(refused, Refused)
    assert why in refused.why
    assert house.sent() == []


def test_a_session_in_another_account_stays_listed(house, lab):
    lab.world.roles["deploy"]["Arn"] = "arn:aws:iam::210987654321:role/deploy"
    lab.act("assume", {"role": "deploy", "session": "away"})
    [away] = [each for each in house.do("find_sessions", house.subject) if "210987654321" in each.state["arn"]]
    assert isinstance(house.do("end_session", house.subject, away), Refused)
    assert house.do("sessions_are_ended", house.subject).verdict == "open"


def test_the_role_severance_is_signed_in_with_is_never_denied(make, lab):
    role = lab.world.roles["support"]["RoleId"]
    said = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult>"
        f"<UserId>{role}:severance</UserId><Account>{lab.world.account}</Account><Arn>arn:aws:sts::1:assumed-role/support/severance</Arn>"
        "</GetCallerIdentityResult><ResponseMetadata/></GetCallerIdentityResponse>"
    )
    house = make()
    house.subject = house.person()
    house.fault("GetCallerIdentity$", status=200, body=said.encode())
    refused = house.do("end_session", house.subject, sessions(house)["support"])
    assert isinstance(refused, Refused)
    assert "severance itself" in refused.why


def test_a_role_made_anew_under_the_same_name_is_another_role(house, lab):
    thing = sessions(house)["deploy"]
    lab.world.roles["deploy"]["RoleId"] = "AROASOMEOTHERROLE0000"
    house.mark()
    assert isinstance(house.do("end_session", house.subject, thing), Unchanged)
    assert house.sent() == []


def test_without_a_deny_on_the_user_the_door_is_open_even_if_no_session_is(house):
    house.close_all("find_sessions", "end_session")
    proof = house.do("sessions_are_ended", house.subject)
    assert proof.verdict == "open"
    assert "any time" in proof.why


def test_sessions_are_never_more_than_inferred_and_pending_while_the_history_lags(make):
    for lag, verdict in ((0, "inferred"), (900, "pending")):
        house = make(lags_s=lag)
        house.subject = house.person()
        quarantined(house)
        house.close_all("find_sessions", "end_session")
        proof = house.do("sessions_are_ended", house.subject)
        assert proof.verdict == verdict
        assert bool(proof.until) == (verdict == "pending")


def test_a_session_that_shows_up_late_opens_the_door_again(house):
    quarantined(house)
    house.act("trail-behind")
    house.act("assume", role="pipeline", session="quick")
    house.close_all("find_sessions", "end_session")
    assert house.do("sessions_are_ended", house.subject).verdict == "inferred"
    house.act("trail-caught-up")
    assert house.do("sessions_are_ended", house.subject).verdict == "open"


def test_the_deny_goes_off_the_role_unless_somebody_changed_it(house, lab):
    done = {thing.state["role"]: (thing, outcome) for thing, outcome in house.close_all("find_sessions", "end_session")}
    thing, outcome = done["support"]
    lab.world.inline["role/support"]["severance-older-sessions"] = '{"Version": "2012-10-17", "Statement": []}'
    given = Thing(thing.id, "", outcome.before), outcome.before
    assert isinstance(house.do("let_session_be", house.subject, *given), Refused)

    thing, outcome = done["deploy"]
    given = Thing(thing.id, "", outcome.before), outcome.before
    assert isinstance(house.do("let_session_be", house.subject, *given), Changed)
    assert isinstance(house.do("let_session_be", house.subject, *given), Unchanged)
    assert of(lab, "deploy") == {}


def test_the_others_on_a_role_are_nobody_we_close(house):
    before = house.held(NEIGHBOUR)
    house.close_all("find_sessions", "end_session")
    assert house.held(NEIGHBOUR) == before


def test_records_that_are_no_sessions_hide_none_and_one_without_its_role_stays_open(house, lab):
    before = set(sessions(house))
    subject = lab.history.user("jonas.weber")
    for asked, answered in (
        (None, None), ({"roleArn": "x"}, {}), ({"roleArn": 7, "roleSessionName": "y"}, {"assumedRoleUser": {"assumedRoleId": "noname"}}),
        ({}, {"assumedRoleUser": None, "credentials": None}),
        ({}, {"assumedRoleUser": {"assumedRoleId": "AROAX:y"}, "credentials": {"accessKeyId": "ASIAX"}}),
    ):  # fmt: skip
        lab.history.note("AssumeRole", subject, asked=asked, answered=answered)
    lab.history.note("AssumeRole", subject, asked={}, answered={}, error="AccessDenied")
    lab.history._events.append(("us-east-1", {**lab.history._events[0][1], "Username": "jonas.weber", "CloudTrailEvent": "no json"}))
    found = sessions(house)
    assert set(found) == {*before, ""}
    assert isinstance(house.do("end_session", house.subject, found[""]), Refused)
