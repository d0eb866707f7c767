"""The logs: sign-ins, and what was done in the directory. They are short: 7 days, or 30 with a licence.

Source: learn.microsoft.com/entra/identity/monitoring-health, reference-reports-data-retention and
reference-log-latency (which names no bound). Graph allows five requests in ten seconds here.
"""

from __future__ import annotations

from integrations.client import Params
from integrations.entra.connection import Graph
from integrations.entra.reading import one, pages, quoted, user_path
from integrations.pages import kept
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept
from runner.errors import ServiceRefused

__all__ = ["keep_audits", "keep_pages", "keep_sign_ins", "sign_ins"]

_UNLICENSED = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
_REACH = {"free": "7 days", "p1": "30 days", "p2": "30 days"}
_PAGE = 999  # both lists give at most 1000 rows a page
_INTERACTIVE = "sign-ins that were not interactive are in no v1.0 answer: export them in the Entra portal"


def sign_ins(ctx: Context, wanted: str, most: int) -> list[Json] | None:
    """Return the newest sign-ins a filter fits, at most one page; None where the licence forbids the log."""
    try:
        found = one(ctx, "/auditLogs/signIns", {"$filter": wanted, "$top": most})
    except ServiceRefused as refused:
        if refused.code != _UNLICENSED:
            raise
        return None
    listed: list[Json] = found["value"]
    return listed


@action(
    "entra.keep_sign_ins",
    kind="keep", bulk=True,
    retention="7d", lag="minutes; Microsoft names no bound",
    scopes=("AuditLog.Read.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, List signIns; needs Entra ID P1 or P2",
)  # fmt: skip
def keep_sign_ins(ctx: Context, account: Account) -> Kept:
    """Keep every interactive sign-in of the user, newest first, as far back as the tenant's licence goes.

    Seven days without a licence, when Graph refuses the log altogether (this action fails, and says so);
    thirty with P1 or P2. One item a page of at most 999, bytes as received. Safe to repeat.
    """
    user_path(account)  # the id goes into a filter: it must be one
    asked: Params = {"$filter": f"userId eq {quoted(account.id)}", "$top": _PAGE}
    items = keep_pages(ctx, "sign-ins", "/auditLogs/signIns", asked)
    return Kept(tuple(items), f"{_older(ctx)}; {_INTERACTIVE}")


@action(
    "entra.keep_audits",
    kind="keep", bulk=True,
    retention="7d", lag="minutes; Microsoft names no bound",
    scopes=("AuditLog.Read.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, List directoryAudits",
)  # fmt: skip
def keep_audits(ctx: Context, account: Account) -> Kept:
    """Keep what the audit log says the user did in the directory, then what was done to the user.

    Seven days without a licence, thirty with P1 or P2. One item a page of at most 999, bytes as received.
    Safe to repeat.
    """
    user_path(account)
    mine = quoted(account.id)
    wanted = {
        "audits-did": f"initiatedBy/user/id eq {mine}",
        "audits-suffered": f"targetResources/any(t:t/id eq {mine})",
    }
    items: list[Item] = []
    for name, each in wanted.items():
        items += keep_pages(ctx, name, "/auditLogs/directoryAudits", {"$filter": each, "$top": _PAGE})
    return Kept(tuple(items), _older(ctx))


def _older(ctx: Context) -> str:
    tier = ctx.connection(Graph).tier
    return f"nothing older than {_REACH[tier]} is in the log (Entra ID {tier.capitalize()})"


def keep_pages(ctx: Context, name: str, address: str, params: Params | None = None) -> list[Item]:
    """Keep a list page by page, bytes as received."""
    listed = pages(ctx.connection(Graph).directory, address, params)
    return kept(ctx, name, iter(lambda: ctx.read(lambda: next(listed, None)), None))
