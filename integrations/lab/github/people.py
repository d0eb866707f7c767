"""The simulated GitHub's people: accounts, memberships, invitations, teams, SAML identities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from integrations.lab.exchange import Reply, Request
from integrations.lab.github.office import GONE, Office, only_owners
from integrations.lab.github.shapes import membership, own_user, simple_user, team
from integrations.lab.github.world import ORG, Former, Member, User
from integrations.lab.server import route

__all__ = ["People"]

_REINSTATABLE = timedelta(days=90)  # "three months": GitHub Docs, reinstating a former member
_ROLES = {"direct_member": "member", "admin": "admin", "billing_manager": "billing_manager"}


class People(Office):
    """Who is in the organisation, and how they come and go."""

    @route("GET", "/user")
    def me(self, request: Request) -> Reply:
        """Answer who the token belongs to; an App installation is nobody."""
        if self.is_app(request):
            return Reply(403, {"message": "Resource not accessible by integration"})
        return Reply(200, own_user(self.url, self.caller()))

    @route("GET", r"/user/(?P<account>\d+)")
    def by_id(self, request: Request, account: str) -> Reply:
        """Answer the account with an immutable id, under the login it has now."""
        del request
        user = self.world.users.get(int(account))
        return Reply(200, own_user(self.url, user)) if user else GONE

    @route("GET", r"/users/(?P<login>[^/]+)")
    def by_login(self, request: Request, login: str) -> Reply:
        """Answer the account that has a login now."""
        del request
        user = self.world.named(login)
        return Reply(200, own_user(self.url, user)) if user else GONE

    @route("POST", "/graphql")
    def graphql(self, request: Request) -> Reply:
        """Answer the one question REST cannot: whose account is linked to a SAML identity."""
        asked = request.json()
        if not asked["query"].lstrip().startswith("query"):
            return Reply(200, {"errors": [{"message": "this lab answers queries only"}]})
        mail = asked["variables"]["userName"].lower()
        linked = [each for each in self.world.users.values() if each.mail and each.mail.lower() == mail]
        nodes = [
            {
                "guid": f"{each.id:x}",
                "samlIdentity": {"nameId": each.mail},
                "user": {"login": each.login, "databaseId": each.id},
            }
            for each in linked
        ]
        provider = {"externalIdentities": {"nodes": nodes}}
        return Reply(200, {"data": {"organization": {"samlIdentityProvider": provider}}})

    @route("GET", f"/orgs/{ORG}/members")
    def members(self, request: Request) -> Reply:
        """List active members, perhaps of one role."""
        role = request.asked("role", "all")
        found = [
            simple_user(self.url, self.world.users[each])
            for each, member in self.world.members.items()
            if member.state == "active" and role in {"all", member.role}
        ]
        return self.paged(request, found)

    @route("GET", f"/orgs/{ORG}/members/(?P<login>[^/]+)")
    def is_member(self, request: Request, login: str) -> Reply:
        """Answer 204 or 404 to members, and 302 to everybody else."""
        if not self.is_app(request) and self.caller().id not in self.world.members:
            return Reply(302, None, {"Location": f"{self.url}/orgs/{ORG}/public_members/{login}"})
        user = self.world.named(login)
        member = self.world.members.get(user.id) if user else None
        return Reply(204) if member and member.state == "active" else GONE

    @route("GET", f"/orgs/{ORG}/memberships/(?P<login>[^/]+)")
    def membership(self, request: Request, login: str) -> Reply:
        """Answer state and role; only members may ask."""
        if not self.is_app(request) and self.caller().id not in self.world.members:
            return Reply(403, {"message": "You must be a member of the organization"})
        user = self.world.named(login)
        if user is None or user.id not in self.world.members:
            return GONE
        return Reply(200, membership(self.url, self.org_id, user, self.world.members[user.id]))

    @route("DELETE", f"/orgs/{ORG}/memberships/(?P<login>[^/]+)")
    def remove(self, request: Request, login: str) -> Reply:
        """Remove a member, or cancel an invitation; the person gets an e-mail either way."""
        del request
        if not self.owns():
            return only_owners()
        user = self.world.named(login)
        if user is None or user.id not in self.world.members:
            return GONE  # a second removal too
        member = self.world.members[user.id]
        if member.role == "admin" and self._owners() == [user.id]:
            return Reply(403, {"message": "Cannot remove the last owner of the organization"})
        if member.state == "active":
            self._remember(user, member)
        self._leave(user, member)
        self.record("org.remove_member", user=user.login, user_id=user.id)
        self.mailed(user, f"You were removed from {ORG}")
        return Reply(204, changed=f"membership {user.id} removed {self.world.fresh()}")

    @route("POST", f"/orgs/{ORG}/invitations")
    def invite(self, request: Request) -> Reply:
        """Invite an account by id; `reinstate` needs somebody who left within three months."""
        if not self.owns():
            return only_owners()
        asked = request.json()
        user = self.world.users.get(asked["invitee_id"])
        former = self.world.former.get(user.id) if user else None
        if user is None or user.id in self.world.members:
            return self._invalid("invitee_id is unknown, a member, or invited already")
        role = asked.get("role", "direct_member")
        if role == "reinstate" and (former is None or datetime.now(UTC) - former.left > _REINSTATABLE):
            return self._invalid("the invitee was no member within the last three months")
        kept = former.role if role == "reinstate" and former else _ROLES[role]
        self.world.members[user.id] = Member(kept, "pending")
        number = self.world.fresh()
        self.world.invitations[number] = user.id
        self.record("org.invite_member", user=user.login, user_id=user.id)
        self.mailed(user, f"You are invited to {ORG}")
        body = {"id": number, "login": user.login, "email": None, "role": role, "node_id": f"OI_{number}"}
        return Reply(201, body, changed=f"invitation of {user.id} {number}")

    @route("GET", f"/orgs/{ORG}/teams")
    def teams(self, request: Request) -> Reply:
        """List the teams."""
        return self.paged(request, [team(self.url, slug) for slug in sorted(self.world.teams)])

    @route("GET", f"/orgs/{ORG}/teams/(?P<slug>[^/]+)/memberships/(?P<login>[^/]+)")
    def team_membership(self, request: Request, slug: str, login: str) -> Reply:
        """Answer somebody's role in a team."""
        del request
        user = self.world.named(login)
        if user is None or user.id not in self.world.teams.get(slug, set()):
            return GONE
        return Reply(
            200,
            {
                "url": f"{self.url}/orgs/{ORG}/teams/{slug}/memberships/{login}",
                "role": "member",
                "state": "active",
            },
        )

    def accept(self, user: User) -> None:
        """Let somebody accept their invitation: what GitHub remembers of them comes back."""
        self.world.members[user.id].state = "active"
        former = self.world.former.pop(user.id, None)
        for slug in former.teams if former else []:
            self.world.teams[slug].add(user.id)
        for fork in former.forks if former else []:
            self.world.forks[fork.id] = fork
        self.record("org.add_member", actor=user.login, user=user.login, user_id=user.id)

    def _owners(self) -> list[int]:
        return [
            each
            for each, member in self.world.members.items()
            if member.role == "admin" and member.state == "active"
        ]

    def _remember(self, user: User, member: Member) -> None:
        teams = [slug for slug, people in self.world.teams.items() if user.id in people]
        forks = [fork for fork in self.world.forks.values() if fork.owner == user.id]
        self.world.former[user.id] = Former(member.role, teams, forks, datetime.now(UTC))

    def _leave(self, user: User, member: Member) -> None:
        if member.enterprise_teams:  # membership by an enterprise team stands until that team lets go
            member.direct = False
            return
        del self.world.members[user.id]
        for people in self.world.teams.values():
            people.discard(user.id)
        for table in (self.world.authorizations, self.world.fine_grained):
            for number in [each.id for each in table.values() if each.user == user.id]:
                del table[number]
        for number in [fork.id for fork in self.world.forks.values() if fork.owner == user.id]:
            del self.world.forks[number]

    def _invalid(self, why: str) -> Reply:
        body = {
            "message": "Validation Failed",
            "documentation_url": "https://docs.github.com/rest/orgs/members",
        }
        return Reply(
            422,
            {
                **body,
                "errors": [{"resource": "OrganizationInvitation", "code": "unprocessable", "message": why}],
            },
        )
