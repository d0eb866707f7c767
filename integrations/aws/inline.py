"""Inline policies of users and roles: where our denials stand, and since when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from integrations.aws.asking import change, find, settled
from integrations.aws.connection import Aws
from integrations.aws.denial import denied_since, stamp
from integrations.aws.principals import user_name
from runner.actions.contract import Context
from runner.actions.values import Account, Json
from runner.errors import ServiceError

__all__ = [
    "QUARANTINE", "Holder", "Place", "confirmed", "drop_policy", "policy_at", "put_policy",
    "quarantined_since", "settling",
]  # fmt: skip

Holder = Literal["User", "Role"]
"""As the operations spell it: GetUserPolicy, GetRolePolicy."""

QUARANTINE = "severance-quarantine"
"""The name of the policy that closes a user, or a role the person made."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an inline policy stands, or would."""

    holder: Holder
    name: str
    """Of the user or role."""
    policy: str = QUARANTINE

    def given(self) -> dict[str, str]:
        """Return it as arguments of an operation."""
        return {f"{self.holder}Name": self.name, "PolicyName": self.policy}


def policy_at(ctx: Context, place: Place) -> Json:
    """Read an inline policy's document; None when there is none, or no such holder."""
    return find(ctx, f"iam.Get{place.holder}Policy", "PolicyDocument", **place.given())


def put_policy(ctx: Context, what: str, place: Place, document: str, *, before: Json) -> None:
    """Write an inline policy, in place of one of the same name."""
    operation = f"iam.Put{place.holder}Policy"
    change(ctx, what, operation, before=before, **place.given(), PolicyDocument=document)


def drop_policy(ctx: Context, what: str, place: Place, *, before: Json) -> None:
    """Delete an inline policy."""
    change(ctx, what, f"iam.Delete{place.holder}Policy", before=before, **place.given())


def confirmed(ctx: Context, place: Place, document: str | None) -> Json:
    """Read a policy back until it is what was written, or gone for None; AWS's answer to a write is no proof.

    Raises ServiceError when it still reads otherwise after a quarter of a minute.
    """
    wanted = json.loads(document) if document else None
    seen = settled(ctx, lambda: policy_at(ctx, place), lambda seen: seen == wanted)
    if seen != wanted:
        reads = "does not read" if document else "still reads"
        what = f"the deny on {place.holder.lower()} {place.name} {reads} after the call"
        raise ServiceError(what, where=ctx.service)
    return seen


def quarantined_since(ctx: Context, account: Account) -> datetime | None:
    """Return since when our deny stands on an IAM user; None when it does not."""
    name = user_name(ctx, account)
    return denied_since(policy_at(ctx, Place("User", name))) if name else None


def settling(ctx: Context, since: datetime | None) -> str:
    """Return until when IAM may still answer, and obey, as before a deny; empty when it has settled."""
    if since is None:
        return ""
    until = since + timedelta(seconds=ctx.connection(Aws).settings.settles_s)
    return stamp(until) if until > datetime.now(UTC) else ""
