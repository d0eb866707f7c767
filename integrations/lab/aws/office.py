"""What the simulated Identity Center holds: people, groups, permission sets and assignments."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime

from integrations.lab.aws.world import number
from integrations.lab.company import BREAK_GLASS, PEOPLE, SUBJECT, Person
from runner.actions.values import Json

__all__ = ["Office", "guid"]

_HIRED = datetime(2025, 3, 3, 8, 0, tzinfo=UTC).timestamp()
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_GUARD = {"Sid": "NoBilling", "Effect": "Deny", "Action": "aws-portal:*", "Resource": "*"}


def guid(*parts: str) -> str:
    """Return an id of the identity store that is the same in every run."""
    digits = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]])


class Office:
    """All state of one Identity Center; rows are as the API gives them."""

    def __init__(self, service: str, account: str) -> None:
        """account: where it is managed from."""
        self.service = service
        short = hashlib.sha256(service.encode()).hexdigest()
        self.instance = f"arn:aws:sso:::instance/ssoins-{short[:16]}"
        self.store = f"d-{short[:10]}"
        self.accounts = {name: number(service, name) for name in ("production", "staging")} | {
            "main": account
        }
        self.people: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.memberships: dict[str, Json] = {}
        self.sets: dict[str, Json] = {}
        """Permission sets by ARN: Name, managed, inline, and the inline policy each account has."""
        self.assigned: list[Json] = []
        self.applications: dict[str, str] = {}
        self.opened: dict[str, list[str]] = defaultdict(list)
        """ARNs of applications by person."""
        self.requests: dict[str, Json] = {}
        """Work behind answers, by request id."""
        for someone in (*PEOPLE, *BREAK_GLASS):
            self._move_in(someone)
        self._rights()

    def group(self, name: str) -> str:
        """Return the id of a group, made when it is not there."""
        made = guid(self.service, "group", name)
        row = {
            "IdentityStoreId": self.store, "GroupId": made, "DisplayName": name, "Revision": "1",
            "GroupArn": f"arn:aws:identitystore:::group/{made}",
        }  # fmt: skip
        self.groups.setdefault(made, row)
        return made

    def join(self, group: str, person: str) -> Json:
        """Put a person into a group; returns the membership."""
        made = guid(self.service, group, person, str(len(self.memberships)))
        self.memberships[made] = {
            "IdentityStoreId": self.store, "MembershipId": made, "GroupId": group,
            "MemberId": {"UserId": person}, "MembershipArn": f"arn:aws:identitystore:::membership/{made}",
        }  # fmt: skip
        return self.memberships[made]

    def set(self, name: str, managed: list[str], inline: str = "") -> str:
        """Make a permission set; returns its ARN."""
        short = hashlib.sha256(f"{self.service}/{name}".encode()).hexdigest()[:16]
        arn = f"arn:aws:sso:::permissionSet/{self.instance.rpartition('/')[2]}/ps-{short}"
        self.sets[arn] = {"Name": name, "managed": managed, "inline": inline, "provided": {}}
        return arn

    def assign(self, account: str, arn: str, kind: str, principal: str) -> Json:
        """Assign an account to a person or group; returns the assignment."""
        row = {
            "AccountId": account, "PermissionSetArn": arn, "PrincipalType": kind, "PrincipalId": principal
        }  # fmt: skip
        self.assigned.append(row)
        self.sets[arn]["provided"].setdefault(account, self.sets[arn]["inline"])
        return row

    def reached(self, person: str) -> list[str]:
        """Return the permission sets a person reaches, by name and account, that do not deny them there."""
        groups = {row["GroupId"] for row in self.memberships.values() if row["MemberId"]["UserId"] == person}
        return sorted(
            f"{self.sets[row['PermissionSetArn']]['Name']} in {row['AccountId']}"
            for row in self.assigned
            if row["PrincipalId"] in {person, *groups} and not self.denies(row, person)
        )

    def denies(self, row: Json, person: str) -> bool:
        """Return whether what an account has of a permission set denies a person everything."""
        text = self.sets[row["PermissionSetArn"]]["provided"].get(row["AccountId"], "")
        found = json.loads(text)["Statement"] if text else []
        statements = found if isinstance(found, list) else [found]
        return any(
            each["Effect"] == "Deny"
            and each.get("Condition") == {"StringEquals": {"identitystore:UserId": person}}
            for each in statements
        )

    def _move_in(self, someone: Person) -> None:
        person = guid(self.service, someone.staff_id)
        given, _, family = someone.name.partition(" ")
        self.people[person] = {
            "IdentityStoreId": self.store, "UserId": person, "UserName": someone.mail,
            "UserStatus": "ENABLED",
            "UserArn": f"arn:aws:identitystore:::user/{person}", "Revision": "1",
            "DisplayName": someone.name, "Name": {"GivenName": given, "FamilyName": family},
            "Emails": [{"Value": someone.mail, "Type": "work", "Primary": True}],
            "PhoneNumbers": [{"Value": someone.phone.replace(" ", ""), "Type": "work", "Primary": True}],
            "Addresses": [{"StreetAddress": someone.address, "Type": "home", "Primary": True}],
            "Title": someone.title, "CreatedAt": _HIRED,
            "Extensions": {"aws:identitystore:enterprise": {"employeeNumber": someone.staff_id}},
        }  # fmt: skip
        self.join(self.group(someone.team), person)
        if "security-leads" in someone.roles or someone in BREAK_GLASS:
            self.join(self.group("Cloud administrators"), person)

    def _rights(self) -> None:
        """Give teams and the subject their permission sets, and the subject two applications."""
        guard = json.dumps({"Version": "2012-10-17", "Statement": _GUARD})
        administrator = self.set("Administrator", [_ADMINISTRATOR])
        reader = self.set("Reader", ["arn:aws:iam::aws:policy/ReadOnlyAccess"])
        builder = self.set("Builder", ["arn:aws:iam::aws:policy/PowerUserAccess"], guard)
        for account in self.accounts.values():
            self.assign(account, administrator, "GROUP", self.group("Cloud administrators"))
        for team in ("Platform", "Product", "Data"):
            self.assign(self.accounts["staging"], reader, "GROUP", self.group(team))
        subject = guid(self.service, SUBJECT.staff_id)
        for name in ("production", "staging"):
            self.assign(self.accounts[name], builder, "USER", subject)
        for name in ("Grafana", "Notebooks"):
            place = f"{self.accounts['main']}:application/{self.instance.rpartition('/')[2]}"
            arn = f"arn:aws:sso::{place}/apl-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
            self.applications[arn] = name
            self.opened[subject].append(arn)
