"""Keeps the items of a case as files of a folder, on this machine or shared by several.

`items/1f2e…d4c5.json`: the SHA-256 of the bytes, and an ending from a short list. A name is given by
link(2), which fails where it is taken: two hosts that put the same bytes at once end with one item, and
nobody needs a lock, which network file systems keep in their own ways. (Until 0.1 names began with a number
and held twelve digits; they are still read.)
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from runner.actions.values import Item
from runner.errors import StorageError
from runner.evidence.store import ending_of

__all__ = ["Folder"]

_NAME = re.compile(r"(?:\d{4,}-)?([0-9a-f]{12}|[0-9a-f]{64})\.(?:json|jsonl|txt|bin)")
_PART = ".part-"
_ABANDONED_S = 86_400  # no writer is silent for a day: what is older was left by one that was killed
_BLOCK = 1 << 20
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Folder:
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
        """Store evidence and return it; see `Store`. Raises StorageError."""
        sha256, size = self._take([content] if isinstance(content, bytes) else content, media, "")
        return Item(sha256, size, name)

    def put_known(self, sha256: str, content: Iterable[bytes], media: str) -> Path:
        """Store bytes whose digest is known, and return their file. Raises StorageError for other bytes."""
        self._take(content, media, sha256)
        return self.get(sha256)

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

    def held(self) -> Iterator[str]:
        """Yield the SHA-256 of every item, from its bytes as they are now."""
        with _folder(self._items) as where:
            for name in sorted(_names(where)):
                with _storage(self._items):
                    yield _digest(where, name)

    def destroy(self) -> list[str]:
        """Remove the folder with everything in it; nothing stays."""
        with _storage(self._items):
            for path in self._items.iterdir():
                path.unlink()
            self._items.rmdir()
            with suppress(OSError):  # the case's own folder holds more than its items
                self._items.parent.rmdir()
        return []

    def _take(self, chunks: Iterable[bytes], media: str, expected: str) -> tuple[str, int]:
        temporary = f"{_PART}{secrets.token_hex(8)}"
        with _folder(self._items) as where:
            try:
                sha256, size = self._write(where, temporary, chunks)
                with _storage(self._items):
                    self._publish(where, temporary, expected or sha256, ending_of(media))
            finally:
                with suppress(FileNotFoundError):  # given its name by rename, or never made
                    os.unlink(temporary, dir_fd=where)
        return sha256, size

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
        if _digest(where, temporary) != sha256:
            raise StorageError("evidence did not read back as it was written", where=str(self._items))
        there = os.listdir(where)
        _clear(where, there)
        if _find(where, sha256, _items(there)) is None:
            _name(where, temporary, f"{sha256}.{ending}", sha256)
        os.fsync(where)  # also what another writer named: its sync may be still to come


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
    alike = (name for name in names if sha256.startswith(name.rpartition("-")[2].partition(".")[0]))
    return next((name for name in alike if _digest(where, name) == sha256), None)


def _name(where: int, temporary: str, final: str, sha256: str) -> None:
    """Name a file; where another writer was first, theirs stays, if its bytes are the same."""
    try:
        os.link(temporary, final, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=False)
    except FileExistsError:
        if _digest(where, final) != sha256:  # changed on disk: set aside, for whoever asks by whom
            aside = f"changed-{sha256[:12]}-{secrets.token_hex(4)}"
            os.link(final, aside, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=False)
            os.rename(temporary, final, src_dir_fd=where, dst_dir_fd=where)


def _clear(where: int, names: Iterable[str]) -> None:
    """Remove what killed writers left behind."""
    for name in names:
        if name.startswith(_PART):
            with suppress(FileNotFoundError):  # its writer is alive, and just named it
                if time.time() - os.stat(name, dir_fd=where, follow_symlinks=False).st_mtime > _ABANDONED_S:
                    os.unlink(name, dir_fd=where)


def _names(where: int) -> list[str]:
    return _items(os.listdir(where))


def _items(names: Iterable[str]) -> list[str]:
    return [name for name in names if _NAME.fullmatch(name)]
