"""The legal hold: Slack keeps what a person wrote or could read, whatever anybody deletes afterwards.

Source: https://docs.slack.dev/reference/legal-holds-api-reference. Its table of scopes spells the methods
`admin.legalHolds.*`; its method URLs, and clients in use, `admin.legalHold.*`: the URLs are followed here.
"""

from __future__ import annotations

import json

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import refuse_bent
from integrations.slack_org.pages import by_cursor, rows
from integrations.slack_web import SlackResponse
from integrations.wording import mark
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Kept
from runner.errors import CredentialsError, ServiceError, ServiceRefused

__all__ = ["hold_messages"]

_BUSINESS = (
    "Business+ has no legal hold: messages can still be deleted; export them under Settings, if at all"
)
_NO_SCOPE = "unknown_method"  # "if the Legal Holds API is enabled, but your token does not have" its scopes


@action(
    "slack_org.hold_messages",
    kind="keep",
    repeat="keyed",
    retention="until the hold is released", lag="none",
    scopes=("admin.legal_holds:read", "admin.legal_holds:write"),
    source="Slack legal holds API: admin.legalHold.policies.list and create, entities.list and add",
)  # fmt: skip
def hold_messages(ctx: Context, account: Account) -> Kept:
    """Place a legal hold on all the person wrote or could read, and keep its receipt.

    The person sees nothing of it, and we get no content: Slack keeps it, and releasing the hold is for
    counsel. Safe to repeat: an active hold of this case on this person is found and left as it is. On
    Business+ there is none, which is said as missing. Fails when Slack refuses.
    """
    refuse_bent(ctx, account.id)
    if not ctx.connection(SlackOrg).enterprise:
        return Kept((), _BUSINESS)
    try:
        policy = _standing(ctx, account) or _placed(ctx, account)
    except ServiceRefused as refused:
        if refused.code != _NO_SCOPE:
            raise
        remedy = "grant admin.legal_holds:read and :write, or place the hold by hand"
        raise CredentialsError(
            "the token reaches no legal holds", where=ctx.service, remedy=remedy
        ) from refused
    receipt = {"policy": policy, "custodians": _custodians(ctx, policy["id"])}
    return Kept((ctx.keep("legal-hold.json", json.dumps(receipt).encode()),))


def _standing(ctx: Context, account: Account) -> Json:
    """Return an active hold of this case that holds this person already, None without one."""
    return next(
        (each for each in _of_this_case(ctx) if account.id in _held(_custodians(ctx, each["id"]))),
        None,
    )


def _placed(ctx: Context, account: Account) -> Json:
    """Create the hold of this step, unless an attempt before did, and put the person under it."""
    name = (
        f"{ctx.case} {mark(ctx.key)[:12]}"  # a dull code name and a digest: outsiders read the list of holds
    )
    policy = next((each for each in _of_this_case(ctx) if each["name"] == name), None)
    if policy is None:
        policy = ctx.write(
            f"create the legal hold {name}",
            lambda: _call(ctx, "policies.create", name=name, description=f"Case {ctx.case}")["policy"],
        )
    entities = json.dumps([{"entity_type": "USER", "entity_id": account.id}])
    ctx.write(
        f"put {account.login} under the legal hold {name}",
        lambda: _call(ctx, "entities.add", policy_id=policy["id"], entities=entities),
    )
    if account.id not in _held(_custodians(ctx, policy["id"])):
        raise ServiceError(f"{account.login} is not under the hold after the call", where=ctx.service)
    return policy


def _of_this_case(ctx: Context) -> list[Json]:
    listed = by_cursor(ctx, lambda cursor: _call(ctx, "policies.list", status="ACTIVE", cursor=cursor))
    return [each for each in rows(listed, "policies") if each["name"].startswith(f"{ctx.case} ")]


def _custodians(ctx: Context, policy: str) -> list[Json]:
    return rows(
        by_cursor(ctx, lambda cursor: _call(ctx, "entities.list", policy_id=policy, cursor=cursor)),
        "entities",
    )


def _held(custodians: list[Json]) -> set[str]:
    return {each["entity_id"] for each in custodians if not each.get("date_deleted")}


def _call(ctx: Context, method: str, **params: str | None) -> SlackResponse:
    """Call a method the library has no wrapper for."""
    web = ctx.connection(SlackOrg).web
    return web.api_call(f"admin.legalHold.{method}", params=params)
