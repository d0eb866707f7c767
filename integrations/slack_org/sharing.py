"""What another account of the same hand would show too: phone, address, and where the sessions came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import provisioned, teams_of, user_of, workspaces
from integrations.slack_org.pages import ask, by_cursor, or_refused, rows
from integrations.slack_org.sessions import listed_sessions
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Observation

__all__ = ["find_observations", "find_sharers"]

_ADDRESS = ("streetAddress", "postalCode", "locality", "region", "country")
_RECENT = 1000  # the most rows of one page of the access log


@action(
    "slack_org.find_observations",
    kind="find", finds="observations",
    scopes=("users:read", "admin.users:read", "admin"),
    source="Slack Web API: users.info, admin.users.session.list, team.accessLogs; SCIM 2.0, GET /Users/<id>",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find phone and address as far as they are filled in, and the addresses sessions came from. Only reads.

    Sessions show no id of a device, only its make. On Business+ the addresses are those among the workspace's
    thousand latest sign-ins.
    """
    user = user_of(ctx, account)
    resource = provisioned(ctx, account.id) or {}
    phones = [(user.get("profile") or {}).get("phone")]
    phones += [each.get("value") for each in resource.get("phoneNumbers") or []]
    seen = [Observation("phone", number) for number in map(_digits, phones) if number]
    for each in resource.get("addresses") or []:
        if each.get("streetAddress"):
            parts = [each[part] for part in _ADDRESS if each.get(part)]
            seen.append(Observation("address", ", ".join(parts)))
    seen += [Observation("ip", ip) for ip in _ips(ctx, account, user)]
    return list(dict.fromkeys(seen))


def _digits(phone: str | None) -> str:
    """Return a phone number without what people put in between; people type it themselves."""
    return re.sub(r"[^0-9+]", "", phone or "")


def _ips(ctx: Context, account: Account, user: Json) -> Iterator[str]:
    org = ctx.connection(SlackOrg)
    if org.enterprise:
        teams = teams_of(ctx, account, user)
        for row in or_refused("user_not_found", [], lambda: listed_sessions(ctx, account, teams)):
            yield from (
                seen["ip"] for seen in (row.get("created"), row.get("recent")) if seen and seen.get("ip")
            )
        return
    page, _ = ask(ctx, lambda: org.web.team_accessLogs(limit=_RECENT))
    yield from (row["ip"] for row in page["logins"] if row["user_id"] == account.id and row.get("ip"))


@action(
    "slack_org.find_sharers",
    kind="find", finds="sharers",
    scopes=("users:read", "users:read.email", "admin.teams:read"),
    source="Slack Web API: users.list, admin.teams.list",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the accounts whose profile shows this phone number; what does not match is not kept. Only reads.

    Slack searches by none of these values: the profiles are looked through, for phones only. For one internet
    address it would mean everybody's sessions: ask the log of the identity provider.
    """
    wanted = _digits(observation.value)
    if observation.kind != "phone" or not wanted:
        return []
    found: dict[str, Account] = {}
    for team in workspaces(ctx):
        for row in rows(by_cursor(ctx, partial(_users, ctx, team)), "members"):
            if _digits(row["profile"].get("phone")) == wanted:
                found[row["id"]] = _shown(ctx, row)
    return list(found.values())


def _users(ctx: Context, team: str, cursor: str | None) -> SlackResponse:
    return ctx.connection(SlackOrg).web.users_list(team_id=team or None, limit=200, cursor=cursor)


def _shown(ctx: Context, user: Json) -> Account:
    profile = user["profile"]
    status = "deactivated" if user.get("deleted") else "active"
    facts = {"mail": profile.get("email", ""), "name": profile.get("real_name", ""), "status": status}
    return Account(ctx.service, user["id"], user.get("name", ""), facts)
