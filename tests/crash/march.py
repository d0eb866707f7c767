"""Marches one case through its deaths: killed at a point, taken up again, killed at the next, until it is done."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from integrations.lab.company import PERSONAS, github_id
from integrations.lab.control import Control
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.settings import load
from tests.cases.company import House
from tests.crash.handing_over import handed_over
from tests.crash.judging import lost, twice
from tests.crash.lives import Lives
from tests.crash.people import MortalPeople
from tests.crash.points import Choice
from tests.crash.rehearsals import Rehearsal
from tests.postgres import postgres_url, shared_by

__all__ = ["March", "march"]

COMPRESS = 1_000_000
"""Half a year of waiting takes sixteen seconds."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class March:
    """How a march ended."""

    points: list[tuple[str, str]]
    """Where it was killed: what was chosen and the point itself; the run, its people, and who makes its papers."""
    twice: list[str]
    """What was done more than once, by the services' own ledgers or by the journal."""
    lost: list[str]
    """What the case says is left, and what is missing, unanswered or broken; empty when nothing was lost."""
    doors: list[str]
    """Every door and how it ended."""
    seconds: float


def march(
    folder: Path,
    lives: Lives,
    rehearsal: Rehearsal,
    choice: Choice,
    *,
    services: int = 2,
    undo: bool = False,
    on_server: bool = False,
    tell: Tell = lambda _: None,
) -> March:
    """Play a playbook in a company of its own in `folder`, killing its processes at each point that is chosen.

    undo: take everything back afterwards, through the deaths of that phase. on_server: keep the database on a
    real PostgreSQL server instead of in a file.
    """
    began, visited = time.monotonic(), {each: folder / f"{each}.txt" for each in ("opening", "run", "people", "papers")}
    with beside(folder / "company", services, 0, COMPRESS) as path, _at_the_desk(path, on_server) as (desk, house):
        lab, drawn = Control(path.parent), json.dumps(asdict(choice))
        code = _opened(lives, (str(path), rehearsal.playbook, drawn), visited["opening"], tell, house)
        words = (str(path), code, drawn)
        with MortalPeople(words, visited["people"], lambda: tell(_points(visited["people"])[-1][1])):
            ends = [_to_the_end(lives, words, visited["run"], tell, lab)]
            if undo:
                desk.undo(code, "it was the team's test phone", claim=Claim("rohan", None))
                with _willing(lab):
                    ends.append(_to_the_end(lives, words, visited["run"], tell, lab))
        records = house.records(code)
        again = twice(path.parent / "ledgers", records)
        missing = lost(house.settings.store_folder, code, records, ends)
        missing += handed_over(house.folder(code), lives, words, visited["papers"], tell)
    points = [each for path in visited.values() for each in _points(path)]
    return March(points, again, missing, _doors(ends[-1]), time.monotonic() - began)


@contextmanager
def _at_the_desk(path: Path, on_server: bool) -> Iterator[tuple[Desk, House]]:
    """Open the desk of a company for the length of the block."""
    if on_server:
        shared_by(path, postgres_url())
    desk = Desk(load(path))
    desk._office.database.dispose()
    house = desk._office = House(load(path))
    try:
        yield desk, house
    finally:
        house.close()


def _opened(lives: Lives, words: tuple[str, ...], visited: Path, tell: Tell, house: House) -> str:
    """Open the case and return its code name; who dies once it is on record has opened it."""
    while (ended := lives.live("opening", *words, str(visited))).killed:
        tell(_points(visited)[-1][1])
        if codes := house.codes():
            return codes[0]
    assert not ended.code, ended.err
    return ended.out


def _to_the_end(lives: Lives, words: tuple[str, ...], visited: Path, tell: Tell, lab: Control) -> dict[str, Any]:
    while True:
        lab.act("github", "new-hour", {})  # a hundred lives in a minute read more than GitHub allows an hour
        ended = lives.live("mortal", *words, str(visited))
        if not ended.killed:
            assert ended.out, ended.err
            document: dict[str, Any] = json.loads(ended.out)
            return document
        tell(_points(visited)[-1][1])


@contextmanager
def _willing(lab: Control) -> Iterator[None]:
    """Have whoever GitHub invites back say yes, for the length of the block: it takes nobody back without."""
    over = threading.Event()

    def accept() -> None:
        while not over.wait(0.5):
            members = lab.state("github")["members"]
            for each in PERSONAS:
                if each.github and members.get(github_id(each), {}).get("state") == "pending":
                    lab.act("github", "accept", {"login": each.github})

    saying = threading.Thread(target=accept)
    saying.start()
    try:
        yield
    finally:
        over.set()
        saying.join()


def _doors(document: dict[str, Any]) -> list[str]:
    fields = ("service", "layer", "account", "verdict")
    return sorted(" ".join(str(door[each]) for each in fields) for door in document["doors"])


def _points(visited: Path) -> list[tuple[str, str]]:
    """Return what a file of points holds."""
    lines = visited.read_text().splitlines() if visited.exists() else []
    parts = (line.partition("\t") for line in lines)
    return [(chosen, point) for chosen, _, point in parts]
