"""Keep what a person holds in the organisation, answer by answer, before anything is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from integrations.client import Answer
from integrations.github.connection import GitHub
from integrations.github.keys import repositories
from integrations.github.people import login_now
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Kept
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["keep_membership"]


@action(
    "github.keep_membership",
    kind="keep",
    layer="membership",
    scopes=("read:org", "repo"),
    retention="while it stands",
    lag="none",
    source=(
        "GitHub REST: Get organization membership for a user, List teams, Get team membership for a user, "
        "List SAML SSO authorizations, List deploy keys, Get repository permissions for a user"
    ),
)
def keep_membership(ctx: Context, account: Account) -> Kept:
    """Keep membership, teams, authorised credentials, and each repository's permission and deploy keys.

    One item of JSON Lines; each line is `{"path", "status", "body"}`, the body as received. A list that
    GitHub would not give is a line with its status, and is named as missing.
    """
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    lines = [each for path in _paths(ctx, github, login) for each in _answers(ctx, github, path)]
    refused = [each for each in lines if each["status"] in {401, 403}]
    content = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines).encode()
    item = ctx.keep(f"github-membership-{account.id}.jsonl", content, media="application/jsonl")
    missing = ", ".join(f"{each['path']} ({each['body']})" for each in refused)
    return Kept((item,), missing and f"not given by GitHub: {missing}")


def _paths(ctx: Context, github: GitHub, login: str) -> Iterator[str]:
    """Yield what to read; membership first, because everything else hangs on it."""
    yield github.at("/memberships/{}", login)
    yield github.at("/credential-authorizations") + f"?login={quote(login)}&per_page=100"
    yield github.at("/personal-access-tokens") + f"?owner[]={quote(login)}&per_page=100"
    for team in ctx.read(lambda: github.http.rows(github.at("/teams"), {"per_page": 100})):
        yield github.at("/teams/{}/memberships/{}", str(team["slug"]), login)
    for repo in repositories(ctx, github):
        yield github.repo(str(repo["name"]), "/collaborators/{}/permission", login)
        yield github.repo(str(repo["name"]), "/keys") + "?per_page=100"


def _answers(ctx: Context, github: GitHub, path: str) -> list[Json]:
    """Return one line a page; a 404 and a refusal are lines too."""

    def pages() -> list[Answer]:
        return list(github.http.pages(path))

    try:
        return [{"path": path, "status": page.status, "body": page.body.decode()} for page in ctx.read(pages)]
    except ServiceRefused as refused:
        return [{"path": path, "status": refused.status, "body": refused.what}]
    except CredentialsError as refused:  # fine-grained tokens: GitHub Apps only
        return [{"path": path, "status": 403, "body": refused.what}]
