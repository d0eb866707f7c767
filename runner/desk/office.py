"""The office behind the desk: settings, database, and each case opened from what its journal froze."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from runner.cases.casefile import CaseFile
from runner.cases.database import open_database, secure_folder
from runner.cases.following import Following
from runner.cases.journal import Heads, Journal, read
from runner.cases.operations import Operations
from runner.cases.plans import Frame
from runner.cases.services import Services
from runner.cases.work import Work
from runner.errors import CaseBusy, RefusedError
from runner.evidence.chain import broken
from runner.evidence.store import Store
from runner.language.clocks import load_clocks
from runner.language.playbook import Playbook
from runner.language.shipped import shipped
from runner.people.barred import stranger
from runner.people.directory import Directory
from runner.redaction import redact
from runner.secrets import resolve
from runner.settings import Settings, service_settings

__all__ = ["Office"]


class Office:
    """Opens what a use case needs; shared by all of them."""

    def __init__(self, settings: Settings) -> None:
        """Open the store's database. Raises SettingsError or StorageError."""
        self.settings = settings
        self.directory = Directory(settings)
        self.database: sa.Engine = open_database(settings.store_folder)
        self._journals: dict[str, Journal] = {}
        self._followed: dict[str, Following] = {}
        self._playbooks: dict[str, Playbook] = {}
        self._heads = Heads(self.database)

    def heads(self) -> dict[str, int]:
        """Return every case's last sequence number, oldest case first."""
        return self._heads.now()

    def codes(self) -> list[str]:
        """Return the code names of all cases."""
        return list(self.heads())

    def journal(self, code: str) -> Journal:
        """Return a case's journal, new or old."""
        if code not in self._journals:
            self._journals[code] = Journal(self.database, code, redact=redact)
        return self._journals[code]

    def records(self, code: str) -> list[dict[str, Any]]:
        """Return a case's records. Raises RefusedError, in a stranger's words, when there is none."""
        records = read(self.database, code)
        if not records:
            raise stranger(code)
        return records

    def case(self, code: str) -> CaseFile:
        """Return a case as its journal has it. Raises as `records` does."""
        if code not in self._followed:
            if code not in self.heads():  # nothing is asked about, or kept for, a word that is no case
                raise stranger(code)
            self._followed[code] = Following(self.journal(code))
        return self._followed[code].case()

    def playbook(self, case: CaseFile) -> Playbook:
        """Return the playbook as the case froze it; the file is never read again."""
        code = str(case.opened["code"])  # its first record has the playbook, and no later one has another
        if code not in self._playbooks:
            self._playbooks[code] = Playbook.model_validate(case.opened["playbook"]["expanded"])
        return self._playbooks[code]

    def folder(self, code: str) -> Path:
        """Return a case's own folder, 0700."""
        folder = self.settings.store_folder / "cases" / code
        secure_folder(folder.parent)
        secure_folder(folder)
        return folder

    def services(self, code: str) -> Services:
        """Return the configured services, as this case opens them."""
        settings = self.settings
        return Services(
            {name: service.vendor for name, service in settings.services.items()},
            lambda name: service_settings(settings, name),
            lambda reference: resolve(reference, settings.folder),
            code,
        )

    def work(self, code: str) -> Work:
        """Return a case open for work; the caller holds its lock.

        Raises RefusedError where its records were changed: nothing is done on the word of an edited journal.
        """
        if damage := broken(self.records(code)):
            raise RefusedError(
                f"its records were changed: {damage}",
                where=code,
                remedy="compare them with the last bundle, or restore the store from a backup",
            )
        case, settings = self.case(code), self.settings
        services, journal, store = self.services(code), self.journal(code), Store(self.folder(code))
        frame = Frame(code, case.opened["playbook"]["sha256"], settings.sha256, settings.caps.model_dump())
        return Work(
            code,
            self.playbook(case),
            settings,
            frame,
            services,
            journal,
            self._followed[code],
            store,
            Operations(case, services, journal, store),
            self.directory,
            shipped("templates"),
            load_clocks(shipped("playbooks") / "clocks.yaml"),
            settings.compress,
        )

    @contextmanager
    def holding(self, code: str) -> Iterator[None]:
        """Hold a case's lock for the length of the block; the system drops it when we die.

        Raises CaseBusy when another runner, here or in another process, has it.
        """
        path = self.folder(code) / "runner.lock"
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CaseBusy(
                    "another runner has this case",
                    where=code,
                    remedy=f"severance status {code}, or stop {code} first",
                ) from None
            yield
