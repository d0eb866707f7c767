"""The blocks cards are made of, and Slack's limits on them: nothing longer ever leaves here.

Limits: docs.slack.dev, "Block Kit reference". A message is refused as `msg_blocks_too_long` from some 13,200
characters on, which is written nowhere; slackapi/bolt-js issue 2509 found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = [
    "SECTION", "Block", "Board", "Button", "Card", "Detail", "Names", "actions", "card", "context", "cut",
    "divider", "fields", "fitted", "header", "labelled", "lines", "marked", "plain", "plain_block",
    "value_of",
]  # fmt: skip

Block: TypeAlias = dict[str, Any]
Board: TypeAlias = Mapping[str, Any]
"""A case, or one request of it, as `runner.desk.board` tells it."""
Detail: TypeAlias = Literal["codes", "summary", "full"]
"""`codes`: code names, kinds and deadlines. `summary`: counts too. `full`: logins and what people wrote too.
Which responder decided, and when, is said at each of them: the channel's members are those people."""
Names: TypeAlias = Mapping[str, str]
"""What to call a responder, by person id."""

SECTION, FIELD, HEADER, BUTTON, VALUE = 3000, 2000, 150, 75, 2000  # characters
FIELDS, BLOCKS = 10, 50
MESSAGE = 12_000  # characters of all texts of a message: below what Slack was seen to refuse


@dataclass(frozen=True, slots=True)
class Card:
    """One message of a case's channel."""

    key: str
    """What it is about; the same for as long as the case lives, so that the message is edited in place."""
    text: str
    """The preview on a locked telephone: the code name and a dull word, whatever the detail."""
    blocks: list[Block]
    below: str = ""
    """The card in whose thread it goes, where it is long; "" for the channel itself."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `value` is made by `value_of`."""

    action: str
    label: str
    value: str
    style: Literal["", "primary", "danger"] = ""


def card(key: str, code: str, word: str, blocks: Iterable[Block], below: str = "") -> Card:
    """Return a card whose preview says the code name and one dull word."""
    return Card(key, f"{code}: {word}", fitted(list(blocks), code), below)


def value_of(code: str, request: str = "", digest: str = "") -> str:
    """Return what a button carries: the case, what is asked, and of an approval twelve digits of the plan."""
    value = " ".join(each for each in (code, request, digest[:12]) if each)
    if len(value) > VALUE:
        raise ValueError("a button's value is too long")
    return value


def plain(text: str, limit: int = SECTION) -> Block:
    """Return a text object in which Slack reads no markup at all, not even `:names:` of emoji."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def marked(text: str, limit: int = SECTION) -> Block:
    """Return a text object of our own words; `verbatim` keeps Slack from finding links and channels in it."""
    return {"type": "mrkdwn", "text": cut(text, limit) or " ", "verbatim": True}


def header(text: str) -> Block:
    """Return a title."""
    return {"type": "header", "text": plain(text, HEADER)}


def divider() -> Block:
    """Return a thin line."""
    return {"type": "divider"}


def plain_block(text: str) -> Block:
    """Return a paragraph of words from outside."""
    return {"type": "section", "text": plain(text)}


def lines(*texts: str) -> Block:
    """Return a paragraph of our own words, a line each, in `mrkdwn`."""
    return {"type": "section", "text": marked("\n".join(each for each in texts if each))}


def labelled(label: str, text: str) -> Block:
    """Return words from outside after a bold label of ours.

    `rich_text` holds its styles beside the words, so there is no markup that the words could be.
    """
    parts: list[Block] = [{"type": "text", "text": cut(text, SECTION) or " "}]
    if label:
        parts.insert(0, {"type": "text", "text": f"{label}: ", "style": {"bold": True}})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def context(*texts: str) -> Block:
    """Return a small grey line, its parts in plain text; ten at most."""
    parts = [plain(each, FIELD) for each in texts if each]
    return {"type": "context", "elements": parts[:FIELDS]}


def fields(texts: Sequence[str]) -> Iterator[Block]:
    """Yield words from outside in two columns, as many paragraphs as they need."""
    for start in range(0, len(texts), FIELDS):
        yield {"type": "section", "fields": [plain(each, FIELD) for each in texts[start : start + FIELDS]]}


def actions(*buttons: Button) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": [_button(each) for each in buttons]}


def cut(text: str, limit: int) -> str:
    """Return text no longer than Slack takes it, with a mark where the rest was."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def fitted(blocks: Sequence[Block], code: str = "") -> list[Block]:
    """Return as many blocks as one message or view carries, with the way to the rest.

    What can be pressed or filled in at the end always stays: a card without its buttons helps nobody.
    """
    if len(blocks) <= BLOCKS and _length(blocks) <= MESSAGE:
        return list(blocks)
    end = len(blocks)
    while end and blocks[end - 1]["type"] in ("actions", "input"):
        end -= 1
    last = list(blocks[end:][: BLOCKS - 1])
    room = MESSAGE - _length(last) - HEADER
    kept: list[Block] = []
    for each in blocks[: min(end, BLOCKS - len(last) - 1)]:
        room -= _length(each)
        if room < 0:
            break
        kept.append(each)
    command = f"severance status {code}".strip()
    return [*kept, context(f"… ({end - len(kept)} more, {command})"), *last]


def _button(button: Button) -> Block:
    made: Block = {
        "type": "button",
        "action_id": button.action,
        "text": plain(button.label, BUTTON),
        "value": button.value,
    }
    return {**made, "style": button.style} if button.style else made


def _length(part: Any) -> int:
    """Return how many characters of text something holds."""
    if isinstance(part, dict):
        own = part.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(map(_length, part.values()))
    return sum(map(_length, part)) if isinstance(part, list | tuple) else 0
