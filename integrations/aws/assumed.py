"""Which role sessions a person opened, by the event history, and who else opened the same roles.

A session lives twelve hours at most (STS API, AssumeRole), so who looked back twelve hours has seen every
live one that was opened with the user's own credentials, and every one opened out of those. A chain of
sessions that was begun earlier, each opening the next one in time, is not followed back further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.aws.asking import moment
from integrations.aws.trail import acted, events
from runner.actions.contract import Context
from runner.actions.values import Account, Json

__all__ = ["Session", "assumed", "assumptions", "hands", "opened_by", "session_id"]

_LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """One role session, or several of one name."""

    id: str
    """`AROA…:NAME`: what `aws:userid` holds while it acts."""
    arn: str
    """Of the role."""
    key: str
    """Its temporary access key id."""
    issued: datetime
    expires: datetime

    @property
    def name(self) -> str:
        """The name its opener chose."""
        return self.id.partition(":")[2]


def assumed(ctx: Context, account: Account, name: str) -> list[Session]:
    """Return the role sessions a user opened in the last twelve hours, and those opened out of them.

    name: the user's present name. Attributed by the user's id and the sessions' own keys, never by names: a
    session's name is whatever its opener wrote.
    """
    since, mine = datetime.now(UTC) - _LONGEST, {account.id}
    names, looked, pool = {name}, set[str](), list[Json]()
    found: dict[str, Session] = {}
    while fresh := names - looked:
        for each in fresh:
            pool += filter(_opening, events(ctx, "Username", each, since))
        looked |= fresh
        while growing := [s for s in map(_session, _done_by(mine, pool)) if s.key not in found]:
            found |= {session.key: session for session in growing}
            mine |= found.keys()
            names |= {session.name for session in growing}
    return list(found.values())


def hands(account: Account, sessions: list[Session]) -> set[str]:
    """Return every principal id and access key id that acts for the person."""
    return {account.id, *(session.key for session in sessions)}


def assumptions(ctx: Context, arn: str) -> list[Json]:
    """Return every opening of a role's sessions in the last twelve hours, by anybody."""
    since = datetime.now(UTC) - _LONGEST
    return [event for event in events(ctx, "ResourceName", arn, since) if _opening(event)]


def opened_by(event: Json) -> str:
    """Return who opened a session, in the words of the event history."""
    identity = event["userIdentity"]
    named = (identity.get(key) for key in ("arn", "invokedBy", "userName", "principalId"))
    return str(next(filter(None, named), "somebody unnamed"))


def session_id(event: Json) -> str:
    """Return the id of the session an event opened."""
    return str((event["responseElements"].get("assumedRoleUser") or {}).get("assumedRoleId") or "")


def _done_by(mine: set[str], pool: list[Json]) -> list[Json]:
    return [event for event in pool if acted(event, mine)]


def _opening(event: Json) -> bool:
    """Return whether an event opened a role session: AssumeRole and its kin, successfully."""
    opened = str(event.get("eventName", "")).startswith("AssumeRole") and not event.get("errorCode")
    whole = isinstance(event.get("responseElements"), dict) and isinstance(event.get("eventTime"), str)
    return opened and whole and ":" in session_id(event)


def _session(event: Json) -> Session:
    asked = event.get("requestParameters") or {}
    issued = moment(event["eventTime"])
    # Asked for, or else not known: the role's own maximum may be anything up to twelve hours.
    seconds = asked.get("durationSeconds")
    lasts = timedelta(seconds=seconds) if isinstance(seconds, int) else _LONGEST
    key = (event["responseElements"].get("credentials") or {}).get("accessKeyId") or event.get("eventID")
    return Session(session_id(event), str(asked.get("roleArn", "")), str(key), issued, issued + lasts)
