"""The parts of a modal: the view itself and its fields. Slack's limits hold here as in `blocks.py`.

A field's block is called what it asks for, and its element is always called `value`: so
`view["state"]["values"][NAME]["value"]` is what the person said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runner.chat.cards.blocks import Block, fitted, plain

__all__ = [
    "METADATA",
    "OPTION",
    "OPTIONS",
    "Option",
    "field",
    "fits",
    "menu",
    "one_of",
    "several_of",
    "typed",
    "view",
]

TITLE, SUBMIT, LABEL, HINT, NAME = 24, 24, 2000, 2000, 255  # characters
METADATA = 3000  # characters of what a view carries for us
OPTIONS, OPTION = 100, 75  # how many, and characters of each text and value
_TYPED = 3000  # the most a text input gives back


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    label: str


def view(
    title: str,
    blocks: Iterable[Block],
    *,
    code: str = "",
    callback: str = "",
    submit: str = "",
    **carried: str,
) -> Block:
    """Return a modal; carried: what comes back with it, as compact JSON, empty values left out.

    Without a callback there is nothing to send in, only a way to close it. Raises ValueError when what is
    carried is longer than Slack takes.
    """
    metadata = {name: each for name, each in {"code": code, **carried}.items() if each}
    made: Block = {
        "type": "modal",
        "title": plain(title, TITLE),
        "close": plain("Close" if not callback else "Cancel", TITLE),
        "blocks": fitted(list(blocks), code),
        "private_metadata": json.dumps(metadata, separators=(",", ":")) if metadata else "",
    }
    if len(made["private_metadata"]) > METADATA:
        raise ValueError("what the view carries is too long")
    return {**made, "callback_id": callback, "submit": plain(submit, SUBMIT)} if callback else made


def typed(
    name: str, label: str, *, hint: str = "", optional: bool = False, lines: bool = False, said: str = ""
) -> Block:
    """Return a field to type into; lines: several of them. said: what stands in it already."""
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": _TYPED}
    started = {"initial_value": said[:_TYPED]} if said else {}
    return field(name, label, {**element, **started}, hint=hint, optional=optional)


def menu(name: str, label: str, options: Sequence[Option], *, chosen: str = "") -> Block:
    """Return a field to choose one from, as a menu."""
    return field(name, label, _chosen("static_select", options, chosen))


def one_of(name: str, label: str, options: Sequence[Option], *, chosen: str = "") -> Block:
    """Return a field to choose one of very few from, all of them in sight."""
    return field(name, label, _chosen("radio_buttons", options, chosen))


def several_of(name: str, label: str, options: Sequence[Option], *, hint: str = "") -> Block:
    """Return a field to choose any number from, one at the least."""
    element = {"type": "multi_static_select", "options": [_option(each) for each in options[:OPTIONS]]}
    return field(name, label, element, hint=hint)


def fits(option: Option) -> bool:
    """Tell whether Slack takes an option's value, which unlike its label cannot be cut."""
    return 0 < len(option.value) <= OPTION


def field(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """Return an input block around an element."""
    made: Block = {
        "type": "input",
        "block_id": name[:NAME],
        "label": plain(label, LABEL),
        "element": {**element, "action_id": "value"},
        "optional": optional,
    }
    return {**made, "hint": plain(hint, HINT)} if hint else made


def _chosen(kind: str, options: Sequence[Option], chosen: str) -> Block:
    first = next((_option(each) for each in options if each.value == chosen), None)
    element: Block = {"type": kind, "options": [_option(each) for each in options[:OPTIONS]]}
    return {**element, "initial_option": first} if first else element


def _option(option: Option) -> Block:
    return {"text": plain(option.label, OPTION), "value": option.value}
