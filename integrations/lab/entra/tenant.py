"""Common ground of the simulated Entra: the sign-in service, error bodies, `$select`, paging, the logs."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import cast
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from integrations.lab.company import PEOPLE, PERSONAS, SUBJECT, Person
from integrations.lab.doored import Doored
from integrations.lab.entra.filters import matcher
from integrations.lab.entra.shapes import audit, guid, sign_in
from integrations.lab.entra.world import World, entra_id
from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, route
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["CLIENT", "GRAPH", "TENANT", "Tenant", "refusal"]

TENANT, CLIENT = guid("tenant", "fjordlight"), guid("client", "severance")
GRAPH = "00000003-0000-0000-c000-000000000000"
_BUSY, _HOURS = 1040, 0.6  # the subject's sign-ins fill one page of 999 and more, within 30 days
_OURS = ("User.Read.All", "User.EnableDisableAccount.All", "User.RevokeSessions.All", "AuditLog.Read.All")


def refusal(status: int, code: str, message: str) -> Reply:
    """Return an error in Graph's form (https://learn.microsoft.com/graph/errors)."""
    inner = {"request-id": guid("request", message), "client-request-id": guid("request", message)}
    return Reply(status, {"error": {"code": code, "message": message, "innererror": inner}})


class Tenant(Doored):
    """One tenant with an app registration of ours: `secret`, or `certificate` (PEM) where a test sets one."""

    vendor = "entra"

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return the object id."""
        return entra_id(someone, service)

    def enrol(self, site: Site) -> Json:
        """Make a client secret of ours. A drill presses a day into a second: no token outlives it."""
        self.secret = site.secret(self.name)
        return {
            "tenant": TENANT, "client_id": CLIENT, "secret": f"file:secrets/{self.name}", "tier": "p1",
            "token_minutes": 0, "url": f"{self.url}/v1.0", "login_url": self.url,
        }  # fmt: skip

    def __init__(
        self, name: str, ledger: Ledger, *, latency_ms: float = 0.0, secret: str = "lab-entra-secret"
    ) -> None:
        """secret: what our app signs in with."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.secret, self.certificate, self.lifetime_s, self.premium = secret, "", 3599, True
        self.world = World(name)
        us = self.world.principals[self.world.principal("severance")]
        graph = self.world.principals[self.world.principal("Microsoft Graph")]
        us["appId"], graph["appId"] = CLIENT, GRAPH
        graph["appRoles"] = [{"id": guid("permission", each), "value": each} for each in _OURS]
        for each in graph["appRoles"]:
            self.world.assign(us["id"], "ServicePrincipal", graph["id"], each["id"])
        self.sign_ins: list[Json] = []
        self.audits: list[Json] = []
        self._past()

    def admit(self, request: Request) -> Reply | None:
        """Refuse every token the sign-in service did not give: 401 InvalidAuthenticationToken."""
        if request.path.endswith("/oauth2/v2.0/token"):
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        until = token.partition(".")[0]
        if until.isdigit() and int(until) > time.time() and hmac.compare_digest(token, self._token(until)):
            return None
        return refusal(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")

    def _token(self, until: str) -> str:
        return f"{until}.{hmac.new(self.secret.encode(), until.encode(), hashlib.sha256).hexdigest()}"

    @route("POST", r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")
    def _sign_us_in(self, request: Request, tenant: str) -> Reply:
        form = request.form()
        if tenant != TENANT:
            return _denied(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials" or form.get("client_id") != CLIENT:
            return _denied(400, "unauthorized_client", "AADSTS700016: Application was not found.")
        if form.get("scope") != f"{self.url}/.default":
            return _denied(400, "invalid_scope", "AADSTS1002012: The provided scope is not valid.")
        if not self._is_us(form, f"{self.url}{request.path}"):
            return _denied(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = self._token(str(int(time.time()) + self.lifetime_s))
        return Reply(200, {"token_type": "Bearer", "expires_in": self.lifetime_s, "access_token": token})

    def _is_us(self, form: Mapping[str, str], audience: str) -> bool:
        """Check the secret, or the assertion: signed by our certificate's key, for this endpoint, brief."""
        if not self.certificate:
            return form.get("client_secret") == self.secret
        key = cast("RSAPublicKey", load_pem_x509_certificate(self.certificate.encode()).public_key())
        try:
            told = jwt.decode(form["client_assertion"], key, ["PS256"], audience=audience)
        except (jwt.InvalidTokenError, KeyError):
            return False
        return bool(told["iss"] == told["sub"] == CLIENT and told["exp"] - told["nbf"] <= 900)

    def unknown(self, request: Request) -> Reply:
        """Answer as Graph does for a path it does not have."""
        segment = request.path.rpartition("/")[2]
        return refusal(400, "BadRequest", f"Resource not found for the segment '{segment}'.")

    def missing(self, what: str) -> Reply:
        """Answer as Graph does for an id it does not know."""
        said = f"Resource '{what}' does not exist or one of its queried references is not present."
        return refusal(404, "Request_ResourceNotFound", said)

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Add what Graph adds to every answer."""
        del reply
        shown = {"request-id": guid("request", request.path), "x-ms-resource-unit": "1"}
        return {**shown, "Date": format_datetime(datetime.now(UTC), usegmt=True)}

    def one(self, request: Request, row: Json, hidden: tuple[str, ...] = ()) -> Reply:
        """Return one object; `hidden` properties are shown on `$select` only."""
        context = {"@odata.context": f"{self.url}/v1.0/$metadata#any"}
        return Reply(200, {**context, **_chosen(request, row, hidden)})

    def listed(
        self, request: Request, rows: list[Json], *, usual: int = 100, hidden: tuple[str, ...] = ()
    ) -> Reply:
        """Return one page of what the filter fits, with `@odata.nextLink` unless it is the last."""
        if wanted := request.asked("$filter"):
            rows = [each for each in rows if matcher(wanted)(each)]
        size, start = min(int(request.asked("$top", str(usual))), 999), int(request.asked("$skiptoken", "0"))
        page = [_chosen(request, each, hidden) for each in rows[start : start + size]]
        body: dict[str, Json] = {"@odata.context": f"{self.url}/v1.0/$metadata#any", "value": page}
        if start + size < len(rows):
            rest = {key: values[-1] for key, values in request.query.items() if key != "$skiptoken"}
            query = "&".join(f"{key}={quote(value)}" for key, value in rest.items())
            body["@odata.nextLink"] = f"{self.url}{request.path}?{query}&$skiptoken={start + size}"
        return Reply(200, body)

    def note(self, what: str, on: Json, request: Request | None, by: Json = None) -> None:
        """Write an audit event about an object; the actor is our app unless a person is given."""
        us = {"appId": CLIENT, "displayName": "severance", "servicePrincipalId": None}
        actor = {"user": _identity(by)} if by else {"app": us}
        agent = request.headers.get("user-agent", "") if request else "Mozilla/5.0"
        self.audits.append(audit(len(self.audits), what, actor, on, agent))

    @route("GET", r"/v1\.0/auditLogs/signIns")
    def _sign_ins(self, request: Request) -> Reply:
        if not self.premium:
            code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
            return refusal(403, code, "Tenant is not a B2C tenant and doesn't have premium license")
        return self.listed(request, self.sign_ins[::-1], usual=1000)

    @route("GET", r"/v1\.0/auditLogs/directoryAudits")
    def _audits(self, request: Request) -> Reply:
        return self.listed(request, self.audits[::-1], usual=1000)

    def enter(self, who: str, *, code: int = 0) -> None:
        """Write a sign-in of now."""
        user, ip = self.world.users[who], _ip(who, self.name)
        self.sign_ins.append(sign_in(len(self.sign_ins), datetime.now(UTC), user, ip, code=code))

    def _past(self) -> None:
        """Write a believable past: sign-ins of everyone, the subject's busy weeks, one act of theirs."""
        now = datetime.now(UTC)
        past: list[tuple[datetime, str]] = []
        for place, someone in enumerate(PEOPLE):
            events, hours = (_BUSY, _HOURS) if someone is SUBJECT else (5, 70)
            who = entra_id(someone, self.name)
            past += [(now - timedelta(hours=1 + hours * at, minutes=place), who) for at in range(events)]
        for at, (when, who) in enumerate(sorted(past)):
            self.sign_ins.append(sign_in(at, when, self.world.users[who], _ip(who, self.name)))
        subject = self.world.users[entra_id(SUBJECT, self.name)]
        self.note("Add owner to application", subject, None, subject)


def _ip(who: str, service: str) -> str:
    """Return where somebody signs in from: the personas through one exit, everybody else from home."""
    if who in {entra_id(each, service) for each in PERSONAS}:
        return "198.51.100.23"
    return f"203.0.113.{int(who[:2], 16)}"


def _identity(user: Json) -> Json:
    shown = {key: user[key] for key in ("id", "displayName", "userPrincipalName")}
    return {**shown, "ipAddress": "198.51.100.23"}


def _chosen(request: Request, row: Json, hidden: tuple[str, ...]) -> Json:
    wanted = request.asked("$select")
    if not wanted:
        return {key: value for key, value in row.items() if key not in hidden}
    return {key: row[key] for key in ("@odata.type", *wanted.split(",")) if key in row}


def _denied(status: int, error: str, words: str) -> Reply:
    return Reply(status, {"error": error, "error_description": words, "error_codes": []})
