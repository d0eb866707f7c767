"""Reads a CSV file handed in as a stream: one row in memory, everything in it data, the schema closed.

RFC 4180, with `,` `;` or tab between cells. A file with a problem is refused as a whole: a row that slipped
by one cell would put one person's account beside another's name.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from runner.people.links.columns import DATES, IDS, column, refusal

__all__ = ["ENCODINGS", "MOST_TROUBLES", "Encoding", "Table", "Trouble"]

Encoding = Literal["utf-8", "cp1252"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "cp1252")
"""utf-8 with or without a byte-order mark; cp1252 is what spreadsheets on Windows write."""
MOST_TROUBLES = 20
"""Problems told of one file; reading ends there."""

_LONGEST_LINE = 1 << 20  # bytes; a row has some thousand, and a file without line ends must not fill memory
_MOST_ROWS = 5_000_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DELIMITERS = (",", ";", "\t")
_SHOWN = 60  # characters of a cell
_QUOTES = "close every quote; quote a cell that holds quotes or line ends, and double the quotes in it"


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """One thing that is wrong in a file."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    length: int
    """Characters to underline."""
    message: str
    """What was expected and what was found; holds a stranger's text, which each surface encodes."""
    help: str = ""


class Table:
    """A file that can be read from its start as often as needed."""

    def __init__(
        self,
        name: str,
        sha256: str,
        read: Callable[[], AbstractContextManager[BinaryIO]],
        encoding: Encoding = "utf-8",
    ) -> None:
        """read: opens the file anew. sha256: of its bytes, under which it is kept."""
        self.name, self.sha256, self._open, self._encoding = name, sha256, read, encoding
        self.titles: list[str] = []
        """The columns, in order, once the first line was checked."""
        self.troubles: list[Trouble] = []
        """What `check` found."""
        self._delimiter = ","
        self._raw: list[str] = []
        """The lines of the row that is being read: where its cells begin is asked only for a trouble."""

    def check(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row that fits, and collect troubles; the first reading.

        No row is yielded when the first line is no header of known columns.
        """
        lines = self._lines()
        self._header(next(lines, ""))
        if self.troubles:
            return
        for count, (line, cells) in enumerate(self._rows(lines), start=1):
            if count > _MOST_ROWS:
                self._tell(line, f"expected at most {_MOST_ROWS} rows")
                return
            if self._fits(line, cells):
                yield line, cells
            if len(self.troubles) >= MOST_TROUBLES:
                return

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row; a later reading, after `check` found nothing."""
        lines = self._lines()
        next(lines, "")
        return self._rows(lines)

    def _tell(
        self, line: int, message: str, help_: str = "", *, found: str = "", at: tuple[int, int] = (0, 1)
    ) -> None:
        """at: lines below `line`, and the column there."""
        said = f'{message}, found "{found[:_SHOWN]}"' if found else message
        self.troubles.append(Trouble(line + at[0], at[1], max(1, len(found)), said, help_))

    def _lines(self) -> Iterator[str]:
        """Yield decoded lines; ends, with a trouble, at the first one that is no text."""
        with self._open() as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if why := _no_text(line):
                    self._tell(number, *why)
                    return
                try:
                    text = line.decode(self._encoding)
                except UnicodeDecodeError as error:
                    at = (0, len(line[: error.start].decode(self._encoding)) + 1)
                    other = ENCODINGS[self._encoding == "utf-8"]
                    why = f"expected {self._encoding}, found another byte", f"perhaps encoding: {other}"
                    self._tell(number, *why, at=at)
                    return
                self._raw.append(text)
                yield text

    def _rows(self, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        began = 2  # the header is not the reader's
        self._raw.clear()
        try:
            for cells in reader:
                if any(cells):  # spreadsheets write empty rows below the last
                    yield began, cells
                began = reader.line_num + 2
                self._raw.clear()
        except csv.Error:
            self._tell(began, "expected cells as RFC 4180 writes them", _QUOTES)

    def _header(self, line: str) -> None:
        parted = {each: _parted(line, each) for each in _DELIMITERS}
        self._delimiter = max(_DELIMITERS, key=lambda each: (_known(parted[each]), len(parted[each])))
        places = _places(line, self._delimiter)
        for title, at in zip(parted[self._delimiter], places, strict=False):
            name = column(title) or ""
            if not name:
                self._tell(1, *refusal(title), found=title or " ", at=at)
            elif name in self.titles:
                self._tell(1, f'expected one column "{name}"', found=title, at=at)
            self.titles.append(name)
        if not set(IDS).intersection(self.titles):
            self._tell(1, f"expected a column that says who a row is about: {', '.join(IDS)}")

    def _fits(self, line: int, cells: Sequence[str]) -> bool:
        before = len(self.troubles)
        if len(cells) != len(self.titles):
            self._tell(line, f"expected {len(self.titles)} cells, found {len(cells)}")
            return False
        named = False
        for place, (title, cell) in enumerate(zip(self.titles, cells, strict=True)):
            if title in IDS and cell.strip():
                named = True
                if not _ID.fullmatch(cell.strip()):
                    self._tell(line, f"expected an id or a mail in {title}", found=cell, at=self._at(place))
            elif title in DATES and cell and not _DATE.fullmatch(cell.strip()):
                self._tell(line, f"expected YYYY-MM-DD in {title}", found=cell, at=self._at(place))
        if not named:
            self._tell(line, f"expected one of {', '.join(IDS)} filled in, found none")
        return len(self.troubles) == before

    def _at(self, place: int) -> tuple[int, int]:
        return _places("".join(self._raw), self._delimiter)[place]


def _places(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Return where each cell of a row begins, inside its quotes: lines below the row's first, and column."""
    places, quoted, line, at, fresh = [], False, 0, 1, True
    for each in text:
        if fresh:
            places.append((line, at + (each == '"')))
            fresh = False
        if each == '"':
            quoted = not quoted
        fresh = each == delimiter and not quoted
        line, at = (line + 1, 1) if each == "\n" else (line, at + 1)
    return [*places, (line, at)] if fresh else places


def _no_text(line: bytes) -> tuple[str, str] | None:
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "expected utf-8 or cp1252, found UTF-16", "save the file as CSV UTF-8"
    if b"\0" in line:
        return "expected text, found a NUL byte", "save the file as CSV UTF-8"
    if len(line) >= _LONGEST_LINE:
        return f"expected lines under {_LONGEST_LINE} bytes, found a longer one", "export one person a row"
    return None


def _parted(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _known(titles: Sequence[str]) -> int:
    return sum(column(title) is not None for title in titles)
