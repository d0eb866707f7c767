"""The names a playbook may use: actions, documents, clocks, other playbooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runner.actions.contract import ACTIONS, Action
from runner.actions.registry import discover
from runner.language.clocks import Clock, load_clocks
from runner.language.outlines import Outline, outlines
from runner.language.shipped import shipped

__all__ = ["DEADLINE", "DEMAND", "Known", "known_from"]

_CLOCKS = "clocks.yaml"

DEMAND = frozenset(
    [
        "amounts", "asked", "attachments", "bytes", "cc", "checks", "contacts", "danger", "date",
        "date_skew_s", "deadline", "deadlines", "doubts", "headers", "hops", "in_reply_to", "kind",
        "left_out", "links", "media", "memos", "mentions", "message_id", "name", "originating_ip", "quote",
        "quote_from", "received", "received_from", "received_trusted", "reply_to", "return_path",
        "sender", "sender_name", "sent_by", "sha256", "subject", "to", "user_agent", "wallets",
    ]
)  # fmt: skip
"""What references may name of a demand; a test holds it against what is read of one."""
DEADLINE = frozenset(["assumed", "quote", "stated", "utc", "why"])


@dataclass(frozen=True, slots=True)
class Known:
    """What can be named."""

    actions: Mapping[str, Action]
    documents: Mapping[str, Outline]
    clocks: Mapping[str, Clock]
    playbooks: Mapping[str, Path]
    """Path by name; a file beside the one that is read comes before one that was shipped."""


@cache
def known_from(folder: Path) -> Known:
    """Return what a playbook in this folder may name; looked up once a folder, for speed over many files.

    Raises UsageError when a clocks.yaml is broken.
    """
    discover()
    shelves = list(dict.fromkeys([shipped("playbooks"), folder]))
    templates = [shipped("templates"), folder.parent / "templates"]
    clocks = [shelf / _CLOCKS for shelf in shelves if (shelf / _CLOCKS).is_file()]
    return Known(
        actions=dict(ACTIONS),
        documents={name: each for shelf in templates for name, each in outlines(shelf).items()},
        clocks={name: row for file in clocks for name, row in load_clocks(file).items()},
        playbooks={
            path.stem: path for shelf in shelves for path in shelf.glob("*.yaml") if path.name != _CLOCKS
        },
    )
