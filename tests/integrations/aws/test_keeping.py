"""What is kept: the state as received, and the whole event history of a person, page by page."""

import json
from itertools import chain

import pytest

from runner.errors import CredentialsError, RateLimited
from tests.integrations.aws.test_sdk import xml


def lines(house):
    """Return every event kept, by item."""
    kept = {}
    for name, raw in house.recorder.items.items():
        pages = [json.loads(line) for line in raw.decode().splitlines()]
        kept[name] = [json.loads(row["CloudTrailEvent"]) for page in pages for row in page["Events"]]
    return kept


def test_nothing_of_others_is_in_the_state_of_a_person(house):
    house.do("keep_state", house.subject)
    whole = b"".join(house.recorder.items.values())
    assert b"jonas.weber" in whole
    assert b"clara.weiss" not in whole
    assert house.sent() == []


def test_no_secret_of_a_key_is_in_the_state(house, lab):
    house.do("keep_state", house.subject)
    whole = b"".join(house.recorder.items.values()).decode()
    assert not [secret for secret in lab.world.secrets.values() if secret in whole]


def test_keeping_twice_gives_the_same_bytes(house):
    for name in ("keep_state", "keep_log"):
        house.do(name, house.subject)
        first = dict(house.recorder.items)
        house.recorder.items.clear()
        house.do(name, house.subject)
        assert house.recorder.items == first
        house.recorder.items.clear()


def test_what_closing_does_not_destroy_may_be_missing_by_name(house):
    house.fault("ListMFADevices$", status=403, body=xml("AccessDenied"))
    house.fault("ListServiceSpecificCredentials$", status=400, body=xml("NotSupportedService"))
    house.fault("GetCredentialReport$", status=403, body=xml("AccessDenied"))
    kept = house.do("keep_state", house.subject)
    assert kept.missing == "refused by AWS: ListServiceSpecificCredentials, ListMFADevices, credential report"


@pytest.mark.parametrize("operation", ["GetUser", "ListAccessKeys", "GetLoginProfile"])
def test_what_must_be_kept_must_be_kept(house, operation):
    house.fault(f"{operation}$", status=403, body=xml("AccessDenied"), times=None)
    with pytest.raises(CredentialsError):
        house.do("keep_state", house.subject)


def test_a_user_without_a_password_misses_nothing(house, lab):
    del lab.world.profiles["jonas.weber"]
    kept = house.do("keep_state", house.subject)
    assert kept.missing == ""
    assert not [name for name in house.recorder.items if name.startswith("GetLoginProfile")]


def test_a_report_that_is_still_written_is_waited_for(house):
    house.do("keep_state", house.subject)
    assert house.pauses == [1.0]
    assert house.recorder.items["credential-report-row.csv"].startswith(b"user,arn,")


def test_the_state_of_a_person_of_the_directory_is_kept_with_groups_and_sets(directory):
    directory.do("keep_state", directory.subject)
    names = set(directory.recorder.items)
    assert "DescribeUser-0001.json" in names
    assert len([name for name in names if name.startswith("DescribeGroup-")]) == 1
    assert len([name for name in names if name.startswith("InlinePolicy-")]) == 2, "their own and their group's"
    assert json.loads(directory.recorder.items["DescribeUser-0001.json"])["UserName"] == directory.subject.login


def test_the_history_is_kept_by_name_by_key_and_by_what_was_done_to_them(house, lab):
    house.close_all("find_open_account", "quarantine")
    house.do("keep_log", house.subject)
    kept = lines(house)
    whole = list(chain.from_iterable(kept.values()))

    mine = {"jonas.weber"}
    by_name = [event for name, events in kept.items() if "Username" in name for event in events]
    assert {event["userIdentity"].get("userName") for event in by_name} == mine
    assert len(by_name) == 130 + 3
    done_to = [event for name, events in kept.items() if "ResourceName" in name for event in events]
    assert [event["eventName"] for event in done_to] == ["PutUserPolicy"]
    assert "severance/0 (amber-falcon-7)" in done_to[0]["userAgent"]
    assert {name.rpartition("-AccessKeyId-")[2] for name in kept if "AccessKeyId" in name} == {
        "us-east-1.jsonl", "eu-west-1.jsonl",
    }  # fmt: skip
    assert len({event["eventID"] for event in whole}) >= 133


def test_what_a_person_did_in_a_role_session_is_kept_by_the_sessions_own_key(house, lab):
    session = house.act("assume", role="pipeline", session="x9")
    lab.history.note("GetSecretValue", session, source="secretsmanager.amazonaws.com", region="eu-west-1")
    house.do("keep_log", house.subject)
    events = [event["eventName"] for events in lines(house).values() for event in events]
    assert events.count("GetSecretValue") == 1


def test_a_limit_in_the_middle_of_the_history_cuts_nothing_off(house):
    house.do("keep_log", house.subject)
    whole = dict(house.recorder.items)
    house.recorder.items.clear()
    slow = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    house.fault("LookupEvents$", status=400, body=slow, times=5)
    house.do("keep_log", house.subject)
    assert house.recorder.items == whole


def test_a_history_that_stays_limited_is_an_error_and_not_half_a_history(house):
    slow = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    house.fault("LookupEvents$", status=400, body=slow, times=None, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited):
        house.do("keep_log", house.subject)
    assert house.recorder.items == {}


def test_every_configured_region_is_kept(make):
    house = make(regions=["us-east-1"])
    house.subject = house.person()
    house.do("keep_log", house.subject)
    assert {name.rpartition("us-east-1")[1] for name in house.recorder.items} == {"us-east-1"}
    assert sum(map(len, lines(house).values())) < 133
