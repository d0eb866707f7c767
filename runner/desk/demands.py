"""Takes a demand in: read, kept as evidence, put on record. Nothing in it is answered, opened or fetched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runner.actions.values import Item, as_json
from runner.database.journal import Entry
from runner.desk.handed_in import chunks_of
from runner.desk.office import Office
from runner.intake.demand import LARGEST

if TYPE_CHECKING:
    from runner.intake.reading import Read

__all__ = ["Handed", "hand_in", "read_in", "received"]


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as a person handed it in."""

    name: str
    content: bytes
    saved: datetime
    """When the file was last written."""

    @property
    def sha256(self) -> str:
        """Of its bytes: what the case calls it, and what a person signs."""
        return hashlib.sha256(self.content).hexdigest()


def hand_in(path: Path) -> Handed:
    """Read a message from a file; judges nothing yet. Raises UsageError, as `chunks_of` does."""
    content = b"".join(chunks_of(path, largest=LARGEST))
    return Handed(path.name, content, datetime.fromtimestamp(path.lstat().st_mtime, UTC))


def read_in(office: Office, handed: Handed) -> Read:
    """Return what a message says. Raises UsageError for what is no message; nothing is kept then."""
    # Keccak alone takes 20 ms to load, and most verbs receive no demand.
    from runner.intake.reading import read_demand  # noqa: PLC0415

    receivers = office.settings.mail_receivers
    return read_demand(handed.content, handed.name, saved=handed.saved, receivers=receivers)


def received(office: Office, code: str, handed: Handed, read: Read, *, by: str, how: str = "") -> list[Entry]:
    """Keep a message and its parts, unopened, and return what is to be journalled of them.

    by: who handed it in. how: in their words, how it came. Raises StorageError.
    """
    demand, store = read.demand, office.store(code)
    kept = [
        _kept(store.put(demand.name, handed.content, demand.media), demand.media, "handed in as a demand")
    ]
    for place, (part, content) in enumerate(zip(demand.attachments, read.parts, strict=True), start=1):
        item = store.put(part.name or f"part {place}", content, part.media)
        kept.append(_kept(item, part.media, f"part {place} of the demand {handed.sha256[:12]}, unopened"))
    data = {"item": handed.sha256, "by": by, "how": how, "demand": demand.as_json()}
    return [*kept, Entry("demand.received", data)]


def _kept(item: Item, media: str, source: str) -> Entry:
    origin = {"action": "demand", "service": "", "account": "", "source": source, "retention": "", "lag": ""}
    return Entry("item.kept", {**as_json(item), "media": media, **origin})
