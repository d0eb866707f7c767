"""The simulated Okta's users: lookup, search, lifecycle, sessions, factors, groups and app links."""

from __future__ import annotations

from integrations.lab.okta.filters import matcher
from integrations.lab.okta.organisation import Organisation, refusal
from integrations.lab.okta.world import moment
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Users"]

_USER = r"/api/v1/users/(?P<user>[^/]+)"


class Users(Organisation):
    """What Okta answers about people."""

    def known(self, user: str) -> str | None:
        """Return the user id behind an id or a login."""
        if user in self.world.users:
            return user
        logins = {each["profile"]["login"]: key for key, each in self.world.users.items()}
        return logins.get(user)

    @route("GET", r"/api/v1/users")
    def _users(self, request: Request) -> Reply:
        rows = list(self.world.users.values())
        if search := request.asked("search"):
            rows = [each for each in rows if matcher(search)(each)]
        else:  # the plain list leaves deactivated people out; a search does not
            rows = [each for each in rows if each["status"] != "DEPROVISIONED"]
        return self.paged(request, rows, usual=200, most=200)

    @route("GET", r"/api/v1/users/me")
    def _me(self, request: Request) -> Reply:
        del request
        profile = {"login": "severance@fjordlight.example", "email": "severance@fjordlight.example"}
        return Reply(200, {"id": "00uRunnerOfSeverance", "status": "ACTIVE", "profile": profile})

    @route("GET", _USER)
    def _get(self, request: Request, user: str) -> Reply:
        del request
        found = self.known(user)
        return Reply(200, self.world.users[found]) if found else self.missing(user, "User")

    @route("POST", _USER + "/lifecycle/suspend")
    def _suspend(self, request: Request, user: str) -> Reply:
        return self._moved(request, user, "ACTIVE", "SUSPENDED", "suspend")

    @route("POST", _USER + "/lifecycle/unsuspend")
    def _unsuspend(self, request: Request, user: str) -> Reply:
        return self._moved(request, user, "SUSPENDED", "ACTIVE", "unsuspend")

    def _moved(self, request: Request, user: str, source: str, target: str, verb: str) -> Reply:
        """Change a status the way Okta does: from one status only, else 400."""
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        if self.world.users[found]["status"] != source:
            return refusal(
                400, "E0000001", f"Api validation failed: Cannot {verb} a user that is not {source}"
            )
        self.world.users[found] |= {"status": target, "statusChanged": moment(), "lastUpdated": moment()}
        if target == "SUSPENDED":  # help.okta.com: suspending ends the Okta sessions, and nothing else
            self.world.sessions[found] = 0
        self.note(f"user.lifecycle.{verb}", found, request)
        return Reply(200, changed=f"user {found} status {target}")

    @route("DELETE", _USER + "/sessions")
    def _end(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        had = self.world.sessions.pop(found, 0)
        if request.asked("oauthTokens") == "true":
            had += len(self.world.refresh.pop(found, []))
        self.note("user.session.clear", found, request)
        return Reply(204, changed=f"user {found} sessions ended" if had else None)

    @route("GET", _USER + "/groups")
    def _groups(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        rows = [each for key, each in self.world.groups.items() if found in self.world.members[key]]
        return self.paged(request, rows, usual=200, most=200)

    @route("GET", r"/api/v1/groups")
    def _all_groups(self, request: Request) -> Reply:
        rows = list(self.world.groups.values())
        if search := request.asked("search"):
            rows = [each for each in rows if matcher(search)(each)]
        return self.paged(request, rows, usual=200, most=200)

    @route("GET", r"/api/v1/groups/(?P<group>[^/]+)/users")
    def _group_users(self, request: Request, group: str) -> Reply:
        if group not in self.world.groups:
            return self.missing(group, "UserGroup")
        rows = [each for key, each in self.world.users.items() if key in self.world.members[group]]
        return self.paged(request, rows, usual=200, most=200)

    @route("GET", _USER + "/factors")
    def _factors(self, request: Request, user: str) -> Reply:
        del request
        found = self.known(user)
        return Reply(200, self.world.factors[found]) if found else self.missing(user, "User")

    @route("GET", _USER + "/appLinks")
    def _links(self, request: Request, user: str) -> Reply:
        del request
        found = self.known(user)
        return Reply(200, self.world.links[found]) if found else self.missing(user, "User")

    def seen(self, user: str) -> Json:
        """Return the part of a person's state that doors are made of."""
        world = self.world
        return {
            "id": user,
            "status": world.users[user]["status"],
            "sessions": world.sessions.get(user, 0),
            "roles": [each["type"] for each in world.roles[user]],
            "api_tokens": [each["name"] for each in world.tokens.values() if each["userId"] == user],
            "consents": [each["scopeId"] for each in world.consents[user]],
            "refresh_tokens": len(world.refresh[user]),
            "devices": [
                world.devices[key]["status"] for key, users in world.holders.items() if user in users
            ],
        }
