"""The account layer: an explicit deny on the user, which keeps user, keys and rights as they are.

Permissions are evaluated at every request, so the deny also stops the credentials of GetSessionToken and
GetFederationToken the user handed out (IAM User Guide, Disabling permissions for temporary credentials).
It is a race: IAM takes seconds to agree with itself, and a person who is quick makes another user
meanwhile. So the proof waits for that, then looks for what was made since.
"""

from __future__ import annotations

from datetime import datetime

from integrations.aws.asking import ask, find
from integrations.aws.denial import denial, denied_since, stamp
from integrations.aws.inline import (
    QUARANTINE,
    Holder,
    Place,
    confirmed,
    drop_policy,
    policy_at,
    put_policy,
    settling,
)
from integrations.aws.minted import minted_since
from integrations.aws.portal import (
    SET_READS,
    SET_WRITES,
    denies_person,
    deny_person,
    let_person_be,
    open_sets,
)
from integrations.aws.principals import directory_of, kept_back, user_name
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["find_open_account", "is_quarantined", "lift_quarantine", "quarantine"]

_READS = (
    "iam:GetUser", "iam:ListUsers", "iam:GetUserPolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListRoles",
    "cloudtrail:LookupEvents",
)  # fmt: skip
_PROBES = [
    "iam:CreateAccessKey", "sts:AssumeRole", "s3:GetObject", "ec2:RunInstances",
    "secretsmanager:GetSecretValue",
]  # fmt: skip


@action(
    "aws.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=(*_READS, *SET_READS),
    source="IAM API, GetUser, GetUserPolicy, ListUsers, ListRoles; CloudTrail API, LookupEvents; Identity "
    "Center API, ListAccountAssignmentsForPrincipal, GetInlinePolicyForPermissionSet",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the user unless our deny stands, then the users and roles the person made since. Only reads.

    For a person of Identity Center: the permission sets they reach that do not deny them.
    """
    if directory_of(ctx, account):
        return open_sets(ctx, account)
    name = user_name(ctx, account)
    if name is None:
        return []
    since = denied_since(policy_at(ctx, Place("User", name)))
    if since is None:
        return [Thing(account.id, f"user {name}", {"kind": "User", "name": name})]
    return minted_since(ctx, account, name, since).things


@action(
    "aws.quarantine",
    kind="close", layer="account",
    noticed="on-next-use",  # AccessDenied at the next call; AWS sends no mail
    repeat="guarded",
    undo="aws.lift_quarantine", proof="aws.is_quarantined",
    scopes=(*_READS, *SET_READS, *SET_WRITES, "iam:PutUserPolicy", "iam:PutRolePolicy",
            "organizations:DescribeOrganization"),
    source="IAM API, PutUserPolicy, PutRolePolicy; IAM User Guide, Policy evaluation logic; Identity Center "
    "API, PutInlinePolicyToPermissionSet, ProvisionPermissionSet",
)  # fmt: skip
def quarantine(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Deny a user everything, by an inline policy named severance-quarantine; keys and rights stay.

    For a person of Identity Center: a statement for them alone in each permission set they reach, brought to
    every account; that brings other pending changes of the set there too.

    thing: from `find_open_account`: the person's own user, a user or role they made since, a permission set.
    Safe to repeat: a deny of ours that stands is Unchanged. Severance's own principal and the management
    account's users are refused. Leaves undone: sessions of roles, and the sign-in to Identity Center's
    portal. Returns what stood there before and after.
    """
    if directory_of(ctx, account):
        return deny_person(ctx, account, thing)
    holder, name = _holder(ctx, account, thing)
    if not name:
        return Unchanged(f"{thing.label}: IAM knows it no more")
    if why := kept_back(ctx, thing.id):
        return Refused(f"{name}: {why}")
    before = {"kind": holder, "name": name, "policy": policy_at(ctx, Place(holder, name))}
    if denied_since(before["policy"]):
        return Unchanged(f"the deny stands on {name}", before)
    if thing.id != account.id and not _made_since(ctx, account, thing):
        return Refused(f"{name} was not made by this person since the deny")
    place, document = Place(holder, name), denial()
    put_policy(ctx, f"deny {holder.lower()} {name} everything", place, document, before=before)
    return Changed(before, {**before, "policy": confirmed(ctx, place, document)})


@action(
    "aws.lift_quarantine",
    kind="reopen", layer="account",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; quarantine again to take it back", proof="aws.is_quarantined",
    scopes=(*_READS, *SET_READS, *SET_WRITES, "iam:DeleteUserPolicy", "iam:DeleteRolePolicy"),
    source="IAM API, DeleteUserPolicy, DeleteRolePolicy; Identity Center API, "
    "PutInlinePolicyToPermissionSet, DeleteInlinePolicyFromPermissionSet, ProvisionPermissionSet",
)  # fmt: skip
def lift_quarantine(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Take our deny off a user, a role or a permission set again; keys made Inactive stay so.

    before: what `quarantine` recorded. Safe to repeat: no deny left is Unchanged. A policy of that name that
    is no longer the one we wrote, or that stood before us, is refused. Returns it before, None after.
    """
    if directory_of(ctx, account):
        return let_person_be(ctx, account, thing, before)
    holder, name = _holder(ctx, account, Thing(thing.id, thing.label, before))
    if not name:
        return Refused(f"IAM knows {ascii(before['name'])[:80]} no more")
    state = {"kind": holder, "name": name, "policy": policy_at(ctx, Place(holder, name))}
    if before.get("policy") is not None:  # a find shows none: it lists who is not denied
        return Refused(f"another policy of that name stood on {name} before: put it back by hand")
    if state["policy"] is None:
        return Unchanged(f"no deny stands on {name}", state)
    if not denied_since(state["policy"]):
        return Refused(f"the policy {QUARANTINE} of {name} is not as we wrote it: somebody changed it since")
    drop_policy(ctx, f"take the deny off {holder.lower()} {name}", Place(holder, name), before=state)
    return Changed(state, {**state, "policy": confirmed(ctx, Place(holder, name), None)})


@action(
    "aws.is_quarantined",
    kind="prove", layer="account",
    scopes=(*_READS, *SET_READS, "iam:SimulatePrincipalPolicy"),
    source="IAM API, GetUserPolicy, SimulatePrincipalPolicy, ListUsers, ListRoles; CloudTrail API, "
    "LookupEvents; Identity Center API, ListAccountAssignmentsForPrincipal, GetInlinePolicyForPermissionSet",
)  # fmt: skip
def is_quarantined(ctx: Context, account: Account) -> Proof:
    """Read the deny back, have IAM simulate it, and look again for what was made since. Only reads.

    Pending while IAM may not have settled, and while the event history cannot tell who made a new user. The
    person's own credentials are never used; GetCallerIdentity would succeed under any deny. For a person of
    Identity Center: closed when every permission set they reach denies them, in every account.
    """
    if directory_of(ctx, account):
        return denies_person(ctx, account)
    name = user_name(ctx, account)
    if name is None:
        return Proof("closed", "IAM knows no such user any more", {"policy": None})
    since = denied_since(policy_at(ctx, Place("User", name)))
    if since is None:
        return Proof("open", "no deny of ours stands on the user", {"policy": None})
    state = {"denied_since": stamp(since)}
    if until := settling(ctx, since):
        return Proof("pending", "IAM may not have settled yet", state, until)
    allowed, read_by = _simulated(ctx, name)
    if allowed:
        return Proof("open", f"the deny reads back, but IAM's simulation allows {', '.join(allowed)}", state)
    return _looked_again(ctx, account, name, since, f"the deny reads back; {read_by}")


def _looked_again(ctx: Context, account: Account, name: str, since: datetime, why: str) -> Proof:
    state = {"denied_since": stamp(since)}
    minted = minted_since(ctx, account, name, since)
    if minted.things:
        return Proof("open", "; ".join(each.label for each in minted.things), state)
    if minted.until:
        waits = "a new user or role is there, and the event history does not say yet who made it"
        return Proof("pending", waits, state, stamp(minted.until))
    return Proof("closed", f"{why}; no user or role was made since by this person", state)


def _simulated(ctx: Context, name: str) -> tuple[list[str], str]:
    """Return which probes IAM's own simulation does not deny explicitly, and in words what was asked."""
    arn = ask(ctx, "iam.GetUser", "User", UserName=name)["Arn"]
    try:
        results = ask(
            ctx, "iam.SimulatePrincipalPolicy", "EvaluationResults", PolicySourceArn=arn, ActionNames=_PROBES
        )
    except (ServiceRefused, CredentialsError):
        return [], "its effect was not simulated: iam:SimulatePrincipalPolicy is refused to us"
    allowed = [str(each["EvalActionName"]) for each in results if each["EvalDecision"] != "explicitDeny"]
    return allowed, f"IAM's simulation denies {len(results)} probes explicitly"


def _holder(ctx: Context, account: Account, thing: Thing) -> tuple[Holder, str]:
    """Return what a thing is and its present name; an empty name when its id is not there any more."""
    if thing.id == account.id:
        return "User", user_name(ctx, account) or ""
    holder: Holder = "Role" if thing.state["kind"] == "Role" else "User"
    found = find(ctx, f"iam.Get{holder}", holder, **{f"{holder}Name": thing.state["name"]})
    return holder, str(thing.state["name"]) if found and found[f"{holder}Id"] == thing.id else ""


def _made_since(ctx: Context, account: Account, thing: Thing) -> bool:
    name = user_name(ctx, account)
    since = denied_since(policy_at(ctx, Place("User", name))) if name else None
    if name is None or since is None:
        return False
    return any(each.id == thing.id for each in minted_since(ctx, account, name, since).things)
