"""The simulated IAM's users: identity, groups, console password, MFA devices."""

from __future__ import annotations

from integrations.lab.aws.account import Account
from integrations.lab.aws.spelling import refusal
from integrations.lab.aws.world import moment
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Users"]


class Users(Account):
    """What IAM answers about users."""

    def found(self, request: Request) -> str | None:
        """Return the name of the user a request is about; None when there is no such user."""
        name = str(self.given(request).get("UserName", ""))
        return name if name in self.world.users else None

    def nobody(self, request: Request) -> Reply:
        """Answer as IAM does for a user it does not know."""
        return self.missing(request, f"user with name {self.given(request).get('UserName', '')}")

    @route("POST", "/iam/GetUser")
    def _get(self, request: Request) -> Reply:
        name = self.found(request)
        return self.say(request, {"User": self.world.users[name]}) if name else self.nobody(request)

    @route("POST", "/iam/ListUsers")
    def _list(self, request: Request) -> Reply:
        rows = [{k: v for k, v in row.items() if k != "Tags"} for row in self.world.users.values()]
        return self.page(request, "Users", rows)

    @route("POST", "/iam/CreateUser")
    def _create(self, request: Request) -> Reply:
        name = str(self.given(request)["UserName"])
        if name in self.world.users:
            return refusal(request, 409, "EntityAlreadyExists", f"User with name {name} already exists.")
        row = self.world.user(name, {})
        made = {"userName": name, "userId": row["UserId"], "arn": row["Arn"]}
        told = {"asked": {"userName": name}, "answered": {"user": made}}
        return self.say(request, {"User": row}, f"user {name} created", **told)

    @route("POST", "/iam/ListUserTags")
    def _tags(self, request: Request) -> Reply:
        name = self.found(request)
        return self.page(request, "Tags", self.world.users[name]["Tags"]) if name else self.nobody(request)

    @route("POST", "/iam/ListGroupsForUser")
    def _groups(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        rows = [row for group, row in self.world.groups.items() if name in self.world.members[group]]
        return self.page(request, "Groups", rows)

    @route("POST", "/iam/ListMFADevices")
    def _mfa(self, request: Request) -> Reply:
        name = self.found(request)
        return self.page(request, "MFADevices", self.world.mfa[name]) if name else self.nobody(request)

    @route("POST", "/iam/GetLoginProfile")
    def _profile(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        if name not in self.world.profiles:
            return self.missing(request, f"Login Profile for User {name}")
        return self.say(request, {"LoginProfile": self.world.profiles[name]})

    @route("POST", "/iam/DeleteLoginProfile")
    def _unprofile(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        if name not in self.world.profiles:
            return self.missing(request, f"Login Profile for User {name}")
        del self.world.profiles[name]
        return self.say(request, None, f"user {name} console password deleted", asked={"userName": name})

    @route("POST", "/iam/CreateLoginProfile")
    def _new_profile(self, request: Request) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        row = {"UserName": name, "CreateDate": moment(), "PasswordResetRequired": False}
        self.world.profiles[name] = row
        told = {"asked": {"userName": name}}
        return self.say(request, {"LoginProfile": row}, f"user {name} console password made", **told)

    def seen(self, name: str) -> Json:
        """Return the part of a user's state that doors are made of."""
        world = self.world
        return {
            "id": world.users[name]["UserId"],
            "denied": self.denied(name),
            "inline": sorted(world.inline[f"user/{name}"]),
            "attached": world.attached[f"user/{name}"],
            "groups": sorted(group for group, members in world.members.items() if name in members),
            "password": name in world.profiles,
            **{
                kind: [row["Status"] for row in world.keys[f"{kind}/{name}"]]
                for kind in ("access", "ssh", "certificate", "service")
            },
        }
