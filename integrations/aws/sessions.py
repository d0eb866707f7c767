"""The session layer: sessions of roles, which outlive the keys and the user they were opened with.

AWS lists no sessions; the event history shows each one's beginning. A session ends by a deny on its role
(`roles`). Those of Identity Center's permission sets end by the deny of `quarantine`, which stands in the
set.
"""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.aws.asking import find
from integrations.aws.assignments import INERT
from integrations.aws.connection import Aws
from integrations.aws.denial import denial, denied_since, stamp
from integrations.aws.inline import Place, confirmed, drop_policy, policy_at, put_policy, quarantined_since
from integrations.aws.portal import SET_READS, denies_person, open_sets
from integrations.aws.principals import directory_of, kept_back, user_name
from integrations.aws.roles import ROLE, open_sessions, policy_for
from integrations.aws.trail import lag_of
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["end_session", "find_sessions", "let_session_be", "sessions_are_ended"]

_READS = (
    "cloudtrail:LookupEvents", "iam:GetUser", "iam:ListUsers", "iam:GetUserPolicy", "iam:GetRole",
    "iam:GetRolePolicy", *SET_READS,
)  # fmt: skip
_SOURCE = (
    "CloudTrail API, LookupEvents; IAM API, GetRole, GetRolePolicy; Identity Center API, "
    "ListAccountAssignmentsForPrincipal, GetInlinePolicyForPermissionSet"
)


@action(
    "aws.find_sessions",
    kind="find", layer="session", finds="things",
    scopes=_READS,
    source=_SOURCE,
    lag="minutes, at most 15",
)  # fmt: skip
def find_sessions(ctx: Context, account: Account) -> list[Thing]:
    """Find role sessions the person opened in the last twelve hours, unless a deny of ours stops them.

    A session whose name other hands used too, or whose role the event history does not show, comes back as
    the role's older sessions together: shared, with everybody else who opened one. For a person of Identity
    Center: the permission sets they can reach. Only reads.
    """
    return open_sets(ctx, account) if directory_of(ctx, account) else list(open_sessions(ctx, account))


@action(
    "aws.end_session",
    kind="close", layer="session",
    noticed="on-next-use",
    comes_after=("aws.quarantine",),  # else a new session starts behind our back
    repeat="guarded",
    undo="aws.let_session_be", proof="aws.sessions_are_ended",
    scopes=(*_READS, "iam:PutRolePolicy", "organizations:DescribeOrganization"),
    source="IAM API, PutRolePolicy; IAM User Guide, Revoke IAM role temporary security credentials",
)  # fmt: skip
def end_session(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Deny everything to one role session, or to all older sessions of a role.

    thing: from `find_sessions`; a shared one ends the sessions of everybody on that role, who then open new
    ones. Safe to repeat: a deny of ours that covers it is Unchanged. Refused: service-linked roles, Identity
    Center's own roles (AWS lets nobody change them) and roles of other accounts. A permission set is
    Unchanged: the deny of `quarantine` in it ends its sessions. Returns the policy before and after.
    """
    if directory_of(ctx, account):
        return Unchanged(f"{thing.label}: {INERT}")
    if why := _untouchable(ctx, account, thing):
        return Refused(f"{thing.label}: {why}")
    role, (policy, narrowed) = str(thing.state["role"]), policy_for(thing.id)
    if not _stands(ctx, role, thing.id):
        return Unchanged(f"{thing.label}: IAM knows the role no more")
    place = Place("Role", role, policy)
    before = {"kind": "role", "role": role, "policy": policy_at(ctx, place)}
    made = denied_since(before["policy"], narrowed)
    if made and datetime.fromisoformat(thing.state["issued"]) < made:
        return Unchanged(f"a deny stands on {role}", before)
    document = denial(narrowed)
    put_policy(ctx, f"deny {thing.label}", place, document, before=before)
    return Changed(before, {**before, "policy": confirmed(ctx, place, document)})


@action(
    "aws.let_session_be",
    kind="reopen", layer="session",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; end the sessions again", proof="aws.sessions_are_ended",
    scopes=(*_READS, "iam:DeleteRolePolicy"),
    source="IAM API, DeleteRolePolicy",
)  # fmt: skip
def let_session_be(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Take our deny of sessions off a role again.

    before: what `end_session` recorded. Sessions that have not expired work again. Safe to repeat: no deny
    left is Unchanged. A policy that is no longer the one we wrote is refused. Returns it before, None after.
    """
    if directory_of(ctx, account):
        return Refused("sessions of Identity Center return with the quarantine")
    role, (policy, narrowed) = str(before["role"]), policy_for(thing.id)
    if not _stands(ctx, role, thing.id):
        return Refused(f"IAM knows the role {ascii(role)[:80]} no more")
    place = Place("Role", role, policy)
    state = {"kind": "role", "role": role, "policy": policy_at(ctx, place)}
    if state["policy"] is None:
        return Unchanged(f"no deny of ours stands on {role}", state)
    if not denied_since(state["policy"], narrowed):
        return Refused(f"the policy {policy} of {role} is not as we wrote it: somebody changed it since")
    drop_policy(ctx, f"take the deny of sessions off the role {role}", place, before=state)
    return Changed(state, {**state, "policy": confirmed(ctx, place, None)})


@action(
    "aws.sessions_are_ended",
    kind="prove", layer="session",
    scopes=_READS,
    source=f"{_SOURCE}; no operation lists sessions",
    lag="minutes, at most 15",
)  # fmt: skip
def sessions_are_ended(ctx: Context, account: Account) -> Proof:
    """Look in the event history for sessions that may live, and read the denials back. Only reads.

    Never more than inferred: AWS lists no sessions. Pending while the event history may still be behind the
    deny on the user; open while no such deny stands, because new sessions can be opened any time.
    """
    if directory_of(ctx, account):
        proof = denies_person(ctx, account)
        why = f"Identity Center lists no role sessions; {proof.why}"
        return proof if proof.verdict == "open" else Proof("inferred", why, proof.state)
    left = [thing.label for thing in find_sessions(ctx, account)]
    if left:
        return Proof("open", "; ".join(left), left)
    since = quarantined_since(ctx, account)
    if since is None and user_name(ctx, account):
        return Proof("open", "no deny stands on the user: a new session can be opened any time", [])
    until = since + lag_of(ctx) if since else datetime.now(UTC)
    if until > datetime.now(UTC):
        return Proof("pending", "the event history may be behind the deny on the user", [], stamp(until))
    why = "AWS lists no sessions; each one the event history shows of the last twelve hours is denied"
    return Proof("inferred", why, [])


def _untouchable(ctx: Context, account: Account, thing: Thing) -> str:
    """Say why AWS, or we, cannot end this; empty when it can be."""
    found, me = ROLE.fullmatch(str(thing.state["arn"])), ctx.read(ctx.connection(Aws).me)
    if not found or found[3] != thing.state["role"]:
        return "the event history does not name its role"
    if found[1] != me["Account"]:
        return f"the role is in the account {found[1]}: end it with the service of that account"
    if found[2].startswith("/aws-service-role/"):
        return "sessions of service-linked roles cannot be revoked"
    if found[2].startswith("/aws-reserved/"):
        return "the role belongs to Identity Center: end it with the service of that directory"
    if str(me["UserId"]).startswith(f"{thing.id.partition(':')[0]}:"):
        return "severance itself is signed in with this role"
    return kept_back(ctx, account.id)


def _stands(ctx: Context, role: str, thing: str) -> bool:
    found = find(ctx, "iam.GetRole", "Role", RoleName=role)
    return bool(found) and found["RoleId"] == thing.partition(":")[0]
