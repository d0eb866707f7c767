"""The simulated Reports API: the audit logs, newest event first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from integrations.lab.exchange import Reply, Request
from integrations.lab.google.pages import Shape, paged, refusal
from integrations.lab.google.roles import Roles
from integrations.lab.google.world import moment
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Reports"]

_KEPT = timedelta(days=180)
_APPLICATIONS = frozenset(
    [
        "admin",
        "calendar",
        "chat",
        "drive",
        "gmail",
        "groups",
        "login",
        "mobile",
        "rules",
        "saml",
        "takeout",
        "token",
        "user_accounts",
        "vault",
    ]
)
_FILTER = re.compile(r"(\w+)==([^,<>=]+)")


class Reports(Roles):
    """What people and administrators did."""

    @route("GET", r"/admin/reports/v1/activity/users/(?P<user>[^/]+)/applications/(?P<application>[^/]+)")
    def _activities(self, request: Request, user: str, application: str) -> Reply:
        key = self.world.key(user)
        if application not in _APPLICATIONS or (user != "all" and not key):
            return refusal(400, "invalid", "Invalid value for userKey or applicationName")
        wanted = _FILTER.fullmatch(request.asked("filters")) if request.asked("filters") else None
        if request.asked("filters") and not wanted:
            return refusal(400, "invalid", "Invalid value for filters")
        start = max(request.asked("startTime"), moment(datetime.now(UTC) - _KEPT))
        if start > moment(datetime.now(UTC) + timedelta(seconds=1)):
            return refusal(400, "invalid", "Start time cannot be later than end time.")
        rows = [
            each
            for each in reversed(self.log[application])
            if (user == "all" or each["actor"]["profileId"] == key)
            and each["id"]["time"] >= start
            and request.asked("eventName") in {"", each["events"][0]["name"]}
            and request.asked("actorIpAddress") in {"", each["ipAddress"]}
            and (not wanted or _has(each, wanted[1], wanted[2]))
        ]
        return paged(request, rows, Shape("items", 1000, 1000, "admin#reports#activities"))


def _has(activity: Json, name: str, value: str) -> bool:
    return {"name": name, "value": value} in activity["events"][0]["parameters"]
