"""The simulated organisation's workspaces: channels to return to, apps, what the logs remember, and SCIM."""

from __future__ import annotations

from integrations.lab.server import Reply, Request, route
from integrations.lab.slack_org.accounts import Accounts
from integrations.lab.slack_org.organisation import method, no, yes
from integrations.lab.slack_org.shapes import scim_shape
from runner.actions.values import Json

__all__ = ["Workspaces"]

_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_USER = r"/scim/v2/Users/(?P<user>[^/]+)"
_DEEPEST = 100  # pages of the access log


class Workspaces(Accounts):
    """Channels, apps, logs, and the SCIM interface."""

    @method("admin.conversations.invite")
    def _invite(self, request: Request) -> Reply:
        given = request.form()
        channel, user = self.world.channels.get(given.get("channel_id", "")), given.get("user_ids", "")
        if channel is None:
            return no("channel_not_found")
        if channel.is_general:
            return no("channel_type_not_supported")
        if user not in self.world.users or channel.team not in self._teams_of(user):
            return no("failed_for_some_users", failed_user_ids={"user_not_found": [user]})
        already = user in channel.members
        channel.members.add(user)
        return yes(None if already else f"user {user} in channel {channel.id}")

    def _teams_of(self, user: str) -> list[str]:
        found: list[str] = self.world.users[user]["enterprise_user"]["teams"]
        return found

    @method("team.integrationLogs")
    def _integration_logs(self, request: Request) -> Reply:
        given = request.form()
        if refusal := self.lacks_team(given):
            return refusal
        keys = {"user": "user_id", "app_id": "app_id", "service_id": "service_id"}
        wanted = {keys[key]: given[key] for key in keys if given.get(key)}
        team = given.get("team_id", self.world.main)
        rows = [
            {key: value for key, value in row.items() if key != "team"}
            for row in reversed(self.world.changes)
            if row["team"] == team and wanted.items() <= row.items()
        ]
        count, number = int(given.get("count", "100")), int(given.get("page", "1"))
        pages = max(1, -(-len(rows) // count))
        paging = {"count": count, "total": len(rows), "page": number, "pages": pages}
        return yes(logs=rows[(number - 1) * count : number * count], paging=paging)

    @method("team.accessLogs")
    def _access_logs(self, request: Request) -> Reply:
        given = request.form()
        if refusal := self.lacks_team(given):
            return refusal
        if int(given.get("cursor", "0")) >= int(given.get("limit", "100")) * _DEEPEST:
            return no("over_pagination_limit")
        return self.paged(given, "logins", self.world.logins[::-1], most=1000)

    @method("admin.apps.approved.list")
    def _approved(self, request: Request) -> Reply:
        given = request.form()
        if given.get("team_id") not in self.world.names:
            return no("team_not_found")
        mine = [row for row in self.world.approved if row["team"] == given["team_id"]]
        rows = [{key: value for key, value in row.items() if key != "team"} for row in mine]
        return self.paged(given, "approved_apps", rows, most=1000)

    @method("admin.apps.uninstall")
    def _uninstall(self, request: Request) -> Reply:
        given = request.form()
        app, teams = self.world.apps.get(given.get("app_id", "")), given.get("team_ids", "").split(",")
        if not given.get("team_ids") or given.get("enterprise_id"):
            return no("specify_enterprise_or_teams")
        if not set(teams) <= set(self.world.names):
            return no("teams_not_found")
        if app is None or app.service or not app.teams & set(teams):
            return no("app_not_found")
        app.teams -= set(teams)
        for team in teams:
            self.world.change(self.runner, app, team, "removed")
        return yes(f"app {app.id} uninstalled from {','.join(teams)}")

    @route("GET", r"/scim/v2/Users")
    def _scim_users(self, request: Request) -> Reply:
        start, count = int(request.asked("startIndex", "1")), min(int(request.asked("count", "10")), 1000)
        rows = [self._resource(user) for user, each in self.world.users.items() if not each["is_stranger"]]
        found = rows[start - 1 : start - 1 + count]
        more = {"totalResults": len(rows), "itemsPerPage": len(found), "startIndex": start}
        return Reply(200, {"schemas": [_LIST], "Resources": found, **more})

    @route("GET", _USER)
    def _scim_user(self, request: Request, user: str) -> Reply:
        del request
        if self._unprovisioned(user):
            return self.refused("scim", 404, "no_such_user")
        return Reply(200, self._resource(user))

    @route("PATCH", _USER)
    def _scim_patch(self, request: Request, user: str) -> Reply:
        if self._unprovisioned(user):
            return self.refused("scim", 404, "no_such_user")
        body = request.json()
        operations = body.get("Operations", [])
        if "schemas" not in body:
            return self.refused("scim", 400, "missing_schema_element")
        if [each.get("path") for each in operations] != ["active"] or operations[0].get("op") != "replace":
            return self.refused("scim", 400, "invalid_request_payload")
        if operations[0]["value"] is True:
            changed = self.reactivate(user)
        elif "primary owner" in self.world.roles.get(user, {}).values():
            return self.refused("scim", 400, "cannot_disable_primary_owner")
        else:
            changed = self.deactivate(user, self.runner)
        return Reply(200, self._resource(user), changed=changed)

    def reactivate(self, user: str) -> str | None:
        """Enable an account again; on Enterprise it comes back to no workspace and no channel."""
        if not self.world.users[user]["deleted"]:
            return None
        self.world.users[user]["deleted"] = False
        self.world.note("user_reactivated", self.runner, user)
        if not self.enterprise:
            self.world.enter(user, self.world.main)
        return f"user {user} active"

    def _unprovisioned(self, user: str) -> bool:
        return user not in self.world.users or bool(self.world.users[user]["is_stranger"])

    def _resource(self, user: str) -> Json:
        return scim_shape(self.world.users[user], self.world.resources[user], f"{self.url}/scim/v2")
