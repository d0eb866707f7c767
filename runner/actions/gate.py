"""The gate in the transport: nothing but reads passes, except inside `ctx.write`.

Every connection of every vendor, SDK-backed ones included, asks the gate before a request leaves.
That planning changes nothing therefore does not rest on an action's good manners: a planning
context never opens the gate, and a live one opens it for the length of one `ctx.write` only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from runner.errors import WriteForbidden

__all__ = ["Gate", "tally"]

_SAFE = frozenset({"GET", "HEAD"})  # RFC 9110 section 9.2.1; OPTIONS and TRACE are of no use here
_sent = threading.local()


def tally() -> int:
    """Return how many requests this thread has let through gates so far: the length of a chain."""
    return getattr(_sent, "count", 0)


class Gate:
    """Judges requests of one connection."""

    def __init__(self, reads: Sequence[str] = (), spend: Callable[[bool], None] = lambda _: None) -> None:
        """reads: full-match patterns over `METHOD /path` that read although not GET or HEAD.

        spend: counts a request against its service's budget, and has it wait when told True.
        """
        self._spend = spend
        self._reads = tuple(re.compile(pattern) for pattern in reads)
        self._open: ContextVar[Callable[[], None] | None] = ContextVar("gate_open", default=None)

    @contextmanager
    def opened(self, announce: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Let mutating requests of this thread of control pass for the length of the block.

        announce: called at the gate, with the request built and nothing left to do but send it: the
        last moment at which an intent can be made durable, and the place where a lockdown waits.
        """
        token = self._open.set(announce)
        try:
            yield
        finally:
            self._open.reset(token)

    def check(self, method: str, path: str) -> None:
        """Return when the request may leave.

        A read waits while its service's budget is used up; a write never does.
        method: in capitals. path: from the first slash, without the query. Raises WriteForbidden, and
        what `announce` and `spend` raise.
        """
        asked, announce = f"{method} {path}", self._open.get()
        reads = method in _SAFE or any(read.fullmatch(asked) for read in self._reads)
        if not reads and announce is None:
            raise WriteForbidden(
                f"{asked} would change something, outside ctx.write", remedy="this is a defect: report it"
            )
        if not reads and announce is not None:
            announce()
        self._spend(reads)
        _sent.count = tally() + 1
