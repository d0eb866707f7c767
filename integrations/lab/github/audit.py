"""The simulated GitHub's audit log: web events for 180 days, Git events for seven."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

from integrations.lab.company import PERSONAS
from integrations.lab.exchange import Reply, Request
from integrations.lab.github.office import Office, only_owners
from integrations.lab.github.world import ORG
from integrations.lab.ledger import Ledger
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["AuditLog"]

_DAY_MS = 86_400_000
_WEB_DAYS, _GIT_DAYS, _DEFAULT_DAYS = 180, 7, 90


class AuditLog(Office):
    """What happened, as GitHub keeps it."""

    def __init__(self, name: str, ledger: Ledger, **rest: object) -> None:
        """Fill the log with what the personas did in the last months."""
        super().__init__(name, ledger, **rest)
        for someone in PERSONAS:
            login = self.world.user_of(someone).login
            for at, repo in enumerate(("ledger-core", "payout-engine", "data-lake")):
                self._past(
                    "git.clone", login, days=0.4 + at, repo=f"{ORG}/{repo}", transport_protocol_name="ssh"
                )
                self._past(
                    "git.fetch",
                    login,
                    days=5.0 + 2 * at,
                    repo=f"{ORG}/{repo}",
                    transport_protocol_name="http",
                )
            for days in (2, 30, 120, 170, 300):
                self._past("org.sso_response", login, days=days)
            self._past("repo.fork", login, days=4, repo=f"{ORG}/ledger-core")

    @route("GET", f"/orgs/{ORG}/audit-log")
    def audit_log(self, request: Request) -> Reply:
        """Search the log, newest first, in pages by cursor."""
        if not self.owns():
            return only_owners()
        found = [each for each in self.world.events if self._wanted(each, request)]
        found.sort(key=lambda each: -each["@timestamp"])
        size, start = int(request.asked("per_page", "30")), int(request.asked("after", "0"))
        headers = {}
        if start + size < len(found):
            query = {name: values[-1] for name, values in request.query.items()} | {
                "after": str(start + size)
            }
            headers["Link"] = f'<{self.url}{request.path}?{urlencode(query)}>; rel="next"'
        return Reply(200, found[start : start + size], headers)

    def _past(self, action: str, actor: str, *, days: float, **fields: Json) -> None:
        self.record(action, actor=actor, **fields)
        when = int(time.time() * 1000 - days * _DAY_MS)
        self.world.events[-1] |= {"@timestamp": when, "created_at": when}

    def _wanted(self, event: dict[str, Json], request: Request) -> bool:
        git = event["action"].startswith("git.")
        include, phrase = request.asked("include", "web"), request.asked("phrase")
        if include != "all" and git != (include == "git"):
            return False
        words = dict(re.findall(r"(\w+):(\S+)", phrase))
        if any(
            event.get(name, "").lower() != words[name].lower()
            for name in ("actor", "user", "action")
            if name in words
        ):
            return False
        age = (time.time() * 1000 - event["@timestamp"]) / _DAY_MS
        return bool(age <= (_GIT_DAYS if git else _days_back(words.get("created", ""))))


def _days_back(created: str) -> float:
    """Return how many days a search reaches back: three months unless `created:>=DATE` says more."""
    if not created.startswith(">="):
        return _DEFAULT_DAYS
    since = datetime.fromisoformat(created[2:]).replace(tzinfo=UTC)
    return min((datetime.now(UTC) - since).total_seconds() / 86_400, _WEB_DAYS)
