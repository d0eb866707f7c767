"""SSH keys a member authorised, and deploy keys the person added to repositories.

"Deploy keys … will still be active as it isn't tied to the specific user": GitHub Docs, Managing deploy
keys. They belong to machines, so they come back as shared and wait for their owner's approval.
"""

from __future__ import annotations

from integrations.github.connection import GitHub
from integrations.github.credentials import (
    ONLY_THE_PERSON,
    authorizations,
    close_authorization,
    prove_unauthorized,
)
from integrations.github.people import login_now, login_or_none
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["deploy_keys", "find_keys", "keys_are_gone", "remove_key", "repositories", "restore_key"]

SSH = frozenset({"SSH key"})
_LISTS = "GitHub REST, List SAML SSO authorizations for an organization; List deploy keys"


@action(
    "github.find_keys", kind="find", finds="things", layer="key", scopes=("read:org", "repo"), source=_LISTS
)
def find_keys(ctx: Context, account: Account) -> list[Thing]:
    """Find authorised SSH keys, and deploy keys whose `added_by` is the person."""
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    return [*authorizations(ctx, github, login, SSH), *deploy_keys(ctx, github, login)]


@action(
    "github.remove_key",
    kind="close",
    layer="key",
    noticed="on-next-use",
    repeat="guarded",
    undo="github.restore_key",
    proof="github.keys_are_gone",
    scopes=("admin:org", "repo"),
    source="GitHub REST, Remove a SAML SSO authorization for an organization; Delete a deploy key",
)
def remove_key(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Remove one key's way in: an SSH key's authorisation, or a deploy key (whatever uses it stops).

    Safe to repeat: it reads first. Returns the key before, None after.
    """
    if thing.state["type"] == "authorization":
        return close_authorization(ctx, account, thing, SSH)
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    repo, number = str(thing.state["repo"]), thing.id.rpartition(":")[2]
    where = github.repo(repo, "/keys/{}", number)
    before = _key(ctx, github, repo, where)
    if before is None:
        return Unchanged("the repository has no such deploy key")
    if str(before["added_by"]).lower() != login.lower():
        return Refused(f"the deploy key was added by {ascii(before['added_by'])[:60]}, not by this person")
    ctx.write(f"delete the deploy key {thing.label}", lambda: github.http.delete(where), before=before)
    return Changed(before, _key(ctx, github, repo, where))


@action(
    "github.restore_key",
    kind="reopen",
    layer="key",
    repeat="guarded",
    scopes=("repo",),
    source="GitHub REST, Create a deploy key",
)
def restore_key(ctx: Context, account: Account, before: Json) -> Outcome:  # noqa: ARG001  # the key is nobody's now
    """Add a removed deploy key again, as ours: title, key and rights as they were, under a new id.

    An SSH key's authorisation cannot be given back: only the person can authorise it. Safe to repeat:
    it looks for the key itself first. before: the key as `remove_key` found it.
    """
    if before["type"] == "authorization":
        return Refused(ONLY_THE_PERSON)
    github = ctx.connection(GitHub)
    where = github.repo(before["repo"], "/keys")

    def standing() -> Json:
        listed = ctx.read(lambda: github.http.rows(where, {"per_page": 100}))
        return next((each for each in listed if each["key"] == before["key"]), None)

    if found := standing():
        return Unchanged("the repository has this deploy key", found)
    asked = {name: before[name] for name in ("title", "key", "read_only")}
    ctx.write(
        f"add the deploy key {ascii(before['title'])[:80]} again", lambda: github.http.post(where, asked)
    )
    return Changed(None, standing())


@action("github.keys_are_gone", kind="prove", layer="key", scopes=("read:org", "repo"), source=_LISTS)
def keys_are_gone(ctx: Context, account: Account) -> Proof:
    """Read back that no deploy key of the person is left, then that no SSH key is authorised."""
    github = ctx.connection(GitHub)
    login = login_or_none(ctx, github, account)
    left = deploy_keys(ctx, github, login) if login else []
    if left:
        return Proof("open", f"{len(left)} deploy key(s) still active", [each.state for each in left])
    return prove_unauthorized(ctx, account, SSH)


def deploy_keys(ctx: Context, github: GitHub, login: str) -> list[Thing]:
    """Return deploy keys somebody added, in all repositories, as shared things named `deploy-key:REPO:ID`."""
    found = []
    for repo in repositories(ctx, github):
        name = repo["name"]
        for each in _keys(ctx, github, name):
            if str(each.get("added_by") or "").lower() == login.lower():
                state = {**each, "type": "deploy key", "repo": name}
                label = f"deploy key {each['title']} of {name}"
                found.append(Thing(f"deploy-key:{name}:{each['id']}", label, state, shared=True))
    return found


def repositories(ctx: Context, github: GitHub) -> list[Json]:
    """Return all repositories of the organisation, as GitHub lists them."""
    listed: list[Json] = ctx.read(lambda: github.http.rows(github.at("/repos"), {"per_page": 100}))
    return listed


def _keys(ctx: Context, github: GitHub, repo: str) -> list[Json]:
    listed: list[Json] = ctx.read(lambda: github.http.rows(github.repo(repo, "/keys"), {"per_page": 100}))
    return listed


def _key(ctx: Context, github: GitHub, repo: str, where: str) -> Json:
    answer = ctx.read(lambda: github.http.find(where))
    return {**answer.json, "type": "deploy key", "repo": repo} if answer else None
