"""The one sink of the log: a JSON object a line, ASCII, without secrets and without words of others.

What a line says of a case is decided in `fields.py`. Libraries come here as well, from WARNING on, with the
place in their code that spoke; their words, which quote requests and answers, are left out. Secrets are
taken out here once more, in every spelling: comparable tools leaked on their failure paths (CVE-2023-40171).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from runner.errors import SettingsError
from runner.language.tokens import masked
from runner.private_file import NotPrivate, open_to_append
from runner.redaction import redact
from runner.telemetry.fields import allowed, code, of_error
from runner.telemetry_settings import Log

__all__ = ["OURS", "Sink", "install", "logged", "said", "serving", "withdraw"]

OURS = "severance"
"""The logger above all of ours: a message of theirs is one fixed sentence, its values are fields."""
_LONGEST = 300  # characters of one text
_FRAMES = 12  # of a traceback, the innermost


class _Extra(TypedDict):
    severance_fields: Mapping[str, Any]


def said(*, case: str = "", delivery: str = "", error: BaseException | None = None) -> _Extra:
    """Return the values of one of our messages, for `extra`."""
    return logged({"case": case, "delivery": delivery, **(of_error(error) if error else {})})


def logged(fields: Mapping[str, Any]) -> _Extra:
    """Return fields, for `extra`; those that are not in the closed list go no further than the sink."""
    return {"severance_fields": fields}


class Sink(logging.Handler):
    """Writes lines to stderr or to a file, which it opens anew once somebody moved it away (logrotate(8))."""

    def __init__(self, path: Path | None, services: Collection[str] = ()) -> None:
        """path: None for stderr. services: the configured ones.

        Raises SettingsError for a file that is not ours alone.
        """
        super().__init__()
        self._path, self._services, self._lost = path, frozenset(services), 0
        self._file = _opened(path) if path else None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is counted, and the next line says how many are missing."""
        try:
            line = self._line(record)
            self._write(line)
            self._lost = 0
        except Exception as error:  # noqa: BLE001  a full disk, or a broken pipe, must not reach who logs
            self._lost += 1
            if self._lost == 1:
                _complain(error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        super().close()

    def _line(self, record: logging.LogRecord) -> bytes:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {"at": at.replace("+00:00", "Z"), "level": record.levelname.lower()}
        if record.name.partition(".")[0] == OURS:
            # Never formatted: a message of ours has no place for values.
            fields = allowed(getattr(record, "severance_fields", {}), self._services)
            told |= {"event": str(record.msg), **fields}
        else:
            told |= _heard(record)
        if record.exc_info and record.exc_info[1]:
            told |= _trace(record.exc_info[1])
        if self._lost:
            told["lost"] = self._lost
        return json.dumps(_clean(told)).encode("ascii") + b"\n"

    def _write(self, line: bytes) -> None:
        """Append a line in one piece, so that those of several processes stay lines (open(2), O_APPEND)."""
        if self._path is None:
            target = sys.stderr.fileno()
        else:
            if self._file is None or _moved(self._file, self._path):
                self._file = _reopened(self._file, self._path)
            target = self._file
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(target, rest) :]


def install(log: Log, folder: Path, services: Collection[str]) -> Sink:
    """Have everything that is logged in this process go through one sink; returns it.

    folder: of the settings, for a relative path.
    Raises SettingsError for a file that others can read or write.
    """
    sink = Sink(None if log.on_stderr else folder / log.to, services)
    root = logging.getLogger()
    for before in [each for each in root.handlers if isinstance(each, Sink)]:
        withdraw(before)
    root.addHandler(sink)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(log.level.upper())
    return sink


def withdraw(sink: Sink) -> None:
    """Log no more by a sink."""
    logging.getLogger().removeHandler(sink)
    sink.close()


@contextmanager
def serving(log: Log, folder: Path, services: Collection[str]) -> Iterator[None]:
    """Log for the length of the block, errors that end a thread as well; all else as in `install`."""
    sink, before = install(log, folder, services), threading.excepthook
    threading.excepthook = _thread_ended
    try:
        yield
    finally:
        threading.excepthook = before
        withdraw(sink)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value or ended.exc_type()
    log = logging.getLogger(OURS)
    log.error("a thread ended: a defect of severance", exc_info=error, extra=said(error=error))


def _heard(record: logging.LogRecord) -> dict[str, Any]:
    """Return which library spoke, and where in its code: the place tells its message without its values."""
    place = code(f"{Path(record.pathname).name}:{record.lineno}")
    spoke = {"logger": code(record.name), "code": place, "function": code(record.funcName)}
    return {"event": "a library spoke", **spoke}


def _trace(error: BaseException) -> dict[str, Any]:
    """Return the class of an error and the innermost places in the code: no values, no words of the error."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    causes = [type(each).__name__ for each in _causes(error)]
    places = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    return {"error": type(error).__name__, **({"because_of": causes} if causes else {}), "trace": places}


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    while (error := error.__cause__ or error.__context__) and id(error) not in seen:  # type: ignore[assignment]
        seen.add(id(error))
        yield error


def _clean(value: Any) -> Any:
    """Return a value without secrets, its texts cut; JSON's own escapes do the rest (RFC 8259 section 7)."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return _cut(masked(redact(value))) if isinstance(value, str) else value


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:_LONGEST]}... [{len(text)} characters, sha256 {digest}]"


def _opened(path: Path) -> int:
    try:
        return open_to_append(path.absolute())
    except NotPrivate as refused:
        raise SettingsError(
            f"the log cannot be used: {refused}", where=str(path), remedy=refused.remedy
        ) from None


def _moved(file: int, path: Path) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return True
    return not os.path.samestat(found, os.fstat(file))


def _reopened(file: int | None, path: Path) -> int:
    anew = _opened(path)
    if file is not None:
        os.close(file)
    return anew


def _complain(error: Exception) -> None:
    try:
        sys.stderr.write(f"severance: the log cannot be written ({type(error).__name__})\n")
    except OSError:
        return  # stderr itself is gone: there is nobody left to tell
