"""The simulated IAM's policies and roles: inline documents, snapshots of everything, the policy simulator."""

from __future__ import annotations

import json
from urllib.parse import quote

from integrations.lab.aws.credentials import Credentials
from integrations.lab.aws.spelling import refusal
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Policies"]


class Policies(Credentials):
    """What IAM answers about rights."""

    def _role(self, request: Request) -> str | None:
        name = str(self.given(request).get("RoleName", ""))
        return name if name in self.world.roles else None

    def _holder(self, request: Request) -> str | None:
        """Return `user/NAME` or `role/NAME`, or None."""
        if "RoleName" in self.given(request):
            role = self._role(request)
            return f"role/{role}" if role else None
        user = self.found(request)
        return f"user/{user}" if user else None

    @route("POST", "/iam/Get(User|Role)Policy")
    def _get_policy(self, request: Request) -> Reply:
        holder, name = self._holder(request), str(self.given(request)["PolicyName"])
        text = self.world.inline[holder].get(name) if holder else None
        if text is not None and self.stale > 0 and name.startswith("severance"):
            self.stale, text = self.stale - 1, None
        if holder is None or text is None:
            return self.missing(request, f"policy with name {name}")
        owner = {f"{holder.split('/')[0].title()}Name": holder.partition("/")[2]}
        return self.say(request, {**owner, "PolicyName": name, "PolicyDocument": quote(text)})

    @route("POST", "/iam/Put(User|Role)Policy")
    def _put_policy(self, request: Request) -> Reply:
        holder, fields = self._holder(request), self.given(request)
        if holder is None:
            return self.missing(request, "holder of the policy")
        if why := self._unmodifiable(holder):
            return refusal(request, 400, "UnmodifiableEntity", why)
        name, text = str(fields["PolicyName"]), str(fields["PolicyDocument"])
        try:
            statements = json.loads(text)["Statement"]
        except (ValueError, KeyError, TypeError):
            return refusal(request, 400, "MalformedPolicyDocument", "Syntax errors in policy.")
        same = self.world.inline[holder].get(name) == text
        self.world.inline[holder][name] = text
        made = f"{holder} policy {name} of {len(statements)} statements written"
        return self.say(request, None, None if same else made, asked=self._told(holder, name))

    @route("POST", "/iam/Delete(User|Role)Policy")
    def _delete_policy(self, request: Request) -> Reply:
        holder, name = self._holder(request), str(self.given(request)["PolicyName"])
        if holder is None or name not in self.world.inline[holder]:
            return self.missing(request, f"policy with name {name}")
        del self.world.inline[holder][name]
        told = self._told(holder, name)
        return self.say(request, None, f"{holder} policy {name} deleted", asked=told)

    @route("POST", "/iam/ListUserPolicies")
    def _list_policies(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        return self.page(request, "PolicyNames", list(self.world.inline[f"user/{name}"]))

    @route("POST", "/iam/ListRolePolicies")
    def _list_role_policies(self, request: Request) -> Reply:
        name = self._role(request)
        if not name:
            return self.missing(request, "role")
        return self.page(request, "PolicyNames", list(self.world.inline[f"role/{name}"]))

    @route("POST", "/iam/ListAttachedUserPolicies")
    def _attached(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        return self.page(request, "AttachedPolicies", self._managed(f"user/{name}"))

    @route("POST", "/iam/GetRole")
    def _get_role(self, request: Request) -> Reply:
        name = self._role(request)
        return self.say(request, {"Role": self._shown(name)}) if name else self.missing(request, "role")

    @route("POST", "/iam/ListRoles")
    def _list_roles(self, request: Request) -> Reply:
        return self.page(request, "Roles", [self._shown(name) for name in self.world.roles])

    @route("POST", "/iam/CreateRole")
    def _create_role(self, request: Request) -> Reply:
        name = str(self.given(request)["RoleName"])
        if name in self.world.roles:
            return refusal(request, 409, "EntityAlreadyExists", f"Role with name {name} already exists.")
        row = self.world.role(name, when=None)
        made = {"roleName": name, "roleId": row["RoleId"], "arn": row["Arn"]}
        told = {"asked": {"roleName": name}, "answered": {"role": made}}
        return self.say(request, {"Role": self._shown(name)}, f"role {name} created", **told)

    @route("POST", "/iam/SimulatePrincipalPolicy")
    def _simulate(self, request: Request) -> Reply:
        fields = self.given(request)
        name = str(fields["PolicySourceArn"]).rpartition("/")[2]
        if name not in self.world.users:
            return self.missing(request, "policy source")
        decision = "explicitDeny" if self.denied(name) else "allowed"
        results = [
            {"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": decision}
            for action in fields["ActionNames"]
        ]
        return self.page(request, "EvaluationResults", results)

    @route("POST", "/iam/GetAccountAuthorizationDetails")
    def _details(self, request: Request) -> Reply:
        wanted = self.given(request).get("Filter", ["User", "Group"])
        rows = [("UserDetailList", self._user_detail(name)) for name in self.world.users if "User" in wanted]
        if "Group" in wanted:
            rows += [("GroupDetailList", self._group_detail(name)) for name in self.world.groups]
        if "LocalManagedPolicy" in wanted:
            rows += [("Policies", _policy_detail(*each)) for each in self.world.local.items()]
        fields = self.given(request)
        start, most = int(fields.get("Marker", 0)), 20
        body: dict[str, Json] = {
            "UserDetailList": [],
            "GroupDetailList": [],
            "RoleDetailList": [],
            "Policies": [],
        }
        for key, row in rows[start : start + most]:
            body[key].append(row)
        more = start + most < len(rows)
        return self.say(
            request, {**body, "IsTruncated": more, **({"Marker": str(start + most)} if more else {})}
        )

    def _user_detail(self, name: str) -> Json:
        groups = sorted(group for group, members in self.world.members.items() if name in members)
        return {
            **self.world.users[name], "GroupList": groups,
            "AttachedManagedPolicies": self._managed(f"user/{name}"),
            "UserPolicyList": self._documents(f"user/{name}"),
        }  # fmt: skip

    def _group_detail(self, name: str) -> Json:
        return {
            **self.world.groups[name], "AttachedManagedPolicies": self._managed(f"group/{name}"),
            "GroupPolicyList": self._documents(f"group/{name}"),
        }  # fmt: skip

    def _documents(self, holder: str) -> list[Json]:
        inline = self.world.inline[holder].items()
        return [{"PolicyName": name, "PolicyDocument": quote(text)} for name, text in inline]

    def _managed(self, holder: str) -> list[Json]:
        return [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in self.world.attached[holder]
        ]

    def _shown(self, name: str) -> Json:
        row = self.world.roles[name]
        return {**row, "AssumeRolePolicyDocument": quote(row["AssumeRolePolicyDocument"])}

    def _unmodifiable(self, holder: str) -> str:
        """Say why AWS lets nobody change a role; empty when it does."""
        path = self.world.roles[holder.partition("/")[2]]["Path"] if holder.startswith("role/") else "/"
        protected = path.startswith(("/aws-service-role/", "/aws-reserved/"))
        return "Cannot perform the operation on a protected role" if protected else ""

    def _told(self, holder: str, policy: str) -> Json:
        kind, _, name = holder.partition("/")
        return {f"{kind}Name": name, "policyName": policy}


def _policy_detail(arn: str, text: str) -> Json:
    """Return a policy of the company's own, with an older version that is no longer in force."""
    old = quote(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    return {
        "PolicyName": arn.rpartition("/")[2], "Arn": arn, "DefaultVersionId": "v2",
        "PolicyVersionList": [
            {"VersionId": "v2", "IsDefaultVersion": True, "Document": quote(text)},
            {"VersionId": "v1", "IsDefaultVersion": False, "Document": old},
        ],
    }  # fmt: skip
