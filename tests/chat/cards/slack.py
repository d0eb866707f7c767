"""Slack's own word on blocks, as tables made anew from its reference, and read apart from the code's.

Source: https://docs.slack.dev/reference/block-kit, blocks, block elements, composition objects; …/reference/views.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

# The kinds of text a place takes, and its longest, by block and key.
TEXTS: Mapping[tuple[str, str], tuple[str, int]] = {
    ("section", "text"): ("plain_text mrkdwn", 3000),
    ("header", "text"): ("plain_text", 150),
    ("input", "label"): ("plain_text", 2000),
    ("input", "hint"): ("plain_text", 2000),
    ("button", "text"): ("plain_text", 75),
    ("modal", "title"): ("plain_text", 24),
    ("modal", "submit"): ("plain_text", 24),
    ("modal", "close"): ("plain_text", 24),
    ("option", "text"): ("plain_text", 75),
}
COUNTS = {("section", "fields"): 10, ("context", "elements"): 10, ("actions", "elements"): 25}
STRINGS = {"action_id": 255, "block_id": 255, "callback_id": 255, "private_metadata": 3000}
CHOICES = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10}
WHOLE_MESSAGE = 13_200


def broken(blocks: list[dict[str, Any]]) -> list[str]:
    """Return what Slack would refuse about the blocks of a message."""
    said = list(_blocks(blocks))
    if str(blocks) and sum(map(len, strings(blocks))) > WHOLE_MESSAGE:
        said.append("msg_blocks_too_long")
    for each in Block.parse_all(blocks):
        each.to_dict()  # raises for what the vendor's own models refuse
    return said


def broken_view(view: dict[str, Any]) -> list[str]:
    """Return what Slack would refuse about a modal or a home tab."""
    said = [*_blocks(view["blocks"]), *_texts("modal", view), *_strings(view)]
    inputs = [each for each in view["blocks"] if each["type"] == "input"]
    if inputs and "submit" not in view:
        said.append("inputs need a submit")
    if view["type"] == "modal" and "title" not in view:
        said.append("a modal needs a title")
    View(**view).to_dict()
    return said


def strings(part: Any) -> Iterator[str]:
    """Yield every text that a person could read."""
    if isinstance(part, dict):
        yield from ([part["text"]] if isinstance(part.get("text"), str) else [])
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from strings(each)


def text_objects(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every text with its type: `plain_text`, `mrkdwn`, or `text` of rich text."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part
        for each in part.values():
            yield from text_objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from text_objects(each)


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every button."""
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]


def _blocks(blocks: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(blocks) <= 50:
        yield f"{len(blocks)} blocks"
    ids = [each["block_id"] for each in blocks if "block_id" in each]
    if len(ids) != len(set(ids)):
        yield "a block_id twice"
    for block in blocks:
        kind = block["type"]
        if kind not in {"section", "header", "context", "actions", "input", "divider", "rich_text"}:
            yield f"no such block: {kind}"
        yield from _texts(kind, block)
        yield from _strings(block)
        for key in ("fields", "elements"):
            if key in block and not 1 <= len(block[key]) <= COUNTS.get((kind, key), 50):
                yield f"{len(block[key])} {key} in {kind}"
        for each in block.get("fields", []):
            yield from _text(each, "plain_text mrkdwn", 2000)
        for each in block.get("elements", []):
            yield from _element(kind, each)
        if kind == "input":
            yield from _element(kind, block["element"])


def _element(block: str, element: dict[str, Any]) -> Iterator[str]:
    if block == "context":
        yield from _text(element, "plain_text mrkdwn", 3000)
        return
    yield from _strings(element)
    yield from _texts(element["type"], element) if element["type"] == "button" else ()
    if element["type"] == "button" and len(element["value"]) > 2000:
        yield "a button's value is too long"
    if element["type"] in CHOICES:
        options = element["options"]
        if not 1 <= len(options) <= CHOICES[element["type"]]:
            yield f"{len(options)} options"
        if len({each["value"] for each in options}) != len(options):
            yield "an option twice"
        for each in options:
            yield from _texts("option", each)
            if not 1 <= len(each["value"]) <= 75:
                yield "an option's value is too long"


def _texts(kind: str, holder: Mapping[str, Any]) -> Iterator[str]:
    for (of, key), (kinds, longest) in TEXTS.items():
        if of == kind and key in holder:
            yield from _text(holder[key], kinds, longest)


def _text(text: Mapping[str, Any], kinds: str, longest: int) -> Iterator[str]:
    if text["type"] not in kinds.split():
        yield f"{text['type']} where only {kinds} stands"
    if not 1 <= len(text["text"]) <= longest:
        yield f"{len(text['text'])} characters of {longest}"


def _strings(holder: Mapping[str, Any]) -> Iterator[str]:
    for key, longest in STRINGS.items():
        if len(str(holder.get(key, ""))) > longest:
            yield f"{key} is too long"
