"""Reads a file that a person hands in as evidence: a regular file, of a size a person hands in."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from runner.actions.values import as_json
from runner.desk.office import Office
from runner.errors import UsageError

__all__ = ["LARGEST", "chunks_of", "keep_item", "opened"]

LARGEST = 256 * 1024 * 1024
"""Bytes; a mail, a screenshot or an export is far smaller, a disk image is kept elsewhere."""
_CHUNK = 1024 * 1024


def chunks_of(path: Path, largest: int = LARGEST) -> Iterator[bytes]:
    """Yield a file's bytes, piece by piece.

    Raises UsageError when it is missing, no regular file (a FIFO or a device never ends), a symbolic link,
    more than `largest` bytes, or when it changes while it is read.
    """
    with opened(path, largest) as file:
        before = os.fstat(file.fileno())
        left = before.st_size
        while chunk := file.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            yield chunk
        if left or os.fstat(file.fileno()).st_mtime_ns != before.st_mtime_ns:
            raise _refused(path, "changed while it was read")


def keep_item(office: Office, code: str, path: Path, source: str) -> str:
    """Keep a file that a person hands in as an item of the case, and return its SHA-256 in hex.

    source: what it was handed in for, in words. Raises as `chunks_of` does, and StorageError.
    """
    media = "application/octet-stream"
    kept = office.store(code).put(path.name, chunks_of(path), media)
    origin = {"action": "answer", "service": "", "account": "", "source": source, "retention": "", "lag": ""}
    office.journal(code).write("item.kept", **as_json(kept), media=media, **origin)
    return kept.sha256


@contextmanager
def opened(path: Path, largest: int = LARGEST) -> Iterator[BinaryIO]:
    """Open a file that a person names. Raises UsageError as `chunks_of` does, before anything is read."""
    try:
        # O_NOFOLLOW: what the person sees is what is kept; O_NONBLOCK: a FIFO must not make us wait.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _refused(path, "is not a regular file")
            if found.st_size > largest:
                raise _refused(path, f"is larger than {largest} bytes")
            yield file
    except OSError as error:
        why = "is a symbolic link" if path.is_symlink() else f"cannot be read: {error.strerror}"
        raise _refused(path, why) from error


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(why, where=str(path), remedy="name a readable file of that size or less")
