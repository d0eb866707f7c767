"""Draws a playbook as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.playbook import DoStep, Phase, Playbook, Step
from runner.language.problems import safe
from runner.language.waits import waits

__all__ = ["graph"]


def graph(playbook: Playbook) -> str:
    """Return the flowchart: a box a phase, an arrow for everything a step waits for."""
    lines = ["flowchart TB"]
    for number, phase in enumerate(playbook.phases):
        lines.append(f'  subgraph p{number}["{_text(_title(phase))}"]')
        lines += [
            f'    {_node(number, step.id)}["{_text(f"{step.id}: {_label(step)}")}"]' for step in phase.steps
        ]
        lines += [f"    {arrow}" for arrow in _arrows(number, phase)]
        lines.append("  end")
    lines += [f"  p{number} --> p{number + 1}" for number in range(len(playbook.phases) - 1)]
    return "\n".join(lines) + "\n"


def _title(phase: Phase) -> str:
    marks = (["covert"] if phase.covert else []) + (
        [f"{phase.approve.needed} approve"] if phase.approve else []
    )
    return f"{phase.phase} ({', '.join(marks)})" if marks else phase.phase


def _label(step: Step) -> str:
    return step.do if isinstance(step, DoStep) else step.kind


def _arrows(number: int, phase: Phase) -> Iterator[str]:
    before = waits(phase)
    for step in phase.steps:
        for name in sorted(before[step.id]):
            yield f"{_node(number, name)} --> {_node(number, step.id)}"


def _node(number: int, name: str) -> str:
    """Prefixed, because a bare `end` closes a subgraph in Mermaid."""
    return f"p{number}_{name.replace('-', '_')}"


def _text(text: str) -> str:
    return safe(text).replace('"', "#quot;").replace("\n", " ")
