"""Keeps evidence: bytes as received, written once, named by digest and never by what a service sent.

A case folder holds `items/0007-1f2e3d4c5b6a.json`: a running number, the first twelve digits of the
SHA-256, and an ending from a short list. Names that came with the evidence are attacker's text
(Ansible CVE-2019-3828 is such a name used as a path): they are kept beside it, never on disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from runner.actions.values import Item
from runner.errors import StorageError

__all__ = ["Store"]

_NAME = re.compile(r"(\d{4,})-([0-9a-f]{12})\.(?:json|jsonl|txt|bin)")
# Endings that open as plain text. HTML and mail stay `.bin`: a double click must not run them.
_ENDINGS = {"application/json": "json", "application/jsonl": "jsonl", "text/plain": "txt"}
_BLOCK = 1 << 20
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Store:
    """The items of one case, in `folder/items`."""

    def __init__(self, folder: Path) -> None:
        """folder: the case's own folder; it and `items` are made, 0700, where they are missing.

        Raises StorageError where they cannot be made, or are a link to somewhere else.
        """
        self._items = folder / "items"
        with _storage(self._items):
            for each in (folder, self._items):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, content: bytes | Iterable[bytes], media: str) -> Item:
        """Store evidence and return it once it is durable and reads back the same.

        name: shown, never a path. content: bytes as received, streamed where iterable.
        media: its media type, which picks the ending. The same bytes twice are one item.
        Raises StorageError with nothing under a final name, and whatever `content` raises.
        """
        temporary = f".part-{secrets.token_hex(8)}"
        ending = _ENDINGS.get(media.partition(";")[0].strip(), "bin")
        with _folder(self._items) as where:
            try:
                sha256, size = self._write(
                    where, temporary, [content] if isinstance(content, bytes) else content
                )
                with _storage(self._items):
                    self._publish(where, temporary, sha256, ending)
            finally:
                with suppress(FileNotFoundError):  # published, or never made
                    os.unlink(temporary, dir_fd=where)
        return Item(sha256, size, name)

    def get(self, sha256: str) -> Path:
        """Return the file of an item whose bytes still have this digest. Raises StorageError."""
        with _folder(self._items) as where, _storage(self._items):
            found = _find(where, sha256, _names(where))
        if found is None:
            raise StorageError(
                f"no item has the digest {sha256}, or its bytes have changed",
                where=str(self._items),
                remedy="compare the folder with the item.kept records of the journal",
            )
        return self._items / found

    def paths(self) -> list[Path]:
        """Return the file of every item, in the order they were kept."""
        with _folder(self._items) as where, _storage(self._items):
            return [self._items / name for name in sorted(_names(where), key=_number)]

    def _write(self, where: int, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write a new file and make it durable; return its digest and size in bytes.

        Only our own calls count as trouble with storage: what the source raises passes as it is.
        """
        digest, size = hashlib.sha256(), 0
        with _storage(self._items):
            file = os.fdopen(os.open(name, _FRESH, 0o600, dir_fd=where), "wb", buffering=0)
        with file:
            for chunk in chunks:
                with _storage(self._items):
                    _write_all(file, chunk)
                digest.update(chunk)
                size += len(chunk)
            with _storage(self._items):
                os.fsync(file.fileno())
        return digest.hexdigest(), size

    def _publish(self, where: int, temporary: str, sha256: str, ending: str) -> None:
        """Give the temporary file its final name, unless an item has these bytes already."""
        fcntl.flock(where, fcntl.LOCK_EX)  # numbers are given out one at a time; closing lets go
        if _digest(where, temporary) != sha256:
            raise StorageError("evidence did not read back as it was written", where=str(self._items))
        names = _names(where)
        if _find(where, sha256, names) is None:
            number = max(map(_number, names), default=0) + 1
            final = f"{number:04d}-{sha256[:12]}.{ending}"
            os.rename(temporary, final, src_dir_fd=where, dst_dir_fd=where)
            os.fsync(where)


@contextmanager
def _storage(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"evidence could not be stored: {error.strerror or error}",
            where=str(path),
            remedy="free space on that disk or make the folder writable, then resume the case",
        ) from error


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """Open the folder itself, so that a link put in its place later leads nowhere."""
    with _storage(path):
        where = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield where
    finally:
        os.close(where)


def _write_all(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _digest(where: int, name: str) -> str:
    """Return the SHA-256 of a file, read from its start; a link is an OSError, not followed."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=where), "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _find(where: int, sha256: str, names: Iterable[str]) -> str | None:
    """Return the item with these bytes: twelve digits can be forged alike, so the whole file is read."""
    alike = (name for name in names if name.split("-")[1].startswith(sha256[:12]))
    return next((name for name in alike if _digest(where, name) == sha256), None)


def _names(where: int) -> list[str]:
    return [name for name in os.listdir(where) if _NAME.fullmatch(name)]


def _number(name: str) -> int:
    return int(name.partition("-")[0])
