"""What the simulated SaaS holds: the people of Fjordlight as SCIM resources (RFC 7643), and sessions."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from integrations.lab.company import BREAK_GLASS, PEOPLE, Person
from integrations.lab.ledger import arrival
from runner.actions.values import Json

__all__ = ["ENTERPRISE", "ERROR", "LIST", "Directory", "scim_id"]

_CORE = "urn:ietf:params:scim:schemas:core:2.0:"
_MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ERROR, LIST = f"{_MESSAGES}Error", f"{_MESSAGES}ListResponse"
_HIRED = datetime(2025, 3, 3, 8, 0, tzinfo=UTC).isoformat().replace("+00:00", "Z")


def scim_id(someone: Person, service: str = "scim") -> str:
    """Return a person's SCIM id on one configured service, the same in every run."""
    return _id(service, someone.staff_id)


def _id(service: str, name: str) -> str:
    return str(uuid.UUID(bytes=hashlib.sha256(f"{service}/scim/{name}".encode()).digest()[:16]))


class Directory:
    """All state; `users` and `groups` as SCIM gives them, less `meta.version` and a user's groups."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.users: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.sessions: dict[str, int] = {}
        """How many each user has; nothing in SCIM shows them, or ends them."""
        for someone in (*PEOPLE, *BREAK_GLASS):
            user = scim_id(someone, service)
            self.users[user] = _user(user, someone)
            self.versions[user], self.sessions[user] = 1, 1
            for name in ("Everyone", someone.team):
                self._join(_id(service, f"group/{name}"), name, user)

    def named(self, mail: str) -> str:
        """Return a user id by work e-mail. Raises ValueError."""
        for user_id, user in self.users.items():
            if user["userName"] == mail:
                return user_id
        raise ValueError(f"nobody here is {mail!r}")

    def set(self, user: str, name: str, value: Json) -> bool:
        """Set an attribute; returns whether that changed anything."""
        if self.users[user].get(name) == value:
            return False
        self.users[user] |= {name: value, "meta": {**self.users[user]["meta"], "lastModified": arrival()}}
        self.versions[user] += 1
        return True

    def _join(self, group: str, name: str, user: str) -> None:
        made = {
            "schemas": [f"{_CORE}Group"], "id": group, "displayName": name, "members": [],
            "meta": {"resourceType": "Group", "created": _HIRED, "lastModified": _HIRED},
        }  # fmt: skip
        self.groups.setdefault(group, made)["members"].append({"value": user})


def _user(user: str, someone: Person) -> dict[str, Any]:
    given, _, family = someone.name.partition(" ")
    admin = "security-leads" in someone.roles or someone in BREAK_GLASS
    return {
        "schemas": [f"{_CORE}User", ENTERPRISE], "id": user, "externalId": f"idp-{someone.staff_id}",
        "userName": someone.mail, "displayName": someone.name, "active": True, "title": someone.title,
        "name": {"givenName": given, "familyName": family, "formatted": someone.name},
        "emails": [{"value": someone.mail, "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"tel:{someone.phone.replace(' ', '')}", "type": "mobile"}],
        "addresses": [{"streetAddress": someone.address, "type": "home"}],
        "roles": [{"value": "administrator" if admin else "member"}],
        "meta": {"resourceType": "User", "created": _HIRED, "lastModified": _HIRED},
        ENTERPRISE: {"employeeNumber": someone.staff_id, "department": someone.team},
    }  # fmt: skip
