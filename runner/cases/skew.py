"""How far this machine's clock is from the services' own, by the Date of their answers.

Deadlines, approvals and the journal go by our clock; whoever reads them beside a service's log needs to know.
"""

from __future__ import annotations

import threading
from datetime import UTC
from email.utils import parsedate_to_datetime

from runner.actions.values import Json
from runner.clock import now
from runner.database.journal import Entry

__all__ = ["LOUD_S", "TOLD_S", "Skews", "in_words"]

TOLD_S, LOUD_S = 60, 300
"""From how many seconds on it is put on record, and from how many on it is a fault: receivers of signed
requests refuse what is five minutes off (docs.slack.dev, "Verifying requests from Slack")."""


class Skews:
    """What is known so far, by service; safe to share between threads."""

    def __init__(self) -> None:
        """Know of no service."""
        self._lock = threading.Lock()
        self._known: dict[str, float] = {}

    def note(self, service: str, date: str) -> None:
        """Compare our clock with a Date header in the moment in which it came; what is none is passed over.

        The least difference counts: an answer out of a cache has an old date (RFC 9111 section 4.2.3).
        """
        try:
            theirs = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        skew = (now() - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
        with self._lock:
            self._known[service] = min(skew, self._known.get(service, skew), key=abs)

    def beyond(self, seconds: float) -> dict[str, int]:
        """Return by how many seconds our clock is ahead of each service that is further off than this."""
        with self._lock:
            return {name: round(skew) for name, skew in sorted(self._known.items()) if abs(skew) > seconds}

    def entries(self) -> list[Entry]:
        """Return what is to be recorded where a plan is asked for: nothing where the clocks agree."""
        ahead: Json = self.beyond(TOLD_S)
        return [Entry("clock.skewed", {"ahead": ahead, "said": in_words(ahead)})] if ahead else []


def in_words(ahead: dict[str, int]) -> str:
    """Say how far off this machine's clock is, and what to do."""
    off = [f"{abs(by)} s {'ahead of' if by > 0 else 'behind'} {name}" for name, by in ahead.items()]
    loud = any(abs(by) > LOUD_S for by in ahead.values())
    told = f"this machine's clock is {', '.join(off)}"
    return f"{told}: SET IT RIGHT, every deadline of this case goes by it" if loud else told
