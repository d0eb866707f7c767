"""Whose account is whose in Slack: users as the Web API shows them, their kinds, workspaces and channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from integrations.answers import of_whom
from integrations.client import path
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.pages import Page, ask, by_cursor, or_refused, rows
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context
from runner.actions.values import Account, Json
from runner.errors import RefusedError

__all__ = [
    "by_hand", "channels_of", "conversations", "kind_of", "named_teams", "provisioned", "refuse_bent",
    "teams_of", "user_of", "user_or_none", "why_not", "workspaces",
]  # fmt: skip

_USER = re.compile(r"[UW][A-Z0-9]{6,20}", re.ASCII)
_PAGE = 200  # "We recommend no more than 200 results at a time" (users.conversations, users.list)


def refuse_bent(ctx: Context, user: str) -> None:
    """Return when this is a Slack user id. Raises RefusedError before anything is asked."""
    if not _USER.fullmatch(user):
        raise RefusedError(
            f"{ascii(user)[:60]} is no Slack user id",
            where=ctx.service,
            remedy="use the id Slack shows under Copy member ID",
        )


def user_or_none(ctx: Context, user: str) -> Json:
    """Return a user as users.info shows them; None where Slack knows no such id."""
    refuse_bent(ctx, user)
    web = ctx.connection(SlackOrg).web
    found = or_refused("user_not_found", None, lambda: ask(ctx, lambda: web.users_info(user=user))[0]["user"])
    return found and of_whom(user, found, ctx.service)


def user_of(ctx: Context, account: Account) -> Json:
    """Return the user behind an account. Raises RefusedError where Slack knows it no more."""
    found = user_or_none(ctx, account.id)
    if found is None:
        raise RefusedError(
            f"Slack knows no user {account.id}", where=ctx.service, remedy="look the person up again"
        )
    return found


def kind_of(user: Json) -> str:
    """Tell members from guests, bots, and the strangers of Slack Connect (user object, `is_stranger`)."""
    if user.get("is_stranger"):
        return "stranger"
    if user.get("is_bot"):
        return "bot"
    if user.get("is_ultra_restricted"):
        return "single-channel guest"
    return "guest" if user.get("is_restricted") else "member"


def why_not(user: Json) -> str:
    """Say why nobody may change this account from here; "" when one may.

    The codes are those Slack would answer with: admin.users.session.reset, admin.users.setRegular, SCIM
    errors.
    """
    if kind_of(user) == "stranger":
        return "it belongs to another organisation: remove it from the shared channels, or disconnect them"
    if kind_of(user) == "bot":
        return "it is a bot (cannot_disable_bot_user_with_scim, cannot_reset_bot): it goes with its app"
    if any(each.get("is_primary_owner") for each in (user, user.get("enterprise_user") or {})):
        return (
            "it is the primary owner (cannot_disable_primary_owner, cannot_reset_primary_owner): "
            "transfer the ownership to somebody else first"
        )
    return ""


def by_hand(why: str) -> str:
    """Return what a label says of a door that no call closes; empty where one does."""
    return f"; by hand: {why}" if why else ""


def workspaces(ctx: Context) -> list[str]:
    """Return the ids of the workspaces to look at: those of the settings, else all; `[""]` on Business+."""
    org = ctx.connection(SlackOrg)
    if not org.enterprise:
        return [""]
    if org.teams:
        return list(org.teams)
    listed = by_cursor(ctx, lambda cursor: org.web.admin_teams_list(cursor=cursor, limit=100))
    return [str(each["id"]) for each in rows(listed, "teams")]


def named_teams(user: Json) -> list[str]:
    """Return the workspaces a user object names; its two forms keep them in two places."""
    return list((user.get("enterprise_user") or {}).get("teams") or user.get("teams") or [])


def teams_of(ctx: Context, account: Account, user: Json) -> list[str]:
    """Return the ids of the workspaces an account is, or was, in; `[""]` on Business+, which has only one.

    Slack may name none for a deactivated account: those it had when it was found count as well.
    """
    org = ctx.connection(SlackOrg)
    if not org.enterprise:
        return [""]
    return list(dict.fromkeys([*named_teams(user), *(account.facts.get("teams") or []), *org.teams]))


def conversations(ctx: Context, account: Account, team: str, types: str) -> Iterator[Page]:
    """Yield the pages of what an account is a member of in one workspace.

    types: as users.conversations takes them. Private ones are listed only where our own user is in them too.
    """
    web = ctx.connection(SlackOrg).web

    def page(cursor: str | None) -> SlackResponse:
        return web.users_conversations(
            user=account.id,
            team_id=team or None,
            types=types,
            exclude_archived=True,
            limit=_PAGE,
            cursor=cursor,
        )

    return by_cursor(ctx, page)


def channels_of(ctx: Context, account: Account, teams: list[str]) -> list[Json]:
    """Return the channels an account is in as far as Slack lists them: id, name and kind."""
    found: dict[str, Json] = {}
    for team in teams:
        for each in rows(conversations(ctx, account, team, "public_channel,private_channel"), "channels"):
            found[each["id"]] = {
                "id": each["id"],
                "name": each.get("name", ""),
                "private": bool(each.get("is_private")),
                "external": bool(each.get("is_ext_shared")),
                "general": bool(each.get("is_general")),
            }
    return list(found.values())


def provisioned(ctx: Context, user: str) -> Json:
    """Return a user's SCIM resource (staff id, phones, address); None without SCIM or where it has none."""
    refuse_bent(ctx, user)
    scim = ctx.connection(SlackOrg).scim
    if scim is None:
        return None
    answer = ctx.read(partial(scim.find, path("/Users/{}", user)))
    return answer.json if answer else None
