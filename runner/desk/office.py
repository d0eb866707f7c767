"""The office behind the desk: settings, database, and each case opened from what its journal froze."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from runner.casefile.contents import CaseFile
from runner.casefile.following import Following
from runner.cases.operations import Operations
from runner.cases.plans import Frame
from runner.cases.services import Services
from runner.cases.work import Work
from runner.database.budgets import Budget
from runner.database.heads import Heads
from runner.database.holds import Hold, held, holding
from runner.database.journal import Journal, Record, read
from runner.database.opening import Server, open_database, secure_folder
from runner.database.tombstones import TOMBSTONE, tombstones
from runner.desk.custody import Custody
from runner.errors import RefusedError
from runner.evidence.chain import broken, canonical
from runner.evidence.store import Store
from runner.language.clocks import Clock, load_clocks
from runner.language.playbook import Playbook
from runner.language.shipped import shipped
from runner.people.barred import stranger
from runner.people.directory import Directory
from runner.redaction import redact
from runner.secrets import resolve
from runner.settings import Settings, service_settings

__all__ = ["Office"]

_CHAT = "(chat)"  # no code name is spelt so


class Office:
    """Opens what a use case needs; shared by all of them."""

    def __init__(self, settings: Settings) -> None:
        """Open the store's database. Raises SettingsError or StorageError."""
        self.settings = settings
        self.directory, self.custody = Directory(settings), Custody(settings)
        self.database: sa.Engine = open_database(settings.store_folder, _server(settings))
        self._journals: dict[str, Journal] = {}
        self._followed: dict[str, Following] = {}
        self._playbooks: dict[str, Playbook] = {}
        self._written: dict[bytes, Playbook] = {}
        self._heads = Heads(self.database)
        self._budgets = {
            name: Budget(self.database, name, each.per_minute)
            for name, each in settings.services.items()
            if each.per_minute
        }

    def heads(self) -> dict[str, int]:
        """Return every case's last sequence number, oldest case first."""
        return self._heads.now()

    def free(self) -> dict[str, int]:
        """Return the same of the cases that no machine runs."""
        return self._heads.free()

    def codes(self) -> list[str]:
        """Return the code names of all cases."""
        return list(self.heads())

    def tombstones(self) -> list[Record]:
        """Return what is left of each case that was deleted: no other case gets its code name."""
        return tombstones(self.database)

    def journal(self, code: str) -> Journal:
        """Return a case's journal, new or old."""
        if code not in self._journals:
            self._journals[code] = Journal(self.database, code, redact=redact)
        return self._journals[code]

    def records(self, code: str) -> list[dict[str, Any]]:
        """Return a case's records. Raises RefusedError, in a stranger's words, when there is none."""
        records = read(self.database, code) if code.isascii() else []  # bytes that are no text name no case
        if not records or records[0]["kind"] == TOMBSTONE:
            raise stranger(code)
        return records

    def case(self, code: str) -> CaseFile:
        """Return a case as its journal has it. Raises as `records` does."""
        if code not in self._followed:
            if code not in self.heads():  # nothing is asked about, or kept for, a word that is no case
                raise stranger(code)
            self._followed[code] = Following(self.journal(code))
        case = self._followed[code].case()
        if case.deleted:
            del self._followed[code]
            raise stranger(code)
        return case

    def playbook(self, case: CaseFile) -> Playbook:
        """Return the playbook as the case froze it; the file is never read again."""
        code = str(case.opened["code"])  # its first record has the playbook, and no later one has another
        if code not in self._playbooks:
            written = case.opened["playbook"]["expanded"]
            text = canonical(written)  # a thousand cases of one playbook share it, with all it plays
            if text not in self._written:
                self._written[text] = Playbook.model_validate(written)
            self._playbooks[code] = self._written[text]
        return self._playbooks[code]

    def folder(self, code: str) -> Path:
        """Return a case's own folder, 0700."""
        folder = self.settings.store_folder / "cases" / code
        secure_folder(folder.parent)
        secure_folder(folder)
        return folder

    def store(self, code: str) -> Store:
        """Return where a case's items are kept. Raises SettingsError, StorageError or CredentialsError."""
        return self.custody.store(code, self.folder(code))

    def services(self, code: str) -> Services:
        """Return the configured services, as this case opens them."""
        settings = self.settings
        return Services(
            {name: service.vendor for name, service in settings.services.items()},
            lambda name: service_settings(settings, name),
            lambda reference: resolve(reference, settings.folder),
            code,
            self._budgets,
        )

    def work(self, code: str, hold: Hold | None = None) -> Work:
        """Return a case open for work. hold: of whoever runs it; None for what is done beside its runner.

        Raises RefusedError where its records were changed: nothing is done on the word of an edited journal.
        """
        last = self.heads().get(code, 0)  # read first: whoever decides meanwhile adds to the records
        records = self.records(code)
        if damage := broken(records) or _cut_short(records, last):
            raise RefusedError(
                f"its records were changed: {damage}",
                where=code,
                remedy="compare them with the last bundle, or restore the store from a backup",
            )
        case, settings = self.case(code), self.settings
        services, store = self.services(code), self.store(code)
        journal = Journal(self.database, code, redact=redact, hold=hold)
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
            _clocks(),
            settings.compress,
        )

    def held(self, code: str) -> bool:
        """Tell whether a runner has a case at this moment, here or elsewhere; takes it from nobody."""
        return held(self.database, code, self.folder(code) / "runner.lock")

    @contextmanager
    def holding(self, code: str) -> Iterator[Hold]:
        """Hold a case for the length of the block.

        Raises CaseBusy when another runner, here or elsewhere, has it.
        """
        with holding(self.database, code, self.folder(code) / "runner.lock") as hold:
            yield hold

    def chat_turn(self) -> AbstractContextManager[Hold]:
        """Return what takes the turn to post, of all chats; it raises CaseBusy while another has it."""
        return holding(self.database, _CHAT, self.settings.store_folder / "chat.lock")


def _cut_short(records: list[dict[str, Any]], last: int) -> str | None:
    """Return what is missing at a journal's end, where its chain cannot show it. last: by the case's row."""
    return f"record {last} is missing from their end" if records[-1]["seq"] < last else None


@cache
def _clocks() -> Mapping[str, Clock]:
    """Return the legal clocks we ship; a file this long takes a tenth of a second to read."""
    return load_clocks(shipped("playbooks") / "clocks.yaml")


def _server(settings: Settings) -> Server | None:
    if settings.database is None:
        return None
    secret = settings.database_password
    return Server(settings.database, resolve(secret, settings.folder) if secret else None)
