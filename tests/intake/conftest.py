from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.intake.demand import Demand
from runner.intake.passages import Passage
from runner.intake.reading import Read, read_demand

MAILS = Path(__file__).parent / "mails"
SAVED = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
OURS = ("mx.fjordlight.example",)


def reading(content: bytes | str, *, receivers: tuple[str, ...] = OURS) -> Read:
    """Read bytes, or a mail of this folder by its name."""
    name = content if isinstance(content, str) else "handed-in"
    found = (MAILS / name).read_bytes() if isinstance(content, str) else content
    return read_demand(found, name, saved=SAVED, receivers=receivers)


def said(text: str) -> list[Passage]:
    return [Passage("text", text)]


@pytest.fixture
def first() -> Demand:
    """The first demand, as the settings of Fjordlight read it."""
    return reading("first.eml").demand


@pytest.fixture
def mail() -> Callable[..., Demand]:
    """Read a mail with these header lines and this body."""

    def read(body: str = "Pay 2 BTC.", *headers: str, receivers: tuple[str, ...] = OURS) -> Demand:
        head = ["From: a@mailbox.example", "To: b@fjordlight.example", *headers]
        return reading("\r\n".join([*head, "", body]).encode(), receivers=receivers).demand

    return read
