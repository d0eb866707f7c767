"""Every way in which a service says "not now", on a clock of our own: no retry before its time, and none for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from integrations.lab.faults import Fault
from runner.actions.contract import ACTIONS
from runner.actions.live import Patience
from runner.actions.values import Json
from tests.conformance.case import Case
from tests.faults.trial import writing

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
EPOCH = 1795348800  # the same moment
CAP_S = Patience().total_s
NEVER, NOW = float("inf"), 1e-9
HTTP = frozenset({"aws", "entra", "github", "google", "jira", "okta", "scim", "slack", "slack_org", "webhook"})


@dataclass(frozen=True)
class Family:
    """One way of saying it."""

    name: str
    vendors: frozenset[str]
    wait_s: float
    """What it asks for; 0 where it names no time, infinity where it asks for more than anybody waits; a moment
    where it need not be waited for any more."""
    status: int = 429
    headers: tuple[tuple[str, str], ...] = ()
    body: Json | bytes = None

    def __str__(self) -> str:
        return self.name


def said(name: str, wait_s: float, retry_after: str = "", **more: Json) -> Family:
    headers = (("Retry-After", retry_after),) if retry_after else ()
    return Family(name, HTTP, wait_s, headers=(*headers, ("Date", DATE)), **more)


def of(vendor: str, name: str, wait_s: float, status: int = 429, body: Json | bytes = None, **headers: str) -> Family:
    named = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return Family(f"{vendor}: {name}", frozenset({vendor}), wait_s, status, (*named, ("Date", DATE)), body)


def google(reason: str) -> Json:
    return {"error": {"code": 403, "message": "Quota exceeded", "errors": [{"reason": reason}]}}


def aws(code: str) -> bytes:
    return f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>x</Message></Error></ErrorResponse>".encode()


SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
FAMILIES = [
    said("seconds", 7, "7"),
    said("an HTTP date", 9, "Sun, 22 Nov 2026 12:00:09 GMT"),
    said("thirty years", NEVER, "1000000000"),
    said("a year from now", NEVER, "Mon, 22 Nov 2027 12:00:00 GMT"),
    said("less than nothing", 0, "-1"),
    said("a word", 0, "soon"),
    said("no number", 0, "nan"),
    said("a past date", NOW, "Sun, 22 Nov 2026 11:00:00 GMT"),
    said("not how long", 0),
    said("503 and when to come back", 5, "5", status=503),
    of("github", "the primary limit", 12, 403, x_ratelimit_remaining="0", x_ratelimit_reset=str(EPOCH + 12)),
    of("github", "the primary limit for an hour", NEVER, 403, x_ratelimit_remaining="0", x_ratelimit_reset=str(EPOCH + 3000)),
    of("github", "the secondary limit", 60, 403, SECONDARY, x_ratelimit_remaining="40", x_ratelimit_reset=str(EPOCH + 3000)),
    of("github", "the secondary limit with its time", 20, 429, SECONDARY, Retry_After="20"),
    of("okta", "the reset", 11, X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=str(EPOCH + 11)),
    of("okta", "the reset, past", 0, X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=str(EPOCH - 11)),
    of("entra", "no time", 10, body={"error": {"code": "TooManyRequests", "message": "x"}}),
    of("jira", "the reset", 14, X_RateLimit_Remaining="0", X_RateLimit_Reset="2026-11-22T12:00:14Z"),
    *(of(each, "200 and ratelimited", 6, 200, {"ok": False, "error": "ratelimited"}, Retry_After="6") for each in ("slack", "slack_org")),
    *(of("google", reason, 2, 403, google(reason)) for reason in ("userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded")),
    *(of("aws", code, 1, 400, aws(code)) for code in ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown")),
]  # fmt: skip
UNSAID = {"github": 60.0, "entra": 10.0, "google": 2.0}
"""What we wait where a family is known to name no time, or says what makes no sense."""


def one_of_each() -> list[tuple[Case, Family]]:
    first: dict[str, Case] = {}
    for case in writing():
        first.setdefault(case.action.partition(".")[0], case)
    return [(first[vendor], family) for family in FAMILIES for vendor in sorted(family.vendors)]


class Hours:
    """A clock that only waiting moves; the service is well again after some seconds of it."""

    def __init__(self, standin, well_at: float) -> None:
        self.at, self.pauses, self._standin, self._well_at = 0.0, list[float](), standin, well_at

    def pause(self, seconds: float) -> None:
        self.at += seconds
        self.pauses.append(seconds)
        if self.at >= self._well_at:
            self._standin.faults.clear()


def limited(world, case: Case, family: Family, match: str, well_at: float):
    """Perform while the service says "not now" to all that matches; returns the outcome, the clock and who was told so."""
    given = world.begin(case)
    told = {"match": match, "kind": "status", "status": family.status, "headers": dict(family.headers), "body": family.body}
    world.standin.faults.add([Fault.of({**told, "times": None})])
    hours = Hours(world.standin, well_at)
    services = world.vendor.services
    patient, services.patience = services.patience, replace(services.patience, pause=hours.pause)
    try:
        outcome = world.perform(ACTIONS[case.action], given)
    finally:
        services.patience = patient
    return outcome, hours, [each for each in world.requests() if each["fault"]], given


def writes(world, case: Case) -> str:
    """Return a pattern that finds the first write of an action."""
    world.perform(ACTIONS[case.action], world.begin(case))
    return f"^{re.escape(world.mutating()[0])}$"


@pytest.mark.parametrize(("case", "family"), one_of_each(), ids=str)
def test_a_write_is_not_sent_again_before_its_time_and_then_once(world, case, family):
    least = family.wait_s or UNSAID.get(world.vendor.name, 0.0)
    outcome, hours, told, given = limited(world, case, family, writes(world, case), least or 3.0)
    if family.wait_s == NEVER:
        assert hours.pauses == []
        assert (outcome["outcome"], world.changes()) == ("failed", [])
        assert "wait" in outcome["why"]
        world.standin.faults.clear()
        outcome = world.perform(ACTIONS[case.action], given)
    elif least > NOW:
        assert len(told) == 1, hours.pauses
        assert sum(hours.pauses) == least
    else:
        assert hours.pauses == sorted(hours.pauses)
    assert outcome["outcome"] == "changed", outcome["why"]
    assert case.goal(world.standin, outcome)


def each_once() -> list[tuple[Case, Family]]:
    """Return each family with one vendor, another for each."""
    return [[(case, each) for case, each in one_of_each() if each is family][turn % len(family.vendors)] for turn, family in enumerate(FAMILIES)]


@pytest.mark.parametrize(("case", "family"), each_once(), ids=str)
def test_a_service_that_never_relents_is_left_after_the_cap_with_nothing_done(world, case, family):
    outcome, hours, told, _ = limited(world, case, family, ".", NEVER)
    assert sum(hours.pauses) <= CAP_S
    assert len(told) <= 130
    assert (outcome["outcome"], world.changes()) == ("failed", [])
