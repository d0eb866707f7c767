"""Works out when each source of evidence loses its next record, and how much of the tenure it still holds.

A pure reading of the case: nothing of it is stored, so it is never out of date. Order of volatility: RFC
3227, section 2.1. A log that remembers less than the tenure loses a day of it every day, from now on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from runner.actions.contract import Action
from runner.actions.values import Account, Json
from runner.casefile.contents import CaseFile
from runner.clock import stamp
from runner.language.retention import lag, retention

__all__ = ["Source", "Tenure", "perishing", "tenure"]

_FACTS = ("started", "created")
_EARLIEST_YEAR = 1970  # below stand vendors' zero dates (0001, 1601), which mean that there is none
_NO_MORE = "the service is configured no more: what it held cannot be told"


class Keeps(Protocol):
    """Whoever knows what the configured services can keep (`cases.services.Services`)."""

    def names(self) -> list[str]: ...

    def actions(self, name: str, kind: str) -> list[Action]: ...


@dataclass(frozen=True, slots=True)
class Tenure:
    """Since when the subject is there, as far as their accounts say."""

    since: str
    """RFC 3339 UTC; the earliest date any of their accounts states."""
    said_by: str
    """Which account says so, and of what: it may be older than the work itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source (a `keep` action) of one account. Moments are RFC 3339 UTC; empty where unknown or never."""

    service: str
    account: str
    login: str
    action: str
    retention: str
    """In the words of the action, as `lag`."""
    lag: str
    bulk: bool
    state: bool
    """True for what lasts while it stands: closing the door ends it, not time."""
    kept: bool
    kept_at: str
    items: int
    why: str
    """What it could not give, or why it was not kept."""
    expires_at: str
    """When the next record of the tenure is lost unless it is kept; now, for one that is losing already."""
    losing: bool
    """True while records of the tenure expire unkept, day by day."""
    due_again_at: str
    """Kept: by when the source has caught up with the moment of keeping, so that the rest can be kept."""
    covers_days: int | None
    """Days of the tenure that were kept, or could be now. None: a state, or not known."""
    tenure_days: int | None
    gap: str
    """What is not covered, in words; empty when nothing is known to lack."""


def perishing(case: CaseFile, services: Keeps, now: datetime) -> list[Source]:
    """Return every source of the subject's and the linked accounts, the shortest time to a loss first.

    Without a known tenure a source that forgets counts, for the order, as losing already.
    """
    since = tenure(case, now)
    accounts = [*case.accounts, *case.linked]
    found = [each for account in accounts for each in _sources(case, services, account, since, now)]
    return sorted(found, key=lambda each: _urgency(each, now))


def tenure(case: CaseFile, now: datetime) -> Tenure | None:
    """Return the earliest start that the accounts state; None when none states one in the past."""
    told = [
        (moment, f"{each.service} {each.login}, {fact}")
        for each in [*case.accounts, *case.linked, *case.rows]
        for fact in _FACTS
        if (moment := _moment(each.facts.get(fact))) and moment < now
    ]
    return Tenure(stamp(min(told)[0]), min(told)[1]) if told else None


def _sources(
    case: CaseFile, services: Keeps, account: Account, since: Tenure | None, now: datetime
) -> Iterator[Source]:
    if account.service not in services.names():
        yield Source(
            account.service, account.id, account.login, "", "", "", bulk=False, state=False, kept=False,
            kept_at="", items=0, why=_NO_MORE, expires_at="", losing=False, due_again_at="",
            covers_days=None, tenure_days=None, gap=_NO_MORE,
        )  # fmt: skip
        return
    for action in services.actions(account.service, "keep"):
        yield _source(case, action, account, since, now)


def _source(case: CaseFile, action: Action, account: Account, since: Tenure | None, now: datetime) -> Source:
    tried = list(_tried(case, action, account))
    times = [datetime.fromisoformat(each["confirmed_at"]) for each in tried if _holds(each)]
    lives, behind = retention(action.retention), lag(action.lag).seconds
    start = datetime.fromisoformat(since.since) if since else None
    spans = [(moment, lives.seconds) for moment in times or [now]]
    covers, whole = _covered(spans, start, now)
    expires, losing = _loses(lives.seconds, behind, times, start, now)
    return Source(
        service=account.service,
        account=account.id,
        login=account.login,
        action=action.name,
        retention=action.retention,
        lag=action.lag,
        bulk=action.bulk,
        state=lives.stands,
        kept=bool(times),
        kept_at=stamp(max(times)) if times else "",
        items=sum(len(each["after"]) for each in tried if _holds(each)),
        why=str(tried[-1]["why"]) if tried else "",
        expires_at=stamp(expires) if expires else "",
        losing=losing,
        due_again_at=_caught_up(times, behind) if lives.seconds else "",
        covers_days=covers,
        tenure_days=whole,
        gap=_gap(lives.seconds, lives.stands, covers, whole, since),
    )  # fmt: skip


def _caught_up(times: Sequence[datetime], behind: int | None) -> str:
    """Return when the source shows everything up to the last keeping; empty where it shows it at once."""
    return stamp(max(times) + timedelta(seconds=behind)) if times and behind else ""


def _tried(case: CaseFile, action: Action, account: Account) -> Iterator[Json]:
    """Yield every answered attempt to keep this source, oldest first."""
    wanted = (action.name, account.service, account.id)
    answers = [each.outcome["data"] for each in case.operations.values() if each.outcome]
    fitting = [each for each in answers if (each["action"], each["service"], each["account"]) == wanted]
    yield from sorted(fitting, key=lambda each: str(each["confirmed_at"]))


def _holds(outcome: Json) -> bool:
    """Tell whether something was kept: an answer without an item says why there is none."""
    return outcome["outcome"] == "kept" and bool(outcome["after"])


def _loses(
    lives: int | None, behind: int | None, times: Sequence[datetime], start: datetime | None, now: datetime
) -> tuple[datetime | None, bool]:
    """Return when the next record is lost, and whether records are being lost already."""
    if lives is None:
        return None, False
    if times:  # what was kept expires no more; what the source did not show yet, and what came since, does
        return (None if behind is None else max(times) + timedelta(seconds=lives - behind)), False
    if start is None:
        return None, False
    first = start + timedelta(seconds=lives)
    return max(first, now), first <= now


def _covered(
    spans: Iterable[tuple[datetime, int | None]], start: datetime | None, now: datetime
) -> tuple[int | None, int | None]:
    """Return for how many whole days of the tenure records are there, of how many days in all."""
    if start is None:
        return None, None
    whole, covered, reached = (now - start).days, timedelta(), start
    for until, lives in sorted(spans):
        if lives is None:
            return None, whole
        since = max(reached, until - timedelta(seconds=lives))
        covered += max(until - since, timedelta())
        reached = max(reached, until)
    return covered.days, whole


def _gap(
    lives: int | None,
    stands: bool,
    covers: int | None,
    whole: int | None,
    since: Tenure | None,
) -> str:
    if stands:
        return ""
    if lives is None:
        return "how long this source remembers is not known"
    if covers is None or whole is None or since is None:
        return "no account says since when, so how much of the tenure it covers is not known"
    if covers >= whole:
        return ""
    days = f"covers {covers} of {whole} days since {since.since[:10]} ({since.said_by})"
    return f"{days}: ask whoever archives it for the rest"


def _urgency(source: Source, now: datetime) -> tuple[bool, str, int, bool, str, str, str]:
    """Sort by time to the next loss, then by how soon all is gone; what time does not remove comes last."""
    lives = retention(source.retention).seconds
    unsure = "" if source.kept else stamp(now)  # an unknown tenure may be longer than the source remembers
    loses = source.expires_at or unsure
    named = (source.service, source.account, source.action)
    return (lives is None or not loses, loses, lives or 0, source.kept, *named)


def _moment(value: Json) -> datetime | None:
    """Return a date that a service states; None for anything that is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or found.year < _EARLIEST_YEAR:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
