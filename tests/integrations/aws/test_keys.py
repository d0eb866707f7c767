"""The key layer and the console password: what is Inactive, what returns only by rotation, what others hold."""

import pytest

from runner.actions.values import Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, ServiceError


def quarantined(house):
    house.close_all("find_open_account", "quarantine")


def test_every_kind_is_found_and_closed_with_one_write_each(house):
    house.mark()
    closed = house.close_all("find_keys", "deactivate_key")
    assert [thing.state["kind"] for thing, _ in closed] == [
        "access key", "access key", "SSH key", "signing certificate", "service credential",
    ]  # fmt: skip
    assert len(house.sent()) == len(house.writes()) == 5
    assert house.duplicates() == []


def test_an_access_key_is_refused_to_return_with_the_words_that_its_owner_makes_another(house):
    thing, outcome = house.close_all("find_keys", "deactivate_key")[0]
    refused = house.do("activate_key", house.subject, thing, outcome.before)
    assert isinstance(refused, Refused)
    assert "its owner makes a new one" in refused.why


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_lost_answer_leaves_one_change_after_the_next_attempt(house, kind):
    thing = house.do("find_keys", house.subject)[0]
    house.fault("UpdateAccessKey$", kind)
    with pytest.raises(AnswerLost):
        house.do("deactivate_key", house.subject, thing)
    house.do("deactivate_key", house.subject, thing)
    assert len(house.writes()) == 1


def test_a_key_made_in_the_meantime_is_found(house, lab):
    assert len(house.close_all("find_keys", "deactivate_key")) == 5
    made = lab.world.access_key("jonas.weber")
    assert [each.id for each in house.do("find_keys", house.subject)] == [made["AccessKeyId"]]
    assert house.do("keys_are_inactive", house.subject).verdict == "open"


def test_a_key_the_person_made_for_somebody_else_while_iam_settled_is_closed_and_theirs_is_not(house, lab):
    quarantined(house)
    house.close_all("find_keys", "deactivate_key")
    made = house.act("mint-key", of="clara.weiss")
    assert house.do("keys_are_inactive", house.subject).verdict == "open"

    [(thing, outcome)] = house.close_all("find_keys", "deactivate_key")
    assert thing.label == f"access key {made['AccessKeyId']} of clara.weiss"
    assert isinstance(outcome, Changed)
    assert [row["Status"] for row in lab.world.keys["access/clara.weiss"]] == ["Active", "Inactive"]
    assert house.do("keys_are_inactive", house.subject).verdict == "closed"


def test_a_key_of_somebody_else_is_refused(house, lab):
    quarantined(house)
    theirs = lab.world.keys["access/clara.weiss"][0]["AccessKeyId"]
    state = {"kind": "access key", "user": "clara.weiss", "id": theirs, "Status": "Active", "made": None}
    assert isinstance(house.do("deactivate_key", house.subject, Thing(theirs, "x", state)), Refused)
    assert lab.world.keys["access/clara.weiss"][0]["Status"] == "Active"


def test_a_key_that_is_gone_or_of_a_kind_there_is_not_is_left_alone(house):
    thing = house.do("find_keys", house.subject)[0]
    house.mark()
    for state in ({**thing.state, "id": "AKIAGONE00000000GONE"}, {**thing.state, "kind": "golden key"}):
        assert isinstance(house.do("deactivate_key", house.subject, Thing(thing.id, "x", state)), Unchanged)
    other = Thing("AKIAOTHER0000000OTHER", "x", thing.state)
    assert isinstance(house.do("deactivate_key", house.subject, other), Refused)
    assert house.sent() == []


def test_what_was_inactive_before_us_is_not_switched_on(house, lab):
    lab.world.keys["ssh/jonas.weber"][0]["Status"] = "Inactive"
    assert "SSH key" not in {each.state["kind"] for each in house.do("find_keys", house.subject)}
    row = lab.world.keys["ssh/jonas.weber"][0]
    before = {"kind": "SSH key", "user": "jonas.weber", "id": row["SSHPublicKeyId"], "Status": "Inactive", "made": None}
    assert isinstance(house.do("activate_key", house.subject, Thing(row["SSHPublicKeyId"], "", before), before), Refused)


def test_a_renamed_users_keys_are_still_theirs(house, lab):
    things = house.do("find_keys", house.subject)
    lab.world.users["j.weber"] = {**lab.world.users.pop("jonas.weber"), "UserName": "j.weber"}
    for kind in ("access", "ssh", "certificate", "service"):
        lab.world.keys[f"{kind}/j.weber"] = lab.world.keys.pop(f"{kind}/jonas.weber")
    assert all(isinstance(house.do("deactivate_key", house.subject, each), Changed) for each in things)
    assert house.do("keys_are_inactive", house.subject).verdict == "closed"


def test_a_write_aws_accepts_without_doing_it_is_no_success(house):
    thing = house.do("find_keys", house.subject)[0]
    done = b"<UpdateAccessKeyResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></UpdateAccessKeyResponse>"
    house.fault("UpdateAccessKey$", status=200, body=done)
    with pytest.raises(ServiceError, match="does not read Inactive after the call"):
        house.do("deactivate_key", house.subject, thing)


def test_a_password_that_is_changed_this_minute_is_waited_for(house):
    busy = b"<ErrorResponse><Error><Code>EntityTemporarilyUnmodifiable</Code><Message>wait</Message></Error></ErrorResponse>"
    house.fault("DeleteLoginProfile$", status=409, body=busy, times=2)
    [(_, outcome)] = house.close_all("find_console_password", "delete_console_password")
    assert isinstance(outcome, Changed)
    assert house.pauses == [1.0, 1.0]
    assert house.writes() == ["user jonas.weber console password deleted"]


def test_a_password_set_anew_opens_the_door_again(house, hands, lab):
    house.close_all("find_console_password", "delete_console_password")
    assert house.do("password_is_gone", house.subject).verdict == "closed"
    hands(lab.url, "iam").create_login_profile(UserName="jonas.weber", Password="a-Passw0rd-for-a-test")
    assert house.do("password_is_gone", house.subject).verdict == "open"


def test_the_password_of_somebody_else_is_refused(house, lab):
    thing = Thing("AIDASOMEBODYELSE00000.console", "x", {})
    assert isinstance(house.do("delete_console_password", house.subject, thing), Refused)
    assert house.writes() == []
