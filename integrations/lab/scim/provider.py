"""The SCIM interface of the simulated SaaS (RFC 7644): what it announces, lists, and lets be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from integrations.lab.company import Person
from integrations.lab.doored import Doored
from integrations.lab.ledger import Ledger
from integrations.lab.scim.directory import ERROR, LIST, Directory, scim_id
from integrations.lab.scim.filters import matcher
from integrations.lab.server import Reply, Request, route
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["Provider", "refusal"]

_BASE = "/scim/v2"
_USER = rf"{_BASE}/Users/(?P<user>[^/]+)"
_MOST = 50  # users a page, whatever is asked for


def refusal(status: int, detail: str, kind: str = "") -> Reply:
    """Return an error in SCIM's form (RFC 7644 section 3.12)."""
    body = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return Reply(status, {**body, "scimType": kind} if kind else body)


def _without(resource: Json, request: Request) -> Json:
    left_out = request.asked("excludedAttributes").split(",")
    return {key: value for key, value in resource.items() if key not in left_out}


class Provider(Doored):
    """One tenant of the SaaS, with a Bearer token of ours."""

    vendor = "scim"

    def __init__(
        self, name: str, ledger: Ledger, *, latency_ms: float = 0.0, token: str = "lab-scim-token"
    ) -> None:
        """token: what `Authorization: Bearer …` must carry."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.token = token
        self.world = Directory(name)
        self.ways: dict[str, Json] = {
            "answers": 200, "filters": True, "patch": True, "etag": True, "if_match": False, "form": "any",
            "groups": True, "busy": 0,
        }  # fmt: skip
        """How this provider behaves; the act `behave` changes it."""

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return the SCIM id."""
        return scim_id(someone, service)

    def enrol(self, site: Site) -> Json:
        """Make a token of ours, and vouch for what `active: false` does here."""
        self.token = site.secret(self.name)
        return {
            "url": f"{self.url}{_BASE}", "token": f"file:secrets/{self.name}", "provider": "rfc",
            "active_false": "suspends", "checked_by": "Maren Okafor", "checked_on": "2026-11-02",
            "says": "no new sign-in succeeds; sessions go on until they expire",
            "owner_roles": ["administrator"],
        }  # fmt: skip

    def admit(self, request: Request) -> Reply | None:
        """Refuse every token but ours, and everybody while the provider is busy."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refusal(401, "Authorization failure. The authorization header is invalid or missing.")
        if self.ways["busy"] > 0:
            self.ways["busy"] -= 1
            return Reply(429, refusal(429, "Too many requests").body, {"Retry-After": "1"})
        return None

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Speak SCIM's own media type (RFC 7644 section 3.1)."""
        del request
        return {"Content-Type": "application/scim+json"} if reply.body is not None else {}

    def unknown(self, request: Request) -> Reply:
        """Answer a path this provider does not have."""
        return refusal(404, f"Endpoint {request.path} not found")

    @route("GET", rf"{_BASE}/ServiceProviderConfig")
    def _config(self, request: Request) -> Reply:
        del request
        supported = {name: {"supported": self.ways[name]} for name in ("patch", "etag")}
        scheme = {
            "type": "oauthbearertoken", "name": "OAuth Bearer Token",
            "description": "Authentication using the OAuth Bearer Token Standard",
        }  # fmt: skip
        return Reply(
            200,
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"], **supported,
                "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
                "filter": {"supported": self.ways["filters"], "maxResults": 200},
                "changePassword": {"supported": False}, "sort": {"supported": False},
                "authenticationSchemes": [scheme],
            },
        )  # fmt: skip

    @route("GET", rf"{_BASE}/Users")
    def _users(self, request: Request) -> Reply:
        return self._listed(request, [self.shown(user) for user in self.world.users])

    @route("GET", rf"{_BASE}/Groups")
    def _groups(self, request: Request) -> Reply:
        return self._listed(request, list(self.world.groups.values()))

    def _listed(self, request: Request, rows: list[Json]) -> Reply:
        if wanted := request.asked("filter"):
            if not self.ways["filters"]:
                return refusal(400, "filters are not supported", "invalidFilter")
            try:
                rows = [row for row in rows if matcher(wanted)(row)]
            except ValueError as wrong:
                return refusal(400, str(wrong), "invalidFilter")
        start = max(int(request.asked("startIndex", "1")), 1)
        count = min(max(int(request.asked("count", str(_MOST))), 0), _MOST)
        page = [_without(row, request) for row in rows[start - 1 : start - 1 + count]]
        return Reply(
            200,
            {
                "schemas": [LIST],
                "totalResults": len(rows),
                "startIndex": start,
                "itemsPerPage": len(page),
                "Resources": page,
            },
        )

    @route("GET", _USER)
    def _user(self, request: Request, user: str) -> Reply:
        del request
        return self._answer_with(user) if user in self.world.users else self._missing(user)

    @route("GET", rf"{_BASE}/Groups/(?P<group>[^/]+)")
    def _group(self, request: Request, group: str) -> Reply:
        found = self.world.groups.get(group)
        return Reply(200, _without(found, request)) if found else self._missing(group)

    @route("PATCH", _USER)
    def _patch(self, request: Request, user: str) -> Reply:
        if user not in self.world.users:
            return self._missing(user)
        matched = request.headers.get("if-match")
        if self.ways["etag"] and matched not in {None, self.version(user)}:
            return refusal(412, "Failed to update. Resource has changed on the server")
        if self.ways["if_match"] and matched is None:
            return refusal(428, "This request is required to be conditional")  # RFC 6585 section 3
        wanted = self._wanted(request.json())
        if isinstance(wanted, Reply):
            return wanted
        done = self.world.set(user, "active", wanted)
        reply = Reply(204) if self.ways["answers"] == 204 else self._answer_with(user)
        return replace(reply, changed=f"user {user} active {str(wanted).lower()}" if done else None)

    def _wanted(self, body: Json) -> bool | Reply:
        """Return the `active` a PatchOp asks for, or the refusal of any other (RFC 7644 section 3.5.2)."""
        [operation] = body["Operations"]
        if operation["op"].lower() != "replace":
            return refusal(400, f"{operation['op']} is not supported", "invalidSyntax")
        if "path" not in operation and self.ways["form"] == "path":
            return refusal(400, "path is required", "invalidPath")
        if operation.get("path", "active") != "active":
            return refusal(400, "active alone can be changed here", "mutability")
        value = operation["value"] if "path" in operation else operation["value"].get("active")
        if not isinstance(value, bool):
            return refusal(400, "active is a boolean", "invalidValue")
        return value

    def version(self, user: str) -> str:
        """Return the user's ETag."""
        return f'W/"{self.world.versions[user]}"'

    def shown(self, user: str) -> Json:
        """Return the user as SCIM shows it: with its groups and, where there are versions, its version."""
        found = self.world.users[user]
        groups = [
            {"value": each["id"], "display": each["displayName"]}
            for each in self.world.groups.values()
            if self.ways["groups"] and {"value": user} in each["members"]
        ]
        version = {"version": self.version(user)} if self.ways["etag"] else {}
        location = {"location": f"{self.url}{_BASE}/Users/{user}"}
        return {
            **found,
            **({"groups": groups} if groups else {}),
            "meta": {**found["meta"], **location, **version},
        }

    def _answer_with(self, user: str) -> Reply:
        return Reply(200, self.shown(user), {"ETag": self.version(user)} if self.ways["etag"] else {})

    def _missing(self, what: str) -> Reply:
        return refusal(404, f"Resource {what} not found")
