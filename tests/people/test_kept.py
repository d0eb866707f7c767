"""Kept evidence is searched as bytes: whole words only, in any spelling, across the pieces it is read in."""

from __future__ import annotations

import io
import json

import pytest

from runner.actions.values import Observation
from runner.people.links.kept import MOST_ADDRESSES, addresses_in, found_in

PHONE = Observation("phone", "+1 202 555 0111")
IP = Observation("ip", "203.0.113.7")
HOME = Observation("address", "Straße 7, Ålesund")
SERIAL = Observation("device", "PF3X9K2L")
PIECE = 1 << 20


def seen_in(content, *wanted):
    return found_in(io.BytesIO(content if isinstance(content, bytes) else content.encode()), wanted)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ('{"phone": "+1 202 555 0111"}', PHONE), ('{"phone":"+12025550111"}', PHONE), ("tel:+12025550111,", PHONE),
        ('{"ipAddress":"203.0.113.7"}', IP), ("from 203.0.113.7:443", IP), ("203.0.113.7", IP),
        (json.dumps({"a": "Straße 7, Ålesund"}), HOME), (json.dumps({"a": "Straße 7, Ålesund"}, ensure_ascii=False), HOME),
        ("serial=PF3X9K2L;", SERIAL),
    ],
)  # fmt: skip
def test_a_value_is_found_as_it_was_seen_as_it_is_compared_and_as_json_escapes_it(content, value):
    assert seen_in(content, value) == [value]


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("1203.0.113.7", IP), ("203.0.113.70", IP), ("9.203.0.113.7", IP), ("203.0.113.7.9", IP),
        ("+120255501119", PHONE), ("XPF3X9K2L", SERIAL), ("PF3X9K2L_2", SERIAL), ("PF3X9K2LA", SERIAL), ("", IP),
    ],
)  # fmt: skip
def test_a_part_of_something_longer_is_another_value(content, value):
    assert seen_in(content, value) == []


@pytest.mark.parametrize("offset", range(-20, 21, 2))
def test_a_value_that_two_pieces_share_is_found(offset):
    assert seen_in(b"-" * (PIECE + offset) + b"203.0.113.7" + b"-" * 3 * PIECE, IP) == [IP]
    assert seen_in(b"-" * (PIECE + offset) + b"1203.0.113.70" + b"-" * 3 * PIECE, IP) == []


@pytest.mark.parametrize("offset", range(-4, 5))
def test_a_longer_value_that_a_piece_begins_with_is_not_cut_into_ours(offset):
    """The overlap of two pieces begins somewhere inside 1203.0.113.7; the digit before counts all the same."""
    content = b"-" * (PIECE - (1 << 14) + offset) + b"1203.0.113.7" + b"-" * 2 * PIECE
    assert seen_in(content, IP) == []


def test_a_short_value_or_a_forbidden_one_is_not_looked_for():
    assert (
        seen_in("ab12 Paul Smith", Observation("mfa-device", "ab12"), Observation("name", "Paul Smith")) == []
    )


def test_nothing_wanted_is_nothing_found():
    assert seen_in("anything") == []


@pytest.mark.parametrize(
    "key",
    [
        "ip",
        "ipAddress",
        "ip_address",
        "actor_ip",
        "client_ip",
        "sourceIPAddress",
        "client.ipAddress",
        "x_real_ip",
    ],
)
def test_network_addresses_are_taken_from_where_logs_in_json_keep_them(key):
    log = json.dumps({key: "203.0.113.7"}).encode() + b"\n" + json.dumps({key: "10.0.0.1"}).encode()
    assert addresses_in(io.BytesIO(log)) == [IP]


@pytest.mark.parametrize("key", ["skip", "zip", "description", "tip", "ipsum", "membership"])
def test_other_keys_are_not(key):
    assert addresses_in(io.BytesIO(json.dumps({key: "203.0.113.7"}).encode())) == []


def test_a_log_of_countless_addresses_gives_a_bounded_number():
    log = "".join(f'{{"ip":"203.{a}.{b}.7"}}\n' for a in range(10) for b in range(250)).encode()
    assert len(addresses_in(io.BytesIO(log))) == MOST_ADDRESSES
