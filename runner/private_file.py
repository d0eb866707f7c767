"""Reads files that steer or unlock severance, and refuses those that someone else could have written or read.

What a program obeys must be writable by its owner only: a configuration taken from a folder others can
write has meant code execution in comparable tools (CVE-2018-10874, CVE-2018-10875). The checks are those of
OpenSSH's `StrictModes` (sshd_config(5)), on the opened file, so that it cannot be swapped in between.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

__all__ = ["NotPrivate", "open_to_append", "read_private"]

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO


class NotPrivate(Exception):
    """The file cannot be trusted; `str()` says why, `remedy` what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        """Keep the reason and the next act; the caller adds what the file was for."""
        super().__init__(why)
        self.remedy = remedy


def read_private(path: Path, *, limit: int, secret: bool = False) -> bytes:
    """Return a file's bytes if it is a regular file of ours (or root's) that nobody else can write.

    limit: the most bytes it may have. secret: nobody else may read it either. Raises NotPrivate, also
    when the file is missing, is a symbolic link, or lies in a folder where others could replace it.
    """
    _check_folder(path.parent)
    try:
        with open(path, "rb", opener=_open) as file:
            _check_file(path, os.fstat(file.fileno()), limit=limit, secret=secret)
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise NotPrivate("there is no such file", f"create {path}, or correct its name") from None
    except IsADirectoryError:
        raise NotPrivate("is not a regular file", "name a regular file") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotPrivate("is a symbolic link", "name the file itself") from None
        raise NotPrivate(f"cannot be read: {error.strerror}", "check the path and its owner") from None
    if len(content) > limit:
        raise NotPrivate(f"is larger than {limit} bytes", "check the path: another file was meant")
    return content


def _open(path: str, flags: int) -> int:
    """O_NOFOLLOW: a link leads to a file we did not check; O_NONBLOCK: a FIFO must not make us wait."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _check_file(path: Path, found: os.stat_result, *, limit: int, secret: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotPrivate("is not a regular file", "name a regular file")
    if found.st_uid not in {os.geteuid(), 0}:
        raise NotPrivate("belongs to another user", f"chown it to the user that runs severance: {path}")
    if found.st_mode & _OTHERS_WRITE:
        raise NotPrivate("can be written by others", f"chmod 600 {path}")
    if secret and found.st_mode & _OTHERS_READ:
        raise NotPrivate("can be read by others", f"chmod 600 {path}")
    if found.st_size > limit:
        raise NotPrivate(f"is larger than {limit} bytes", "check the path: another file was meant")


def _check_folder(folder: Path) -> None:
    """Refuse a folder where others could replace the file, or replace the folder itself."""
    real = folder.resolve()
    try:
        found = real.stat()
    except OSError:
        raise NotPrivate("there is no such folder", f"create {folder}, or correct the path") from None
    if found.st_uid not in {os.geteuid(), 0}:
        raise NotPrivate(
            f"its folder {real} belongs to another user", "chown it to the user that runs severance"
        )
    if found.st_mode & _OTHERS_WRITE:
        raise NotPrivate(f"its folder {real} can be written by others", f"chmod go-w {real}")
    for above in real.parents:
        mode = above.stat().st_mode
        # A sticky folder such as /tmp lets nobody rename what belongs to another (chmod(1)).
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise NotPrivate(f"the folder {above} above it can be written by others", f"chmod o-w {above}")


def open_to_append(path: Path) -> int:
    """Open a file of ours for appending, 0600, made if it is not there; returns its descriptor.

    Raises NotPrivate: a link, no regular file, of somebody else, or one that others can read or write.
    """
    _check_folder(path.parent)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotPrivate("is a symbolic link", "name the file itself") from None
        raise NotPrivate(f"cannot be written: {error.strerror}", "check the path and its owner") from None
    try:
        _check_file(path, os.fstat(descriptor), limit=sys.maxsize, secret=True)
    except NotPrivate:
        os.close(descriptor)
        raise
    return descriptor
