"""The simulated Identity Center's directory: people, groups and memberships (Identity Store API)."""

from __future__ import annotations

from integrations.lab.aws.spelling import refusal
from integrations.lab.aws.sts import Sessions
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Directory"]

_WIDE = "aws:identitystore:enterprise"


class Directory(Sessions):
    """What the identity store answers."""

    def admit(self, request: Request) -> Reply | None:
        """Refuse besides a store that is another's."""
        refused = super().admit(request)
        if refused or not request.path.startswith("/identitystore/"):
            return refused
        if self.given(request).get("IdentityStoreId") != self.office.store:
            return self.absent(request, "IDENTITY_STORE")
        return None

    def absent(self, request: Request, what: str) -> Reply:
        """Answer as the JSON services do for what they do not know."""
        return refusal(request, 400, "ResourceNotFoundException", f"{what} not found.")

    @route("POST", "/identitystore/DescribeUser")
    def _person(self, request: Request) -> Reply:
        row = self.office.people.get(str(self.given(request)["UserId"]))
        return self.say(request, self._told_of(request, row)) if row else self.absent(request, "USER")

    @route("POST", "/identitystore/ListUsers")
    def _people(self, request: Request) -> Reply:
        rows = [self._told_of(request, row) for row in self.office.people.values()]
        return self.leaf(request, "Users", rows)

    @route("POST", "/identitystore/GetUserId")
    def _person_id(self, request: Request) -> Reply:
        wanted = self.given(request)["AlternateIdentifier"]["UniqueAttribute"]
        path, value = wanted["AttributePath"], wanted["AttributeValue"]
        for person, row in self.office.people.items():
            values = {
                "userName": [row["UserName"]], "emails.value": [each["Value"] for each in row["Emails"]]
            }  # fmt: skip
            if value in values.get(path, []):
                told = {"UserId": person, "UserArn": row["UserArn"], "IdentityStoreId": self.office.store}
                return self.say(request, told)
        return self.absent(request, "USER")

    @route("POST", "/identitystore/DescribeGroup")
    def _group(self, request: Request) -> Reply:
        row = self.office.groups.get(str(self.given(request)["GroupId"]))
        return self.say(request, row) if row else self.absent(request, "GROUP")

    @route("POST", "/identitystore/ListGroupMembershipsForMember")
    def _memberships(self, request: Request) -> Reply:
        member = self.given(request)["MemberId"]
        rows = [row for row in self.office.memberships.values() if row["MemberId"] == member]
        return self.leaf(request, "GroupMemberships", rows)

    @route("POST", "/identitystore/ListGroupMemberships")
    def _members(self, request: Request) -> Reply:
        group = self.given(request)["GroupId"]
        rows = [row for row in self.office.memberships.values() if row["GroupId"] == group]
        return self.leaf(request, "GroupMemberships", rows)

    @route("POST", "/identitystore/DeleteGroupMembership")
    def _leave(self, request: Request) -> Reply:
        row = self.office.memberships.pop(str(self.given(request)["MembershipId"]), None)
        if row is None:
            return self.absent(request, "MEMBERSHIP")
        who, group = row["MemberId"]["UserId"], row["GroupId"]
        return self.say(request, None, f"person {who} out of group {group}")

    @route("POST", "/identitystore/CreateGroupMembership")
    def _join(self, request: Request) -> Reply:
        fields = self.given(request)
        group, person = str(fields["GroupId"]), str(fields["MemberId"]["UserId"])
        if group not in self.office.groups or person not in self.office.people:
            return self.absent(request, "GROUP or USER")
        same = {"GroupId": group, "MemberId": {"UserId": person}}
        if any(same.items() <= row.items() for row in self.office.memberships.values()):
            return refusal(request, 400, "ConflictException", "Member and group relationship already exists.")
        row = self.office.join(group, person)
        made = {key: row[key] for key in ("MembershipId", "MembershipArn", "IdentityStoreId")}
        return self.say(request, made, f"person {person} into group {group}")

    def _told_of(self, request: Request, row: Json) -> Json:
        """Return a person, the enterprise extension only where it was asked for."""
        wide = _WIDE in (self.given(request).get("Extensions") or [])
        return {key: value for key, value in row.items() if wide or key != "Extensions"}
