"""Names: of actions, clocks, playbooks, steps and phases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.language.operations import OPERATIONS
from runner.language.playbook import (
    EMERGENCY,
    SNAPSHOT,
    UNDO,
    ClockStep,
    DoStep,
    PlayStep,
    TaskStep,
)
from runner.language.problems import nearest, quoted
from runner.language.rules.book import Book, Finding, rule

__all__: list[str] = []

_PAYMENT = re.compile(
    r"(?:^|[._\s-])(pay|payment|ransom|negotiate|negotiation|bargain|reply|respond)(?:$|[._\s-])"
)
_RESERVED = frozenset(
    [
        "and",
        "demand",
        "demands",
        "each",
        "else",
        "false",
        "if",
        "in",
        "inputs",
        "is",
        "linked",
        "none",
        "not",
        "or",
        "subject",
        "true",
    ]
)
_REFUSED_TASKS = re.compile(
    r"\s*(pay|negotiate|bargain|reply|respond|answer the demand)\b(?!\s+attention)", re.IGNORECASE
)


@rule("unknown-action", alone=True)
def unknown_action(book: Book) -> Iterator[Finding]:
    """`do` names an action of a service, or an operation over all."""
    for spot, step in book.dos():
        if step.do not in book.known.actions and step.do not in OPERATIONS and not _PAYMENT.search(step.do):
            hint = nearest(step.do, [*book.known.actions, *OPERATIONS])
            yield Finding(spot.at("do"), f"expected an action, found {quoted(step.do)}", hint)


@rule("payment", alone=True)
def payment(book: Book) -> Iterator[Finding]:
    """Paying, negotiating and replying are no actions and never will be."""
    help_ = "decide with counsel, outside this tool; it pays nobody and answers nobody"
    for spot in book.spots:
        step = spot.step
        if isinstance(step, DoStep) and step.do not in book.known.actions and _PAYMENT.search(step.do):
            yield Finding(
                spot.at("do"), f"expected an action, found paying or replying: {quoted(step.do)}", help_
            )
        if isinstance(step, TaskStep) and _REFUSED_TASKS.match(step.task):
            yield Finding(
                spot.at("task"), "expected a task that keeps or closes, found paying or replying", help_
            )


@rule("unknown-clock", alone=True)
def unknown_clock(book: Book) -> Iterator[Finding]:
    """A clock is a row of clocks.yaml."""
    for spot in book.spots:
        if isinstance(spot.step, ClockStep) and spot.step.clock not in book.known.clocks:
            hint = nearest(spot.step.clock, book.known.clocks)
            yield Finding(
                spot.at("clock"), f"expected a clock of clocks.yaml, found {quoted(spot.step.clock)}", hint
            )


@rule("clock-not-in-force", alone=True)
def clock_not_in_force(book: Book) -> Iterator[Finding]:
    """A deadline that is no law is proposed to nobody."""
    for spot in book.spots:
        name = spot.step.clock if isinstance(spot.step, ClockStep) else ""
        row = book.known.clocks.get(name)
        if row and not row.in_force:
            found = f"expected a clock that is in force, found {quoted(name)}: {row.source}"
            yield Finding(spot.at("clock"), found, row.note or "")


@rule("unknown-playbook", alone=True)
def unknown_playbook(book: Book) -> Iterator[Finding]:
    """A playbook to play is a file beside this one, or one that was shipped."""
    for spot in book.spots:
        if isinstance(spot.step, PlayStep) and spot.step.play not in book.known.playbooks:
            hint = nearest(spot.step.play, book.known.playbooks)
            yield Finding(
                spot.at("play"), f"expected the name of a playbook, found {quoted(spot.step.play)}", hint
            )


@rule("duplicate-id")
def duplicate_id(book: Book) -> Iterator[Finding]:
    """Ids of steps name results across phases, so each exists once; so does each phase."""
    seen: dict[str, int] = {}
    for spot in book.spots:
        where, name = spot.at("id"), spot.step.id
        line = seen.setdefault(name, book.source.at(where).line)
        if book.by_id[name] != spot:
            yield Finding(
                where, f"expected an id of its own, found {quoted(name)} again", f"line {line} has it"
            )
    phases: set[str] = set()
    for number, phase in enumerate(book.playbook.phases):
        if phase.phase in phases:
            where = ("phases", number, "phase")
            yield Finding(where, f"expected a phase name of its own, found {quoted(phase.phase)} again")
        phases.add(phase.phase)


@rule("reserved-name", alone=True)
def reserved_name(book: Book) -> Iterator[Finding]:
    """Words of references cannot name a step, and a phase or step that adds itself is not written."""
    for number, phase in enumerate(book.playbook.phases):
        if phase.phase in (SNAPSHOT, EMERGENCY, UNDO):
            found = f"expected a phase name that is not added by itself, found {quoted(phase.phase)}"
            yield Finding(("phases", number, "phase"), found)
    for spot in book.spots:
        if spot.step.id in _RESERVED or spot.step.id.startswith(f"{EMERGENCY}-"):
            yield Finding(
                spot.at("id"), f"expected an id that is no word of the language, found {quoted(spot.step.id)}"
            )


@rule("forbidden-input", alone=True)
def forbidden_input(book: Book) -> Iterator[Finding]:
    """Accent, origin, nationality, language and face say nothing about what a person did."""
    words = re.compile(
        r"(?:^|[_-])(accent|origin|nationality|ethnicity|race|religion|language|face|citizenship)(?:$|[_-])"
    )
    for name in book.playbook.inputs:
        if words.search(name):
            help_ = "write what the person did, with time and source"
            yield Finding(
                ("inputs", name), f"expected facts about conduct, found {quoted(name)}", help_, on_key=True
            )
