"""What the simulated Google holds: the people of Fjordlight, in the shapes of Google's APIs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import UTC, datetime

from integrations.lab.company import BREAK_GLASS, DOMAIN, PEOPLE, PERSONAS, SUBJECT, Person, person
from runner.actions.values import Json

__all__ = ["ADMIN", "World", "address_of", "google_id", "moment", "number"]

ADMIN = f"severance@{DOMAIN}"
"""The administrator our service account acts as."""
_HIRED = "2025-03-03T08:00:00.000Z"
_SUPER = ("maren.okafor", "tomas.arvidsson")
_READER = "ingrid.solheim"
_ROLES = {"_SEED_ADMIN_ROLE": True, "_GROUPS_ADMIN_ROLE": False, "Audit reader": False}
_FARM = "203.0.113.66"  # RFC 5737: an address nobody has; where one operator's laptops stand


def number(text: str, digits: int, first: str = "") -> str:
    """Return a decimal id that is the same in every run."""
    return first + str(int.from_bytes(hashlib.sha256(text.encode()).digest()))[: digits - len(first)]


def google_id(staff_id: str, service: str = "google") -> str:
    """Return a Google user id (21 digits) on one configured service."""
    return number(f"{service}/google/{staff_id}", 21, "1")


def moment(when: datetime | None = None) -> str:
    """Return a time as Google spells it: RFC 3339, UTC, milliseconds."""
    return (when or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def address_of(someone: Person) -> str:
    """Return where a person signs in from: each from home, one operator's people from the same room."""
    return _FARM if someone in PERSONAS else f"198.51.100.{int(someone.staff_id[3:]) % 250}"


class World:
    """All state; rows are as the API gives them, keyed by user id where a person holds them."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.service, self.customer = service, f"C{number(service, 8)}"
        self.users: dict[str, Json] = {}
        self.addresses: dict[str, str] = {}
        """Where people sign in from, by user id."""
        self.tokens: dict[str, dict[str, Json]] = defaultdict(dict)
        self.passwords: dict[str, dict[int, Json]] = defaultdict(dict)
        self.codes: dict[str, list[str]] = defaultdict(list)
        self.sessions: dict[str, int] = defaultdict(int)
        self.groups: dict[str, Json] = {}
        self.members: dict[str, list[str]] = defaultdict(list)
        self.roles: dict[str, Json] = {}
        self.assignments: dict[str, Json] = {}
        self.devices: dict[str, Json] = {}
        self.uses: dict[str, Json] = {}
        self.matters: dict[str, Json] = {}
        self.holds: dict[str, list[Json]] = defaultdict(list)
        """By matter."""
        self.lacking: set[str] = set()
        """Corpora this edition of Vault refuses."""
        self._made = 0
        self._people()
        self._administrators()
        self._subject(google_id(SUBJECT.staff_id, service))

    def id(self, digits: int = 18) -> str:
        """Return the next id of whatever is made, the same in every run."""
        self._made += 1
        return number(f"{self.service}/{self._made}", digits)

    def key(self, user: str) -> str | None:
        """Return the user id behind an id, a primary address or an alias."""
        if user in self.users:
            return user
        found = [
            key
            for key, each in self.users.items()
            if user.lower() in {each["primaryEmail"], *each.get("aliases", ())}
        ]
        return found[0] if found else None

    def named(self, mail: str) -> str:
        """Return a user id by work e-mail. Raises ValueError."""
        if found := self.key(mail):
            return found
        raise ValueError(f"nobody here is {mail!r}")

    def token(self, user: str, app: str, scopes: list[str]) -> str:
        """Let an app act for a person; returns its client id."""
        client = (
            f"{number(app, 12)}-{hashlib.sha256(app.encode()).hexdigest()[:32]}.apps.googleusercontent.com"
        )
        self.tokens[user][client] = {
            "kind": "admin#directory#token", "clientId": client, "displayText": app, "scopes": scopes,
            "anonymous": False, "nativeApp": False, "userKey": user,
        }  # fmt: skip
        return client

    def password(self, user: str, name: str) -> Json:
        """Make an app password; returns what Google shows of it."""
        code = max(self.passwords[user], default=0) + 1
        self.passwords[user][code] = {
            "kind": "admin#directory#asp", "codeId": code, "name": name, "creationTime": "1741000000",
            "lastTimeUsed": "1763000000", "userKey": user,
        }  # fmt: skip
        return self.passwords[user][code]

    def assignment(self, to: str, role: str, kind: str = "user", **limits: str) -> Json:
        """Assign a role to a user or a group."""
        found = next(each["roleId"] for each in self.roles.values() if each["roleName"] == role)
        made = {
            "kind": "admin#directory#roleAssignment", "roleAssignmentId": self.id(), "roleId": found,
            "assignedTo": to, "assigneeType": kind,
            "scopeType": "ORG_UNIT" if limits else "CUSTOMER", **limits,
        }  # fmt: skip
        self.assignments[made["roleAssignmentId"]] = made
        return made

    def device(self, user: str, serial: str, model: str = "Pixel 8", owner: str = "BYOD") -> str:
        """Enrol a device a person uses; returns the name of the use."""
        device, use = f"devices/{self.id(16)}", self.id(16)
        self.devices[device] = {
            "name": device, "deviceType": "ANDROID", "model": model, "ownerType": owner,
            "serialNumber": serial, "managementState": "APPROVED", "lastSyncTime": moment(),
            "compromisedState": "UNCOMPROMISED",
        }  # fmt: skip
        self.use(device, user, use)
        return f"{device}/deviceUsers/{use}"

    def use(self, device: str, user: str, use: str = "") -> None:
        """Let another person sign in on a device."""
        name = f"{device}/deviceUsers/{use or self.id(16)}"
        self.uses[name] = {
            "name": name, "userEmail": self.users[user]["primaryEmail"], "managementState": "APPROVED",
            "compromisedState": "NOT_COMPROMISED", "passwordState": "PASSWORD_SET", "firstSyncTime": _HIRED,
            "lastSyncTime": moment(),
        }  # fmt: skip

    def _people(self) -> None:
        for someone in (*PEOPLE, *BREAK_GLASS):
            user = google_id(someone.staff_id, self.service)
            self.users[user] = _user(user, someone, self.customer)
            self.addresses[user], self.sessions[user] = address_of(someone), 1
            self.codes[user] = [number(f"{user}/{at}", 8) for at in range(10)]
            self.device(user, f"SN{someone.mfa_device[3:]}")
            self._join(someone.team.lower(), user)
        ours = google_id("severance", self.service)
        self.users[ours] = _record(ours, ADMIN, "Severance", "Operations", self.customer)

    def _administrators(self) -> None:
        for name, is_super in _ROLES.items():
            role = self.id()
            self.roles[role] = {
                "kind": "admin#directory#role", "roleId": role, "roleName": name,
                "isSuperAdminRole": is_super, "isSystemRole": name.startswith("_"), "rolePrivileges": [],
            }  # fmt: skip
        chiefs = [google_id(each.staff_id, self.service) for each in BREAK_GLASS]
        chiefs += [self.named(f"{each}@{DOMAIN}") for each in (*_SUPER, "severance")]
        for each in chiefs:
            self.users[each]["isAdmin"] = True
            self.assignment(each, "_SEED_ADMIN_ROLE")
        group = self._join("audit-readers", google_id(person(f"{_READER}@{DOMAIN}").staff_id, self.service))
        self.assignment(group, "Audit reader", "group")

    def _subject(self, user: str) -> None:
        for persona in PERSONAS:
            self.token(google_id(persona.staff_id, self.service), "Skiff", ["https://mail.google.com/"])
        self.token(user, "Quayside", ["https://www.googleapis.com/auth/drive"])
        self.password(user, "mail on the old laptop")
        self.users[user]["isDelegatedAdmin"] = True
        self.assignment(user, "_GROUPS_ADMIN_ROLE", orgUnitId=number("engineering", 12))

    def _join(self, name: str, user: str) -> str:
        group = number(f"{self.service}/group/{name}", 15)
        self.groups[group] = {
            "kind": "admin#directory#group", "id": group, "email": f"{name}@{DOMAIN}", "name": name,
            "directMembersCount": str(len(self.members[group]) + 1), "adminCreated": True,
        }  # fmt: skip
        self.members[group].append(user)
        return group


def _user(user: str, someone: Person, customer: str) -> Json:
    given, _, family = someone.name.partition(" ")
    phone = someone.phone.replace(" ", "")
    login = someone.mail.partition("@")[0]
    return {
        **_record(user, someone.mail, given, family, customer),
        "aliases": [f"{login.partition('.')[0][:1]}.{login.partition('.')[2]}@{DOMAIN}"],
        "externalIds": [{"value": someone.staff_id, "type": "organization"}],
        "phones": [{"value": phone, "type": "work"}],
        "addresses": [{"streetAddress": someone.address, "type": "home"}],
        "recoveryPhone": phone,
        "recoveryEmail": f"{login.replace('.', '')}@post.example",
    }  # fmt: skip


def _record(user: str, mail: str, given: str, family: str, customer: str) -> Json:
    return {
        "kind": "admin#directory#user", "id": user, "etag": '"e"', "primaryEmail": mail,
        "customerId": customer,
        "name": {"givenName": given, "familyName": family, "fullName": f"{given} {family}".strip()},
        "isAdmin": False, "isDelegatedAdmin": False, "isEnrolledIn2Sv": True, "isEnforcedIn2Sv": True,
        "suspended": False, "archived": False, "creationTime": _HIRED, "lastLoginTime": _HIRED,
        "orgUnitPath": "/", "agreedToTerms": True, "isMailboxSetup": True, "changePasswordAtNextLogin": False,
        "emails": [{"address": mail, "primary": True}],
    }  # fmt: skip
