"""What every part of the simulated GitHub shares: who may call, paging, rate headers, the audit trail."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.lab.company import Person, github_id
from integrations.lab.doored import Doored
from integrations.lab.exchange import Reply, Request
from integrations.lab.github.world import ORG, User, World
from integrations.lab.ledger import Ledger
from runner.actions.values import Json

__all__ = ["GONE", "Office", "only_owners"]

GONE = Reply(
    404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
)
_HOURLY = 5000  # requests of a personal token in an hour
_VERSIONS = {"2022-11-28", "2026-03-10"}


class Office(Doored):
    """One organisation on GitHub Enterprise Cloud, with single sign-on and no managed users."""

    vendor = "github"
    token = "ghp_fjordlightSeveranceLabToken000000000"  # a made-up token of the lab
    app_token = "ghs_fjordlightSeveranceLabApp00000000000"  # GitHub's prefix for App installations
    org = ORG

    def __init__(self, name: str, ledger: Ledger, **rest: Any) -> None:
        """Take the name of the configured service, its ledger, and what StandIn takes."""
        super().__init__(name, ledger, **rest)
        self.world = World(name)
        self.org_id = self.world.fresh()
        self._used = 0

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return GitHub's numeric account id; people without a login have none."""
        return github_id(someone, service) if someone.github else ""

    def admit(self, request: Request) -> Reply | None:
        """Refuse what GitHub refuses before looking at the path."""
        if request.path.startswith("/archives/"):
            return None  # the storage host checks its own signature, see exports.py
        if not request.headers.get("user-agent"):
            return Reply(403, {"message": "Request forbidden by administrative rules: no User-Agent"})
        if request.headers.get("authorization") not in {f"Bearer {self.token}", f"Bearer {self.app_token}"}:
            return Reply(
                401,
                {
                    "message": "Bad credentials",
                    "documentation_url": "https://docs.github.com/rest",
                    "status": "401",
                },
            )
        version = request.headers.get("x-github-api-version", "")
        return (
            None
            if version in _VERSIONS
            else Reply(400, {"message": f"{version!r} is no supported API version"})
        )

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Add the rate-limit headers every answer carries."""
        del request, reply
        self._used += 1
        left = max(_HOURLY - self._used, 0)
        reset = str(int(time.time()) + 3600)
        return {
            "x-ratelimit-limit": str(_HOURLY),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-reset": reset,
            "x-ratelimit-resource": "core",
            "x-oauth-scopes": "admin:org, read:audit_log, repo",
        }

    def unknown(self, request: Request) -> Reply:
        """Answer as GitHub does for a path it has not, and for one the caller may not see."""
        del request
        return GONE

    def caller(self) -> User:
        """Return the user the runner's token belongs to."""
        found = self.world.named(self.world.caller)
        if found is None:
            raise ValueError(f"nobody is called {self.world.caller}")
        return found

    def is_app(self, request: Request) -> bool:
        """Say whether the caller is a GitHub App installation."""
        return request.headers.get("authorization") == f"Bearer {self.app_token}"

    def owns(self) -> bool:
        """Say whether the caller is an owner of the organisation."""
        member = self.world.members.get(self.caller().id)
        return bool(member and member.role == "admin" and member.state == "active")

    def paged(self, request: Request, items: Sequence[Json]) -> Reply:
        """Answer one page of a list, with GitHub's Link header."""
        size = min(int(request.asked("per_page", "30")), 100)
        page = int(request.asked("page", "1"))
        part = items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(items):
            query = {name: values[-1] for name, values in request.query.items()} | {"page": str(page + 1)}
            headers["Link"] = f'<{self.url}{request.path}?{urlencode(query)}>; rel="next"'
        return Reply(200, list(part), headers)

    def record(self, action: str, *, actor: str = "", **fields: Json) -> None:
        """Write an event into the organisation's audit log, as of now."""
        self.world.events.append(
            {
                "@timestamp": int(time.time() * 1000),
                "_document_id": f"{self.name}-{len(self.world.events)}",
                "action": action,
                "actor": actor or self.world.caller,
                "org": ORG,
                "created_at": int(time.time() * 1000),
                **fields,
            }
        )

    def mailed(self, user: User, what: str) -> None:
        """Send a notice to somebody's own mailbox: this is how a subject learns."""
        self.world.mails.append({"to": user.login, "what": what})


def only_owners() -> Reply:
    """Answer a caller who is no owner."""
    return Reply(
        403,
        {
            "message": "You must be an organization owner.",
            "documentation_url": "https://docs.github.com/rest",
        },
    )
