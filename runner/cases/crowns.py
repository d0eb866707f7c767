"""The identity providers that others sign in through: a lockdown asks first when one cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from runner.cases import asking
from runner.cases.work import Work
from runner.errors import SeveranceError

__all__ = ["crown_unreadable"]

PATIENCE_S = 120  # design 4.5: doors that notify the subject wait two minutes for a person


def crown_unreadable(work: Work, services: Iterable[str]) -> threading.Event | None:
    """Return None when every crown service among these answers; else what ends the wait for a person."""
    broken = [name for name in services if work.settings.services[name].crown and not _answers(work, name)]
    if not broken:
        return None
    released = threading.Event()
    asking.crown(work, broken, PATIENCE_S)
    threading.Timer(PATIENCE_S / min(work.compress, 60), released.set).start()
    return released


def _answers(work: Work, name: str) -> bool:
    ping = work.services.vendor(name).ping
    try:
        opened, _ = work.services.open(name)
        if ping:
            ping(opened)
    except SeveranceError:
        return False
    return True
