"""`severance lint` over a thousand playbooks of sixty lines, beside reading them with PyYAML's C parser."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.bench.table import Row, seconds, severance

__all__ = ["playbook", "rows"]

FILES, LINES = 1000, 60


def rows() -> Iterator[Row]:
    """Write the playbooks, lint all, read all."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as name:
        folder = Path(name)
        for at in range(FILES):
            (folder / f"case-{at}.yaml").write_text(playbook(at), encoding="utf-8")
        ours = seconds(lambda: severance("lint", name))
        base = seconds(lambda: [_read(path) for path in folder.glob("*.yaml")])
    yield Row(
        f"lint a {LINES}-line playbook (mean over {FILES}, start-up included)", f"{ours * 1000 / FILES:.2f} ms",
        f"{base * 1000 / FILES:.2f} ms, yaml.load by the C parser", "<= 20 ms",
    )  # fmt: skip


def _read(path: Path) -> object:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def playbook(number: int) -> str:
    """Return a playbook without problems, of exactly LINES lines."""
    head = f"""playbook: case-{number}
shown_as: Review {number}
version: 1
owner: security-leads

people:
  start:  [ir-oncall]
  decide: [security-leads, duty-managers]
  advise: [counsel, hr]

inputs:
  subject: {{type: person, about: Work e-mail or staff id}}
  seen:    {{type: text, about: Facts only}}

phases:
  - phase: quiet
    covert: true
    steps:
      - id: found
        do: doors.find
        accounts: [subject]
      - id: keep-now
        do: doors.keep
        accounts: [subject]
        after: found
      - id: same-person
        ask: Which accounts belong to the same person?
        choose: found.candidates
        by: {{need: 2, of: [ir-oncall, security-leads]}}
        within: 2h
        if_silent: none
        after: found
      - id: keep-linked
        do: doors.keep
        accounts: [linked]
        after: same-person

  - phase: lockdown
    approve: {{need: 2, each_of: [security-leads, duty-managers], within: 2h}}
    fire: on-approval
    steps:
      - id: doors
        do: doors.close
        accounts: [subject, linked]

  - phase: after
    steps:
      - id: proof
        do: doors.prove
        accounts: [subject, linked]
        recheck: [15m, 1h, 24h]
"""
    tasks = []
    at = 0
    while head.count("\n") + len(tasks) < LINES:
        at += 1
        tasks += [f"      - id: brief-{at}", f"        task: Brief desk {at}", "        by: [ir-oncall]", "        within: 15m"]
    lines = head.splitlines() + tasks[: (LINES - head.count("\n")) // 4 * 4]
    return "\n".join(lines + ["# filled up to sixty lines"] * (LINES - len(lines))) + "\n"
