"""What a process tells of its work to machines, as the settings have it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from runner.database.journal import Record
from runner.desk.office import Office
from runner.settings import Settings
from runner.telemetry.sink import install, said, serving
from runner.telemetry.telling import Telling
from runner.telemetry_settings import Log

__all__ = ["log_of_server", "told_of_run"]

Listener = Callable[[Record], None]
_log = logging.getLogger("severance.cases")


def log_of_server(settings: Settings) -> AbstractContextManager[None]:
    """Have a server log as the settings say, for a block; where they do not, what goes wrong on stderr."""
    log = settings.log or Log(to="stderr", level="warning")
    return serving(log, settings.folder, settings.services)


def told_of_run(office: Office, code: str, listen: Listener) -> Listener:
    """Return a listener that logs a run's records as well, where the settings name a file for it.

    It begins where the run before ended; after one that was killed its lines come again, with the same `case`
    and `seq`, so that none is missing. On stderr a run keeps to the words for its person.
    Raises SettingsError for a file that is not ours alone.
    """
    log, settings = office.settings.log, office.settings
    if log is None or log.on_stderr:
        return listen
    install(log, settings.folder, settings.services)
    ends = [each["seq"] for each in office.records(code) if each["kind"] == "run.ended"]
    telling = Telling(code, max(ends, default=0))

    def heard(record: Record) -> None:
        try:
            telling.take(record)
        except Exception as error:  # noqa: BLE001  who logs must not end a run
            wrong = said(case=code, error=error)
            _log.exception("a record was not logged: a defect of severance", extra=wrong)
        listen(record)

    return heard
