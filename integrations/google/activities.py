"""The audit log: what a person did, kept as far back as Google has it, and what was done to a person.

Reports API, activities.list. Each application has a log of its own. Google keeps them 180 days and writes
them late: the administrators' within minutes, sign-ins and grants within hours
(support.google.com/a/answer/7061566).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from integrations.client import Answer, Params, path
from integrations.google.connection import AUDIT, Google, user_path
from integrations.google.paging import listed, pages
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept
from runner.errors import RefusedError, ServiceRefused

__all__ = ["acts_upon", "events", "keep_log", "log_pages", "stamp"]

_PAGE = 1000  # the largest
_APPLICATIONS = (
    "login", "token", "drive", "admin", "user_accounts", "groups", "mobile", "saml", "takeout",
)  # fmt: skip
_FIT = re.compile(r"[^\s,<>=]+@[^\s,<>=]+")  # what cannot end or widen a filter of the Reports API
_WINDOW = timedelta(days=7)  # longer than any schedule of rechecks we ship
_TOGETHER = timedelta(hours=1)  # doors close together; one may close before the suspension stands


def log_pages(ctx: Context, who: str, application: str, asked: Params | None = None) -> Iterator[Answer]:
    """Yield the pages of one log, newest event first. who: a user id, or `all`."""
    address = path("/admin/reports/v1/activity/users/{}/applications/{}", who, application)
    return pages(ctx, ctx.connection(Google).reports, address, {"maxResults": _PAGE, **(asked or {})})


def events(ctx: Context, who: str, application: str, asked: Params) -> Iterator[Json]:
    """Yield the activities of one log that fit, newest first, page after page as they are needed."""
    for page in log_pages(ctx, who, application, asked):
        yield from listed(page, "items", ctx.service)


def acts_upon(ctx: Context, user: Json, event: str) -> list[str]:
    """Return when administrators did something to a user lately, newest first.

    Lately: within a week, and since the suspension, should it have stood for longer. What was done under an
    earlier address is not found. user: as the Directory API has it. event: of the admin log. Raises
    RefusedError for a mail that no filter can hold.
    """
    mail = user["primaryEmail"]
    if not _FIT.fullmatch(mail):
        raise RefusedError(f"{ascii(mail)[:60]} cannot be part of a filter", where=ctx.service)
    asked: Params = {
        "eventName": event,
        "filters": f"USER_EMAIL=={mail}",
        "startTime": stamp(_lately(user)),
    }
    return sorted((str(each["id"]["time"]) for each in events(ctx, "all", "admin", asked)), reverse=True)


def _lately(user: Json) -> datetime:
    recent = datetime.now(UTC) - _WINDOW
    if not user.get("suspensionTime"):
        return recent
    return min(recent, datetime.fromisoformat(user["suspensionTime"]) - _TOGETHER)


def stamp(moment: datetime) -> str:
    """Return a time as Google spells it: RFC 3339, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@action(
    "google.keep_log",
    kind="keep", bulk=True,
    retention="180d", lag="minutes for administrators' acts, hours for sign-ins and grants",
    scopes=(AUDIT,),
    source="Reports API, activities.list",
)  # fmt: skip
def keep_log(ctx: Context, account: Account) -> Kept:
    """Keep every audit event the person caused, log by log, as far back as Google has them.

    Sign-ins, grants, Drive, administration, account changes, groups, devices, SAML, takeouts. One item a
    page of at most 1000 events, bytes as received. A log this edition lacks is named as missing. Safe to
    repeat: later runs reach later. What administrators did to the person is in their logs, not here.
    """
    user_path(account)  # the id goes into the address: it must be one
    items: list[Item] = []
    missing: list[str] = []
    for application in _APPLICATIONS:
        try:
            for number, page in enumerate(log_pages(ctx, account.id, application), 1):
                items.append(ctx.keep(f"{application}-{number:04d}.json", page.body))
        except ServiceRefused as refused:
            missing.append(f"{application} ({refused.status})")
    return Kept(tuple(items), f"refused by Google: {', '.join(missing)}" if missing else "")
