"""Common ground of the simulated organisation: three tokens, scopes a method, plans, pages, Slack's refusals.

Slack answers 200 to nearly everything and says no in the body:
https://docs.slack.dev/apis/web-api/#responses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.lab.company import Person
from integrations.lab.doored import Doored
from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, route
from integrations.lab.site import Site
from integrations.lab.slack_org.world import RUNNER, World, slack_id
from runner.actions.values import Json

__all__ = ["Organisation", "method", "no", "yes"]

Handler = TypeVar("Handler", bound=Callable[..., Reply])

SCOPES = {
    "auth.test": "", "users.info": "users:read", "users.list": "users:read",
    "users.lookupByEmail": "users:read.email", "users.conversations": "channels:read",
    "team.accessLogs": "admin", "team.integrationLogs": "admin",
    "admin.users.list": "admin.users:read", "admin.users.session.list": "admin.users:read",
    "admin.teams.list": "admin.teams:read", "admin.apps.approved.list": "admin.apps:read",
    "admin.users.deactivate": "admin.users:write", "admin.users.assign": "admin.users:write",
    "admin.users.session.reset": "admin.users:write", "admin.users.setRegular": "admin.users:write",
    "admin.users.setAdmin": "admin.users:write", "admin.users.setOwner": "admin.users:write",
    "admin.apps.uninstall": "admin.apps:write", "admin.conversations.invite": "admin.conversations:write",
    "admin.legalHold.policies.list": "admin.legal_holds:read",
    "admin.legalHold.entities.list": "admin.legal_holds:read",
    "admin.legalHold.policies.create": "admin.legal_holds:write",
    "admin.legalHold.entities.add": "admin.legal_holds:write",
}  # fmt: skip
_CONVERSATIONS = {
    "public_channel": "channels:read", "private_channel": "groups:read", "mpim": "mpim:read", "im": "im:read"
}  # fmt: skip


def method(name: str) -> Callable[[Handler], Handler]:
    """Mark a handler as the answer to one Web API method."""
    return route("POST", "/api/" + name.replace(".", r"\."))


def yes(changed: str | None = None, /, **body: Json) -> Reply:
    """Return an `ok` answer; changed: the key of the new state, where this request brought it about."""
    return Reply(200, {"ok": True, **body}, changed=changed)


def no(error: str, **body: Json) -> Reply:
    """Return a refusal in Slack's form."""
    return Reply(200, {"ok": False, "error": error, **body})


class Organisation(Doored):
    """One organisation with a token of ours for each of its interfaces."""

    vendor = "slack_org"

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return the Slack user id."""
        return slack_id(service, someone.staff_id, "W")

    def __init__(
        self, name: str, ledger: Ledger, *, latency_ms: float = 0.0, tokens: Mapping[str, str] | None = None
    ) -> None:
        """tokens: what `Authorization: Bearer …` must carry at `api`, `scim` and `audit`."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.tokens = {each: f"xoxp-lab-{each}" for each in ("api", "scim", "audit")} | dict(tokens or {})
        self.plan = "enterprise"
        self.scopes = {*filter(None, SCOPES.values()), *_CONVERSATIONS.values()}
        self.world = World(name)

    def enrol(self, site: Site) -> Json:
        """Make our three tokens, and name the three addresses."""
        self.tokens = {each: site.secret(f"{self.name}-{each}") for each in self.tokens}
        secret = f"file:secrets/{self.name}"
        return {
            "plan": self.plan,
            "url": f"{self.url}/api/", "admin_token": f"{secret}-api",
            "scim_url": f"{self.url}/scim/v2/", "scim_token": f"{secret}-scim",
            "audit_url": f"{self.url}/audit/v1/", "audit_token": f"{secret}-audit",
        }  # fmt: skip

    @property
    def enterprise(self) -> bool:
        """Tell whether the plan has admin.*, sessions, audit logs and legal holds."""
        return self.plan == "enterprise"

    @property
    def runner(self) -> str:
        """Our own user."""
        return self.world.named(RUNNER)

    def admit(self, request: Request) -> Reply | None:
        """Refuse a wrong token, a plan that lacks the method, and a scope that was not granted."""
        where = request.path.split("/")[1]
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if where in {"scim", "audit"}:
            return None if given == self.tokens[where] else self.refused(where, 401, "invalid_authentication")
        if given != self.tokens["api"]:
            return no("invalid_auth" if given else "not_authed")
        name = request.path.rpartition("/")[2]
        if name.startswith("admin.") and not self.enterprise:
            return no("unknown_method" if "legalHold" in name else "feature_not_enabled")
        return self._lacking(name, request)

    def _lacking(self, name: str, request: Request) -> Reply | None:
        needed = {SCOPES.get(name, "")}
        if name == "users.conversations":
            types = request.form().get("types", "public_channel").split(",")
            needed = {_CONVERSATIONS.get(each, "") for each in types}
        missing = needed - self.scopes - {""}
        if not missing:
            return None
        if "legalHold" in name:  # what the legal holds reference says of a token without its scopes
            return no("unknown_method")
        return no("missing_scope", needed=",".join(sorted(missing)), provided=",".join(sorted(self.scopes)))

    def refused(self, where: str, status: int, code: str) -> Reply:
        """Return a refusal of SCIM, or of the audit log, each in its own form."""
        if where == "scim":
            schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
            return Reply(status, {"schemas": schemas, "detail": code, "status": status})
        return Reply(status, {"ok": False, "error": code})

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Tell the scopes of the token, as the Web API does."""
        del reply
        told = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        return told if request.path.startswith("/api/") else {}

    def unknown(self, request: Request) -> Reply:
        """Answer what Slack does not have."""
        where = request.path.split("/")[1]
        if where in {"scim", "audit"}:
            return self.refused(where, 404, "bad_endpoint")
        return no("unknown_method", req_method=request.path.rpartition("/")[2])

    def paged(
        self, given: Mapping[str, str], key: str, rows: list[Json], *, most: int, **more: Json
    ) -> Reply:
        """Return one page by cursor."""
        limit, start = int(given.get("limit", "100")), given.get("cursor", "0")
        if not 1 <= limit <= most:
            return no("invalid_limit")
        if not start.isdigit():
            return no("invalid_cursor")
        end = int(start) + limit
        cursor = str(end) if end < len(rows) else ""
        return yes(**{key: rows[int(start) : end]}, response_metadata={"next_cursor": cursor}, **more)

    def lacks_team(self, given: Mapping[str, str]) -> Reply | None:
        """Refuse what a token of the whole organisation must be told: which workspace."""
        if not self.enterprise:
            return None
        if not given.get("team_id"):
            return no("missing_argument")
        return None if given["team_id"] in self.world.names else no("team_not_found")
