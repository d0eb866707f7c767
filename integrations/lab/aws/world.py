"""What the simulated AWS account holds: Fjordlight's IAM users, groups, roles and long-lived credentials."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import UTC, datetime

from integrations.lab.company import BREAK_GLASS, COMPANY, PEOPLE, SUBJECT, Person
from runner.actions.values import Json

__all__ = ["World", "aws_id", "moment", "number"]

_HIRED = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MANAGED = "arn:aws:iam::aws:policy/"
_ADMINS = ("maren.okafor", "tomas.arvidsson")


def moment(when: datetime | None = None) -> str:
    """Return a time as IAM spells it: ISO 8601, UTC, seconds."""
    return (when or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def aws_id(prefix: str, *parts: str, length: int = 21) -> str:
    """Return an id in AWS's alphabet that is the same in every run."""
    value = int.from_bytes(hashlib.sha256("/".join((prefix, *parts)).encode()).digest())
    tail = "".join(_ALPHABET[value >> 5 * place & 31] for place in range(length - len(prefix)))
    return prefix + tail


def number(*parts: str) -> str:
    """Return an AWS account number that is the same in every run."""
    return str(10**11 + int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:5]) % (9 * 10**11))


def has_user(someone: Person) -> bool:
    """Return whether a person has an IAM user: whoever writes code, and break-glass accounts."""
    return bool(someone.github) or someone in BREAK_GLASS


class World:
    """All state of IAM; rows are as the API gives them."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.service = service
        self.account = number(service)
        self.users: dict[str, Json] = {}
        """By user name; `Id` things are rows of ListUsers plus Tags."""
        self.groups: dict[str, Json] = {}
        self.members: dict[str, set[str]] = defaultdict(set)
        """User names by group name."""
        self.attached: dict[str, list[str]] = defaultdict(list)
        """ARNs of managed policies by `user/NAME`, `group/NAME` or `role/NAME`."""
        self.inline: dict[str, dict[str, str]] = defaultdict(dict)
        """Documents by policy name, by `user/NAME`, `group/NAME` or `role/NAME`."""
        self.local: dict[str, str] = {}
        """Documents of the company's own managed policies, by ARN."""
        self.keys: dict[str, list[Json]] = defaultdict(list)
        """Credentials of each kind by `KIND/NAME`."""
        self.secrets: dict[str, str] = {}
        """Secret access keys by access key id; never told."""
        self.profiles: dict[str, Json] = {}
        self.mfa: dict[str, list[Json]] = defaultdict(list)
        self.roles: dict[str, Json] = {}
        self._made = 0
        self.group("administrators", [f"{_MANAGED}AdministratorAccess"])
        self.group("developers", [f"{_MANAGED}ReadOnlyAccess"])
        for someone in (*PEOPLE, *BREAK_GLASS):
            if has_user(someone):
                self._move_in(someone)
        self.user("severance", {}, _HIRED)
        self.inline["user/severance"]["severance"] = '{"Version": "2012-10-17", "Statement": []}'
        for name in ("deploy", "support", "pipeline"):
            self.role(name)
        self.role("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/")
        self._subject(self.named(SUBJECT.mail))

    def named(self, mail: str) -> str:
        """Return a user name by work e-mail. Raises ValueError."""
        for name, row in self.users.items():
            if {"Key": "mail", "Value": mail} in row["Tags"]:
                return name
        raise ValueError(f"nobody here is {mail!r}")

    def holder(self, key_id: str) -> tuple[str, str] | None:
        """Return user name and status of an access key."""
        for place, rows in self.keys.items():
            for row in rows:
                if row.get("AccessKeyId") == key_id:
                    return place.partition("/")[2], row["Status"]
        return None

    def user(self, name: str, tags: dict[str, str], when: datetime | None = None) -> Json:
        """Make a user; returns it."""
        path = {"Path": "/", "UserName": name, "UserId": aws_id("AIDA", self.service, name)}
        arn = f"arn:aws:iam::{self.account}:user/{name}"
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.users[name] = {**path, "Arn": arn, "CreateDate": moment(when), "Tags": listed}
        return self.users[name]

    def role(self, name: str, path: str = "/", when: datetime | None = _HIRED) -> Json:
        """Make a role; returns it."""
        trust = '{"Version": "2012-10-17", "Statement": []}'
        self.roles[name] = {
            "Path": path, "RoleName": name, "RoleId": aws_id("AROA", self.service, name),
            "Arn": f"arn:aws:iam::{self.account}:role{path}{name}", "CreateDate": moment(when),
            "AssumeRolePolicyDocument": trust,
        }  # fmt: skip
        return self.roles[name]

    def group(self, name: str, policies: list[str]) -> None:
        """Make a group with managed policies."""
        self.groups[name] = {
            "Path": "/", "GroupName": name, "GroupId": aws_id("AGPA", self.service, name),
            "Arn": f"arn:aws:iam::{self.account}:group/{name}", "CreateDate": moment(_HIRED),
        }  # fmt: skip
        self.attached[f"group/{name}"] = policies

    def access_key(self, name: str, when: datetime | None = None) -> Json:
        """Make an access key; returns its metadata."""
        self._made += 1
        made = aws_id("AKIA", self.service, name, str(self._made), length=20)
        self.secrets[made] = hashlib.sha256(f"secret/{made}".encode()).hexdigest()[:40]
        row = {"UserName": name, "AccessKeyId": made, "Status": "Active", "CreateDate": moment(when)}
        self.keys[f"access/{name}"].append(row)
        return row

    def _move_in(self, someone: Person) -> None:
        name = someone.mail.partition("@")[0]
        self.user(name, {"mail": someone.mail, "staff-id": someone.staff_id, "name": someone.name}, _HIRED)
        admin = name in _ADMINS or someone in BREAK_GLASS
        self.members["administrators" if admin else "developers"].add(name)
        self.profiles[name] = {"UserName": name, "CreateDate": moment(_HIRED), "PasswordResetRequired": False}
        serial = f"arn:aws:iam::{self.account}:mfa/{name}"
        self.mfa[name] = [{"UserName": name, "SerialNumber": serial, "EnableDate": moment(_HIRED)}]
        self.access_key(name, _HIRED)

    def _subject(self, name: str) -> None:
        """Give the subject what the others have not: every kind of credential, and policies of their own."""
        self.access_key(name, _HIRED)
        self.attached[f"user/{name}"] = [f"{_MANAGED}PowerUserAccess"]
        self.inline[f"user/{name}"]["build-bucket"] = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", '
            f'"Resource": "arn:aws:s3:::{COMPANY.split()[0].lower()}-build/*"}}]}}'
        )
        common = {"UserName": name, "Status": "Active"}
        self.keys[f"ssh/{name}"].append({
            **common, "SSHPublicKeyId": aws_id("APKA", self.service, name, length=20),
            "UploadDate": moment(_HIRED),
        })  # fmt: skip
        self.keys[f"certificate/{name}"].append({
            **common, "CertificateId": aws_id("C", self.service, name, length=32),
            "UploadDate": moment(_HIRED),
            "CertificateBody": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        })  # fmt: skip
        self.keys[f"service/{name}"].append({
            **common, "ServiceSpecificCredentialId": aws_id("ACCA", self.service, name),
            "ServiceName": "codecommit.amazonaws.com", "ServiceUserName": f"{name}-at-{self.account}",
            "CreateDate": moment(_HIRED),
        })  # fmt: skip
