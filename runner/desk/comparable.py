"""Judges a file for `links.compare` when it is handed in: what nobody may compare is never kept."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path

from runner.cases.comparing import require_no_troubles
from runner.desk.handed_in import opened
from runner.language.operations import COMPARE
from runner.language.playbook import DoStep, Playbook
from runner.people.links.tables import Table

__all__ = ["require_comparable"]


def require_comparable(playbook: Playbook, task: str, path: Path) -> None:
    """Read a file as every comparison of this task's file will. Raises UsageError with all its problems."""
    for phase in playbook.phases:
        for step in phase.steps:
            if isinstance(step, DoStep) and step.do == COMPARE and task in step.with_["files"]:
                table = Table(path.name, "", partial(opened, path), step.with_.get("encoding", "utf-8"))
                deque(table.check(), maxlen=0)
                require_no_troubles([table])
