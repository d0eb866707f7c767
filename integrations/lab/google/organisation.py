"""Common ground of the simulated Google: credentials, what is unknown, and what goes into the audit log."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from integrations.lab.company import Person
from integrations.lab.doored import Doored
from integrations.lab.exchange import Reply, Request
from integrations.lab.faults import Fault
from integrations.lab.google.access import DELEGATED, granted, needed, opened, service_account, token_for
from integrations.lab.google.history import Event, history
from integrations.lab.google.pages import refusal, since
from integrations.lab.google.world import ADMIN, World, google_id, moment
from integrations.lab.ledger import Ledger
from integrations.lab.server import route
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["Organisation"]


class Organisation(Doored):
    """One Google Workspace organisation, with a service account of ours."""

    vendor = "google"

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return the Google user id."""
        return google_id(someone.staff_id, service)

    def enrol(self, site: Site) -> Json:
        """Hand out the key file of our service account; every API is served here, on one origin."""
        site.secret(self.name, service_account(self.name).file())
        urls = dict.fromkeys(("directory_url", "devices_url", "vault_url"), self.url)
        key = f"file:secrets/{self.name}"
        return {"admin": ADMIN, "key": key, "sign_in_url": f"{self.url}/token", **urls}

    def __init__(self, name: str, ledger: Ledger, *, latency_ms: float = 0.0) -> None:
        """name: the configured service name; user ids derive from it."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.world = World(name)
        self.delegated = set(DELEGATED)
        """Scopes of our service account, domain-wide."""
        self.log = defaultdict[str, list[Json]](list, self._past())
        """By application, oldest event first."""

    def _past(self) -> dict[str, list[Json]]:
        return history(self.name)

    def admit(self, request: Request) -> Reply | None:
        """Ask for a token of ours, with one of the scopes needed, for an administrator who may still act."""
        if request.path == "/token":
            return None
        token = opened(request.headers.get("authorization", ""))
        if token is None:
            return since(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        scopes = needed(f"{request.method} {request.path}")
        if scopes and not scopes & set(token["scope"].split()):
            said = 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
            words = "Request had insufficient authentication scopes."
            return refusal(403, "insufficientPermissions", words, {"WWW-Authenticate": said})
        actor = self.world.users.get(self.world.key(token["sub"]) or "")
        if not actor or actor["suspended"] or not (actor["isAdmin"] or actor["isDelegatedAdmin"]):
            return refusal(403, "forbidden", "Not Authorized to access this resource/api")
        return None

    def unknown(self, request: Request) -> Reply:
        """Answer as Google does for a path it does not have."""
        return Reply(
            404, f"<html>The requested URL {request.method} was not found on this server.</html>".encode()
        )

    def missing(self, what: str) -> Reply:
        """Answer as the Directory API does for a key it does not know."""
        return refusal(404, "notFound", f"Resource Not Found: {what}")

    @route("POST", r"/token")
    def _token(self, request: Request) -> Reply:
        account, endpoint = service_account(self.name), f"{self.url}/token"
        claims = granted(request.form(), account, endpoint, self.delegated)
        if "error" in claims:
            return Reply(401 if claims["error"] == "unauthorized_client" else 400, claims)
        person = self.world.users.get(self.world.key(claims["sub"]) or "")
        if not person or person["suspended"]:
            return Reply(400, {"error": "invalid_grant", "error_description": "Invalid email or User ID"})
        return Reply(200, token_for(claims))

    def _write_down(self, at: str, request: Request, reply: Reply, fault: Fault | None) -> None:
        """Leave assertions out of the ledger: for some minutes each is worth a token."""
        if request.path == "/token":
            request = dataclasses.replace(request, body=b"(not kept)")
        super()._write_down(at, request, reply, fault)

    def note(self, application: str, name: str, actor: str, **parameters: str) -> None:
        """Write an event into the audit log. actor: a user id."""
        mail, address = self.world.users[actor]["primaryEmail"], self.world.addresses.get(actor, "192.0.2.14")
        event = Event(moment(), application, name, actor, mail, address, parameters)
        self.log[application].append(event.row(len(self.log[application]), self.world.customer))

    def done_by_us(self, name: str, user: str) -> None:
        """Write down what our administrator did to somebody."""
        mail = self.world.users[user]["primaryEmail"]
        self.note("admin", name, google_id("severance", self.name), USER_EMAIL=mail)
