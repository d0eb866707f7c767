"""The simulated Identity Center's rights: permission sets, assignments, applications (sso-admin).

Deleting and providing work behind the answer: the first look still says IN_PROGRESS, as AWS's does.
"""

from __future__ import annotations

from integrations.lab.aws.directory import Directory
from integrations.lab.aws.office import guid
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Center"]

_WORK = ("AccountAssignmentCreation", "AccountAssignmentDeletion", "PermissionSetProvisioning")
_BEHIND = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


class Center(Directory):
    """What Identity Center answers."""

    def admit(self, request: Request) -> Reply | None:
        """Refuse besides an instance, a permission set or an application that is another's."""
        refused = super().admit(request)
        if refused or not request.path.startswith("/sso-admin/"):
            return refused
        fields = self.given(request)
        for key, known in (
            ("InstanceArn", {self.office.instance}),
            ("PermissionSetArn", set(self.office.sets)),
            ("ApplicationArn", set(self.office.applications)),
        ):
            if key in fields and fields[key] not in known:
                return self.absent(request, key)
        return None

    def _set(self, request: Request) -> Json:
        return self.office.sets[self.given(request)["PermissionSetArn"]]

    @route("POST", "/sso-admin/ListPermissionSets")
    def _sets(self, request: Request) -> Reply:
        return self.leaf(request, "PermissionSets", list(self.office.sets))

    @route("POST", "/sso-admin/DescribePermissionSet")
    def _describe_set(self, request: Request) -> Reply:
        arn = self.given(request)["PermissionSetArn"]
        told = {"Name": self._set(request)["Name"], "PermissionSetArn": arn, "SessionDuration": "PT8H"}
        return self.say(request, {"PermissionSet": told})

    @route("POST", "/sso-admin/ListManagedPoliciesInPermissionSet")
    def _managed_in_set(self, request: Request) -> Reply:
        rows = [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in self._set(request)["managed"]]
        return self.leaf(request, "AttachedManagedPolicies", rows)

    @route("POST", "/sso-admin/GetInlinePolicyForPermissionSet")
    def _inline_of_set(self, request: Request) -> Reply:
        text = self._set(request)["inline"]
        return self.say(request, {"InlinePolicy": text} if text else {})

    @route("POST", "/sso-admin/PutInlinePolicyToPermissionSet")
    def _put_inline(self, request: Request) -> Reply:
        return self._write_inline(request, str(self.given(request)["InlinePolicy"]))

    @route("POST", "/sso-admin/DeleteInlinePolicyFromPermissionSet")
    def _delete_inline(self, request: Request) -> Reply:
        return self._write_inline(request, "")

    def _write_inline(self, request: Request, text: str) -> Reply:
        row = self._set(request)
        changed = None if row["inline"] == text else f"permission set {row['Name']} policy {guid(text)[:8]}"
        row["inline"] = text
        return self.say(request, None, changed)

    @route("POST", "/sso-admin/ListAccountsForProvisionedPermissionSet")
    def _accounts_of_set(self, request: Request) -> Reply:
        row, wanted = self._set(request), self.given(request).get("ProvisioningStatus")
        behind = [account for account, text in row["provided"].items() if text != row["inline"]]
        rows = {None: list(row["provided"]), _BEHIND: behind}.get(
            wanted, [each for each in row["provided"] if each not in behind]
        )
        return self.leaf(request, "AccountIds", rows)

    @route("POST", "/sso-admin/ProvisionPermissionSet")
    def _provide(self, request: Request) -> Reply:
        row = self._set(request)
        behind = sorted(account for account, text in row["provided"].items() if text != row["inline"])
        row["provided"] = dict.fromkeys(row["provided"], row["inline"])
        policy = guid(row["inline"])[:8]
        done = f"permission set {row['Name']} policy {policy} provided to {len(behind)} accounts"
        return self._begun(request, "PermissionSetProvisioningStatus", done if behind else None)

    @route("POST", "/sso-admin/ListAccountAssignmentsForPrincipal")
    def _assigned_to(self, request: Request) -> Reply:
        """List what a principal reaches: of a person, what their groups give them too, by the group's id."""
        principal = self.given(request)["PrincipalId"]
        groups = [
            row["GroupId"]
            for row in self.office.memberships.values()
            if row["MemberId"]["UserId"] == principal
        ]
        rows = [row for row in self.office.assigned if row["PrincipalId"] in {principal, *groups}]
        return self.leaf(request, "AccountAssignments", rows)

    @route("POST", "/sso-admin/ListAccountAssignments")
    def _assigned_in(self, request: Request) -> Reply:
        fields = self.given(request)
        wanted = (fields["AccountId"], fields["PermissionSetArn"])
        rows = [row for row in self.office.assigned if (row["AccountId"], row["PermissionSetArn"]) == wanted]
        return self.leaf(request, "AccountAssignments", rows)

    @route("POST", "/sso-admin/DeleteAccountAssignment")
    def _unassign(self, request: Request) -> Reply:
        row = self._assignment(request)
        there = row in self.office.assigned
        if there:
            self.office.assigned.remove(row)
        done = f"account {row['AccountId']} of {row['PrincipalId']} unassigned" if there else None
        return self._begun(request, "AccountAssignmentDeletionStatus", done)

    @route("POST", "/sso-admin/CreateAccountAssignment")
    def _assign(self, request: Request) -> Reply:
        row = self._assignment(request)
        there = row in self.office.assigned
        if not there:
            self.office.assign(
                row["AccountId"], row["PermissionSetArn"], row["PrincipalType"], row["PrincipalId"]
            )
        done = None if there else f"account {row['AccountId']} of {row['PrincipalId']} assigned"
        return self._begun(request, "AccountAssignmentCreationStatus", done)

    @route("POST", f"/sso-admin/Describe({'|'.join(_WORK)})Status")
    def _status(self, request: Request) -> Reply:
        wanted = next(value for key, value in self.given(request).items() if key.endswith("RequestId"))
        row = self.office.requests.get(wanted)
        if row is None:
            return self.absent(request, "request")
        told = dict(row)
        row["Status"] = "SUCCEEDED" if row["Status"] == "IN_PROGRESS" else row["Status"]
        return self.say(request, {request.path.rpartition("/")[2].removeprefix("Describe"): told})

    @route("POST", "/sso-admin/ListApplicationAssignmentsForPrincipal")
    def _applications_of(self, request: Request) -> Reply:
        person = self.given(request)["PrincipalId"]
        common = {"PrincipalId": person, "PrincipalType": "USER"}
        rows = [{"ApplicationArn": arn, **common} for arn in self.office.opened[person]]
        return self.leaf(request, "ApplicationAssignments", rows)

    @route("POST", "/sso-admin/DescribeApplication")
    def _application(self, request: Request) -> Reply:
        arn = self.given(request)["ApplicationArn"]
        return self.say(request, {"ApplicationArn": arn, "Name": self.office.applications[arn]})

    def _assignment(self, request: Request) -> Json:
        fields = self.given(request)
        return {
            "AccountId": fields["TargetId"], "PermissionSetArn": fields["PermissionSetArn"],
            "PrincipalType": fields["PrincipalType"], "PrincipalId": fields["PrincipalId"],
        }  # fmt: skip

    def _begun(self, request: Request, key: str, changed: str | None) -> Reply:
        """Answer that work has begun; it is done the second time somebody looks."""
        number = guid(self.name, str(len(self.office.requests)))
        self.office.requests[number] = {"Status": "IN_PROGRESS", "RequestId": number}
        return self.say(request, {key: dict(self.office.requests[number])}, changed)
