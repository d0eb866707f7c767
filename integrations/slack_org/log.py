"""Keep what Slack's logs say a person did: the audit log on Enterprise, else sign-ins and integrations.

Sources: https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference, team.accessLogs and
team.integrationLogs. Slack states no term after which these logs forget ("not available prior to March
2018"); 90 days is the shortest it states for any log (searches, help 360000394286), so they are taken as if
so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from integrations.client import Answer, Http
from integrations.pages import Bookmarks, kept
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.installations import changes
from integrations.slack_org.members import refuse_bent
from integrations.slack_org.pages import by_cursor
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept
from runner.errors import ServiceRefused

__all__ = ["keep_log"]

_PAGE = 1000
_PARTS = {"did": "actor", "suffered": "entity"}
_UNREAD = "no `audit_token` is set: without one of an owner of the organisation the audit log is not read"
_CUT = (
    "Business+ has no audit log, and its access log is everybody's: of it the lines of this person are kept"
)
_DEEPER = "; sign-ins before the hundred pages Slack gives are left out"
_LINES = "application/jsonl"


@action(
    "slack_org.keep_log",
    kind="keep", bulk=True,
    retention="90d", lag="minutes; Slack names no bound",
    scopes=("auditlogs:read", "admin"),
    source="Slack audit logs API, GET /logs (actor, entity); Web API: team.accessLogs, team.integrationLogs",
)  # fmt: skip
def keep_log(ctx: Context, account: Account) -> Kept:
    """Keep every audit event the person did or suffered; on Business+ their sign-ins and integrations.

    Audit log: newest first, one item a page of about 1000 events, bytes as received. Access log: one item of
    lines, cut to this person. Safe to repeat: later runs reach later. Names what the plan or the settings
    leave out.
    """
    refuse_bent(ctx, account.id)
    org = ctx.connection(SlackOrg)
    if org.enterprise and org.audit is None:
        return Kept((), _UNREAD)
    if org.audit and org.enterprise:
        items = [item for part in _PARTS for item in _audited(ctx, org.audit, account, part)]
        return Kept(tuple(items))
    return _signed_in(ctx, account)


def _audited(ctx: Context, audit: Http, account: Account, part: str) -> list[Item]:
    return kept(ctx, f"audit-{part}", _pages(ctx, audit, {_PARTS[part]: account.id, "limit": _PAGE}))


def _pages(ctx: Context, audit: Http, asked: dict[str, str | int]) -> Iterator[Answer]:
    """Yield page after page by cursor; a limit in the middle is waited out, never a new start."""
    cursor, bookmarks = "", Bookmarks("the audit log", ctx.service)
    while True:
        params = {**asked, "cursor": cursor} if cursor else asked
        page = ctx.read(lambda params=params: audit.get("/logs", params))  # type: ignore[misc]
        yield page
        cursor = str((page.json.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
        bookmarks.turn_to(cursor)


def _signed_in(ctx: Context, account: Account) -> Kept:
    web, short = ctx.connection(SlackOrg).web, []

    def accessed(cursor: str | None) -> SlackResponse:
        return web.team_accessLogs(limit=_PAGE, cursor=cursor)

    def lines() -> Iterator[bytes]:
        try:
            for page, _ in by_cursor(ctx, accessed):
                mine = (row for row in page["logins"] if row["user_id"] == account.id)
                yield from (json.dumps(row).encode() + b"\n" for row in mine)  # ASCII: a name may be no UTF-8
        except ServiceRefused as refused:
            if refused.code != "over_pagination_limit":
                raise
            short.append(_DEEPER)

    items = [ctx.keep("access-log.jsonl", lines(), media=_LINES)]
    for number, (_, body) in enumerate(changes(ctx, "", user=account.id), 1):
        items.append(ctx.keep(f"integration-log-{number:04d}.json", body))
    return Kept(tuple(items), _CUT + "".join(short))
