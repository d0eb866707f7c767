"""Restores a store from a backup: all of it or nothing, and never over one that is there.

Everything is compared before anything is placed, and the database is placed last: a restore that was killed
is begun again. Each case gets a record that it was restored, because it may lag behind the world: what was
done after the backup is not in it, and is found done when it is next read.
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
from pathlib import Path

from runner.actions.values import Json
from runner.database.copying import copy_of
from runner.database.heads import Heads
from runner.database.journal import Entry, Journal, Record, read
from runner.database.opening import failed, open_database, secure_folder
from runner.desk.backing_up import ABOUT, DATABASE, FORMAT, contents
from runner.desk.custody import Custody
from runner.desk.verifying import damage, items_of
from runner.errors import SeveranceError, UsageError
from runner.evidence.folder import Folder
from runner.evidence.manifest import ALGORITHMS, digests, read_manifest
from runner.evidence.store import Store
from runner.redaction import redact
from runner.settings import Settings

__all__ = ["restore"]

_BUILDING = ".restoring"


def restore(settings: Settings, source: Path) -> Json:
    """Restore a backup into the store of the settings; returns what its `backup.json` says.

    Raises UsageError where a store is there already, the backup is damaged, or its evidence is somewhere
    else than the settings say; StorageError when the disk says no. Then there is no store.
    """
    _refuse_an_existing(settings)
    about = _whole(source)
    _same_evidence(settings, about)
    with copy_of(source / DATABASE) as copy:
        cases = {code: read(copy, code) for code in Heads(copy).now()}
    custody, own = Custody(settings), settings.store_folder / "cases"
    secure_folder(settings.store_folder)
    secure_folder(own)
    for code, records in cases.items():
        store = custody.store(code, own / code)
        if not about["evidence"]:
            _items(records, Folder(source / "cases" / code), store)
        if found := damage(records, store):
            raise _damaged(source, f"{code}: {found[0]}")
    _database(settings, source, about["made_at"])
    return about


def _refuse_an_existing(settings: Settings) -> None:
    if settings.database:
        raise UsageError(
            "a backup is restored into a file, and these settings name a database server",
            where=str(settings.path),
            remedy="pg_restore, then severance verify-store",
        )
    place = settings.store_folder / DATABASE
    if os.path.lexists(place):
        raise UsageError(
            "there is a store here already", where=str(place), remedy="name another `store` in the settings"
        )


def _whole(source: Path) -> Json:
    """Compare every file of a backup with its manifests, and return what it says of itself."""
    try:
        here = set(contents(source))
        for algorithm in ALGORITHMS:
            told = read_manifest((source / f"manifest-{algorithm}.txt").read_bytes(), algorithm)
            for path in sorted(here ^ told.keys()):
                raise _damaged(source, f"{path} is {'not there' if path in told else 'in no manifest'}")
            for path, digest in told.items():
                if digests(source / path)[algorithm] != digest:
                    raise _damaged(source, f"{path} has changed")
        about = json.loads((source / ABOUT).read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(source, str(error)) from error
    if about.get("format") != FORMAT:
        raise _damaged(source, f"its format is {about.get('format')!r}, expected {FORMAT}")
    return about


def _same_evidence(settings: Settings, about: Json) -> None:
    here = settings.evidence.at if settings.evidence.scheme else None
    if about["evidence"] != here:
        there = about["evidence"] or "the backup itself"
        raise UsageError(
            f"the items of this backup are in {there}; the settings name {here or 'a folder'}",
            where=str(settings.path),
            remedy=f"evidence: {about['evidence'] or 'a folder, or nothing'}",
        )


def _items(records: list[Record], backup: Folder, store: Store) -> None:
    for sha256, media in items_of(records).items():
        with backup.get(sha256).open("rb") as file:
            store.put(sha256, file, media)


def _database(settings: Settings, source: Path, made_at: str) -> None:
    """Place the database, each of its cases with the record that it was restored."""
    building, place = settings.store_folder / _BUILDING, settings.store_folder / DATABASE
    try:
        shutil.rmtree(building, ignore_errors=True)  # of a restore that was killed
        secure_folder(building)
        shutil.copyfile(source / DATABASE, building / DATABASE)
        (building / DATABASE).chmod(0o600)
        engine = open_database(building)
        told = {"made_at": made_at, "by": getpass.getuser()}
        for code in Heads(engine).now():
            Journal(engine, code, redact=redact).append(Entry("store.restored", told))
        engine.dispose()  # the last connection writes the log back into the file
        _refuse_an_existing(settings)  # somebody may have made one meanwhile
        (building / DATABASE).rename(place)
        shutil.rmtree(building)
    except OSError as error:
        raise failed(place, error) from error


def _damaged(source: Path, why: str) -> SeveranceError:
    return UsageError(f"the backup is damaged: {why}", where=str(source), remedy="restore another backup")
