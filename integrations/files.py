"""Local files: a document in the case's own folder, for people who fetch instead of being sent."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from integrations.wording import mark, printable
from runner.actions.contract import Context, Opening, action, service
from runner.actions.gate import Gate
from runner.actions.values import Changed, Doc, Document, Json, Outcome, Refused, Unchanged
from runner.errors import StorageError

__all__ = ["Folder", "Settings", "connect", "write_document"]

# One component, no leading dot, nothing a shell, a terminal or Windows reads as more than a letter.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,119}", re.ASCII)
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # O_NONBLOCK: a planted FIFO must not hang us
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Settings(BaseModel):
    """Where documents go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    """Made with 0700 when missing; each case gets a folder of its own in it."""


class Folder:
    """A folder that is written file by file, never through a symbolic link."""

    def __init__(self, root: Path, gate: Gate) -> None:
        """root: the configured folder. gate: asked with method WRITE before anything is changed."""
        self.root, self._gate = root, gate

    def digest(self, case: str, name: str) -> str | None:
        """Return the SHA-256 of a file in hex, None when there is none. Raises StorageError."""
        try:
            folder = os.open(self.root / case, _OPEN_FOLDER)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise self._failure(wrong) from wrong
        try:
            with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise self._failure(wrong) from wrong
        finally:
            os.close(folder)

    def add(self, case: str, name: str, content: bytes, key: str) -> None:
        """Store a new file, 0600, whole or not at all.

        key: names the unfinished file, so that a later attempt takes it away.
        Raises StorageError, also when a file of this name is there.
        """
        self._gate.check("WRITE", f"/{case}/{name}")
        try:
            folder = self._made(case)
            try:
                _place(folder, name, f".{key}.part", content)
            finally:
                os.close(folder)
        except OSError as wrong:
            raise self._failure(wrong) from wrong

    def ping(self) -> Json:
        """Tell whether the folder, or the one it will be made in, can be written."""
        place = self.root if self.root.exists() else self.root.parent
        if not os.access(place, os.W_OK | os.X_OK):
            raise StorageError(
                "the folder cannot be written", where=str(place), remedy="give its owner write access"
            )
        return {"folder": str(self.root)}

    def _made(self, case: str) -> int:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / case).mkdir(mode=0o700, exist_ok=True)
        return os.open(self.root / case, _OPEN_FOLDER)

    def _failure(self, wrong: OSError) -> StorageError:
        return StorageError(
            f"file not written: {wrong.strerror}", where=str(self.root), remedy="check the folder"
        )


def _place(folder: int, name: str, part: str, content: bytes) -> None:
    """Write beside, then link: link(2) is atomic and, unlike rename(2), never replaces a file."""
    if part in os.listdir(folder):  # ours, from an attempt that was killed
        os.unlink(part, dir_fd=folder)
    with os.fdopen(os.open(part, _NEW, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    finally:
        os.unlink(part, dir_fd=folder)
    os.fsync(folder)


def _ping(folder: Folder) -> Json:
    return folder.ping()


@service("files", settings=Settings, ping=_ping)
def connect(settings: Settings, opening: Opening) -> Folder:
    """Open the configured folder; nothing is made yet."""
    return Folder(settings.folder.expanduser(), opening.gate)


@action(
    "files.write_document",
    kind="make",
    repeat="guarded",
    drafts=True,
    no_undo="a handed-over paper is not taken back; delete the file by hand",
    scopes=("write access to the folder",),
    source="POSIX.1-2024 openat, link, fsync",
)
def write_document(
    ctx: Context,
    name: Annotated[str, Doc("File name without folders, for example hand-over.md.")],
    document: Annotated[Document, Doc("The rendered template to write.")],
) -> Outcome:
    """Write a document to FOLDER/CASE/NAME; a file that is there is never replaced.

    `after` holds id (the path within the folder), url (`file:`), sha256 and bytes. Raises StorageError.
    """
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(ctx.case):
        return Refused("the file name has a character, a length or a place that is not allowed")
    folder, content = ctx.connection(Folder), printable(document.text).encode()
    wanted = hashlib.sha256(content).hexdigest()
    path = {
        "id": f"{ctx.case}/{name}",
        "url": (folder.root.absolute() / ctx.case / name).as_uri(),
        "sha256": wanted,
    }
    found = ctx.read(lambda: folder.digest(ctx.case, name))
    if found == wanted:
        return Unchanged("the same document is there", path)
    if found:
        return Refused(f"another document is there under the name {name}")
    ctx.write(f"write {name}", lambda: folder.add(ctx.case, name, content, mark(ctx.key)))
    if ctx.read(lambda: folder.digest(ctx.case, name)) != wanted:
        raise StorageError(
            "the file does not read back as written", where=path["url"], remedy="check the disk"
        )
    return Changed(None, {**path, "bytes": len(content)})
