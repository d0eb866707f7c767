"""Common ground of the simulated Okta: credentials, error bodies, paging, rate headers, the System Log."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from integrations.lab.company import PEOPLE, SUBJECT, Person, okta_id
from integrations.lab.doored import Doored
from integrations.lab.ledger import Ledger
from integrations.lab.okta.filters import matcher
from integrations.lab.okta.world import World, moment
from integrations.lab.server import Reply, Request, route
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["Organisation", "refusal"]

_RUNNER = {"id": "00uRunnerOfSeverance", "type": "User", "alternateId": "severance@fjordlight.example"}
_KEPT = timedelta(days=90)


def refusal(status: int, code: str, summary: str) -> Reply:
    """Return an error in Okta's form (https://developer.okta.com/docs/reference/error-codes/)."""
    body = {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": f"oae{code}",
        "errorCauses": [],
    }
    return Reply(status, body)


class Organisation(Doored):
    """One Okta organisation with an API token of ours."""

    vendor = "okta"

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return the Okta user id."""
        return okta_id(someone, service)

    def enrol(self, site: Site) -> Json:
        """Make an API token of ours; the first organisation is the one people sign in by."""
        self.token = site.secret(self.name)
        crown = {"crown": True} if self.name == self.vendor else {}
        return {"url": self.url, "token": f"file:secrets/{self.name}", **crown}

    def __init__(
        self, name: str, ledger: Ledger, *, latency_ms: float = 0.0, token: str = "lab-okta-token"
    ) -> None:
        """token: what `Authorization: SSWS …` must carry."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.token = token
        self.world = World(name)
        self.log: list[Json] = []
        self._asked = 0
        self._past()

    def admit(self, request: Request) -> Reply | None:
        """Refuse every token but ours, as Okta does: 401 E0000011."""
        if request.headers.get("authorization") in {f"SSWS {self.token}", f"Bearer {self.token}"}:
            return None
        return refusal(401, "E0000011", "Invalid token provided")

    def unknown(self, request: Request) -> Reply:
        """Answer as Okta does for a path it does not have."""
        return refusal(404, "E0000022", f"The endpoint does not support {request.method} {request.path}")

    def missing(self, what: str, kind: str) -> Reply:
        """Answer as Okta does for an id it does not know."""
        return refusal(404, "E0000007", f"Not found: Resource not found: {what} ({kind})")

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Add the rate-limit headers (https://developer.okta.com/docs/reference/rl-best-practices/)."""
        del request, reply
        self._asked += 1
        return {
            "X-Rate-Limit-Limit": "600",
            "X-Rate-Limit-Remaining": str(600 - self._asked % 600),
            "X-Rate-Limit-Reset": str(int(time.time()) + 60),
            "X-Okta-Request-Id": f"req{self._asked}",
        }

    def paged(self, request: Request, rows: list[Json], *, usual: int, most: int) -> Reply:
        """Return one page, with `Link: rel="self"` and, unless it is the last, `rel="next"`."""
        limit = min(int(request.asked("limit", str(usual))), most)
        start = int(request.asked("after", "0"))
        links = [f'<{self.url}{request.path}?{request.raw_query}>; rel="self"']
        if start + limit < len(rows):
            rest = "&".join(
                f"{key}={quote(v)}" for key, vs in request.query.items() if key != "after" for v in vs
            )
            links.append(f'<{self.url}{request.path}?after={start + limit}&{rest}>; rel="next"')
        return Reply(200, rows[start : start + limit], {"Link": ", ".join(links)})

    def note(
        self, event: str, target: str, request: Request | None, *, actor: Json = None, result: str = "SUCCESS"
    ) -> None:
        """Write a System Log event about a target (an id); the actor is our token's owner unless given."""
        agent = request.headers.get("user-agent", "") if request else "Mozilla/5.0"
        self.log.append(
            _event(len(self.log), moment(), event, actor or _RUNNER, target, agent=agent, result=result)
        )

    def user_actor(self, user: str) -> Json:
        """Return a person as the log names an actor."""
        return {"id": user, "type": "User", "alternateId": self.world.users[user]["profile"]["login"]}

    @route("GET", r"/api/v1/logs")
    def _logs(self, request: Request) -> Reply:
        since = request.asked("since", moment(datetime.now(UTC) - timedelta(days=7)))
        since = max(since, moment(datetime.now(UTC) - _KEPT))
        until = request.asked("until", moment())
        wanted = matcher(request.asked("filter")) if request.asked("filter") else lambda _: True
        rows = [each for each in self.log if since <= each["published"] < until and wanted(each)]
        if request.asked("sortOrder") == "DESCENDING":
            rows.reverse()
        return self.paged(request, rows, usual=100, most=1000)

    def _past(self) -> None:
        """Write a believable past: sign-ins of everyone, the subject's busy weeks, some of it forgotten."""
        now = datetime.now(UTC)
        past: list[tuple[datetime, str]] = []
        for place, someone in enumerate(PEOPLE):
            events, hours = (1100, 2) if someone is SUBJECT else (30, 70)
            user = okta_id(someone, self.name)
            past += [(now - timedelta(hours=1 + hours * at, minutes=place), user) for at in range(events)]
        for at, (when, user) in enumerate(sorted(past)):
            event = "user.authentication.sso" if at % 3 else "user.session.start"
            self.log.append(_event(at, moment(when), event, self.user_actor(user), user))


def _event(
    number: int,
    when: str,
    event: str,
    actor: Json,
    target: str,
    *,
    agent: str = "Mozilla/5.0",
    result: str = "SUCCESS",
) -> Json:
    return {
        "uuid": f"6f0c1f2e-0000-4000-8000-{number:012d}", "eventType": event,
        "published": when,
        "version": "0", "severity": "INFO", "displayMessage": event.replace(".", " "), "actor": actor,
        "client": {"userAgent": {"rawUserAgent": agent}, "ipAddress": "192.0.2.14"},
        "outcome": {"result": result}, "target": [{"id": target, "type": "User"}],
        "transaction": {"type": "WEB", "id": f"tx{number}"},
    }  # fmt: skip
