"""The simulated organisation's people: who they are, what they may, their sessions, deactivation."""

from __future__ import annotations

from integrations.lab.company import COMPANY
from integrations.lab.server import Reply, Request
from integrations.lab.slack_org.organisation import Organisation, method, no, yes
from integrations.lab.slack_org.shapes import admin_row, shown
from runner.actions.values import Json

__all__ = ["Accounts"]


class Accounts(Organisation):
    """What Slack answers about people."""

    def person(self, user: str) -> Json:
        """Return a user object as this plan shows it."""
        return shown(self.world.users[user], self.world.roles.get(user, {}), enterprise=self.enterprise)

    @method("auth.test")
    def _auth_test(self, _request: Request) -> Reply:
        me = {"user": "severance", "user_id": self.runner, "url": f"{self.url}/", "team": COMPANY}
        if not self.enterprise:
            return yes(**me, team_id=self.world.main)
        return yes(**me, team_id=self.world.org, enterprise_id=self.world.org, is_enterprise_install=True)

    @method("users.info")
    def _info(self, request: Request) -> Reply:
        user = request.form().get("user", "")
        return yes(user=self.person(user)) if user in self.world.users else no("user_not_found")

    @method("users.lookupByEmail")
    def _lookup(self, request: Request) -> Reply:
        mail = request.form().get("email", "").lower()
        for user, each in self.world.users.items():
            if each["profile"]["email"].lower() == mail and not each["deleted"]:
                return yes(user=self.person(user))
        return no("users_not_found")

    @method("users.list")
    def _list(self, request: Request) -> Reply:
        given = request.form()
        if refusal := self.lacks_team(given):
            return refusal
        team = given.get("team_id", self.world.main)
        inside = [
            user
            for user, each in self.world.users.items()
            if not each["is_stranger"] and (each["deleted"] or team in each["enterprise_user"]["teams"])
        ]
        return self.paged(given, "members", [self.person(each) for each in inside], most=1000, cache_ts=1)

    @method("users.conversations")
    def _conversations(self, request: Request) -> Reply:
        given = request.form()
        if refusal := self.lacks_team(given):
            return refusal
        types, user = given.get("types", "public_channel").split(","), given.get("user", self.runner)
        team = given.get("team_id", self.world.main)
        rows = [
            {
                "id": each.id, "name": each.name, "is_private": each.is_private, "is_archived": False,
                "is_general": each.is_general, "is_ext_shared": each.is_ext_shared, "context_team_id": team,
            }
            for each in self.world.channels.values()
            if user in each.members and each.team == team
            and ("private_channel" if each.is_private else "public_channel") in types
            and (not each.is_private or self.runner in each.members)
        ]  # fmt: skip
        return self.paged(given, "channels", rows, most=999)

    @method("admin.teams.list")
    def _teams(self, request: Request) -> Reply:
        rows = [{"id": team, "name": name} for team, name in self.world.names.items()]
        return self.paged(request.form(), "teams", rows, most=100)

    @method("admin.users.list")
    def _admin_list(self, request: Request) -> Reply:
        given = request.form()
        team, active = given.get("team_id", ""), given.get("is_active", "1") in {"1", "true"}
        if team and team not in self.world.names:
            return no("team_not_found")
        wanted = {
            *(("owner", "primary owner") if given.get("include_owners") in {"1", "true"} else ()),
            *(("admin",) if given.get("include_admins") in {"1", "true"} else ()),
        }
        rows = [
            admin_row(each, self._role(user, team))
            for user, each in self.world.users.items()
            if each["deleted"] != active and not each["is_stranger"]
            and (not team or team in each["enterprise_user"]["teams"])
            and (not wanted or self._role(user, team) in wanted)
        ]  # fmt: skip
        return self.paged(given, "users", rows, most=1000)

    def _role(self, user: str, team: str) -> str:
        return self.world.roles.get(user, {}).get(team or self.world.org, "")

    @method("admin.users.session.list")
    def _sessions(self, request: Request) -> Reply:
        given = request.form()
        user, team = given.get("user_id", ""), given.get("team_id", "")
        if bool(user) != bool(team):
            return no("missing_team" if user else "missing_user")
        if user and user not in self.world.users:
            return no("user_not_found")
        if team and team not in self.world.names:
            return no("team_not_found")
        rows = [row for each in self.world.sessions.values() for row in each]
        mine = [row for row in rows if not user or (row["user_id"], row["team_id"]) == (user, team)]
        return self.paged(given, "active_sessions", mine, most=1000) if mine else no("no_active_sessions")

    @method("admin.users.session.reset")
    def _reset(self, request: Request) -> Reply:
        user = request.form().get("user_id", "")
        if user not in self.world.users:
            return no("user_not_found")
        if self._is_primary(user):
            return no("cannot_reset_primary_owner")
        had = self.world.sessions.pop(user, [])
        self.world.note("user_session_reset_by_admin", self.runner, user)
        return yes(f"user {user} sessions ended" if had else None)

    @method("admin.users.deactivate")
    def _deactivate(self, request: Request) -> Reply:
        user = request.form().get("user_id", "")
        if user not in self.world.users or self.world.users[user]["is_stranger"]:
            return no("user_not_found")
        if self._is_primary(user):
            return no("deactivation_failed")
        return yes(self.deactivate(user, self.runner))

    def deactivate(self, user: str, by: str) -> str | None:
        """Deactivate as Slack does: signed out, out of everything; what they installed stays."""
        if self.world.users[user]["deleted"]:
            return None
        self.world.note("user_deactivated", by, user)
        self.world.users[user]["deleted"] = True
        self.world.leave_everything(user)
        return f"user {user} deactivated"

    @method("admin.users.assign")
    def _assign(self, request: Request) -> Reply:
        given = request.form()
        user, team = given.get("user_id", ""), given.get("team_id", "")
        if user not in self.world.users or team not in self.world.names:
            return no("user_not_found" if team in self.world.names else "team_not_found")
        if self.world.users[user]["deleted"]:
            return no("invited_user_not_reactivated")
        if team in self.world.users[user]["enterprise_user"]["teams"]:
            return no("user_already_team_member")
        self.world.enter(user, team)
        return yes(f"user {user} in {team}")

    @method("admin.users.setRegular")
    def _set_regular(self, request: Request) -> Reply:
        return self._set(request, "")

    @method("admin.users.setAdmin")
    def _set_admin(self, request: Request) -> Reply:
        return self._set(request, "admin")

    @method("admin.users.setOwner")
    def _set_owner(self, request: Request) -> Reply:
        return self._set(request, "owner")

    def _set(self, request: Request, role: str) -> Reply:
        given = request.form()
        user, scope = given.get("user_id", ""), given.get("team_id", "")
        if scope not in {*self.world.names, self.world.org}:
            return no("team_not_found")
        if user not in self.world.users or self.world.users[user]["deleted"]:
            return no("user_not_found")
        if self._is_primary(user):
            return no("cannot_modify_primary_owner")
        if not role and scope != self.world.org and self.world.roles.get(user, {}).get(self.world.org):
            return no("cannot_set_org_admin_to_regular_at_workspace_level")
        had = self.world.roles[user].pop(scope, "")
        if role:
            self.world.roles[user][scope] = role
        self.world.note("role_change_to_user" if not role else f"role_change_to_{role}", self.runner, user)
        return yes(f"user {user} {role or 'regular'} in {scope}" if had != role else None)

    def _is_primary(self, user: str) -> bool:
        return "primary owner" in self.world.roles.get(user, {}).values()
