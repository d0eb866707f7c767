"""The simulated Directory API: groups, their members, administrator roles and who holds them."""

from __future__ import annotations

from integrations.lab.exchange import Reply, Request
from integrations.lab.google.directory import Directory
from integrations.lab.google.pages import Shape, paged, refusal
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Roles"]

_CUSTOMER = r"/admin/directory/v1/customer/my_customer"
_TAKEN = frozenset({"roleId", "assignedTo", "scopeType", "orgUnitId", "condition", "expirationDetails"})


class Roles(Directory):
    """Groups and administrator roles."""

    @route("GET", r"/admin/directory/v1/groups")
    def _groups(self, request: Request) -> Reply:
        user = self.world.key(request.asked("userKey"))
        if not user:
            return self.missing("userKey")
        rows = [self.world.groups[key] for key, members in self.world.members.items() if user in members]
        return paged(request, rows, Shape("groups", 200, 200, "admin#directory#groups"))

    @route("GET", r"/admin/directory/v1/groups/(?P<group>[^/]+)/members")
    def _members(self, request: Request, group: str) -> Reply:
        if group not in self.world.groups:
            return self.missing("groupKey")
        rows = [
            {
                "kind": "admin#directory#member", "id": each, "email": self.world.users[each]["primaryEmail"],
                "role": "MEMBER", "type": "USER", "status": "ACTIVE",
            }
            for each in self.world.members[group]
        ]  # fmt: skip
        return paged(request, rows, Shape("members", 200, 200, "admin#directory#members"))

    @route("GET", _CUSTOMER + "/roles")
    def _roles(self, request: Request) -> Reply:
        rows = list(self.world.roles.values())
        return paged(request, rows, Shape("items", 100, 100, "admin#directory#roles"))

    @route("GET", _CUSTOMER + "/roleassignments")
    def _assignments(self, request: Request) -> Reply:
        rows = list(self.world.assignments.values())
        if key := request.asked("userKey"):
            user = self.world.key(key)
            if not user:
                return self.missing("userKey")
            holders = [user]
            if request.asked("includeIndirectRoleAssignments") == "true":
                holders += [group for group, members in self.world.members.items() if user in members]
            rows = [each for each in rows if each["assignedTo"] in holders]
        return paged(request, rows, Shape("items", 100, 200, "admin#directory#roleAssignments"))

    @route("POST", _CUSTOMER + "/roleassignments")
    def _assign(self, request: Request) -> Reply:
        body = request.json()
        if not set(body) <= _TAKEN or body.get("roleId") not in self.world.roles:
            return refusal(400, "invalid", "Invalid Input: roleId")
        if body.get("assignedTo") not in self.world.users:
            return refusal(400, "invalid", "Invalid Input: assignedTo")
        if (body.get("scopeType") == "ORG_UNIT") != bool(body.get("orgUnitId")):
            return refusal(400, "invalid", "Invalid Input: orgUnitId")
        limits = {key: body[key] for key in ("orgUnitId", "condition", "expirationDetails") if key in body}
        if any(_same(each, body) for each in self.world.assignments.values()):
            return refusal(409, "duplicate", "Entity already exists.")
        made = self.world.assignment(
            body["assignedTo"], self.world.roles[body["roleId"]]["roleName"], **limits
        )
        self._told(made["assignedTo"])
        self.done_by_us("ASSIGN_ROLE", made["assignedTo"])
        return Reply(200, made, changed=f"role assignment {made['roleAssignmentId']} made")

    @route("DELETE", _CUSTOMER + r"/roleassignments/(?P<assignment>[^/]+)")
    def _unassign(self, request: Request, assignment: str) -> Reply:
        del request
        gone = self.world.assignments.pop(assignment, None)
        if not gone:
            return self.missing("roleAssignmentId")
        if gone["assignedTo"] in self.world.users:
            self._told(gone["assignedTo"])
            self.done_by_us("UNASSIGN_ROLE", gone["assignedTo"])
        return Reply(204, changed=f"role assignment {assignment} deleted")

    def _told(self, user: str) -> None:
        """Let the user's own record say which kind of administrator the user is now."""
        held = [each["roleId"] for each in self.world.assignments.values() if each["assignedTo"] == user]
        chief = [self.world.roles[each]["isSuperAdminRole"] for each in held]
        self.world.users[user] |= {"isAdmin": any(chief), "isDelegatedAdmin": bool(chief) and not all(chief)}


def _same(held: Json, wanted: Json) -> bool:
    return all(held.get(key) == wanted.get(key) for key in ("roleId", "assignedTo", "scopeType", "orgUnitId"))
