"""What may follow the command: verbs, cases, words; and what is refused, with how it is written."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from runner.chat.grammar import FORMS, Command, parse
from runner.errors import UsageError

CODE = "amber-falcon-71"
READ = {
    "": Command("help"),
    "help": Command("help"),
    "  HELP ": Command("help"),
    "open": Command("open"),
    "emergency": Command("emergency"),
    f"emergency {CODE}": Command("emergency", CODE),
    "status": Command("status"),
    f"status {CODE}": Command("status", CODE),
    f"approve {CODE}": Command("approve", CODE),
    f"deny {CODE}": Command("deny", CODE),
    f"deny {CODE} wrong person": Command("deny", CODE, words="wrong person"),
    f"object {CODE} ask counsel first": Command("object", CODE, words="ask counsel first"),
    f"answer {CODE} same-person": Command("answer", CODE, "same-person"),
    f"answer {CODE} same-person none": Command("answer", CODE, "same-person", "none"),
    f"note {CODE} he said “no” — twice": Command("note", CODE, words="he said “no” — twice"),
    f"stop {CODE}": Command("stop", CODE),
}


@pytest.mark.parametrize("text", READ)
def test_a_command_is_read(text):
    assert parse(text) == READ[text]


@pytest.mark.parametrize(
    "text",
    [
        "pay", "undo amber-falcon-71", "approve", f"approve {CODE} now", f"approve {CODE} --yes --force", "open --force",
        f"deny {CODE} --yes", f"stop {CODE} —force", f"answer {CODE}", f"note {CODE}", f"object {CODE}", "brief",
        "status Amber-Falcon-71", "status ../etc", f"adopt {CODE} okta/account", f"approve {CODE}\nstop {CODE}",
        f"note {CODE} " + "x" * 3001, f"answer {CODE} ../../x yes", "approve 'amber-falcon-71'",
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_how_it_is_written(text):
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert refused.value.remedy in FORMS.values()


@given(st.text(max_size=4100))
def test_no_text_does_more_than_be_refused(text):
    try:
        read = parse(text)
    except UsageError:
        return
    assert read.verb in FORMS
