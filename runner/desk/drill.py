"""A drill: the simulated company, a playbook run against it over real HTTP, and people who answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from runner.actions.values import Json
from runner.cases.journal import Record
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.desk.naming import playbook_file
from runner.errors import PlaybookError
from runner.language.checks import check
from runner.language.loading import load as load_playbook
from runner.language.problems import rendered
from runner.settings import load

__all__ = ["COMPRESS", "drill"]

COMPRESS = 86_400.0
"""A day of waiting takes a second; the report says so."""

_SAID = {
    "subject": "jonas.weber@fjordlight.example",
    "seen": "2026-11-20 09:14 UTC, device records: one authenticator answers for three accounts",
    "engaged": "contractor",
}


def drill(
    playbook: str, *, services: int, latency_ms: float, out: Path | None, listen: Callable[[Record], None]
) -> Json:
    """Run a drill and return the measuring document; the lab ends with it, its files stay in `out`.

    Raises UsageError for a folder that holds an earlier lab, and whatever opening a case raises.
    """
    said = _inputs(playbook)  # a playbook that is not there or broken is told before a company comes up
    folder = (out or Path(tempfile.mkdtemp(prefix="severance-drill-"))).absolute()
    with beside(folder, services, latency_ms, COMPRESS) as path:
        settings = load(path)
        desk = Desk(settings, drill=True)
        starter = next(person for person in settings.people if "ir-oncall" in person.roles)
        code = desk.open(playbook, said, claim=Claim(starter.id, None))
        with Cast(settings, code, folder):
            document = desk.run(code, stay=True, listen=listen)
        bundle = desk.bundle(code)
    return {**document, "paths": {**document["paths"], "bundle": str(bundle)}}


def _inputs(playbook: str) -> dict[str, str]:
    """Return what the drill's starter says, for the inputs this playbook has. Raises PlaybookError."""
    loaded = load_playbook(playbook_file(playbook))
    if loaded.playbook is None:
        raise PlaybookError(rendered(check(loaded), {loaded.source.name: loaded.text}).rstrip("\n"))
    return {name: _SAID.get(name, "said in a drill") for name in loaded.playbook.inputs}
