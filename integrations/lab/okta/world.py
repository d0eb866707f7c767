"""What the simulated Okta organisation holds: the people of Fjordlight, in the shapes of Okta's API."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from integrations.lab.company import BREAK_GLASS, PEOPLE, PERSONAS, SUBJECT, Person, okta_id, stable_id
from runner.actions.values import Json

__all__ = ["APPS", "World", "moment"]

Rows = defaultdict[str, list[Json]]

APPS = {"github_enterprise": "GitHub", "miro": "Miro"}
_ISSUER = "https://fjordlight.example/oauth2/default"
_HIRED = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
_ADMINS = {
    "maren.okafor": "SUPER_ADMIN",
    "tomas.arvidsson": "SUPER_ADMIN",
    "ingrid.solheim": "READ_ONLY_ADMIN",
}
_LABELS = {
    "SUPER_ADMIN": "Super Organization Administrator",
    "READ_ONLY_ADMIN": "Read Only Administrator",
    "GROUP_MEMBERSHIP_ADMIN": "Group Membership Administrator",
    "USER_ADMIN": "Group Administrator",
}


def moment(when: datetime | None = None) -> str:
    """Return a time as Okta spells it: ISO 8601, UTC, milliseconds."""
    return (when or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World:
    """All state; rows are as the API gives them, keyed by user id where a person holds them."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.service = service
        self.users: dict[str, Json] = {}
        self.factors: Rows = defaultdict(list)
        self.links: Rows = defaultdict(list)
        self.consents: Rows = defaultdict(list)
        self.refresh: Rows = defaultdict(list)
        self.roles: Rows = defaultdict(list)
        self.groups: dict[str, Json] = {}
        self.members: dict[str, set[str]] = defaultdict(set)
        self.clients: dict[str, Json] = {}
        self.tokens: dict[str, Json] = {}
        self.devices: dict[str, Json] = {}
        self.holders: dict[str, list[str]] = {}
        """User ids by device id."""
        self.sessions: dict[str, int] = defaultdict(int)
        self._made = 0
        for someone in (*PEOPLE, *BREAK_GLASS):
            self._move_in(someone)
        for persona in PERSONAS:
            self.consent(okta_id(persona, service), "Skiff", ["openid", "offline_access"])
        self._subject(okta_id(SUBJECT, service))

    def id(self, prefix: str) -> str:
        """Return the next id of a kind, the same in every run."""
        self._made += 1
        return stable_id(self.service, str(self._made), prefix, 20)

    def named(self, mail: str) -> str:
        """Return a user id by work e-mail. Raises ValueError."""
        for user_id, user in self.users.items():
            if user["profile"]["login"] == mail:
                return user_id
        raise ValueError(f"nobody here is {mail!r}")

    def role(self, user: str, kind: str) -> Json:
        """Assign an administrator role; returns it."""
        made = {
            "id": self.id("ra1"), "label": _LABELS.get(kind, kind), "type": kind, "status": "ACTIVE",
            "assignmentType": "USER", "created": moment(), "lastUpdated": moment(),
        }  # fmt: skip
        self.roles[user].append(made)
        return made

    def token(self, user: str, name: str) -> Json:
        """Make an API token; returns its metadata, as Okta does: never the secret."""
        made: Json = {
            "id": self.id("00T"), "name": name, "userId": user, "clientName": "Okta API", "created": moment(),
            "lastUpdated": moment(), "expiresAt": moment(datetime.now(UTC) + timedelta(days=30)),
            "network": {"connection": "ANYWHERE"},
        }  # fmt: skip
        self.tokens[made["id"]] = made
        return made

    def consent(self, user: str, client: str, scopes: list[str]) -> str:
        """Let a client act for a person: a consent a scope and one refresh token. Returns the client's id."""
        client_id = stable_id(self.service, client, "0oa", 20)
        self.clients[client_id] = {"client_id": client_id, "client_name": client}
        common = {
            "clientId": client_id,
            "userId": user,
            "issuer": _ISSUER,
            "status": "ACTIVE",
            "created": moment(),
        }
        for scope in scopes:
            self.consents[user].append(
                {"id": self.id("oag"), "scopeId": scope, "source": "END_USER", **common}
            )
        later = moment(datetime.now(UTC) + timedelta(days=90))
        self.refresh[user].append({"id": self.id("oar"), "scopes": scopes, "expiresAt": later, **common})
        return client_id

    def _move_in(self, someone: Person) -> None:
        user = okta_id(someone, self.service)
        login = someone.mail.partition("@")[0]
        self.users[user] = _user(user, someone)
        self._groups(user, someone)
        self._factors(user, someone)
        for name, label in APPS.items():
            if name != "github_enterprise" or someone.github:
                self.links[user].append(_link(self.id("0oa"), name, label))
        self.sessions[user] = 1
        if login in _ADMINS or someone in BREAK_GLASS:
            self.role(user, _ADMINS.get(login, "SUPER_ADMIN"))

    def _groups(self, user: str, someone: Person) -> None:
        for name, kind in (("Everyone", "BUILT_IN"), (someone.team, "OKTA_GROUP")):
            group = stable_id(self.service, name, "00g", 20)
            self.groups[group] = {
                "id": group, "type": kind, "profile": {"name": name, "description": ""},
                "created": moment(_HIRED),
                "lastUpdated": moment(_HIRED), "lastMembershipUpdated": moment(_HIRED),
                "objectClass": ["okta:user_group"],
            }  # fmt: skip
            self.members[group].add(user)

    def _factors(self, user: str, someone: Person) -> None:
        device, phone = self.id("guo"), someone.phone.replace(" ", "")
        common = {"status": "ACTIVE", "provider": "OKTA", "vendorName": "OKTA", "created": moment(_HIRED)}
        push = {"credentialId": someone.mail, "deviceToken": device, "name": "Phone", "platform": "ANDROID"}
        self.factors[user] = [
            {"id": self.id("opf"), "factorType": "push", "profile": push, **common},
            {"id": self.id("sms"), "factorType": "sms", "profile": {"phoneNumber": phone}, **common},
        ]
        profile = {
            "displayName": f"Phone of {someone.name}", "platform": "ANDROID", "registered": True,
            "secureHardwarePresent": True, "serialNumber": someone.mfa_device,
        }  # fmt: skip
        self.devices[device] = {
            "id": device, "status": "ACTIVE", "created": moment(_HIRED), "lastUpdated": moment(_HIRED),
            "profile": profile, "resourceType": "UDDevice",
        }  # fmt: skip
        self.holders[device] = [user]

    def _subject(self, user: str) -> None:
        """Give the subject what the others have not: a role, API tokens, a second client and session."""
        self.role(user, "GROUP_MEMBERSHIP_ADMIN")
        self.token(user, "build-notifier")
        self.token(self.named("katarina.vuk@fjordlight.example"), "release-pipeline")
        self.consent(user, "Tidewater Notes", ["openid"])
        self.sessions[user] = 2


def _user(user: str, someone: Person) -> Json:
    given, _, family = someone.name.partition(" ")
    return {
        "id": user, "status": "ACTIVE", "created": moment(_HIRED), "activated": moment(_HIRED),
        "statusChanged": moment(_HIRED), "lastLogin": moment(_HIRED), "lastUpdated": moment(_HIRED),
        "passwordChanged": moment(_HIRED), "type": {"id": "oty1fjordlight000001"},
        "profile": {
            "login": someone.mail, "email": someone.mail, "firstName": given, "lastName": family,
            "employeeNumber": someone.staff_id, "mobilePhone": someone.phone.replace(" ", ""),
            "title": someone.title, "department": someone.team, "streetAddress": someone.address,
            "userType": someone.engaged, "managerId": someone.manager,
        },
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
    }  # fmt: skip


def _link(instance: str, name: str, label: str) -> Json:
    return {
        "id": instance.replace("0oa", "00c"), "appInstanceId": instance, "appName": name, "label": label,
        "linkUrl": f"https://fjordlight.example/home/{name}/{instance}", "logoUrl": None, "hidden": False,
        "credentialsSetup": False, "appAssignmentId": instance.replace("0oa", "0ua"), "sortOrder": 0,
    }  # fmt: skip
