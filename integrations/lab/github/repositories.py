"""The simulated GitHub's repositories: deploy keys, outside collaborators, invitations, forks."""

from __future__ import annotations

from integrations.lab.exchange import Reply, Request
from integrations.lab.github.office import GONE, Office
from integrations.lab.github.shapes import collaborator, deploy_key, repository, simple_user
from integrations.lab.github.world import ORG, DeployKey, Repo, moment
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Repositories"]

_REPO = rf"/repos/{ORG}/(?P<repo>[\w.-]+)"
_ROLE_OF = {"pull": "read", "push": "write"}


class Repositories(Office):
    """What the organisation owns, and who else may reach it."""

    @route("GET", f"/orgs/{ORG}/repos")
    def repos(self, request: Request) -> Reply:
        """List the organisation's repositories."""
        wanted = request.asked("type", "all")
        repos = [each for each in self.world.repos.values() if wanted != "private" or each.private]
        return self.paged(request, [repository(self.url, None, each, self._forks_of(each)) for each in repos])

    @route("GET", f"{_REPO}/forks")
    def forks(self, request: Request, repo: str) -> Reply:
        """List the forks of a repository, private ones too, as an owner sees them."""
        found = [each for each in self.world.forks.values() if each.parent == repo]
        return self.paged(
            request, [repository(self.url, self.world.users[each.owner], each, 0) for each in found]
        )

    @route("GET", f"{_REPO}/keys")
    def keys(self, request: Request, repo: str) -> Reply:
        """List deploy keys."""
        held = self.world.repos.get(repo)
        return self.paged(request, [self._key(held, each) for each in held.keys.values()]) if held else GONE

    @route("POST", f"{_REPO}/keys")
    def add_key(self, request: Request, repo: str) -> Reply:
        """Add a deploy key; the same key twice is refused."""
        held = self.world.repos.get(repo)
        if held is None:
            return GONE
        asked = request.json()
        if any(
            each.key == asked["key"] for every in self.world.repos.values() for each in every.keys.values()
        ):
            body = {"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest"}
            return Reply(
                422,
                {
                    **body,
                    "errors": [
                        {"resource": "PublicKey", "code": "custom", "message": "key is already in use"}
                    ],
                },
            )
        made = DeployKey(
            self.world.fresh(),
            asked["title"],
            asked["key"],
            asked.get("read_only", False),
            self.caller().id,
            moment(),
        )
        held.keys[made.id] = made
        self.record("public_key.create", repo=f"{ORG}/{repo}")
        location = {"Location": f"{self.url}/repos/{ORG}/{repo}/keys/{made.id}"}
        return Reply(201, self._key(held, made), location, changed=f"deploy key {made.id} added")

    @route("GET", rf"{_REPO}/keys/(?P<number>\d+)")
    def key(self, request: Request, repo: str, number: str) -> Reply:
        """Answer one deploy key."""
        del request
        held = self.world.repos.get(repo)
        found = held.keys.get(int(number)) if held else None
        return Reply(200, self._key(held, found)) if held and found else GONE

    @route("DELETE", rf"{_REPO}/keys/(?P<number>\d+)")
    def remove_key(self, request: Request, repo: str, number: str) -> Reply:
        """Remove a deploy key; whatever used it stops working."""
        del request
        held = self.world.repos.get(repo)
        if held is None or held.keys.pop(int(number), None) is None:
            return GONE
        self.record("public_key.delete", repo=f"{ORG}/{repo}")
        return Reply(204, changed=f"deploy key {number} removed")

    @route("GET", f"/orgs/{ORG}/outside_collaborators")
    def outside_collaborators(self, request: Request) -> Reply:
        """List people who reach a repository without being members."""
        found = sorted({user for repo in self.world.repos.values() for user in repo.outside})
        return self.paged(request, [simple_user(self.url, self.world.users[each]) for each in found])

    @route("GET", f"{_REPO}/collaborators")
    def collaborators(self, request: Request, repo: str) -> Reply:
        """List outside collaborators, or with another affiliation everybody who reaches the repository."""
        held = self.world.repos.get(repo)
        if held is None:
            return GONE
        reach = dict(held.outside)
        if request.asked("affiliation", "all") != "outside":
            reach |= {
                user: self._role(held, user)
                for user, each in self.world.members.items()
                if each.state == "active"
            }
        return self.paged(
            request, [collaborator(self.url, self.world.users[user], role) for user, role in reach.items()]
        )

    @route("GET", rf"{_REPO}/collaborators/(?P<login>[^/]+)/permission")
    def permission(self, request: Request, repo: str, login: str) -> Reply:
        """Answer somebody's highest role on a repository; `none` is an answer too."""
        del request
        held, user = self.world.repos.get(repo), self.world.named(login)
        if held is None or user is None:
            return GONE
        role = self._role(held, user.id)
        base = {"read": "read", "triage": "read", "maintain": "write"}.get(role, role)
        return Reply(200, {"permission": base, "role_name": role, "user": simple_user(self.url, user)})

    @route("PUT", rf"{_REPO}/collaborators/(?P<login>[^/]+)")
    def add_collaborator(self, request: Request, repo: str, login: str) -> Reply:
        """Invite somebody who is no member; a member or collaborator is only given the role."""
        held, user = self.world.repos.get(repo), self.world.named(login)
        if held is None or user is None:
            return GONE
        asked = (request.json() if request.body else {}).get("permission", "push")
        role = _ROLE_OF.get(asked, asked)
        if user.id in self.world.members or user.id in held.outside:
            return Reply(204)
        number = self.world.fresh()
        held.invitations[number] = (user.id, role)
        self.mailed(user, f"You are invited to {ORG}/{repo}")
        return Reply(201, self._invitation(held, number), changed=f"repository invitation {number}")

    @route("DELETE", rf"{_REPO}/collaborators/(?P<login>[^/]+)")
    def remove_collaborator(self, request: Request, repo: str, login: str) -> Reply:
        """Remove somebody from one repository; their own fork of it goes with them."""
        del request
        held, user = self.world.repos.get(repo), self.world.named(login)
        if held is None or user is None:
            return GONE
        was = held.outside.pop(user.id, None)
        if was is None:
            return Reply(204)  # GitHub answers the same for somebody who is none
        for number in [
            each.id for each in self.world.forks.values() if (each.owner, each.parent) == (user.id, repo)
        ]:
            del self.world.forks[number]
        self.record("repo.remove_member", user=user.login, repo=f"{ORG}/{repo}")
        return Reply(204, changed=f"collaborator {user.id} removed from {repo} {self.world.fresh()}")

    @route("GET", f"{_REPO}/invitations")
    def invitations(self, request: Request, repo: str) -> Reply:
        """List invitations to a repository that nobody accepted yet."""
        held = self.world.repos.get(repo)
        return (
            self.paged(request, [self._invitation(held, each) for each in held.invitations]) if held else GONE
        )

    @route("DELETE", rf"{_REPO}/invitations/(?P<number>\d+)")
    def cancel_invitation(self, request: Request, repo: str, number: str) -> Reply:
        """Take an invitation back."""
        del request
        held = self.world.repos.get(repo)
        if held is None or held.invitations.pop(int(number), None) is None:
            return GONE
        return Reply(204, changed=f"repository invitation {number} cancelled")

    def _forks_of(self, repo: Repo) -> int:
        return sum(each.parent == repo.name for each in self.world.forks.values())

    def _key(self, repo: Repo, key: DeployKey) -> dict[str, Json]:
        adder = self.world.users.get(key.added_by)
        return deploy_key(self.url, repo, key, adder.login if adder else None)

    def _role(self, repo: Repo, user: int) -> str:
        member = self.world.members.get(user)
        if member is None or member.state != "active":
            return repo.outside.get(user, "none")
        if member.role == "admin":
            return "admin"
        teams = [slug for slug, people in self.world.teams.items() if user in people]
        return "write" if any(repo.name in self.world.repos_of_team(slug) for slug in teams) else "read"

    def _invitation(self, repo: Repo, number: int) -> dict[str, Json]:
        user, role = repo.invitations[number]
        home = f"{self.url}/repos/{ORG}/{repo.name}/invitations/{number}"
        return {
            "id": number,
            "repository": repository(self.url, None, repo, 0),
            "invitee": simple_user(self.url, self.world.users[user]),
            "inviter": simple_user(self.url, self.caller()),
            "permissions": role,
            "created_at": moment(),
            "expired": False,
            "url": home,
            "html_url": home,
            "node_id": f"RI_{number}",
        }
