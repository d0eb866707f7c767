"""The simulated Vault API: matters, and what is held in them. Nothing here lets go of a hold."""

from __future__ import annotations

from integrations.lab.exchange import Reply, Request
from integrations.lab.google.devices import Devices
from integrations.lab.google.pages import Shape, paged, since
from integrations.lab.google.world import moment
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Vault"]

_QUERY = {
    "MAIL": "mailQuery", "DRIVE": "driveQuery", "HANGOUTS_CHAT": "hangoutsChatQuery", "VOICE": "voiceQuery",
    "CALENDAR": "calendarQuery", "GEMINI": "geminiQuery", "GEMINI_IN_WORKSPACE": "",
}  # fmt: skip
"""Corpora that hold a person's data, with the one query each takes (Vault API, CorpusQuery)."""
_HOLDS = r"/v1/matters/(?P<matter>[^/]+)/holds"


class Vault(Devices):
    """Legal holds."""

    @route("GET", r"/v1/matters")
    def _matters(self, request: Request) -> Reply:
        wanted = request.asked("state")
        rows = [each for each in self.world.matters.values() if wanted in {"", each["state"]}]
        return paged(request, rows, Shape("matters", 100, 100))

    @route("POST", r"/v1/matters")
    def _make(self, request: Request) -> Reply:
        body = request.json()
        if not body.get("name") or not set(body) <= {"name", "description"}:
            return since(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        matter = {**body, "matterId": f"m-{self.world.id(16)}", "state": "OPEN"}
        self.world.matters[matter["matterId"]] = matter
        return Reply(200, matter, changed=f"matter {matter['name']} {matter.get('description', '')} made")

    @route("GET", _HOLDS)
    def _holds(self, request: Request, matter: str) -> Reply:
        if matter not in self.world.matters:
            return since(404, "NOT_FOUND", "Requested entity was not found.")
        return paged(request, self.world.holds[matter], Shape("holds", 100, 100))

    @route("POST", _HOLDS)
    def _hold(self, request: Request, matter: str) -> Reply:
        body, found = request.json(), self.world.matters.get(matter)
        if not found:
            return since(404, "NOT_FOUND", "Requested entity was not found.")
        if found["state"] != "OPEN":
            return since(400, "FAILED_PRECONDITION", "Precondition check failed.")
        if wrong := self._wrong(body):
            return since(400, "INVALID_ARGUMENT", wrong)
        if body["corpus"] in self.world.lacking:
            return since(403, "PERMISSION_DENIED", "The service is not available for this user.")
        if any(each["name"] == body["name"] for each in self.world.holds[matter]):
            return since(409, "ALREADY_EXISTS", "Requested entity already exists")
        held = [self._held(each["accountId"]) for each in body["accounts"]]
        hold = {**body, "holdId": f"h-{self.world.id(16)}", "updateTime": moment(), "accounts": held}
        self.world.holds[matter].append(hold)
        return Reply(200, hold, changed=f"hold {matter} {body['name']} placed")

    def _wrong(self, body: Json) -> str:
        """Return what is wrong with a hold somebody asks for."""
        corpus, query = body.get("corpus"), body.get("query", {})
        if (
            corpus not in _QUERY
            or not set(body) <= {"name", "corpus", "accounts", "query"}
            or not body.get("name")
        ):
            return "Invalid hold."
        if not set(query) <= {_QUERY[corpus]}:
            return "The query does not match the corpus."
        if corpus == "VOICE" and not query.get("voiceQuery", {}).get("coveredData"):
            return "A Voice hold says what it covers."
        accounts = body.get("accounts")
        if not accounts or any(each.get("accountId") not in self.world.users for each in accounts):
            return "Invalid account."
        return ""

    def _held(self, user: str) -> Json:
        record = self.world.users[user]
        return {
            "accountId": user, "email": record["primaryEmail"], "holdTime": moment(),
            "firstName": record["name"]["givenName"], "lastName": record["name"]["familyName"],
        }  # fmt: skip
