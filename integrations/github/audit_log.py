"""Keep what the audit log says a person did, Git events first: GitHub forgets those after seven days.

Sources: GitHub REST, Get the audit log for an organization; GitHub Docs, Reviewing the audit log for
your organization (Git events seven days, others 180 days, three months unless `created:` asks for more).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from integrations.addresses import next_page
from integrations.client import Answer
from integrations.github.connection import GitHub
from integrations.github.people import login_now
from integrations.pages import Bookmarks, kept
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept

__all__ = ["keep_audit_log"]

_WEB_DAYS = 180
_MISSING = "Git events older than seven days, and Git done over the web, REST or GraphQL, are in no export"


@action(
    "github.keep_audit_log",
    kind="keep",
    scopes=("read:audit_log",),
    source="GitHub REST, Get the audit log for an organization",
    retention="7d",
    lag="minutes; GitHub names no bound",
    bulk=True,
)
def keep_audit_log(ctx: Context, account: Account) -> Kept:
    """Keep every page of the log about a person: Git events, then what they did, then what was done to them.

    The log is searched by login, so a renamed person is searched under both names. Safe to repeat.
    """
    github = ctx.connection(GitHub)
    logins = dict.fromkeys((login_now(ctx, github, account), account.login))
    since = (datetime.now(UTC) - timedelta(days=_WEB_DAYS)).date().isoformat()
    items: list[Item] = []
    for login in filter(None, logins):
        items += _kept(ctx, github, f"git-actor-{login}", "git", f"actor:{login}")
        items += _kept(ctx, github, f"web-actor-{login}", "web", f"actor:{login} created:>={since}")
        items += _kept(ctx, github, f"web-user-{login}", "web", f"user:{login} created:>={since}")
    return Kept(tuple(items), _MISSING)


def _kept(ctx: Context, github: GitHub, name: str, include: str, phrase: str) -> list[Item]:
    pages = _pages(ctx, github, {"include": include, "phrase": phrase, "per_page": "100"})
    return kept(ctx, f"github-audit-{name}", pages)


def _pages(ctx: Context, github: GitHub, asked: dict[str, str]) -> Iterator[Answer]:
    """Yield page after page by GitHub's cursor; a limit in the middle is waited out, never a new start."""
    where, cursor = github.at("/audit-log"), ""
    bookmarks = Bookmarks("the audit log", ctx.service)
    bookmarks.turn_to(cursor)
    while True:
        params = {**asked, "after": cursor} if cursor else asked
        page = ctx.read(lambda params=params: github.http.get(where, params))  # type: ignore[misc]
        yield page
        link = next_page(page.headers.get("link", ""), github.url + where, ctx.service)
        if link is None:
            return
        cursor = parse_qs(urlsplit(link).query).get("after", [""])[-1]
        bookmarks.turn_to(cursor)
