"""CloudTrail's event history: what was done in the last 90 days, by region, minutes behind.

LookupEvents takes one attribute a call and answers at most 50 events a page, newest first, twice a second
(CloudTrail API, LookupEvents). Management events only: who read which object of a bucket is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from integrations.aws.asking import Pages, rows
from integrations.aws.connection import Aws
from integrations.aws.principals import directory_of, user_name
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept

__all__ = ["acted", "events", "keep_log", "lag_of", "recent"]

_LOOKUP = "cloudtrail.LookupEvents"
_REACH = timedelta(days=90)
_PAGE = 50
_MISSING = (
    "the event history holds management events of 90 days; data events (objects read, functions called) are "
    "where a trail of your own put them"
)


def events(
    ctx: Context, attribute: str, value: str, since: datetime, *, everywhere: bool = True
) -> list[Json]:
    """Return the whole CloudTrail events that carry a value, newest first within a region.

    attribute: a LookupAttributeKey, for example Username. everywhere: False for IAM's own events, which are
    in the first region only. Raises what `rows` raises.
    """
    regions = ctx.connection(Aws).settings.regions
    asked = {**_by(attribute, value), "StartTime": since}
    found = []
    for region in regions if everywhere else regions[:1]:
        found += [_whole(row) for row in rows(ctx, _LOOKUP, "Events", region=region, **asked)]
    return [event for event in found if isinstance(event.get("userIdentity"), dict)]


def recent(ctx: Context, username: str, pages: int) -> Iterator[Json]:
    """Yield the newest events under a user's or a session's name: at most so many pages of each region."""
    aws = ctx.connection(Aws)
    for region in aws.settings.regions:
        lookup = Pages(aws, _LOOKUP, region, **_by("Username", username))
        for _ in range(pages):
            page = ctx.read(lambda lookup=lookup: next(lookup, None))  # type: ignore[misc]
            if page is None:
                break
            yield from map(_whole, page.json.get("Events", ()))


def acted(event: Json, principals: set[str]) -> bool:
    """Return whether an event was done with one of these principal ids or access key ids."""
    identity = event["userIdentity"]
    return identity.get("principalId") in principals or identity.get("accessKeyId") in principals


def lag_of(ctx: Context) -> timedelta:
    """Return how far the event history may be behind."""
    return timedelta(seconds=ctx.connection(Aws).settings.lags_s)


@action(
    "aws.keep_log",
    kind="keep", bulk=True,
    retention="90d", lag="15m",
    scopes=("cloudtrail:LookupEvents", "iam:ListAccessKeys", "iam:GetUser", "iam:ListUsers"),
    source="CloudTrail API, LookupEvents; CloudTrail User Guide, Viewing events with event history",
)  # fmt: skip
def keep_log(ctx: Context, account: Account) -> Kept:
    """Keep what the event history has of a person: by name, by each access key, and what was done to them.

    The temporary keys of role sessions the person opened are followed too. One item a region and attribute,
    a page of at most 50 events a line, newest first, as received but for line breaks. Safe to repeat: later
    runs reach later.
    """
    now, items = datetime.now(UTC), list[Item]()
    waiting, done = _lookups(ctx, account), set[tuple[str, str]]()
    while waiting:
        asked = waiting.pop()
        if asked in done:
            continue
        done.add(asked)
        for region in ctx.connection(Aws).settings.regions:
            opened: list[str] = []
            name = f"cloudtrail-{len(done):03d}-{asked[0]}-{region}.jsonl"
            pages = _lines(ctx, region, asked, now, opened)
            items.append(ctx.keep(name, pages, media="application/x-ndjson"))
            waiting += [("AccessKeyId", key) for key in opened]
    return Kept(tuple(items), _MISSING)


def _lookups(ctx: Context, account: Account) -> list[tuple[str, str]]:
    """Return what to look for at first, the last one first."""
    if directory_of(ctx, account):
        return [("Username", account.login)]
    name = user_name(ctx, account)
    if name is None:
        return [("Username", account.login)]
    keys = rows(ctx, "iam.ListAccessKeys", "AccessKeyMetadata", UserName=name)
    return [
        *(("AccessKeyId", row["AccessKeyId"]) for row in keys), ("ResourceName", name), ("Username", name)
    ]  # fmt: skip


def _lines(
    ctx: Context, region: str, asked: tuple[str, str], now: datetime, opened: list[str]
) -> Iterator[bytes]:
    """Yield page after page as a line, and note the temporary keys of sessions opened in them."""
    reach = {"StartTime": now - _REACH, "EndTime": now}
    lookup = Pages(ctx.connection(Aws), _LOOKUP, region, **_by(*asked), **reach)
    while (page := ctx.read(lambda: next(lookup, None))) is not None:
        if asked[0] != "ResourceName":
            opened += filter(None, map(_opened, page.json.get("Events", ())))
        yield page.body.replace(b"\n", b" ") + b"\n"


def _opened(row: Json) -> str:
    """Return the temporary key of the role session this event opened; empty for every other event."""
    if row.get("EventName") != "AssumeRole":
        return ""
    response = _whole(row).get("responseElements") or {}
    return str((response.get("credentials") or {}).get("accessKeyId") or "")


def _by(attribute: str, value: str) -> dict[str, Json]:
    return {
        "LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}], "MaxResults": _PAGE
    }  # fmt: skip


def _whole(row: Json) -> dict[str, Json]:
    """Return the event as CloudTrail wrote it; empty when it is none."""
    try:
        event = json.loads(row["CloudTrailEvent"])
    except (KeyError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}
