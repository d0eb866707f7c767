"""What the simulated tenant holds: the people of Fjordlight, two doubles of a name, and their things."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from integrations.lab.company import BREAK_GLASS, PEOPLE, PERSONAS, SUBJECT, Person
from integrations.lab.entra.shapes import ODATA, app, device, guid, method, opaque, user
from runner.actions.values import Json

__all__ = ["GUEST", "HYBRID", "NAMESAKE", "ROLES", "World", "entra_id"]

HYBRID = PEOPLE[-1]
"""Synchronised from the on-premises directory of the office in Cork."""
NAMESAKE = replace(
    SUBJECT, staff_id="FL-1211", mail="jonas.weber2@fjordlight.example", title="Accountant", team="Finance",
    phone="+1 202 555 0190", mfa_device="pfdNamesake", engaged="employee", github="",
)  # fmt: skip
"""Another person who happens to be called as the subject is."""
GUEST = replace(NAMESAKE, staff_id="", mail="jonas.weber@partner.example", title="", engaged="guest")
"""And a third, invited from a partner's tenant."""

ROLES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
}
_HOLDERS = {
    "maren.okafor": "Global Administrator",
    "tomas.arvidsson": "Global Administrator",
    "ingrid.solheim": "Security Reader",
}


def entra_id(someone: Person, service: str = "entra") -> str:
    """Return a person's object id on one configured service."""
    return guid(service, "user", someone.staff_id or someone.mail)


class World:
    """All state; rows are as Graph gives them, by id."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.service = service
        self.users: dict[str, Json] = {}
        self.methods: dict[str, list[Json]] = {}
        self.default: dict[str, str] = {}
        """The default method's id, by user."""
        self.groups: dict[str, Json] = {}
        self.members: dict[str, list[str]] = defaultdict(list)
        self.roles: dict[str, Json] = {}
        self.grants: dict[str, Json] = {}
        self.principals: dict[str, Json] = {}
        self.assigned: dict[str, Json] = {}
        self.devices: dict[str, Json] = {}
        self.holders: dict[str, list[str]] = defaultdict(list)
        """User ids by device: who registered it, and owns it."""
        self.apps: dict[str, Json] = {}
        self.owners: dict[str, list[str]] = defaultdict(list)
        """User ids by application or service principal."""
        self.trusts: dict[str, dict[str, Json]] = defaultdict(dict)
        self.sessions: dict[str, int] = defaultdict(int)
        self._made = 0
        for someone in (*PEOPLE, *BREAK_GLASS, NAMESAKE):
            self._move_in(someone)
        self._guest()
        self.users[entra_id(HYBRID, service)] |= {
            "onPremisesSyncEnabled": True, "onPremisesLastSyncDateTime": "2026-11-22T11:30:00Z",
        }  # fmt: skip
        self._tier_zero()
        for persona in PERSONAS:
            self.grant(entra_id(persona, service), "Skiff", "openid offline_access Mail.Read")
        self._subject(entra_id(SUBJECT, service))

    def id(self, kind: str) -> str:
        """Return the next object id of a kind, the same in every run."""
        self._made += 1
        return guid(self.service, kind, str(self._made))

    def named(self, mail: str) -> str:
        """Return a user's id by work e-mail. Raises ValueError."""
        for object_id, each in self.users.items():
            if mail in {each["mail"], each["userPrincipalName"]}:
                return object_id
        raise ValueError(f"nobody here is {mail!r}")

    def owners_of(self, user: str) -> list[str]:
        """Return the object ids of what a person owns."""
        return [key for key, people in self.owners.items() if user in people]

    def principal(self, name: str) -> str:
        """Return the service principal of an app by name, made when missing."""
        own = guid(self.service, "principal", name)
        self.principals.setdefault(own, app(own, name, "servicePrincipal", accountEnabled=True))
        return own

    def role(self, principal: str, name: str, scope: str = "/") -> Json:
        """Assign a directory role; returns the assignment."""
        made: Json = {
            "id": opaque(self.service, principal, name, scope) + "-1", "principalId": principal,
            "roleDefinitionId": ROLES[name], "directoryScopeId": scope, "appScopeId": None,
        }  # fmt: skip
        self.roles[made["id"]] = made
        return made

    def grant(self, principal: str, client: str, scope: str) -> Json:
        """Let a client app act for a person; returns the grant."""
        made: Json = {
            "id": opaque(self.service, "grant", principal, client), "clientId": self.principal(client),
            "consentType": "Principal", "principalId": principal, "scope": scope,
            "resourceId": self.principal("Microsoft Graph"),
        }  # fmt: skip
        self.grants[made["id"]] = made
        return made

    def assign(self, principal: str, kind: str, resource: str, role: str) -> Json:
        """Assign an app role to a user or a group; returns the assignment."""
        held = self.users.get(principal) or self.groups.get(principal) or self.principals[principal]
        made: Json = {
            "id": opaque(self.service, "assigned", principal, resource, role), "deletedDateTime": None,
            "appRoleId": role, "createdDateTime": "2025-03-03T08:00:00.1234567Z", "principalId": principal,
            "principalDisplayName": held["displayName"], "principalType": kind, "resourceId": resource,
            "resourceDisplayName": self.principals[resource]["displayName"],
        }  # fmt: skip
        self.assigned[made["id"]] = made
        return made

    def group(self, name: str, *, holds_roles: bool = False) -> str:
        """Return the id of a group by name, made when missing."""
        own = guid(self.service, "group", name)
        made: Json = {
            "@odata.type": ODATA + "group", "id": own, "displayName": name, "securityEnabled": True,
            "mailEnabled": False, "groupTypes": [], "isAssignableToRole": holds_roles,
        }  # fmt: skip
        self.groups.setdefault(own, made)
        return own

    def register(self, name: str, system: str, trust: str, holder: str, key: str = "") -> str:
        """Register a device to a person; the same key is the same device, of one more person."""
        own = guid(self.service, "device", key or name)
        self.devices.setdefault(own, device(own, name, system, trust))
        self.holders[own].append(holder)
        return own

    def secret(self, name: str) -> Json:
        """Return a new client secret's metadata."""
        hint = name[:3]
        made = {"keyId": self.id("secret"), "displayName": name, "hint": hint, "secretText": None}
        return {**made, "customKeyIdentifier": None, **_YEAR}

    def certificate(self, name: str, usage: str = "Verify", thumbprint: str = "") -> Json:
        """Return a new certificate of an app, with its public bytes."""
        print_ = thumbprint or opaque(self.service, "thumbprint", name)
        made = {"keyId": self.id("key"), "displayName": f"CN={name}", "type": "AsymmetricX509Cert"}
        key = None if usage == "Sign" else opaque(self.service, "certificate", name)  # private: not shown
        return {**made, "usage": usage, "customKeyIdentifier": print_, "key": key, **_YEAR}

    def _move_in(self, someone: Person) -> None:
        me, first = entra_id(someone, self.service), someone.name.split()[0]
        self.users[me] = user(me, someone)
        self.members[self.group(someone.team)].append(me)
        self._methods(me, someone, first)
        self.register(f"{first}-laptop", "Windows", "AzureAd", me, someone.staff_id)
        self.register(f"{first}'s phone", "Android", "Workplace", me, someone.mfa_device)
        self.assign(me, "User", self.principal("Tidewater Boards"), guid("role", "user"))
        self.sessions[me] = 1
        login = someone.mail.partition("@")[0]
        if login in _HOLDERS or someone in BREAK_GLASS:
            self.role(me, _HOLDERS.get(login, "Global Administrator"))

    def _methods(self, me: str, someone: Person, first: str) -> None:
        phone, push = guid(self.service, "phone", me), guid(self.service, "push", me)
        number = someone.phone.replace(" ", "").replace("+1", "+1 ")
        self.methods[me] = [
            method("password", guid("password"), password=None, createdDateTime=None),
            method("microsoftAuthenticator", push, displayName=f"{first}'s phone", deviceTag="",
                   phoneAppVersion="6.2401.0617", createdDateTime="2025-03-03T08:30:00Z"),
            method("phone", phone, phoneNumber=number, phoneType="mobile", smsSignInState="notEnabled"),
        ]  # fmt: skip
        self.default[me] = push

    def _guest(self) -> None:
        upn = "jonas.weber_partner.example#EXT#@fjordlight.example"
        me = entra_id(GUEST, self.service)
        self.users[me] = user(
            me, GUEST, userPrincipalName=upn, userType="Guest", creationType="Invitation", employeeId=None,
            mobilePhone=None, externalUserState="Accepted", otherMails=[GUEST.mail],
        )  # fmt: skip
        self.methods[me], self.sessions[me] = [], 1

    def _tier_zero(self) -> None:
        """Let a role come with a group: its members hold it, and it alone is assigned."""
        group = self.group("Tier zero", holds_roles=True)
        self.members[group].append(self.named("tomas.arvidsson@fjordlight.example"))
        self.role(group, "Privileged Role Administrator")
        self.assign(self.group("Platform"), "Group", self.principal("Harbour CI"), guid("role", "user"))

    def _subject(self, me: str) -> None:
        """Give the subject what the others have not: a role, an app of their own, a key, a session more."""
        self.role(me, "Groups Administrator")
        self.grant(me, "Tidewater Notes", " User.Read")
        passkey = {"displayName": "blue key", "model": "YubiKey 5", "createdDateTime": "2025-04-01T09:00:00Z"}
        self.methods[me].append(method("fido2", opaque(self.service, "passkey"), **passkey))
        self.own("build-notifier", me)
        self.own("release-pipeline", self.named("katarina.vuk@fjordlight.example"))
        self.sessions[me] = 2

    def own(self, name: str, owner: str) -> str:
        """Register an application with a secret, a certificate and a federated trust; returns its id."""
        made = app(self.id("application"), name, signInAudience="AzureADMyOrg")
        made["passwordCredentials"].append(self.secret(f"{name} secret"))
        made["keyCredentials"].append(self.certificate(name))
        self.apps[made["id"]] = made
        self.owners[made["id"]].append(owner)
        trust: Json = {
            "id": self.id("trust"), "name": f"{name}-main",
            "issuer": "https://token.actions.githubusercontent.com",
            "subject": f"repo:fjordlight/{name}:ref:refs/heads/main", "description": None,
            "audiences": ["api://AzureADTokenExchange"],
        }  # fmt: skip
        self.trusts[made["id"]][trust["id"]] = trust
        return str(made["id"])


_YEAR = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}
