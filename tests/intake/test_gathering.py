"""Several messages make one demand: nothing that was demanded is taken back by a later, shorter one."""

from __future__ import annotations

from dataclasses import fields

from runner.intake.demand import Deadline, Demand
from runner.intake.gathering import gathered
from runner.language.known import DEADLINE, DEMAND
from tests.intake.conftest import reading


def read(name: str):
    return reading(name).demand.as_json()


def test_without_messages_every_field_is_there_and_empty():
    assert gathered([]) == Demand().as_json()
    assert gathered([])["deadline"]["utc"] == ""


def test_the_newest_message_and_its_deadline_count_and_the_earlier_ones_stay():
    found = gathered([read("first.eml"), read("second.eml")])
    assert (found["subject"], found["deadline"]["utc"]) == ("Last word", "2026-11-28T12:00:00Z")
    assert [each["utc"] for each in found["deadlines"]] == [
        "2026-11-27T17:00:00Z",
        "2026-11-28T09:14:02Z",
        "2026-11-28T12:00:00Z",
    ]
    assert [each["stated"] for each in found["amounts"]] == ["2.5 BTC", "$150,000", "4 BTC"]
    assert [each["address"] for each in found["wallets"]] == ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]
    assert found["danger"] == ["We know where you live."]


def test_a_message_without_a_deadline_leaves_the_one_before_standing():
    silent = reading(b"Well?").demand.as_json()
    found = gathered([read("second.eml"), silent])
    assert (found["quote"], found["deadline"]["utc"]) == ("Well?", "2026-11-28T12:00:00Z")
    assert gathered([silent])["deadline"]["utc"] == ""


def test_the_same_message_twice_is_one_demand():
    assert gathered([read("first.eml")] * 2) == gathered([read("first.eml")])


def test_what_playbooks_may_name_of_a_demand_is_what_is_read_of_one():
    """The language knows no intake; so the names are written down there, and compared here."""
    assert {each.name for each in fields(Demand)} == DEMAND
    assert {each.name for each in fields(Deadline)} == DEADLINE
