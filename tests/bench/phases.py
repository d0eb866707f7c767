"""Find, keep, close and prove over every kind of service, with three linked accounts each, at 250 ms a request.

The baseline is the same company with one service configured, for each service in turn: the slowest of them is
what all together cannot be faster than. A phase is what its `doors.*` step does; keeping ends when the bulk
logs, which a phase leaves to standing orders, are kept too. Each run is a process of its own beside a lab of
its own, so that a door closed once is not closed again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from integrations.lab.company import PERSONAS
from integrations.lab.launch import _DOORED as KINDS
from runner.actions.values import Account, Json, Who, as_json
from runner.casefile.contents import CaseFile
from runner.cases.closing import close_doors
from runner.cases.finding import find_doors
from runner.cases.keeping import keep_doors
from runner.cases.plans import freeze
from runner.cases.proving import prove_doors
from runner.cases.tending import idle, tend_forever
from runner.cases.waiting import Watch
from runner.cases.work import Work
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.desk.office import Office
from runner.language.playbook import DoStep, Phase
from runner.settings import load
from tests.bench.table import Row, python

__all__ = ["rows"]

LATENCY_MS = 250
PARTS = ("find", "keep", "close", "prove")
_PLAYBOOK = """
playbook: bench
shown_as: Bench
version: 1
owner: security-leads
people: {start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel, hr]}
inputs:
  subject: {type: person, about: Who it is about}
phases:
  - phase: quiet
    covert: true
    steps:
      - {id: find, do: doors.find, accounts: [subject, linked]}
      - {id: keep, do: doors.keep, accounts: [subject, linked], after: find}
  - phase: lockdown
    approve: {need: 2, each_of: [security-leads, duty-managers], within: 2h}
    steps:
      - {id: close, do: doors.close, accounts: [subject, linked]}
  - phase: after
    steps:
      - {id: prove, do: doors.prove, accounts: [subject, linked]}
"""


def rows() -> Iterator[Row]:
    """Run all services together, then each alone; yields one row a phase and their sum."""
    names = [kind.vendor for kind in KINDS]
    ours = _measured(names)
    alone = {name: _measured([name]) for name in names}
    slowest = {part: max(names, key=lambda name: alone[name][part]) for part in PARTS}
    for part in PARTS:
        name = slowest[part]
        base = alone[name][part]
        yield Row(
            f"{part}, {len(names)} services x {len(PERSONAS)} accounts ({LATENCY_MS} ms)",
            f"{ours[part]:.2f} s = {ours[part] / base:.2f} x", f"{base:.2f} s, {name} alone", "printed",
        )  # fmt: skip
    total, base = sum(ours[part] for part in PARTS), sum(alone[slowest[part]][part] for part in PARTS)
    yield Row(
        "find + keep + close + prove of these", f"{total:.2f} s = {total / base:.2f} x", f"{base:.2f} s, the slowest alone",
        "<= 1.3 x",
    )  # fmt: skip


def _measured(names: list[str]) -> Json:
    """Return the seconds of each phase of a case over these services alone, and what it came to."""
    with (
        tempfile.TemporaryDirectory(prefix="severance-bench-") as folder,
        beside(Path(folder), len(KINDS), LATENCY_MS, 1) as settings,
    ):
        _narrow(settings, names)
        return json.loads(python("-m", "tests.bench.phases", str(settings)).stdout)


def _narrow(settings: Path, names: list[str]) -> None:
    """Take the other services with doors out of the settings, and let the caps pass three whole people."""
    others = [kind.vendor for kind in KINDS if kind.vendor not in names]
    kept = []
    for line in settings.read_text().splitlines():
        if line.startswith("caps: "):
            kept.append(f'caps: {{"accounts": {len(names) * len(PERSONAS)}, "things": 50, "percent": 20}}')
        elif line.startswith("  - ") and "roles" in line:
            person = json.loads(line.removeprefix("  - "))
            person["accounts"] = {key: it for key, it in person["accounts"].items() if key in names}
            kept.append(f"  - {json.dumps(person)}")
        elif line.startswith("chat: "):
            chat = json.loads(line.removeprefix("chat: "))
            chat["readable_by"] = [each for each in chat["readable_by"] if each in names]
            kept.append(f"chat: {json.dumps(chat)}")
        elif not line.startswith(tuple(f"  {name}: " for name in others)) and not (
            line.startswith("  - ") and any(f'"service": "{name}"' in line for name in others)
        ):
            kept.append(line)
    settings.write_text("\n".join(kept) + "\n")


def measure(settings: Path) -> Json:
    """Open a case on the personas' accounts, run the four phases, and return what each took."""
    office = Office(load(settings))
    work = _opened(office, settings.parent)
    steps = {step.id: (phase, step) for phase in work.playbook.phases for step in phase.steps}
    took: dict[str, Json] = {}
    _timed(took, "find", lambda: find_doors(work, *_do(steps["find"])))
    _timed(took, "keep", lambda: _keep(work, *_do(steps["keep"])))
    phase, step = _do(steps["close"])
    work.write("phase.planned", **freeze(phase, None, work.case(), work.services, work.frame).as_json())
    _timed(took, "close", lambda: close_doors(work, phase, step))
    _timed(took, "prove", lambda: prove_doors(work, *_do(steps["prove"])))
    return took


def _do(found: tuple[Phase, object]) -> tuple[Phase, DoStep]:
    phase, step = found
    assert isinstance(step, DoStep)
    return phase, step


def _timed(took: dict[str, Json], part: str, do: Callable[[], Json]) -> None:
    began = time.perf_counter()
    result = do()
    took[part] = time.perf_counter() - began
    took[f"{part}-result"] = result


def _opened(office: Office, folder: Path) -> Work:
    """Return an opened case that two people have linked to the other personas."""
    playbook = folder / "bench.yaml"
    playbook.write_text(_PLAYBOOK)
    desk = Desk(office.settings)
    code = desk.open(str(playbook), {"subject": PERSONAS[0].mail}, claim=Claim("ingrid", None))
    work = office.work(code)
    linked = [account for each in PERSONAS[1:] for account in _accounts(work, each.mail)]
    work.write("link.confirmed", request="", accounts=as_json(linked), rows=[], links=[], by=[])
    return work


def _accounts(work: Work, mail: str) -> list[Account]:
    return [
        account
        for name in work.services.doored()
        for action in work.services.actions(name, "find", "accounts")
        for account in work.services.find(name, action, Who(mail=mail))
    ]


def _keep(work: Work, phase: Phase, step: DoStep) -> Json:
    """Keep what the step keeps, and tend what it orders, as a run does, until every bulk log is kept too."""

    async def kept() -> tuple[Json, CaseFile]:
        watch = Watch(work.following, lambda _: None)
        watch.refresh()
        others = [
            asyncio.ensure_future(each) for each in (watch.poll_forever(work.busy), tend_forever(work, watch))
        ]
        result = await work.in_thread(lambda: keep_doors(work, phase, step))
        watch.refresh()
        await watch.until(lambda case: idle(case) or None)
        for each in others:
            each.cancel()
        return result, watch.refresh()

    result, case = asyncio.run(kept())
    done = [order.result for order in case.orders.values() if order.done]  # others look again after a log's lag
    assert all(each["outcome"] == "kept" for each in done), done
    return result


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]))))
    sys.stdout.flush()
    os._exit(0)
