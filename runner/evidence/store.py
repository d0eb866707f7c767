"""What keeps the items of one case: bytes as received, written once, named by their digest.

Names that came with the evidence are attacker's text (Ansible CVE-2019-3828 is such a name used as a path):
they are kept in the journal, and nothing is ever stored under them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from runner.actions.values import Item

__all__ = ["Store", "ending_of"]

# Endings that open as plain text. HTML and mail stay `.bin`: a double click must not run them.
_ENDINGS = {"application/json": "json", "application/jsonl": "jsonl", "text/plain": "txt"}


def ending_of(media: str) -> str:
    """Return the ending of a file with this media type, without its dot."""
    return _ENDINGS.get(media.partition(";")[0].strip(), "bin")


class Store(Protocol):
    """The items of one case; safe to share between threads, processes and, where it is reachable, hosts.

    Every method raises StorageError, and CredentialsError where it needs some.
    """

    def put(self, name: str, content: bytes | Iterable[bytes], media: str) -> Item:
        """Store evidence and return it once it is durable and reads back the same.

        name: shown, never a path. content: bytes as received, streamed where iterable.
        media: its media type. The same bytes twice are one item. Nothing is kept where it raises, and
        whatever `content` raises passes as it is.
        """
        ...

    def get(self, sha256: str) -> Path:
        """Return a local file of an item, whose bytes have this digest now."""
        ...

    def held(self) -> Iterator[str]:
        """Yield the SHA-256 of everything here, from its bytes as they are now."""
        ...

    def destroy(self) -> list[str]:
        """Remove everything of this case, also what no record names; may be called again.

        Returns what stays: what, why and until when.
        """
        ...
