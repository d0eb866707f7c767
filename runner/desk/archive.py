"""The archive: use cases on the store as a whole, and on cases that are closed."""

from __future__ import annotations

from pathlib import Path

from runner.actions.values import Json
from runner.desk.backing_up import back_up
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.desk.retention import ask_deletion, confirm_deletion, hold, overview
from runner.desk.verifying import verify_store

__all__ = ["Archive"]


class Archive:
    """Backs the store up, verifies it, and lets go of what is no longer kept."""

    def __init__(self, office: Office) -> None:
        """office: of the desk it belongs to."""
        self._office = office

    def back_up(self, out: Path) -> Json:
        """Write a backup of the whole store into a new folder."""
        return back_up(self._office, out)

    def verify_store(self) -> list[Json]:
        """Return, case by case, what is wrong with its records and the items they name."""
        return verify_store(self._office)

    def hold(self, code: str, because: str, *, claim: Claim) -> Json:
        """Put a legal hold on a case."""
        return hold(self._office, code, claim, "hold", because)

    def release(self, code: str, because: str, *, claim: Claim) -> Json:
        """Release the legal hold on a case."""
        return hold(self._office, code, claim, "release", because)

    def ask_deletion(self, code: str, because: str, *, claim: Claim) -> Json:
        """Ask for the deletion of a closed case."""
        return ask_deletion(self._office, code, claim, because)

    def confirm_deletion(self, code: str, *, claim: Claim) -> Json:
        """Confirm the deletion somebody else asked for, and delete the case."""
        return confirm_deletion(self._office, code, claim)

    def retention(self) -> Json:
        """Return how long every case is kept, and what is left of those deleted."""
        return overview(self._office)
