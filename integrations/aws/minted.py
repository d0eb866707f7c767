"""What a person made after the deny was written: IAM obeys it seconds late, and some are quick.

IAM tells when a user or a role was made, at once; who made it stands in the event history, minutes later.
So what is new and not yet attributed is undecided until the history must have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.aws.asking import moment, rows
from integrations.aws.assumed import assumed, hands
from integrations.aws.denial import denied_since
from integrations.aws.inline import Holder, Place, policy_at
from integrations.aws.trail import acted, events, lag_of
from runner.actions.contract import Context
from runner.actions.values import Account, Json, Thing

__all__ = ["Minted", "minted_keys", "minted_since"]

_SKEW = timedelta(seconds=60)  # between our clock, which dates the deny, and AWS's
_KINDS: tuple[tuple[Holder, str, str], ...] = (
    ("User", "Users", "CreateUser"),
    ("Role", "Roles", "CreateRole"),
)


@dataclass(frozen=True, slots=True)
class Minted:
    """What was made since."""

    things: list[Thing]
    """Users and roles the person made, or nobody is known to have made, and no deny of ours closes."""
    until: datetime | None
    """When the event history must say who made the rest; None when nothing is undecided."""


def minted_since(ctx: Context, account: Account, name: str, since: datetime) -> Minted:
    """Look for users and roles made since a moment that are the person's work. Only reads."""
    fresh = [
        (holder, made, row) for holder, made, row in _fresh(ctx, since - _SKEW) if _id(row) != account.id
    ]
    fresh = [each for each in fresh if not _denied(ctx, *each)]
    if not fresh:
        return Minted([], None)
    mine = hands(account, assumed(ctx, account, name))
    makers = _makers(ctx, {made for _, made, _ in fresh}, since - _SKEW)
    things, until = list[Thing](), list[datetime]()
    for holder, _, row in fresh:
        event = makers.get(_id(row))
        known_by = moment(row["CreateDate"]) + lag_of(ctx)
        if event is None and known_by > datetime.now(UTC):
            until.append(known_by)
        elif event is None or acted(event, mine):
            things.append(_thing(holder, row, attributed=event is not None))
    return Minted(things, max(until, default=None))


def minted_keys(ctx: Context, account: Account, name: str, since: datetime) -> list[tuple[str, str]]:
    """Return `(user name, access key id)` of keys the person made for other users since a moment."""
    made = events(ctx, "EventName", "CreateAccessKey", since - _SKEW, everywhere=False)
    keys = [(event, (event.get("responseElements") or {}).get("accessKey") or {}) for event in made]
    others = [(event, key) for event, key in keys if key.get("userName") not in {None, name}]
    if not others:
        return []
    mine = hands(account, assumed(ctx, account, name))
    return [
        (str(key["userName"]), str(key.get("accessKeyId"))) for event, key in others if acted(event, mine)
    ]


def _fresh(ctx: Context, since: datetime) -> Iterator[tuple[Holder, str, Json]]:
    for holder, plural, made in _KINDS:
        for row in rows(ctx, f"iam.List{plural}", plural):
            if moment(row["CreateDate"]) >= since and not row["Path"].startswith("/aws-service-role/"):
                yield holder, made, row


def _denied(ctx: Context, holder: Holder, _made: str, row: Json) -> bool:
    return denied_since(policy_at(ctx, Place(holder, row[f"{holder}Name"]))) is not None


def _makers(ctx: Context, made: set[str], since: datetime) -> dict[str, Json]:
    """Return the event that made each user or role, by its id."""
    found: dict[str, Json] = {}
    for name in sorted(made):
        for event in events(ctx, "EventName", name, since, everywhere=False):
            response = event.get("responseElements") or {}
            body = response.get("user") or response.get("role") or {}
            found[str(body.get("userId") or body.get("roleId"))] = event
    return found


def _id(row: Json) -> str:
    return str(row.get("UserId") or row["RoleId"])


def _thing(holder: Holder, row: Json, *, attributed: bool) -> Thing:
    name = str(row[f"{holder}Name"])
    why = "made by the person since" if attributed else "made since, and nobody is known to have made it"
    state = {"kind": holder, "name": name, "made": row["CreateDate"]}
    # Somebody else's new user is somebody else's: without a name to it, its owner is asked.
    return Thing(_id(row), f"{holder.lower()} {name}, {why}", state, shared=not attributed)
