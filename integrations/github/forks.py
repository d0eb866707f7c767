"""Keep the private forks that GitHub deletes when their owner leaves.

An export is a migration: docs.github.com/enterprise-cloud@latest/rest/migrations/orgs. It never locks:
a locked repository is visible to everybody in it.
"""

from __future__ import annotations

import json

from integrations.github.connection import GitHub
from integrations.github.keys import repositories
from integrations.github.people import login_now, same_person
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Kept
from runner.errors import RateLimited, ServiceError

__all__ = ["keep_forks"]

_LOOK_AGAIN_S = 1.0  # an export of a small fork takes seconds; the context's patience caps the waiting


@action(
    "github.keep_forks",
    kind="keep",
    layer="membership",
    repeat="guarded",
    scopes=("admin:org", "repo"),
    source="GitHub REST, List forks; Start an organization migration; Download an … migration archive",
    # GitHub Docs, Reinstating a former member: forks can be restored within three months
    retention="while the person is a member, and 90d after",
    lag="none",
)
def keep_forks(ctx: Context, account: Account) -> Kept:
    """Export the person's private forks of the organisation's repositories, and keep list and archive.

    Makes one export, without locking; an unfinished run finds it again by its repositories. Nothing to
    export is kept as an empty list. Raises ServiceError when an export fails, RateLimited when it is not
    ready in time: run the step again, and the same export is taken. GitHub deletes archives after 7 days.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    forks = _private_forks(ctx, github, account)
    archive = _archive(ctx, github, login, forks) if forks else None
    listing = ctx.keep(f"github-forks-{account.id}.json", json.dumps(forks, ensure_ascii=False).encode())
    if archive is None:
        return Kept((listing,))
    content = github.http.download(archive)
    return Kept((listing, ctx.keep(f"github-forks-{account.id}.tar.gz", content, media="application/gzip")))


def _private_forks(ctx: Context, github: GitHub, account: Account) -> list[Json]:
    forks = []
    for repo in repositories(ctx, github):
        if not repo["private"] or repo.get("forks_count") == 0:  # the count is optional in the answer
            continue
        where = github.repo(str(repo["name"]), "/forks")
        listed = ctx.read(lambda where=where: github.http.rows(where, {"per_page": 100}))  # type: ignore[misc]
        forks += [each for each in listed if each["private"] and same_person(each["owner"], account)]
    return forks


def _archive(ctx: Context, github: GitHub, login: str, forks: list[Json]) -> str:
    """Return the path of a finished export of these forks, started now unless one is there."""
    pushed = max(str(each.get("pushed_at") or "") for each in forks)  # UTC: text order is time order
    exports = [each for each in _exports_of(ctx, github, forks) if str(each["created_at"]) > pushed]
    if not exports:
        asked = {"repositories": [each["full_name"] for each in forks], "lock_repositories": False}
        where = github.at("/migrations")
        what = f"export {len(forks)} private fork(s) of {login}, unlocked"
        ctx.write(what, lambda: github.http.post(where, asked))
        exports = _exports_of(ctx, github, forks)
    if not exports:
        raise ServiceError("GitHub took the export and lists none", where=ctx.service, remedy="run it again")
    number = str(exports[0]["id"])
    ctx.read(lambda: _finished(github, number))
    return github.at("/migrations/{}/archive", number)


def _exports_of(ctx: Context, github: GitHub, forks: list[Json]) -> list[Json]:
    """Return the unlocked exports of exactly these forks that did not fail, newest first."""
    wanted = {each["id"] for each in forks}
    listed = ctx.read(lambda: github.http.rows(github.at("/migrations"), {"per_page": 100}))
    found = [
        each
        for each in listed
        if {repo["id"] for repo in each["repositories"]} == wanted
        and not each["lock_repositories"]
        and each["state"] != "failed"
    ]
    return sorted(found, key=lambda each: int(each["id"]), reverse=True)


def _finished(github: GitHub, number: str) -> None:
    """Return once an export is ready; "not yet" is said as the service's wish for patience."""
    state = github.http.get(github.at("/migrations/{}", number)).json["state"]
    if state == "failed":
        raise ServiceError(
            f"GitHub's export {number} failed", where=github.http.service, remedy="mirror the forks by hand"
        )
    if state != "exported":
        raise RateLimited(
            f"GitHub's export {number} is still {state}",
            wait_s=_LOOK_AGAIN_S,
            where=github.http.service,
            remedy="run the step again: the same export is taken",
        )
