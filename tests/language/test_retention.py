"""What a source's words on its memory mean, in numbers; and what they do not say."""

from __future__ import annotations

import pytest

from runner.actions.contract import ACTIONS
from runner.actions.registry import discover
from runner.language.retention import Lag, Retention, lag, lives, retention

DAY = 86400
discover()
KEEPS = [each for each in ACTIONS.values() if each.kind == "keep"]


@pytest.mark.parametrize(
    ("text", "seconds", "stands"),
    [
        ("7d", 7 * DAY, False),
        ("180d", 180 * DAY, False),
        ("while it stands", None, True),
        ("while the person is a member, and 90d after", None, True),
        ("until the hold is released", None, True),
        ("", None, False),
        ("90 days", None, False),
        ("long enough", None, False),
    ],
)
def test_a_retention_is_a_time_a_state_or_unknown(text, seconds, stands):
    assert retention(text) == Retention(seconds, stands)
    assert lives(text) == seconds


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("none", Lag(0)),
        ("15m", Lag(900)),
        ("seconds to minutes", Lag(3600, assumed=True)),
        ("minutes; nobody names a bound", Lag(3600, assumed=True)),
        ("hours", Lag(DAY, assumed=True)),
        ("up to an hour until a new hold is in effect", Lag(3600)),
        ("hours for sign-ins, up to 36 hours for a new phone", Lag(36 * 3600)),
        ("minutes for administrators' acts, hours for sign-ins", Lag(DAY, assumed=True)),
        ("", Lag(None)),
        ("now and then", Lag(None)),
    ],
)
def test_a_lag_is_the_longest_time_its_words_name(text, read):
    assert lag(text) == read


@pytest.mark.parametrize("action", KEEPS, ids=lambda each: each.name)
def test_the_words_of_every_source_can_be_read(action):
    read = retention(action.retention)
    assert read.stands or read.seconds
    assert lag(action.lag).seconds is not None


@pytest.mark.parametrize("action", [each for each in KEEPS if each.bulk], ids=lambda each: each.name)
def test_what_a_bulk_source_holds_expires_with_time(action):
    assert lives(action.retention)
