"""A drill: the simulated company, a playbook run against it over real HTTP, and people who answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from integrations.lab.control import Control
from integrations.lab.demand import TAKEN, demand, last
from runner.actions.values import Json
from runner.clock import now
from runner.database.journal import Record
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.chat_drill import Scene, rehearsed_in_chat
from runner.desk.claim import Claim
from runner.desk.expectations import End, judged
from runner.desk.fates import happen
from runner.desk.laboratory import beside, every_kind
from runner.desk.naming import playbook_file
from runner.desk.office import Office
from runner.desk.repertoire import scenario
from runner.desk.scenarios import Demand, Scenario
from runner.errors import Exit, PlaybookError, UsageError
from runner.language.checks import check
from runner.language.loading import load as load_playbook
from runner.language.playbook import Input, Playbook
from runner.language.problems import rendered
from runner.settings import Settings, load

__all__ = ["COMPRESS", "drill"]

COMPRESS = 1_000_000.0
"""Half a year of waiting takes sixteen seconds; the report says so."""

_SAID = {
    "subject": "jonas.weber@fjordlight.example",
    "seen": "2026-11-20 09:14 UTC, device records: one authenticator answers for three accounts",
    "engaged": "contractor",
}


def drill(
    playbook: str,
    named: str | None = None,
    *,
    services: int | None,
    latency_ms: float,
    out: Path | None,
    listen: Callable[[Record], None],
    in_chat: bool = False,
) -> Json:
    """Run a drill and return the measuring document; the lab ends with it, its files stay in `out`.

    named: a scenario, by name or file; the document then has `scenario`, with a verdict on all it expects,
    and `exit` 1 where one does not hold. services: one of every kind when not given. in_chat: everything is
    done in the chat, which also runs the case.
    Raises UsageError for a folder that holds an earlier lab, a scenario that is not there or does not fit, a
    playbook whose cases cannot be opened in a chat, and whatever opening a case raises.
    """
    book = _playbook(playbook)  # what is not there or broken is told before a company comes up
    if in_chat:
        _opens_in_chat(book)
    played = _fitting(book, named) if named else None
    folder = (out or Path(tempfile.mkdtemp(prefix="severance-drill-"))).absolute()
    count = services or (played and played.lab.services) or every_kind()
    late = latency_ms or (played.lab.latency_ms if played else 0)
    with beside(folder, count, late, COMPRESS, _changes(played)) as path:
        settings, lab = load(path), Control(folder)
        if played:
            happen(lab, played.before)
        desk = Desk(settings, drill=True)
        starter = next(person for person in settings.people if "ir-oncall" in person.roles)
        said, mail = _told(book.inputs, played, folder)
        if in_chat:
            document = rehearsed_in_chat(desk, settings, Scene(book, said, folder, starter, named), listen)
            code = str(document["case"])
        else:
            code = desk.open(playbook, said, claim=Claim(starter.id, None), demand=mail)
            with Cast(settings, code, folder, named):
                document = desk.run(code, stay=True, listen=listen)
        bundle = desk.bundle(code)
        document = {**document, "paths": {**document["paths"], "bundle": str(bundle)}}
        return _judged(document, played, desk, settings, lab) if played else document


def _playbook(name: str) -> Playbook:
    """Return the playbook. Raises PlaybookError."""
    loaded = load_playbook(playbook_file(name))
    if loaded.playbook is None:
        raise PlaybookError(rendered(check(loaded), {loaded.source.name: loaded.text}).rstrip("\n"))
    return loaded.playbook


def _opens_in_chat(book: Playbook) -> None:
    """Refuse a playbook whose cases start with a file: nobody can hand one in to a chat."""
    files = [name for name, one in book.inputs.items() if one.type == "demand" and not one.optional]
    if files:
        raise UsageError(
            f"{book.playbook} cannot be opened in a chat: {files[0]} is a file, handed in at a terminal",
            remedy="leave --via out",
        )


def _fitting(book: Playbook, named: str) -> Scenario:
    played = scenario(named)
    if book.playbook not in played.playbooks:
        raise UsageError(
            f"the scenario {played.scenario} does not fit the playbook {book.playbook}",
            remedy=f"it fits {', '.join(played.playbooks)}",
        )
    return played


def _changes(played: Scenario | None) -> Mapping[str, Json]:
    return played.lab.model_dump(include={"eu_data", "protected", "never"}) if played else {}


def _told(
    inputs: Mapping[str, Input], played: Scenario | None, folder: Path
) -> tuple[dict[str, str], Path | None]:
    """Return what whoever opens the case says, and the file with the demand where the playbook takes one."""
    said = {name: _said(name, one, played) for name, one in inputs.items() if one.type != "demand"}
    demanded = len(said) < len(inputs)
    return said, _mail(folder, played.demand if played else Demand()) if demanded else None


def _said(name: str, one: Input, played: Scenario | None) -> str:
    if name == "subject" and played and played.subject:
        return played.subject
    return _SAID.get(name) or (one.of[0] if one.of else "said in a drill")


def _mail(folder: Path, wanted: Demand) -> Path:
    """Write the demand that the drill's company has received, and return its file."""
    present = now()
    received = last(wanted.weekday, wanted.hour, present) if wanted.weekday else present
    path = folder / "demand.eml"
    path.write_bytes(demand(received, wanted.taken or TAKEN))
    return path


def _judged(document: Json, played: Scenario, desk: Desk, settings: Settings, lab: Control) -> Json:
    code = str(document["case"])
    doors = tuple(Office(settings).case(code).doors.values())
    verdicts = judged(played, End(document, desk.records(code), doors, lab))
    told = [each.as_json() for each in verdicts]
    scene = {"name": played.scenario, "story": played.story, "expectations": told}
    exit_code = document["exit"] if all(each.holds for each in verdicts) else int(Exit.PROBLEMS)
    return {**document, "scenario": scene, "exit": exit_code}
