"""Backs a store up while cases run in it, and restores it elsewhere.

A backup is a folder: `severance.db`, `cases/CODE/items/…`, `backup.json`, and manifests that `sha256sum -c`
reads. The database is copied first, and the items after it: an item is durable before its record and is
removed by nothing but the deletion of its case, so whatever a copied record names is still to be had. The
other way round, a record could come into the copy whose item came too late for it.

What a vault keeps stays there, under its lock; the backup says where.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from runner.actions.values import Json
from runner.clock import now, stamp
from runner.database.copying import copy_of, copy_to
from runner.database.heads import Heads
from runner.database.journal import read
from runner.database.opening import secure_folder
from runner.desk.office import Office
from runner.desk.verifying import items_of
from runner.errors import StorageError, UsageError
from runner.evidence.folder import Folder
from runner.evidence.manifest import write_manifest

__all__ = ["ABOUT", "DATABASE", "FORMAT", "back_up", "contents"]

FORMAT = 1
DATABASE, ABOUT = "severance.db", "backup.json"
_BLOCK = 1 << 20


def back_up(office: Office, out: Path) -> Json:
    """Write a backup into the new folder `out`; returns what `backup.json` says.

    Raises UsageError where something is there, or the database has its own way; StorageError when an item
    is missing or the disk says no. Then nothing is at `out`.
    """
    if os.path.lexists(out):
        raise UsageError("there is something here already", where=str(out), remedy="name another folder")
    building = out.absolute().parent / f".backup-{secrets.token_hex(8)}"
    secure_folder(building)
    try:
        copy_to(office.database, building / DATABASE)
        cases = {code: _copy_case(office, code, building) for code in _codes(building)}
        at = office.settings.evidence.at if office.settings.evidence.scheme else None
        about = {"format": FORMAT, "made_at": stamp(now()), "evidence": at, "cases": cases}
        _write(building / ABOUT, json.dumps(about, indent=1, sort_keys=True) + "\n")
        for name, text in write_manifest(building, "manifest", contents(building)).items():
            _write(building / name, text)
        building.rename(out)
    except OSError as error:
        raise StorageError(
            f"the backup could not be made: {error.strerror or error}", where=str(out), remedy="free space"
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)  # renamed by now, or half built
    return about


def contents(folder: Path) -> list[str]:
    """Return the files that a manifest of a backup names."""
    return [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and not path.name.startswith("manifest-")
    ]


def _codes(building: Path) -> list[str]:
    with copy_of(building / DATABASE) as copy:
        return list(Heads(copy).now())


def _copy_case(office: Office, code: str, building: Path) -> Json:
    """Copy the items that the copied records name; returns how far the records go, for people."""
    with copy_of(building / DATABASE) as copy:
        records = read(copy, code)
    items = items_of(records)
    if not office.settings.evidence.scheme:
        source, target = office.store(code), Folder(building / "cases" / code)
        for sha256, media in items.items():
            target.put_known(sha256, _blocks(source.get(sha256)), media)
    return {"records": records[-1]["seq"], "last": records[-1]["digest"], "items": len(items)}


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _write(path: Path, text: str) -> None:
    fresh = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, fresh, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
