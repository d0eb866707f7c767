"""Durations, windows, order, and playbooks that play others."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import PlaybookError
from runner.language import load
from runner.language.clocks import load_clocks
from runner.language.durations import duration, fire, in_words
from runner.language.expand import expanded
from runner.language.known import Known
from runner.language.loading import load_text
from runner.language.playbook import Playbook
from runner.language.waits import ancestors, in_order_of_after, waits

HERE = Path(__file__).parent
PLAYBOOKS = HERE.parents[1] / "playbooks"


def book(phases: str) -> Playbook:
    head = "playbook: p\nshown_as: P\nversion: 1\nowner: o\npeople: {start: [a], decide: [b]}\n"
    loaded = load_text(head + phases, "p.yaml")
    assert loaded.playbook is not None, loaded.problems
    return loaded.playbook


@pytest.mark.parametrize(
    ("text", "seconds"), [("15m", 900), ("1h", 3600), ("24h", 86400), ("180d", 15552000), ("90s", 90)]
)
def test_durations_are_seconds(text: str, seconds: int) -> None:
    assert duration(text) == seconds
    assert duration(in_words(seconds)) == seconds


@pytest.mark.parametrize("text", ["5", "0m", "-1h", "1.5h", "1 h", "1h30m", "99999d", "\u0661h", "1H"])
def test_other_spellings_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=text[:1]):
        duration(text)


def test_a_window_has_a_zone_and_may_span_midnight() -> None:
    window = fire("between 22:30-06:00 Europe/London")
    assert (window.kind, str(window.opens), str(window.closes), window.zone) == (
        "between", "22:30:00", "06:00:00", "Europe/London",
    )  # fmt: skip
    assert fire("armed 72h").seconds == 72 * 3600
    assert fire("on-approval").kind == "on-approval"


@pytest.mark.parametrize(
    "text",
    ["now", "between 05:00-06:00", "between 25:00-06:00 UTC", "between 05:00-05:00 UTC", "armed", "armed x"],
)
def test_other_windows_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        fire(text)


def test_a_step_waits_for_what_it_names_and_for_what_it_uses() -> None:
    phase = book("""phases:
  - phase: one
    steps:
      - {id: c, task: "{{ b }}"}
      - {id: b, ask: Which, choose: a.candidates}
      - {id: d, task: Call, after: c, when: a.eu_data}
      - {id: a, do: doors.find, accounts: [subject]}
""").phases[0]
    assert waits(phase) == {"c": {"b"}, "b": {"a"}, "d": {"c"}, "a": frozenset()}
    assert [step.id for step in in_order_of_after(phase)] == ["a", "b", "c", "d"]


def test_ancestors_are_earlier_phases_and_what_a_step_waits_for() -> None:
    playbook = book("""phases:
  - phase: one
    steps: [{id: a, task: Call}, {id: b, task: Call}]
  - phase: two
    steps: [{id: c, task: Call}, {id: d, task: Call, after: c}, {id: e, task: Call}]
""")
    second = playbook.phases[1]
    assert ancestors(playbook, second, second.steps[1]) == {"a", "b", "c"}


def test_steps_that_wait_for_one_another_have_no_order() -> None:
    phase = book(
        "phases:\n  - phase: one\n    steps: [{id: a, task: x, after: b}, {id: b, task: x, after: a}]\n"
    ).phases[0]
    with pytest.raises(PlaybookError, match="wait for one another"):
        in_order_of_after(phase)


def test_a_played_playbook_stands_in_the_place_of_the_phase(known: Known) -> None:
    playbook = book(
        "phases:\n  - phase: one\n    steps: [{id: p, play: other}]\n  - phase: two\n    steps: [{id: a, task: x}]\n"
    )
    whole = expanded(playbook, known.playbooks)
    assert [phase.phase for phase in whole.phases] == ["other-one", "two"]
    assert list(whole.inputs) == ["extra"]
    assert whole.people == playbook.people


@pytest.mark.parametrize(
    ("name", "why"), [("circle", "circle plays circle"), ("gone", "there is no playbook")]
)
def test_circles_and_unknown_names_are_refused(known: Known, name: str, why: str) -> None:
    playbook = book(f"phases:\n  - phase: one\n    steps: [{{id: p, play: {name}}}]\n")
    with pytest.raises(PlaybookError, match=why):
        expanded(playbook, known.playbooks)


def test_the_same_playbook_twice_would_use_an_id_twice(known: Known) -> None:
    playbook = book(
        "phases:\n  - phase: a\n    steps: [{id: p, play: other}]\n  - phase: b\n    steps: [{id: q, play: other}]\n"
    )
    with pytest.raises(PlaybookError, match="used by two"):
        expanded(playbook, known.playbooks)


def test_models_do_not_change_and_know_no_other_keys() -> None:
    playbook = book("phases:\n  - phase: a\n    steps: [{id: p, task: x}]\n")
    with pytest.raises(ValueError, match="frozen"):
        playbook.version = 2  # type: ignore[misc]


def test_the_shipped_clock_has_a_date_and_a_source() -> None:
    clock = load_clocks(PLAYBOOKS / "clocks.yaml")["gdpr-33"]
    assert clock.within is not None
    assert clock.within.amount == 72 * 3600
    assert "33(1)" in clock.source
    assert clock.checked == "2026-11-25"


def test_shipped_playbooks_are_valid_and_say_why() -> None:
    for path in PLAYBOOKS.glob("*.yaml"):
        if path.name != "clocks.yaml":
            playbook = load(path).playbook
            assert playbook is not None
            assert playbook.playbook == path.stem
            assert [step.id for phase in playbook.phases for step in phase.steps if not step.note] == []
