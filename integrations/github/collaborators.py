"""Roles on single repositories that people hold, or are offered, without being members.

Source: docs.github.com/enterprise-cloud@latest/rest/collaborators. A member's roles go with the
membership; these do not.
"""

from __future__ import annotations

from integrations.github.connection import GitHub, Params
from integrations.github.invited import waiting
from integrations.github.keys import repositories
from integrations.github.people import login_now, login_or_none, refuse_bent_id, same_person
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Thing, Unchanged

__all__ = ["collaborations_are_gone", "find_collaborations", "remove_collaborator", "restore_collaborator"]

_LISTS = "GitHub REST, List repository collaborators, affiliation=outside; List repository invitations"
_ASKED_AS = {"read": "pull", "write": "push"}  # what a role is called when it is given


@action(
    "github.find_collaborations",
    kind="find",
    finds="things",
    layer="role",
    scopes=("read:org", "repo"),
    source=_LISTS,
)
def find_collaborations(ctx: Context, account: Account) -> list[Thing]:
    """Find repositories the person reaches as an outside collaborator, or is invited to."""
    github = ctx.connection(GitHub)
    refuse_bent_id(ctx, account.id)
    return [
        thing
        for repo in repositories(ctx, github)
        for thing in _held(ctx, github, str(repo["name"]), account)
    ]


@action(
    "github.remove_collaborator",
    kind="close",
    layer="role",
    noticed="on-next-use",
    destroys=Destroys("the person's own fork of the repository", "github.keep_forks"),
    repeat="guarded",
    undo="github.restore_collaborator",
    # GitHub Docs, Reinstating a former outside collaborator: all of it is saved for three months, and comes
    # back by "Invite and reinstate" on the organisation's pages only; "start fresh" loses the forks.
    undo_within="90d",
    undo_lacks="a private fork, issue assignments and stars: an owner brings them back on GitHub's pages, "
    "People, Invite and reinstate; whether that works once the role is given again, GitHub does not say",
    proof="github.collaborations_are_gone",
    scopes=("repo",),
    source="GitHub REST, Remove a repository collaborator; Delete a repository invitation",
)
def remove_collaborator(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take the person off one repository, or take the invitation back.

    GitHub also deletes their fork, unassigns their issues and stars, in the background. Safe to repeat:
    it reads first. Returns the role before, None after.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    repo = str(thing.state["repo"])

    def standing() -> Json:
        held = _held(ctx, github, repo, account)
        return next((each.state for each in held if each.id == thing.id), None)

    before = standing()
    if before is None:
        return Unchanged(f"no outside access to {repo}")
    if before["type"] == "invitation":
        where = github.repo(repo, "/invitations/{}", thing.id.rpartition(":")[2])
        ctx.write(
            f"take back the invitation of {login} to {repo}", lambda: github.http.delete(where), before=before
        )
    else:
        where = github.repo(repo, "/collaborators/{}", login)
        ctx.write(f"remove {login} from {repo}", lambda: github.http.delete(where), before=before)
    return Changed(before, standing())


@action(
    "github.restore_collaborator",
    kind="reopen",
    layer="role",
    noticed="e-mail",  # "This endpoint triggers notifications"
    repeat="guarded",
    scopes=("repo",),
    source="GitHub REST, Add a repository collaborator",
)
def restore_collaborator(ctx: Context, account: Account, before: Json) -> Outcome:
    """Invite the person to the repository again, with the role they had; pending until they accept.

    Their fork, assignments and stars do not come back. Safe to repeat: it reads first.
    before: the role as `remove_collaborator` found it.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    repo = str(before["repo"])
    if held := _held(ctx, github, repo, account):
        return Unchanged(f"reaches {repo} or is invited already", waiting(held[0].state))
    role = str(before["role_name"])
    asked = {"permission": _ASKED_AS.get(role, role)}
    where = github.repo(repo, "/collaborators/{}", login)
    ctx.write(f"invite {login} to {repo} again", lambda: github.http.put(where, asked))
    held = _held(ctx, github, repo, account)
    return Changed(None, waiting(held[0].state) if held else None)


@action(
    "github.collaborations_are_gone", kind="prove", layer="role", scopes=("read:org", "repo"), source=_LISTS
)
def collaborations_are_gone(ctx: Context, account: Account) -> Proof:
    """Read back every repository's outside collaborators and open invitations."""
    github = ctx.connection(GitHub)
    if login_or_none(ctx, github, account) is None:
        return Proof(
            "inferred", f"GitHub knows no account {account.id} any more, so nothing of it can be read"
        )
    left = find_collaborations(ctx, account)
    if left:
        return Proof(
            "open",
            f"{len(left)} left: {', '.join(each.label for each in left)}",
            [each.state for each in left],
        )
    return Proof("closed", "no repository lists or invites the person from outside")


def _held(ctx: Context, github: GitHub, repo: str, account: Account) -> list[Thing]:
    """Return what a person holds on one repository, named `collaborator:REPO` or `invitation:REPO:ID`."""
    outside: Params = {"affiliation": "outside", "per_page": 100}
    listed = ctx.read(lambda: github.http.rows(github.repo(repo, "/collaborators"), outside))
    invited = ctx.read(lambda: github.http.rows(github.repo(repo, "/invitations"), {"per_page": 100}))
    things = [
        Thing(
            f"collaborator:{repo}",
            f"{each['role_name']} on {repo}",
            _role(repo, "collaborator", each["role_name"]),
        )
        for each in listed
        if same_person(each, account)
    ]
    return things + [
        Thing(
            f"invitation:{repo}:{each['id']}",
            f"invitation to {repo}",
            _role(repo, "invitation", each["permissions"]),
        )
        for each in invited
        if same_person(each["invitee"], account)
    ]


def _role(repo: str, kind: str, role: str) -> Json:
    return {"type": kind, "repo": repo, "role_name": role}
