"""What the chat must not forget between two processes: deliveries it acted on, and what it posted where.

Not of the journal: nothing here is a fact of a case, and all of it may be lost without losing one. It lies in
the same database, so that several processes, or one that was restarted, agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from runner.clock import now, stamp
from runner.database.opening import in_words
from runner.database.tables import create

__all__ = ["Posted", "Switchboard"]

_TABLES = sa.MetaData()
_DELIVERIES = sa.Table(
    "severance_chat_deliveries",
    _TABLES,
    sa.Column("delivery", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
)
_CHANNELS = sa.Table(
    "severance_chat_channels",
    _TABLES,
    sa.Column("case_code", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("changes", sa.Integer, nullable=False),
)
_CARDS = sa.Table(
    "severance_chat_cards",
    _TABLES,
    sa.Column("case_code", sa.Text, primary_key=True),
    sa.Column("card", sa.Text, primary_key=True),
    sa.Column("ts", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
_WHAT = "the chat's tables"


@dataclass(frozen=True, slots=True)
class Posted:
    """A card as it was last sent."""

    ts: str
    """The message's id in its channel."""
    digest: str
    """Of its content: another one means that the message is to be edited."""


class Switchboard:
    """Deliveries, channels and posted cards of one store. Every method raises StorageError."""

    def __init__(self, engine: sa.Engine) -> None:
        """Make the tables on first use."""
        self._engine = engine
        with in_words(_WHAT):
            create(engine, _TABLES)

    def first(self, delivery: str) -> bool:
        """Tell whether this delivery is new, and remember it: of many copies exactly one is."""
        with in_words(_WHAT), self._engine.begin() as connection:
            try:
                connection.execute(sa.insert(_DELIVERIES).values(delivery=delivery, at=stamp(now())))
            except sa.exc.IntegrityError:
                connection.rollback()
                return False
        return True

    def forget_deliveries(self, before: datetime) -> None:
        """Drop what nobody sends again."""
        with in_words(_WHAT), self._engine.begin() as connection:
            connection.execute(sa.delete(_DELIVERIES).where(_DELIVERIES.c.at < stamp(before)))

    def channel(self, code: str) -> str:
        """Return the id of a case's channel, "" when it has none."""
        wanted = sa.select(_CHANNELS.c.channel).where(_CHANNELS.c.case_code == code)
        with in_words(_WHAT), self._engine.connect() as connection:
            return str(connection.execute(wanted).scalar() or "")

    def changed(self, channel: str) -> None:
        """Remember that somebody came into a case's channel or left it, or that it is another than it was."""
        here = sa.update(_CHANNELS).where(_CHANNELS.c.channel == channel)
        with in_words(_WHAT), self._engine.begin() as connection:
            connection.execute(here.values(changes=_CHANNELS.c.changes + 1))

    def changes(self) -> dict[str, tuple[str, int]]:
        """Return each case's channel, and how often it changed: the process that posts may not have heard."""
        with in_words(_WHAT), self._engine.connect() as connection:
            rows = connection.execute(sa.select(_CHANNELS))
            return {row.case_code: (row.channel, row.changes) for row in rows}

    def settle(self, code: str, channel: str) -> None:
        """Give a case another channel, in which nothing is posted yet; "" for none."""
        with in_words(_WHAT), self._engine.begin() as connection:
            connection.execute(sa.delete(_CARDS).where(_CARDS.c.case_code == code))
            connection.execute(sa.delete(_CHANNELS).where(_CHANNELS.c.case_code == code))
            if channel:
                connection.execute(sa.insert(_CHANNELS).values(case_code=code, channel=channel, changes=0))

    def cards(self, code: str) -> dict[str, Posted]:
        """Return what is posted in a case's channel, by card."""
        wanted = sa.select(_CARDS).where(_CARDS.c.case_code == code)
        with in_words(_WHAT), self._engine.connect() as connection:
            return {row.card: Posted(row.ts, row.digest) for row in connection.execute(wanted)}

    def posted(self, code: str, card: str, sent: Posted) -> None:
        """Remember a card that was posted or edited."""
        row = {"case_code": code, "card": card, "ts": sent.ts, "digest": sent.digest}
        here = (_CARDS.c.case_code == code) & (_CARDS.c.card == card)
        with in_words(_WHAT), self._engine.begin() as connection:
            connection.execute(sa.delete(_CARDS).where(here))
            connection.execute(sa.insert(_CARDS).values(**row))

    def gone(self, code: str, card: str) -> None:
        """Forget a card whose message somebody deleted."""
        here = (_CARDS.c.case_code == code) & (_CARDS.c.card == card)
        with in_words(_WHAT), self._engine.begin() as connection:
            connection.execute(sa.delete(_CARDS).where(here))
