"""The case as its journal tells it, read once: each look reads what was added, and folds only then."""

from __future__ import annotations

import threading

from runner.casefile.contents import CaseFile
from runner.casefile.folding import fold
from runner.database.journal import Journal, Record

__all__ = ["Following"]


class Following:
    """Follows one journal; safe to share between threads.

    A case file it gave is never changed afterwards: what is added makes another.
    """

    def __init__(self, journal: Journal) -> None:
        """Read nothing yet."""
        self._journal = journal
        self._lock = threading.Lock()
        self._records: list[Record] = []
        self._case = fold([])

    def case(self) -> CaseFile:
        """Return the case as the journal has it now."""
        return self.since(0)[0]

    def since(self, seen: int) -> tuple[CaseFile, list[Record]]:
        """Return the case, and the records after the first `seen` ones, in order."""
        with self._lock:
            added = self._journal.read(after=self._case.last)
            if added:
                self._records = [*self._records, *added]
                self._case = fold(self._records)
            return self._case, self._records[seen:]
