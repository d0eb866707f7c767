"""What people hold in the simulated Okta: consents, refresh tokens, API tokens, roles, devices."""

from __future__ import annotations

from integrations.lab.okta.organisation import refusal
from integrations.lab.okta.users import Users
from integrations.lab.okta.world import Rows
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Holdings"]

_USER = r"/api/v1/users/(?P<user>[^/]+)"
_CLIENT = _USER + r"/clients/(?P<client>[^/]+)"
_TOKEN = r"/api/v1/api-tokens/(?P<token>[^/]+)"
_ROLE = _USER + r"/roles/(?P<role>[^/]+)"


class Holdings(Users):
    """Grants, tokens and roles."""

    @route("GET", _USER + "/grants")
    def _consents(self, request: Request, user: str) -> Reply:
        return self._list(request, user, self.world.consents)

    @route("GET", _USER + "/clients")
    def _clients(self, request: Request, user: str) -> Reply:
        del request
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        held = [*self.world.consents[found], *self.world.refresh[found]]
        return Reply(
            200, [self.world.clients[each] for each in dict.fromkeys(row["clientId"] for row in held)]
        )

    @route("GET", _CLIENT + "/grants")
    def _consents_of(self, request: Request, user: str, client: str) -> Reply:
        return self._list(request, user, self.world.consents, client)

    @route("GET", _CLIENT + "/tokens")
    def _tokens_of(self, request: Request, user: str, client: str) -> Reply:
        return self._list(request, user, self.world.refresh, client)

    @route("DELETE", _CLIENT + "/grants")
    def _revoke_consents(self, request: Request, user: str, client: str) -> Reply:
        return self._revoke(request, user, client, self.world.consents, "consents")

    @route("DELETE", _CLIENT + "/tokens")
    def _revoke_tokens(self, request: Request, user: str, client: str) -> Reply:
        return self._revoke(request, user, client, self.world.refresh, "refresh tokens")

    def _list(self, request: Request, user: str, table: Rows, client: str = "") -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        if client and client not in self.world.clients:
            return self.missing(client, "PublicClientApp")
        rows = [row for row in table[found] if client in {"", row["clientId"]}]
        return self.paged(request, rows, usual=20, most=200)

    def _revoke(self, request: Request, user: str, client: str, table: Rows, words: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        kept = [row for row in table[found] if row["clientId"] != client]
        had, table[found] = len(table[found]) - len(kept), kept
        if had:
            self.note("app.oauth2.token.revoke", found, request)
        return Reply(204, changed=f"user {found} client {client} {words} revoked" if had else None)

    @route("GET", r"/api/v1/api-tokens")
    def _api_tokens(self, request: Request) -> Reply:
        del request
        return Reply(200, list(self.world.tokens.values()))

    @route("GET", _TOKEN)
    def _api_token(self, request: Request, token: str) -> Reply:
        del request
        found = self.world.tokens.get(token)
        return Reply(200, found) if found else self.missing(token, "ApiToken")

    @route("DELETE", _TOKEN)
    def _delete_api_token(self, request: Request, token: str) -> Reply:
        found = self.world.tokens.pop(token, None)
        if not found:
            return self.missing(token, "ApiToken")
        self.note("system.api_token.revoke", found["userId"], request)
        return Reply(204, changed=f"api token {token} deleted")

    @route("GET", _USER + "/roles")
    def _roles(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        rows = self.world.roles[found]
        if "targets" not in request.asked("expand"):
            rows = [{key: value for key, value in row.items() if key != "_embedded"} for row in rows]
        return Reply(200, rows)

    @route("POST", _USER + "/roles")
    def _assign(self, request: Request, user: str) -> Reply:
        found, kind = self.known(user), str(request.json()["type"])
        if not found:
            return self.missing(user, "User")
        if any(row["type"] == kind and kind != "CUSTOM" for row in self.world.roles[found]):
            return refusal(409, "E0000090", "Duplicate role assignment exception.")
        made = self.world.role(found, kind)
        self.note("user.account.privilege.grant", found, request)
        return Reply(201, made, changed=f"user {found} role {made['id']} assigned")

    @route("DELETE", _ROLE)
    def _unassign(self, request: Request, user: str, role: str) -> Reply:
        found = self.known(user)
        row = next((each for each in self.world.roles[found or ""] if each["id"] == role), None)
        if not found or not row:
            return self.missing(role, "RoleAssignment")
        if row["assignmentType"] == "GROUP":
            return refusal(400, "E0000001", "Api validation failed: the role is assigned through a group")
        self.world.roles[found].remove(row)
        self.note("user.account.privilege.revoke", found, request)
        return Reply(204, changed=f"user {found} role {role} unassigned")

    @route("GET", r"/api/v1/iam/assignees/users")
    def _assignees(self, request: Request) -> Reply:
        """List users with roles; this list alone pages by `_links.next` in its body."""
        rows: list[Json] = [{"id": user} for user, roles in self.world.roles.items() if roles]
        start, limit = int(request.asked("after", "0")), min(int(request.asked("limit", "100")), 100)
        body: dict[str, Json] = {"value": rows[start : start + limit]}
        if start + limit < len(rows):
            href = f"{self.url}{request.path}?after={start + limit}&limit={limit}"
            body["_links"] = {"next": {"href": href}}
        return Reply(200, body)
