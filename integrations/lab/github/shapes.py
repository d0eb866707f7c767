"""Spell the simulated organisation as GitHub's REST answers do.

Field names and required fields follow GitHub's Enterprise Cloud description (simple-user,
minimal-repository, org-membership, collaborator, deploy-key, credential-authorization, …).
"""

from __future__ import annotations

from integrations.lab.github.world import ORG, Authorization, DeployKey, Export, Fork, Member, Repo, User
from runner.actions.values import Json

__all__ = [
    "authorization",
    "collaborator",
    "deploy_key",
    "export",
    "fine_grained",
    "membership",
    "organization",
    "own_user",
    "repository",
    "simple_user",
    "team",
]

_EPOCH = "2019-04-02T08:00:00Z"
_ROLES = ("read", "triage", "write", "maintain", "admin")
_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPO_LINKS = """
archive assignees blobs branches collaborators comments commits compare contents contributors deployments
downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels
languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags
teams trees
""".split()  # noqa: SIM905  # forty quoted words are harder to read


def simple_user(url: str, user: User) -> dict[str, Json]:
    """Return a `simple-user`."""
    home = f"{url}/users/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": f"U_{user.id}",
        "avatar_url": f"{url}/avatars/u/{user.id}",
        "gravatar_id": "",
        "url": home,
        "html_url": f"{url}/{user.login}",
        **{name: home + tail for name, tail in _USER_LINKS.items()},
        "type": "User",
        "site_admin": False,
    }


def own_user(url: str, user: User) -> dict[str, Json]:
    """Return a `public-user`, as for `/user`, `/user/{id}` and `/users/{login}`."""
    blank = dict.fromkeys(("company", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    times = {"created_at": user.created, "updated_at": user.created}
    return {
        **simple_user(url, user),
        "user_view_type": "public",
        "name": user.name,
        "blog": "",
        **blank,
        **counts,
        **times,
    }


def organization(url: str, org_id: int) -> dict[str, Json]:
    """Return an `organization-simple`."""
    home = f"{url}/orgs/{ORG}"
    links = {
        f"{name}_url": f"{home}/{name}"
        for name in ("repos", "events", "hooks", "issues", "members", "public_members")
    }
    return {
        "login": ORG,
        "id": org_id,
        "node_id": f"O_{org_id}",
        "url": home,
        **links,
        "avatar_url": f"{url}/avatars/o",
        "description": None,
    }


def membership(url: str, org_id: int, user: User, member: Member) -> dict[str, Json]:
    """Return an `org-membership`."""
    return {
        "url": f"{url}/orgs/{ORG}/memberships/{user.login}",
        "state": member.state,
        "role": member.role,
        "direct_membership": member.direct,
        "enterprise_teams_providing_indirect_membership": list(member.enterprise_teams),
        "organization_url": f"{url}/orgs/{ORG}",
        "organization": organization(url, org_id),
        "user": simple_user(url, user),
    }


def repository(url: str, owner: User | None, repo: Repo | Fork, forks: int) -> dict[str, Json]:
    """Return a `minimal-repository`; `owner` None is the organisation, whose account looks like a user."""
    fork = isinstance(repo, Fork)
    name = repo.parent if isinstance(repo, Fork) else repo.name
    holder = owner or User(1, ORG, "Fjordlight Systems", "", _EPOCH)
    home = f"{url}/repos/{holder.login}/{name}"
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": name,
        "full_name": f"{holder.login}/{name}",
        "owner": simple_user(url, holder),
        "private": True if isinstance(repo, Fork) else repo.private,
        "html_url": f"{url}/{holder.login}/{name}",
        "description": None,
        "fork": fork,
        "url": home,
        **{f"{link}_url": f"{home}/{link}" for link in _REPO_LINKS},
        "forks_count": forks,
        "default_branch": "main",
        "pushed_at": repo.pushed if isinstance(repo, Fork) else _EPOCH,
        "created_at": _EPOCH,
        "updated_at": _EPOCH,
    }


def collaborator(url: str, user: User, role: str) -> dict[str, Json]:
    """Return a `collaborator`; role: GitHub's role name, read to admin."""
    rank = _ROLES.index(role)
    permissions = {
        name: rank >= at for at, name in enumerate(("pull", "triage", "push", "maintain", "admin"))
    }
    return {**simple_user(url, user), "permissions": permissions, "role_name": role}


def deploy_key(url: str, repo: Repo, key: DeployKey, added_by: str | None) -> dict[str, Json]:
    """Return a `deploy-key`; added_by: the login the adder has now."""
    return {
        "id": key.id,
        "key": key.key,
        "url": f"{url}/repos/{ORG}/{repo.name}/keys/{key.id}",
        "title": key.title,
        "verified": True,
        "created_at": key.created,
        "read_only": key.read_only,
        "added_by": added_by,
        "last_used": None,
        "enabled": True,
    }


def authorization(login: str, made: Authorization) -> dict[str, Json]:
    """Return a `credential-authorization`."""
    detail: dict[str, Json] = {
        "token_last_eight": f"{made.id % 10**8:08d}",
        "scopes": ["repo"],
        "authorized_credential_note": made.title,
    }
    if made.type == "SSH key":
        detail = {"fingerprint": f"SHA256:{made.id:x}", "authorized_credential_title": made.title}
    return {
        "login": login,
        "credential_id": made.id,
        "credential_type": made.type,
        **detail,
        "credential_authorized_at": made.authorized,
        "credential_accessed_at": None,
        "authorized_credential_id": made.id + 1,
    }


def fine_grained(url: str, user: User, made: Authorization) -> dict[str, Json]:
    """Return an `organization-programmatic-access-grant`."""
    return {
        "id": made.id,
        "owner": simple_user(url, user),
        "repository_selection": "subset",
        "repositories_url": f"{url}/orgs/{ORG}/personal-access-tokens/{made.id}/repositories",
        "permissions": {"repository": {"contents": "read"}},
        "access_granted_at": made.authorized,
        "token_id": made.id + 1,
        "token_name": made.title,
        "token_expired": False,
        "token_expires_at": None,
        "token_last_used_at": None,
    }


def team(url: str, slug: str) -> dict[str, Json]:
    """Return the fields of a `team` that matter here."""
    return {
        "slug": slug,
        "name": slug.capitalize(),
        "url": f"{url}/orgs/{ORG}/teams/{slug}",
        "privacy": "closed",
        "permission": "push",
    }


def export(url: str, made: Export, repositories: list[dict[str, Json]]) -> dict[str, Json]:
    """Return a `migration`."""
    home = f"{url}/orgs/{ORG}/migrations/{made.id}"
    times = {"created_at": made.created, "updated_at": made.created}
    return {
        "id": made.id,
        "guid": f"{made.id:032x}",
        "state": made.state,
        "lock_repositories": False,
        "repositories": repositories,
        "url": home,
        **times,
    }
