"""Sessions of roles as things: which of them may live, who else is on the role, and the deny that ends each.

A deny on the role ends one session, where no other hand opened one of its name; else all older sessions of
the role (IAM User Guide, Revoke IAM role temporary security credentials; condition keys aws:userid and
aws:TokenIssueTime).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from integrations.aws.assumed import Session, assumed, assumptions, hands, opened_by, session_id
from integrations.aws.connection import Aws
from integrations.aws.denial import Narrowing, denied_since, stamp
from integrations.aws.inline import Place, policy_at
from integrations.aws.principals import user_name
from integrations.aws.trail import acted
from runner.actions.contract import Context
from runner.actions.values import Account, Json, Thing

__all__ = ["ROLE", "open_sessions", "policy_for"]

ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role(/(?:[!-.0-~]+/)*)([\w+=,.@-]{1,64})", re.ASCII)
"""An account's role: account, path, name."""

_OLDER = "severance-older-sessions"
_SHOWN = 5


def open_sessions(ctx: Context, account: Account) -> Iterator[Thing]:
    """Yield role sessions the person opened that may live, unless a deny of ours stops them."""
    opened = assumed(ctx, account, user_name(ctx, account) or account.login)
    mine, now = hands(account, opened), datetime.now(UTC)
    live = sorted((each for each in opened if each.expires > now), key=lambda each: (each.arn, each.issued))
    for arn, group in groupby(live, key=lambda each: each.arn):
        yield from _of_role(ctx, arn, list(group), mine)


def _of_role(ctx: Context, arn: str, sessions: list[Session], mine: set[str]) -> Iterator[Thing]:
    """Yield one thing a session that is the person's alone, and one for all the others together."""
    history = assumptions(ctx, arn) if arn else []
    others = [event for event in history if not acted(event, mine)]
    shown = len(others) < len(history)  # or the history does not show this role to us: assume the worst
    crowded = {session_id(event) for event in others}
    latest = {each.id: each for each in sessions}
    alone = [each for each in latest.values() if shown and each.id not in crowded]
    for each in alone:
        thing = Thing(each.id, f"role {_name(arn)}, session {each.name}", _state(arn, each, []))
        yield from [] if _stopped(ctx, thing) else [thing]
    if rest := [each for each in latest.values() if each not in alone]:
        names = sorted({opened_by(event) for event in others}) or ["not shown by the event history"]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        label = f"role {_name(arn)}, older sessions of everybody: {', '.join(names[:_SHOWN])}{more}"
        state = _state(arn, max(rest, key=lambda each: each.issued), names)
        thing = Thing(rest[0].id.partition(":")[0], label, state, shared=True)
        yield from [] if _stopped(ctx, thing) else [thing]


def _state(arn: str, session: Session, others: list[str]) -> dict[str, Json]:
    return {
        "kind": "role", "role": _name(arn), "arn": arn, "others": others,
        "issued": session.issued.isoformat(), "expires": session.expires.isoformat(),
    }  # fmt: skip


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def policy_for(thing: str) -> tuple[str, Narrowing]:
    """Return the name of the policy that ends a thing, by its id, and what it is narrowed to."""
    if ":" not in thing:
        return _OLDER, lambda made: {"DateLessThan": {"aws:TokenIssueTime": stamp(made)}}
    # The time besides the name: whoever is given this name later, by a pipeline for example, is not stopped.
    digest = hashlib.sha256(thing.encode()).hexdigest()[:16]
    return f"severance-session-{digest}", lambda made: {
        "StringEquals": {"aws:userid": thing}, "DateLessThan": {"aws:TokenIssueTime": stamp(made)},
    }  # fmt: skip


def _stopped(ctx: Context, thing: Thing) -> bool:
    """Return whether a deny of ours covers it: its own, or the one of all older sessions."""
    found = ROLE.fullmatch(thing.state["arn"])
    if not found or found[1] != ctx.read(ctx.connection(Aws).me)["Account"]:
        return False
    issued = datetime.fromisoformat(thing.state["issued"])
    for policy, narrowed in {
        policy_for(thing.id)[0]: policy_for(thing.id)[1],
        _OLDER: policy_for("")[1],
    }.items():
        made = denied_since(policy_at(ctx, Place("Role", found[3], policy)), narrowed)
        if made and issued < made:
            return True
    return False
