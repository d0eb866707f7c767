"""The simulated Entra's users, groups and directory roles."""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.lab.entra.shapes import ODATA, opaque, spelled
from integrations.lab.entra.tenant import Tenant, refusal
from integrations.lab.entra.world import ROLES
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["USER", "People"]

USER = r"/v1\.0/users/(?P<user>[^/]+)"
_ROLE = r"/v1\.0/roleManagement/directory/roleAssignments"
_BY_DEFAULT = {
    "id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName",
}  # fmt: skip
"""What Graph shows of a user unless asked for more (Get user)."""
_NAMES = {template: name for name, template in ROLES.items()}


class People(Tenant):
    """What Graph answers about people."""

    def known(self, user: str) -> str | None:
        """Return the object id behind an id or a userPrincipalName."""
        if user in self.world.users:
            return user
        return next(
            (key for key, each in self.world.users.items() if each["userPrincipalName"] == user.lower()), None
        )

    def typed(self, user: str) -> Json:
        """Return a user as an element of a list of directory objects."""
        return {"@odata.type": ODATA + "user", **self.world.users[user]}

    @property
    def unasked(self) -> tuple[str, ...]:
        """The properties of a user that are shown on `$select` only."""
        return tuple(set(next(iter(self.world.users.values()))) - _BY_DEFAULT)

    @route("GET", r"/v1\.0/users")
    def _users(self, request: Request) -> Reply:
        if request.headers.get("consistencylevel") != "eventual" or request.asked("$count") != "true":
            said = "The specified query needs the ConsistencyLevel header and $count."
            return refusal(400, "Request_UnsupportedQuery", said)
        return self.listed(request, list(self.world.users.values()), hidden=self.unasked)

    @route("GET", USER)
    def _get(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        return self.one(request, self.world.users[found], self.unasked)

    @route("PATCH", USER)
    def _patch(self, request: Request, user: str) -> Reply:
        found, wanted = self.known(user), request.json()
        if not found:
            return self.missing(user)
        if set(wanted) != {"accountEnabled"} or not isinstance(wanted["accountEnabled"], bool):
            return refusal(400, "Request_BadRequest", "A value is invalid, or not understood by this lab.")
        had, self.world.users[found]["accountEnabled"] = (
            self.world.users[found]["accountEnabled"],
            wanted["accountEnabled"],
        )
        changed = had is not wanted["accountEnabled"]
        if changed:
            verb = "Enable" if wanted["accountEnabled"] else "Disable"
            self.note(f"{verb} account", self.world.users[found], request)
        key = f"user {found} accountEnabled {wanted['accountEnabled']}"
        return Reply(204, changed=key if changed else None)

    @route("POST", USER + "/revokeSignInSessions")
    def _revoke(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        person = self.world.users[found]
        person["signInSessionsValidFromDateTime"] = spelled(datetime.now(UTC))
        had = 0 if person["userType"] == "Guest" else self.world.sessions.pop(found, 0)
        self.note("Update StsRefreshTokenValidFrom Timestamp", person, request)
        body = {"@odata.context": f"{self.url}/v1.0/$metadata#Edm.Boolean", "value": True}
        return Reply(200, body, changed=f"user {found} sessions ended" if had else None)

    @route("GET", USER + "/memberOf")
    @route("GET", USER + "/transitiveMemberOf")
    def _member_of(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        groups = [self.world.groups[key] for key, people in self.world.members.items() if found in people]
        roles = [
            self._role(each["roleDefinitionId"])
            for each in self.world.roles.values()
            if each["principalId"] == found and each["directoryScopeId"] == "/"
        ]
        return self.listed(request, [*groups, *roles])

    @route("GET", r"/v1\.0/groups/(?P<group>[^/]+)/members")
    def _group_members(self, request: Request, group: str) -> Reply:
        if group not in self.world.groups:
            return self.missing(group)
        members = [self.typed(each) for each in self.world.members[group]]
        return self.listed(request, members, hidden=self.unasked)

    def _role(self, template: str) -> Json:
        name, own = _NAMES[template], opaque(self.name, "role", template)[:36]
        shown = {"displayName": name, "description": name, "roleTemplateId": template}
        return {"@odata.type": ODATA + "directoryRole", "id": own, "deletedDateTime": None, **shown}

    @route("GET", r"/v1\.0/directoryRoles")
    def _directory_roles(self, request: Request) -> Reply:
        used = {each["roleDefinitionId"] for each in self.world.roles.values()}
        return self.listed(request, [self._role(each) for each in sorted(used)])

    @route("GET", r"/v1\.0/directoryRoles/(?P<role>[^/]+)/members")
    def _role_members(self, request: Request, role: str) -> Reply:
        template = next((each for each in _NAMES if self._role(each)["id"] == role), None)
        if template is None:
            return self.missing(role)
        holders = [
            each["principalId"]
            for each in self.world.roles.values()
            if each["roleDefinitionId"] == template and each["directoryScopeId"] == "/"
        ]
        apart = {**self.world.groups, **self.world.principals}
        rows = [apart[each] if each in apart else self.typed(each) for each in holders]
        return self.listed(request, rows, hidden=self.unasked)

    @route("GET", _ROLE)
    def _assignments(self, request: Request) -> Reply:
        if not request.asked("$filter"):
            return refusal(400, "Request_UnsupportedQuery", "A filter on principalId is needed.")
        rows = list(self.world.roles.values())
        if request.asked("$expand") == "roleDefinition":
            rows = [{**each, "roleDefinition": self._definition(each["roleDefinitionId"])} for each in rows]
        return self.listed(request, rows)

    def _definition(self, template: str) -> Json:
        return {"id": template, "displayName": _NAMES[template], "isBuiltIn": True, "templateId": template}

    @route("POST", _ROLE)
    def _assign(self, request: Request) -> Reply:
        wanted = request.json()
        name, scope = _NAMES.get(wanted.get("roleDefinitionId", "")), wanted.get("directoryScopeId", "/")
        if name is None or wanted.get("principalId") not in self.world.users:
            return refusal(400, "Request_BadRequest", "The principal or the role does not exist.")
        same = [
            each
            for each in self.world.roles.values()
            if (each["principalId"], each["roleDefinitionId"], each["directoryScopeId"])
            == (wanted["principalId"], wanted["roleDefinitionId"], scope)
        ]
        if same:
            said = "A conflicting object with one or more of the specified property values is present."
            return refusal(400, "Request_BadRequest", said)
        made = self.world.role(wanted["principalId"], name, scope)
        self.note("Add member to role", self.world.users[wanted["principalId"]], request)
        return Reply(201, made, changed=f"role assignment {made['id']} made")

    @route("GET", _ROLE + "/(?P<assignment>[^/]+)")
    def _assignment(self, request: Request, assignment: str) -> Reply:
        found = self.world.roles.get(assignment)
        return self.one(request, found) if found else self.missing(assignment)

    @route("DELETE", _ROLE + "/(?P<assignment>[^/]+)")
    def _unassign(self, request: Request, assignment: str) -> Reply:
        found = self.world.roles.pop(assignment, None)
        if not found:
            return self.missing(assignment)
        self.note("Remove member from role", self.world.users[found["principalId"]], request)
        return Reply(204, changed=f"role assignment {assignment} removed")
