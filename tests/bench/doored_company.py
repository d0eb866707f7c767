"""A company whose every service is one door of a stand-in, and one real case about it, as its user would run it.

Each command is `severance` in a process of its own. `approved` leaves a case at the point where everything is
looked at and two people have approved the lockdown: what is measured from there is one `severance run CODE`.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.table import ENTRY, ROOT, Command

__all__ = ["DECIDERS", "FOLLOWING", "MAIL", "PLAYBOOK", "STARTER", "Approved", "approved", "command", "founded", "waiting", "within"]

FOLLOWING = 3
"""Calls after the lockdown, each after the one before."""
PLAYBOOK = "doors.yaml"
MAIL = "subject-{}@fjordlight.example"
STARTER, DECIDERS = "ingrid", ("maren", "beatriz")
_PEOPLE = {"ingrid": "ir-oncall", "maren": "security-leads", "beatriz": "duty-managers"}
_PLAYBOOK = """
playbook: doors
shown_as: Doors
version: 1
owner: security-leads
people: {start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel]}
inputs:
  subject: {type: person, about: Whose doors they are}
phases:
  - phase: quiet
    covert: true
    steps:
      - {id: found, do: doors.find, accounts: [subject]}
      - {id: keep-now, do: doors.keep, accounts: [subject], after: found}
  - phase: lockdown
    approve: {need: 2, each_of: [security-leads, duty-managers], within: 2h}
    steps:
      - {id: doors, do: doors.close, accounts: [subject]}
"""
_PROOF = "      - {id: proof, do: doors.prove, accounts: [subject]}\n"
_STEP = "      - {{id: follow-{0}, do: sequel.follow_up, with: {{number: {0}}}{1}}}\n"


def _install(folder: Path) -> None:
    """Write the distribution whose entry point names the doors' vendor, for processes with this folder in their path."""
    made = folder / "severance_bench-1.dist-info"
    made.mkdir(parents=True)
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: severance-bench\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[severance.integrations]\nbench = tests.bench.door_vendor\n")


@dataclass(frozen=True, slots=True)
class Approved:
    """A case that waits for nobody any more."""

    folder: Path
    code: str

    def command(self) -> Command:
        """Return the command that runs the case to its end."""
        return command(self.folder, "run", self.code)


def founded(folder: Path, url: str, doors: int, database: str = "") -> Path:
    """Write the company's settings and its playbook `doors.yaml` into a new folder; returns the settings' path.

    url: of the stand-in. database: a PostgreSQL server's, or nothing for a file in the store.
    """
    folder.mkdir(mode=0o700)
    _install(folder / "plugin")
    (folder / PLAYBOOK).write_text(_playbook())
    settings = folder / "severance.yaml"
    settings.write_text(_settings(url, doors, database))
    settings.chmod(0o600)
    return settings


def approved(folder: Path, url: str, doors: int) -> Approved:
    """Open a case about somebody with so many doors at the stand-in, run its quiet phase, and approve its lockdown."""
    code = waiting(founded(folder, url, doors))
    for person in DECIDERS:
        _severance(folder, "approve", code, "--because", "as expected", "--as", person)
    return Approved(folder, code)


def waiting(settings: Path) -> str:
    """Open a case and run it until its lockdown waits for approval; returns its code name."""
    folder = settings.parent
    opened = _severance(folder, "open", str(folder / PLAYBOOK), "--subject", MAIL.format(1), "--as", STARTER)
    code = str(json.loads(opened)["case"])
    _severance(folder, "run", code, ends=(5,))  # waiting for a person
    return code


def _playbook() -> str:
    steps = [_STEP.format(at, f", after: follow-{at - 1}" if at > 1 else "") for at in range(1, FOLLOWING + 1)]
    return f"{_PLAYBOOK}  - phase: after\n    steps:\n{_PROOF}{''.join(steps)}"


def _settings(url: str, doors: int, database: str) -> str:
    """Return severance.yaml; each value is written as JSON, which is YAML."""
    services = {f"door-{at}": {"vendor": "bench", "url": url, "door": at} for at in range(1, doors + 1)}
    top = {
        "version": 1, "company": "Bench", "store": "state", "claimed_people": True, "playbooks": {"accepted": "any"},
        "services": {**services, "sequel": {"vendor": "sequel", "url": url}},
        "people": [
            {"id": name, "name": name.title(), "mail": f"{name}@fjordlight.example", "roles": [role]}
            for name, role in _PEOPLE.items()
        ],
        "caps": {"accounts": doors},
    }  # fmt: skip
    top |= {"database": database} if database else {}
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in top.items())


def command(folder: Path, *words: str) -> Command:
    """Return a command of severance on the company in this folder."""
    settings = str(folder / "severance.yaml")
    typed = [sys.executable, "-c", ENTRY, "--config", settings, "--json", "--no-input", *words]
    return Command(typed, folder, _with_vendor(folder))


def within(folder: Path, module: str, *words: str) -> Command:
    """Return what runs a module of ours in a process that knows the company's vendor, as each command does."""
    return Command([sys.executable, "-m", module, *words], ROOT, _with_vendor(folder))


def _with_vendor(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "plugin")])}


def _severance(folder: Path, *words: str, ends: tuple[int, ...] = (0,)) -> str:
    return command(folder, *words).run(ends)
