"""Membership of the organisation: remove it, prove it gone, invite the person back.

Source: docs.github.com/enterprise-cloud@latest/rest/orgs/members.
"""

from __future__ import annotations

from integrations.github.connection import GitHub
from integrations.github.invited import waiting
from integrations.github.people import login_now, login_or_none, membership_of, owners
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Unchanged
from runner.errors import ServiceRefused

__all__ = ["membership_is_gone", "reinstate_member", "remove_member"]

_UNPROCESSABLE = 422  # GitHub's answer to `reinstate` for somebody it no longer remembers
_INVITED_AS = {"member": "direct_member", "admin": "admin", "billing_manager": "billing_manager"}


@action(
    "github.remove_member",
    kind="close",
    layer="membership",
    noticed="e-mail",  # "The specified user will receive an email notification"
    destroys=Destroys(
        "their private forks of private repositories, which GitHub can restore for three months",
        "github.keep_forks",
    ),
    # authorisations are listed for members only: afterwards nobody could find or close them
    comes_after=("github.revoke_token", "github.revoke_grant", "github.remove_key"),
    repeat="guarded",
    undo="github.reinstate_member",
    # "the user's access privileges and settings are saved for three months" (Reinstating a former member)
    undo_within="90d",
    proof="github.membership_is_gone",
    scopes=("admin:org",),
    source="GitHub REST, Remove organization membership for a user",
)
def remove_member(ctx: Context, account: Account) -> Outcome:
    """Remove a person from the organisation, or cancel their invitation; GitHub e-mails them.

    Safe to repeat: it reads first. The last owner, and a membership that an enterprise team gives, are
    refused. Leaves deploy keys and outside collaboration; those are doors of their own.
    Returns state and role before, None after.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    before = membership_of(ctx, github, login, account)
    if before is None:
        return Unchanged(f"no member of {github.org}")
    if before["direct_membership"] is False:
        return Refused(f"a member only through {_teams(before)}: remove the person from that enterprise team")
    if before["role"] == "admin" and before["state"] == "active" and len(owners(ctx, github)) < 2:
        return Refused(f"the last owner of {github.org}: make somebody else an owner first")
    where = github.at("/memberships/{}", login)
    ctx.write(f"remove {login} from {github.org}", lambda: github.http.delete(where), before=before)
    return Changed(before, membership_of(ctx, github, login, account))


@action(
    "github.reinstate_member",
    kind="reopen",
    layer="membership",
    noticed="e-mail",
    repeat="guarded",
    scopes=("admin:org",),
    source="GitHub REST, Create an organization invitation; GitHub Docs, Reinstating a former member",
)
def reinstate_member(ctx: Context, account: Account, before: Json) -> Outcome:
    """Invite a person back with the role, teams and access they had; pending until they accept.

    GitHub remembers for three months, private forks included. After that it refuses, and the person is
    invited with the role alone; `after` then says what is gone. Credentials must be authorised for single
    sign-on again, by the person. Safe to repeat: it reads first.
    before: the membership as `remove_member` found it. Returns the membership before and after.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    standing = membership_of(ctx, github, login, account)
    if standing is not None:
        there = "invited" if standing["state"] == "pending" else "a member"
        return Unchanged(f"{there} already", waiting(standing))
    was_member = before["state"] == "active"  # an invitation we cancelled leaves nothing to reinstate
    try:
        _invite(ctx, account, login, "reinstate" if was_member else _INVITED_AS[before["role"]])
        gone = {}
    except ServiceRefused as refused:
        if refused.status != _UNPROCESSABLE or not was_member:
            raise
        _invite(ctx, account, login, _INVITED_AS[before["role"]])
        gone = {"gone": "teams, access to single repositories and private forks: GitHub keeps them no longer"}
    standing = waiting(membership_of(ctx, github, login, account))
    return Changed(None, {**standing, **gone} if standing else None)


def _invite(ctx: Context, account: Account, login: str, role: str) -> None:
    github = ctx.connection(GitHub)
    asked = {"invitee_id": int(account.id), "role": role}
    where, what = github.at("/invitations"), "back " if role == "reinstate" else "anew "
    ctx.write(f"invite {login} {what}to {github.org}", lambda: github.http.post(where, asked))


@action(
    "github.membership_is_gone",
    kind="prove",
    layer="membership",
    scopes=("read:org",),
    source="GitHub REST, Check organization membership for a user; Get organization membership for a user",
)
def membership_is_gone(ctx: Context, account: Account) -> Proof:
    """Read the membership back in two ways; both must say no."""
    github = ctx.connection(GitHub)
    login = login_or_none(ctx, github, account)
    if login is None:
        return Proof(
            "inferred", f"GitHub knows no account {account.id} any more, so nothing of it can be read"
        )
    try:
        listed = ctx.read(lambda: github.http.find(github.at("/members/{}", login))) is not None
        standing = membership_of(ctx, github, login, account)
    except ServiceRefused as refused:
        if refused.status not in {302, 403}:
            raise
        return Proof("unknown", f"the token's user is no member of {github.org}, so GitHub does not say")
    if standing and standing["state"] == "pending":
        return Proof("open", "an invitation stands; accepting it opens the door", standing)
    if standing and standing["direct_membership"] is False:
        return Proof("open", f"still a member through {_teams(standing)}", standing)
    if standing or listed:
        return Proof("open", f"still a member of {github.org}", standing)
    return Proof("closed", f"GitHub lists no membership of {github.org}, and answers none")


def _teams(standing: Json) -> str:
    names = standing["enterprise_teams_providing_indirect_membership"] or ["an enterprise team"]
    return ", ".join(map(str, names))
