"""Reaches into a running lab from outside: acts, faults and state of its services, by name.

```python
lab = Control(folder)
lab.act("okta", "sign-in", {"mail": "jonas.weber@fjordlight.example"})
```
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from integrations.lab.company import person
from integrations.lab.launch import kinds
from integrations.lab.settings_file import account_ids
from runner.actions.values import Json

__all__ = ["Control"]

_PATIENCE_S = 10.0


class Control:
    """The control endpoints of every stand-in of one lab."""

    def __init__(self, folder: Path) -> None:
        """folder: the lab's. Raises OSError when no lab was started there."""
        self._folder = folder
        self._urls: Mapping[str, str] = json.loads((folder / "lab.json").read_text())["urls"]

    def act(self, service: str, name: str, given: Mapping[str, Json]) -> Json:
        """Have a person, or time, do something there; returns what came of it. Raises ValueError."""
        return self._ask("POST", service, "act", {"act": name, **given})

    def fail(self, service: str, fault: Json) -> None:
        """Let a service fail, see `faults.py`. Raises ValueError for what is no fault."""
        self._ask("POST", service, "faults", [fault])

    def heal(self, service: str) -> None:
        """Take every fault of a service away. Raises ValueError for a service that is not there."""
        self._ask("DELETE", service, "faults")

    def state(self, service: str) -> Json:
        """Return the whole simulated world of a service. Raises ValueError as `heal`."""
        return self._ask("GET", service, "state")

    def known_as(self, mail: str) -> dict[str, frozenset[str]]:
        """Return, by service with doors, the names and ids that mean this person there.

        Raises KeyError for a mail of nobody.
        """
        someone, every = person(mail), kinds()
        doored = {
            name: kind
            for name in self._urls
            for vendor, kind in every.items()
            if name == vendor or name.rpartition("-")[0] == vendor
        }
        own = {each for each in (someone.mail, someone.staff_id, someone.github) if each}
        return {name: frozenset({account, *own}) for name, account in account_ids(someone, doored).items()}

    def ledger(self, service: str) -> list[Json]:
        """Return what a service received."""
        text = (self._folder / "ledgers" / f"{service}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def _ask(self, method: str, service: str, what: str, body: Json = None) -> Json:
        if service not in self._urls:
            raise ValueError(f"the lab has no service {service!r}, only {', '.join(sorted(self._urls))}")
        connection = HTTPConnection(urlsplit(self._urls[service]).netloc, timeout=_PATIENCE_S)
        try:
            connection.request(method, f"/_lab/{what}", json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        told = json.loads(text or b"null")
        if answer.status >= 400:
            raise ValueError(f"{service}: {told['message']}")
        return told
