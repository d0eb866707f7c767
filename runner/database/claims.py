"""Whose case a person is: of all cases on all machines, one at a time may close a person's doors.

Two that closed and reopened the same doors would undo each other's work. A claim is on an immutable id, so an
alias, another spelling or another service's words find the same one; it outlives every process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from runner.actions.values import Account
from runner.database.journal import Within
from runner.database.opening import in_words
from runner.database.tables import SUBJECTS, insert_if_new

__all__ = ["Claimed", "claim", "claim_what_is_free", "forget", "holders"]


class Claimed(Exception):  # a finding, which whoever asked turns into words
    """Another case has the person; its argument is that case's code name."""


def holders(engine: sa.Engine, accounts: Iterable[Account]) -> set[str]:
    """Return the code names of the cases that claimed any of these accounts. Raises StorageError."""
    with in_words("whose case a person is"), engine.connect() as connection:
        return {code for each in accounts if (code := _holder(connection, each))}


def claim(code: str, accounts: Collection[Account], instead: Collection[str] = ()) -> Within:
    """Return what claims accounts for a case, in the transaction of an append.

    instead: cases that may lose theirs. It raises Claimed, and then nothing of the append is recorded.
    """

    def claiming(connection: sa.Connection) -> None:
        for account in _sorted(accounts):
            _insert(connection, code, account)
            holder = _holder(connection, account)
            if holder in instead:
                connection.execute(sa.update(SUBJECTS).where(_of(account)).values(case_code=code))
            elif holder != code:
                raise Claimed(holder)

    return claiming


def claim_what_is_free(code: str, accounts: Collection[Account]) -> Within:
    """Return what claims those of the accounts that no case has; the others stay with theirs."""

    def claiming(connection: sa.Connection) -> None:
        for account in _sorted(accounts):
            _insert(connection, code, account)

    return claiming


def forget(connection: sa.Connection, code: str) -> None:
    """Drop every claim of a case that is no more."""
    connection.execute(sa.delete(SUBJECTS).where(SUBJECTS.c.case_code == code))


def _sorted(accounts: Collection[Account]) -> list[Account]:
    """Return them in one order for everybody: two that claim the same must not wait for each other."""
    return sorted(accounts, key=lambda each: (each.service, each.id))


def _insert(connection: sa.Connection, code: str, account: Account) -> None:
    insert_if_new(connection, SUBJECTS, service=account.service, account=account.id, case_code=code)


def _holder(connection: sa.Connection, account: Account) -> str:
    return str(connection.execute(sa.select(SUBJECTS.c.case_code).where(_of(account))).scalar() or "")


def _of(account: Account) -> sa.ColumnElement[bool]:
    return (SUBJECTS.c.service == account.service) & (SUBJECTS.c.account == account.id)
