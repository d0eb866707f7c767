"""Read Slack's lists to the end: by cursor, or by number where a method knows no cursor.

Sources: https://docs.slack.dev/apis/web-api/pagination and the reference of team.integrationLogs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from integrations.pages import Bookmarks
from integrations.slack_org.connection import SlackOrg
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context
from runner.actions.values import Json
from runner.errors import ServiceRefused

__all__ = ["ask", "by_cursor", "by_number", "or_refused", "rows"]

Page = tuple[SlackResponse, bytes]
"""An answer, and its body as received."""


def ask(ctx: Context, call: Callable[[], SlackResponse]) -> Page:
    """Make one reading call."""
    web = ctx.connection(SlackOrg).web
    return ctx.read(lambda: web.heard(call))


def by_cursor(ctx: Context, call: Callable[[str | None], SlackResponse]) -> Iterator[Page]:
    """Yield page after page; a page is asked for when the one before is dealt with.

    call: given the cursor, None for the first page. Raises ServiceError for a cursor that comes back.
    """
    cursor, bookmarks = "", Bookmarks("a list", ctx.service)
    while True:
        page = ask(ctx, lambda cursor=cursor: call(cursor or None))  # type: ignore[misc]
        yield page
        cursor = str((page[0].get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
        bookmarks.turn_to(cursor)


def by_number(ctx: Context, call: Callable[[int], SlackResponse]) -> Iterator[Page]:
    """Yield page after page, counted from 1 as far as `paging.pages` says.

    Raises ServiceError for a list that is longer than any: never a part of it.
    """
    number, last, bookmarks = 1, 1, Bookmarks("a list", ctx.service)
    while number <= last:
        bookmarks.turn_to(str(number))
        page = ask(ctx, lambda number=number: call(number))  # type: ignore[misc]
        yield page
        number, last = number + 1, int((page[0].get("paging") or {}).get("pages") or 1)


def rows(pages: Iterator[Page], key: str) -> list[Json]:
    """Return the elements of all pages."""
    return [row for answer, _ in pages for row in answer.get(key) or []]


def or_refused(code: str, otherwise: Json, call: Callable[[], Json]) -> Json:
    """Return what a call gives, or `otherwise` where Slack says this one code instead of an empty answer."""
    try:
        return call()
    except ServiceRefused as refused:
        if refused.code != code:
            raise
        return otherwise
