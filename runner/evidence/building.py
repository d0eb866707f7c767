"""Gives a bundle a folder of its own while it is built, and takes away those that a kill left half built.

A half-built bundle holds evidence in the clear, perhaps on a disk that is about to leave the house.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["building"]

_NAME = ".bundle-"


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Make a folder in `folder` for the length of the block; whoever renames it there keeps it.

    Its maker holds its lock, which the system drops with the process: what nobody holds, nobody builds.
    Raises OSError.
    """
    with _held(folder):  # between a folder's making and its lock, nobody else may take it for abandoned
        for abandoned in folder.glob(f"{_NAME}*"):
            _take_away(abandoned)
        made = folder / f"{_NAME}{secrets.token_hex(8)}"
        made.mkdir(mode=0o700)
        mine = _lock(made, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)  # renamed by now, or half built
        os.close(mine)


def _take_away(abandoned: Path) -> None:
    """Remove a folder that no living process builds in; one that is no folder of ours stays."""
    with suppress(OSError):
        where = _lock(abandoned, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            shutil.rmtree(abandoned)
        finally:
            os.close(where)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    where = _lock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(where)


def _lock(folder: Path, how: int) -> int:
    """Open a folder and lock it. Raises OSError, BlockingIOError where another process has it."""
    where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(where, how)
    except OSError:
        os.close(where)
        raise
    return where
