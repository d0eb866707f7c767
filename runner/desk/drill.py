"""A drill: the simulated company, a playbook run against it over real HTTP, and people who answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from integrations.lab.demand import demand
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
from runner.language.playbook import Input
from runner.language.problems import rendered
from runner.settings import load

__all__ = ["COMPRESS", "drill"]

COMPRESS = 1_000_000.0
"""Half a year of waiting takes sixteen seconds; the report says so."""

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
    inputs = _inputs(playbook)  # a playbook that is not there or broken is told before a company comes up
    folder = (out or Path(tempfile.mkdtemp(prefix="severance-drill-"))).absolute()
    with beside(folder, services, latency_ms, COMPRESS) as path:
        settings = load(path)
        desk = Desk(settings, drill=True)
        starter = next(person for person in settings.people if "ir-oncall" in person.roles)
        said = {name: _said(name, one) for name, one in inputs.items() if one.type != "demand"}
        mail = _mail(folder) if len(said) < len(inputs) else None
        code = desk.open(playbook, said, claim=Claim(starter.id, None), demand=mail)
        with Cast(settings, code, folder):
            document = desk.run(code, stay=True, listen=listen)
        bundle = desk.bundle(code)
    return {**document, "paths": {**document["paths"], "bundle": str(bundle)}}


def _inputs(playbook: str) -> Mapping[str, Input]:
    """Return what this playbook asks its starter for. Raises PlaybookError."""
    loaded = load_playbook(playbook_file(playbook))
    if loaded.playbook is None:
        raise PlaybookError(rendered(check(loaded), {loaded.source.name: loaded.text}).rstrip("\n"))
    return loaded.playbook.inputs


def _said(name: str, one: Input) -> str:
    return _SAID.get(name) or (one.of[0] if one.of else "said in a drill")


def _mail(folder: Path) -> Path:
    """Write the demand that the drill's company has just received, and return its file."""
    path = folder / "demand.eml"
    path.write_bytes(demand(datetime.now(UTC)))
    return path
