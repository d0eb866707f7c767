"""What people hold in the simulated Entra: grants, app assignments, methods, inbox rules."""

from __future__ import annotations

import re

from integrations.lab.entra.people import USER, People
from integrations.lab.entra.tenant import refusal
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Holdings"]

_GRANT = r"/v1\.0/oauth2PermissionGrants"
_ASSIGNED = USER + "/appRoleAssignments"
_METHOD = USER + r"/authentication/(?P<kind>[A-Za-z0-9]+)Methods/(?P<method>[^/]+)"
_KEPT = {"password"}  # v1.0 resets a password, and never deletes it


class Holdings(People):
    """Grants, app role assignments and authentication methods."""

    @route("GET", USER + "/oauth2PermissionGrants")
    def _grants_of(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        return self.listed(request, [g for g in self.world.grants.values() if g["principalId"] == found])

    @route("POST", _GRANT)
    def _grant(self, request: Request) -> Reply:
        wanted = request.json()
        client = self.world.principals.get(wanted["clientId"])
        if client is None or wanted["principalId"] not in self.world.users:
            return refusal(400, "Request_BadRequest", "The client or the principal does not exist.")
        held = [(each["clientId"], each["principalId"]) for each in self.world.grants.values()]
        if (wanted["clientId"], wanted["principalId"]) in held:
            return refusal(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
        made = self.world.grant(wanted["principalId"], client["displayName"], wanted["scope"])
        self.note("Add delegated permission grant", self.world.users[made["principalId"]], request)
        return Reply(201, made, changed=f"grant {made['id']} made")

    @route("GET", _GRANT + "/(?P<grant>[^/]+)")
    def _get_grant(self, request: Request, grant: str) -> Reply:
        found = self.world.grants.get(grant)
        return self.one(request, found) if found else self.missing(grant)

    @route("DELETE", _GRANT + "/(?P<grant>[^/]+)")
    def _delete_grant(self, request: Request, grant: str) -> Reply:
        found = self.world.grants.pop(grant, None)
        if not found:
            return self.missing(grant)
        on = self.world.users.get(found["principalId"], {"id": grant})
        self.note("Remove delegated permission grant", on, request)
        return Reply(204, changed=f"grant {grant} deleted")

    @route("GET", _ASSIGNED)
    def _assigned(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        mine = {found, *(key for key, people in self.world.members.items() if found in people)}
        return self.listed(request, [a for a in self.world.assigned.values() if a["principalId"] in mine])

    @route("POST", _ASSIGNED)
    def _assign_app(self, request: Request, user: str) -> Reply:
        found, wanted = self.known(user), request.json()
        if not found or wanted["principalId"] != found or wanted["resourceId"] not in self.world.principals:
            return refusal(400, "Request_BadRequest", "The principal or the resource does not exist.")
        parts = ("principalId", "resourceId", "appRoleId")
        if any(all(each[key] == wanted[key] for key in parts) for each in self.world.assigned.values()):
            return refusal(400, "Request_BadRequest", "Permission being assigned already exists.")
        made = self.world.assign(found, "User", wanted["resourceId"], wanted["appRoleId"])
        self.note("Add app role assignment grant to user", self.world.users[found], request)
        return Reply(201, made, changed=f"app assignment {made['id']} made")

    @route("GET", _ASSIGNED + "/(?P<assignment>[^/]+)")
    def _one_assigned(self, request: Request, user: str, assignment: str) -> Reply:
        found = self.world.assigned.get(assignment)
        mine = found and found["principalId"] == self.known(user)
        return self.one(request, found) if mine else self.missing(assignment)

    @route("DELETE", _ASSIGNED + "/(?P<assignment>[^/]+)")
    def _unassign_app(self, request: Request, user: str, assignment: str) -> Reply:
        found = self.world.assigned.get(assignment)
        if not found or found["principalId"] != self.known(user):
            return self.missing(assignment)
        del self.world.assigned[assignment]
        self.note("Remove app role assignment from user", self.world.users[found["principalId"]], request)
        return Reply(204, changed=f"app assignment {assignment} removed")

    @route("GET", USER + "/authentication/methods")
    def _methods(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        return self.listed(request, self.world.methods[found]) if found else self.missing(user)

    @route("GET", USER + r"/authentication/microsoftAuthenticatorMethods/(?P<method>[^/]+)/device")
    def _authenticators_device(self, request: Request, user: str, method: str) -> Reply:
        found = self.known(user)
        row = self._method(found, "microsoftAuthenticator", method)
        if not found or not row:
            return self.missing(method)
        named = [key for key, people in self.world.holders.items() if found in people]
        own = [self.world.devices[key] for key in named]
        phone = next((each for each in own if each["trustType"] == "Workplace"), None)
        return self.one(request, phone) if phone else self.missing(method)

    @route("GET", _METHOD)
    def _get_method(self, request: Request, user: str, kind: str, method: str) -> Reply:
        row = self._method(self.known(user), kind, method)
        return self.one(request, row) if row else self.missing(method)

    @route("DELETE", _METHOD)
    def _delete_method(self, request: Request, user: str, kind: str, method: str) -> Reply:
        found = self.known(user)
        row = self._method(found, kind, method)
        if not found or not row or kind in _KEPT:
            return self.missing(method)
        others = [each for each in self.world.methods[found] if each is not row and _kind(each) not in _KEPT]
        if self.world.default.get(found) == method and others:
            said = "Cannot delete default method with other methods configured. Please change default method "
            return refusal(400, "badRequest", f"{said}before deletion.")
        self.world.methods[found].remove(row)
        self.note("User deleted security info", self.world.users[found], request)
        return Reply(204, changed=f"user {found} method {method} deleted")

    def _method(self, user: str | None, kind: str, method: str) -> Json:
        rows = self.world.methods.get(user or "", [])
        return next((each for each in rows if each["id"] == method and _kind(each) == kind), None)

    @route("GET", USER + "/mailFolders/inbox/messageRules")
    def _rules(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        if not self.world.users[found]["mail"]:
            said = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            return refusal(404, "MailboxNotEnabledForRESTAPI", said)
        away = {"forwardTo": [{"emailAddress": {"name": "me", "address": "jw@mailbox.example"}}]}
        rule = {"id": "AQAAAJ5dZqA=", "displayName": "invoices", "sequence": 1, "isEnabled": True}
        return self.listed(request, [{**rule, "actions": away}] if self.world.owners_of(found) else [])


def _kind(method: Json) -> str:
    return re.sub(r"#microsoft\.graph\.(\w+)AuthenticationMethod", r"\1", str(method["@odata.type"]))
