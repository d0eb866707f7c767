"""The one escape: whatever the text, it does nothing and is still there."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given, strategies as st

from runner.chat.cards.escape import LONGEST, escaped, monospaced, shown

SAMPLES = st.text(max_size=400) | st.sampled_from(["<!channel>", "<@U123>", "&lt;", "&amp;", "<https://e|L>"])


@given(SAMPLES)
def test_nothing_in_mrkdwn_can_be_a_mention_a_link_or_an_entity_of_its_own(text: str) -> None:
    made = escaped(text)
    assert "<" not in made
    assert ">" not in made
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", made)


@given(SAMPLES)
def test_what_slack_shows_of_it_is_the_text(text: str) -> None:
    assert html.unescape(escaped(text).replace("&amp;", "&amp;amp;")).replace("&amp;", "&") == shown(text)


@given(SAMPLES)
def test_nothing_hides_reorders_or_breaks_the_line(text: str) -> None:
    assert not {unicodedata.category(each) for each in shown(text)} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=LONGEST))
def test_words_that_hide_nothing_stay_as_they_are(text: str) -> None:
    assert shown(text) == text


@given(SAMPLES)
def test_code_ends_where_we_end_it(text: str) -> None:
    made = monospaced(text)
    assert made.count("`") == 2
    assert made[0] == made[-1] == "`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\nb", "a b"),
        ("\x1b[31m", "[U+001B][31m"),
        ("x" * 301, "x" * 300 + "… (301 characters)"),
    ],
)
def test_what_would_hide_is_spelled_and_what_is_endless_is_counted(text: str, expected: str) -> None:
    assert shown(text) == expected
