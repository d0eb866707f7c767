"""Keep what Google knows of a person, as received, before anything is closed."""

from __future__ import annotations

from collections.abc import Callable

from integrations.client import Http, Params, path
from integrations.google.connection import (
    DEVICES,
    GROUPS,
    MINE,
    ROLES,
    SECURITY,
    USERS,
    Google,
    customer_path,
    user_path,
)
from integrations.google.devices import uses_of
from integrations.google.paging import pages
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["keep_state"]


@action(
    "google.keep_state",
    kind="keep",
    scopes=(USERS, SECURITY, ROLES, GROUPS, DEVICES),
    source="Directory API, users.get, users.aliases.list, tokens.list, asps.list, roleAssignments.list, "
    "groups.list; Cloud Identity API, devices.deviceUsers.list, devices.get",
    retention="while it stands", lag="none",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep what Google says of the user now: all that closing destroys, and what surrounds it.

    The whole user with its recovery data, tokens, app passwords and role assignments (metadata: Google shows
    no secret of them), aliases, groups, devices. One item a page, bytes as received. Backup codes are
    never read. Safe to repeat. Fails when something that closing destroys cannot be read; names what else
    was refused.
    """
    http = ctx.connection(Google).directory
    mine: Params = {"userKey": account.id, "includeIndirectRoleAssignments": "true", "maxResults": 200}
    items = _kept(ctx, "user", http, user_path(account), {"projection": "full"})
    items += _kept(ctx, "tokens", http, user_path(account, "/tokens"))
    items += _kept(ctx, "app-passwords", http, user_path(account, "/asps"))
    items += _kept(ctx, "role-assignments", http, customer_path("/roleassignments"), mine)
    missing: list[str] = []
    groups: Params = {"userKey": account.id, "maxResults": 200}
    may: dict[str, Callable[[], list[Item]]] = {
        "aliases": lambda: _kept(ctx, "aliases", http, user_path(account, "/aliases")),
        "groups": lambda: _kept(ctx, "groups", http, "/admin/directory/v1/groups", groups),
        "devices": lambda: _devices(ctx, account),
    }
    for part, keep in may.items():
        try:
            items += keep()
        except (ServiceRefused, CredentialsError) as refused:
            missing.append(f"{part} ({getattr(refused, 'status', 'no token')})")
    return Kept(tuple(items), f"refused by Google: {', '.join(missing)}" if missing else "")


def _devices(ctx: Context, account: Account) -> list[Item]:
    """Keep each device of the person, and who uses it."""
    http, items = ctx.connection(Google).devices, []
    for place, use in enumerate(uses_of(ctx, account), 1):
        device = str(use["name"]).split("/")[1]
        items += _kept(ctx, f"device-{place}", http, path("/v1/devices/{}", device), {"customer": MINE})
        uses: Params = {"customer": MINE, "pageSize": 20}
        items += _kept(ctx, f"device-{place}-users", http, path("/v1/devices/{}/deviceUsers", device), uses)
    return items


def _kept(ctx: Context, name: str, http: Http, address: str, asked: Params | None = None) -> list[Item]:
    """Keep a list page by page; a page is stored before the next is asked for."""
    return [
        ctx.keep(f"{name}-{number:04d}.json", page.body)
        for number, page in enumerate(pages(ctx, http, address, asked), 1)
    ]
