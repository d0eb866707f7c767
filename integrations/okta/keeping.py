"""Keep what Okta knows of a person, as received: the state now, and the System Log as far as it reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from integrations.client import Params, path
from integrations.okta.connection import Okta, user_path
from integrations.okta.tokens import find_api_tokens
from integrations.pages import kept
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept
from runner.errors import ServiceRefused

__all__ = ["keep_log", "keep_state"]

_MUST = ("", "/roles", "/grants", "/clients")  # what closing destroys: without it, this action fails
_MAY = ("/groups", "/factors", "/appLinks", "/devices")  # what survives closing: a refusal is named only
_REACH = timedelta(days=90)  # Okta's System Log: support.okta.com, Customer Data Retention Policy


@action(
    "okta.keep_state",
    kind="keep",
    scopes=("okta.users.read", "okta.roles.read", "okta.apiTokens.read", "okta.devices.read"),
    source="Okta management API, getUser, listUserGroups, listFactors, listAppLinks, listUserGrants, "
    "listUserClients, listRefreshTokensForUserAndClient, listAssignedRolesForUser, listUserDevices, "
    "getApiToken",
    retention="while it stands", lag="none",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep what Okta says of the user now: all that closing destroys, and what surrounds it.

    User, groups, factors, app links, consents, clients, refresh tokens, roles, devices, API tokens. One item
    a page, bytes as received; tokens as metadata, because Okta shows no secret of them. Safe to
    repeat. Fails when something that closing destroys cannot be read; names what else was refused.
    """
    items, missing = [], []
    for part in _MUST:
        items += _pages(ctx, part.strip("/") or "user", user_path(account, part))
    for part in _MAY:
        try:
            items += _pages(ctx, part.strip("/"), user_path(account, part))
        except ServiceRefused as refused:
            missing.append(f"{part.strip('/')} ({refused.status})")
    items += _tokens(ctx, account)
    return Kept(tuple(items), f"refused by Okta: {', '.join(missing)}" if missing else "")


def _tokens(ctx: Context, account: Account) -> list[Item]:
    okta = ctx.connection(Okta)
    clients = ctx.read(lambda: okta.rows(user_path(account, "/clients")))
    items: list[Item] = []
    for place, client in enumerate(clients, 1):
        address = user_path(account, "/clients/{}/tokens", client["client_id"])
        items += _pages(ctx, f"refresh-tokens-of-client-{place}", address)
    for place, token in enumerate(find_api_tokens(ctx, account), 1):  # the list holds those of others
        items += _pages(ctx, f"api-token-{place}", path("/api/v1/api-tokens/{}", token.id))
    return items


@action(
    "okta.keep_log",
    kind="keep", bulk=True,
    retention="90d", lag="seconds to minutes",
    scopes=("okta.logs.read",),
    source="Okta management API, listLogEvents",
)  # fmt: skip
def keep_log(ctx: Context, account: Account) -> Kept:
    """Keep every System Log event the person did or suffered, oldest first, as far back as Okta has them.

    One item a page of at most 1000 events, bytes as received. Safe to repeat: later runs reach later.
    """
    user_path(account)  # the id goes into a filter: it must be one
    now = datetime.now(UTC)
    until = now + timedelta(milliseconds=1)  # exclusive: an event of this very millisecond counts
    params: dict[str, str | int] = {
        "since": (now - _REACH).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "filter": f'actor.id eq "{account.id}" or target.id eq "{account.id}"',
        "sortOrder": "ASCENDING",
        "limit": 1000,
    }
    return Kept(tuple(_pages(ctx, "system-log", "/api/v1/logs", params)))


def _pages(ctx: Context, name: str, address: str, params: Params | None = None) -> list[Item]:
    """Keep a list page by page."""
    pages = ctx.connection(Okta).pages(address, params, parse=False)
    return kept(ctx, name, iter(lambda: ctx.read(lambda: next(pages, None)), None))
