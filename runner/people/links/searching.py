"""Searches files handed in for the subject's own values; of everybody else nothing is kept, not even counted.

Two readings of each file: the first finds the subject's own rows, the second who shows a value of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from runner.actions.values import Account, Observation
from runner.people.links.columns import APPLICANT, DATES, IDS, MAIL, OBSERVED, STAFF
from runner.people.links.normalising import normal
from runner.people.links.sightings import FILES, Place, Seen, Token
from runner.people.links.tables import Table
from runner.written import same_mail

__all__ = ["Found", "own_rows", "search"]

_CROWD = 200
"""Rows that show one value before it is given up: far above what any kind counts for (`Kind.most`)."""


@dataclass(slots=True)
class Found:
    """What a search found, and how much it read."""

    seen: list[Seen] = field(default_factory=list)
    crowded: set[Token] = field(default_factory=set)
    """Values on so many rows that nobody was kept for them."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows read, by the file's SHA-256."""
    unread: dict[str, int] = field(default_factory=dict)
    """Cells that hold nothing that can be compared (a placeholder, masked, malformed), by SHA-256."""


def own_rows(tables: Iterable[Table], subject: Iterable[Account]) -> list[Seen]:
    """Return what files say about the subject, found by the staff ids and mails of their accounts.

    A row that was confirmed to be theirs (its service is `FILES`) is found by its own name too.

    Checks every row on the way; `Table.troubles` holds what is wrong, and then nothing may be used.
    """
    accounts = list(subject)  # asked twice
    staff = {str(each.facts.get(STAFF) or "") for each in accounts} - {""}
    mails = {same_mail(str(each.facts.get(MAIL) or "")) for each in accounts} - {""}
    named = {each.id for each in accounts if each.service == FILES}
    own: list[Seen] = []
    for table in tables:
        for line, cells in table.check():
            given = dict(zip(table.titles, map(str.strip, cells), strict=True))
            number, mail = given.get(STAFF), same_mail(given.get(MAIL, ""))
            if number in staff or (not number and mail in mails) or (named and _name(given) in named):
                own += _values(table, line, given)
    return own


def _values(table: Table, line: int, given: dict[str, str]) -> Iterator[Seen]:
    account = _person(given)
    for title, cell in given.items():
        if title in OBSERVED and cell:
            place = Place("file", table.name, table.sha256, line)
            yield Seen(account, Observation(OBSERVED[title], cell), place)


def search(tables: Sequence[Table], wanted: Collection[Token]) -> Found:
    """Return where these values stand in files that were checked; rows without any are forgotten at once."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for kind, value in wanted:
        by_kind[kind].add(value)
    hits: dict[Token, list[tuple[Table, int, list[str], str]]] = defaultdict(list)
    found = Found()
    for table in tables:
        watched = [
            (at, kind, by_kind[kind])
            for at, title in enumerate(table.titles)
            if (kind := OBSERVED.get(title, "")) in by_kind
        ]
        rows = unread = 0
        for line, cells in table.rows():
            rows += 1
            for at, kind, values in watched:
                if cell := cells[at]:
                    value = normal(kind, cell)
                    unread += not value
                    if value in values and len(hits[kind, value]) <= _CROWD:
                        hits[kind, value].append((table, line, cells, cell))
        found.rows[table.sha256], found.unread[table.sha256] = rows, unread
    found.crowded = {token for token, rows_of in hits.items() if len(rows_of) > _CROWD}
    for (kind, value), rows_of in hits.items():
        if (kind, value) not in found.crowded:
            found.seen += (_sighting(kind, *each) for each in rows_of)
    return found


def _sighting(kind: str, table: Table, line: int, cells: list[str], cell: str) -> Seen:
    given = dict(zip(table.titles, map(str.strip, cells), strict=True))
    return Seen(_person(given), Observation(kind, cell), Place("file", table.name, table.sha256, line))


def _name(given: dict[str, str]) -> str:
    """Return what a row calls its person; an applicant's number is none of the staff's."""
    title = next(each for each in IDS if given.get(each))
    return f"applicant:{given[title]}" if title == APPLICANT else given[title]


def _person(given: dict[str, str]) -> Account:
    """Return the person of a row: named by staff id, applicant id or mail, whichever is there first."""
    key = _name(given)
    facts = {each: given[each] for each in (*IDS, *DATES) if given.get(each)}
    return Account(FILES, key, facts.get(MAIL, key), facts)
