"""Runs the simulated company, in a process of its own, so that its ledgers outlive any runner."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.actions.values import Json
from runner.errors import SeveranceError, UsageError
from runner.settings import Settings

__all__ = ["Ledgers", "beside", "every_kind", "ledgers_of", "main", "serve"]


def every_kind() -> int:
    """Return how many services a lab needs to have one of each kind with doors."""
    from integrations.lab.launch import kinds  # noqa: PLC0415  only the desk starts the lab

    return len(kinds())


def serve(
    out: Path,
    services: int,
    latency_ms: float,
    compress: float = 1,
    changes: Mapping[str, Json] | None = None,
) -> None:
    """Run the lab in this process until a signal; prints one JSON line when everything listens.

    changes: fields of the lab's `Changes` to its settings.
    Raises UsageError for a folder that cannot take it.
    """
    from integrations.lab.launch import serve as serve_lab  # noqa: PLC0415  only the desk starts the lab
    from integrations.lab.settings_file import Changes  # noqa: PLC0415

    changed = Changes(**changes or {})
    try:
        serve_lab(out, services=services, latency_ms=latency_ms, compress=compress, changes=changed)
    except OSError as error:
        why = f"the lab cannot be put there: {error.strerror}"
        raise UsageError(why, where=str(out), remedy="name another folder with --out") from error


@contextmanager
def beside(
    out: Path, services: int, latency_ms: float, compress: float, changes: Mapping[str, Json] | None = None
) -> Iterator[Path]:
    """Run a lab as a process beside this one for the length of the block; yields its settings file."""
    command = [
        sys.executable,
        "-c",
        "from runner.desk.laboratory import main; main()",
        str(out),
        str(services),
        str(latency_ms),
        str(compress),
        json.dumps(changes or {}),
    ]
    # A session of its own: a Ctrl-C meant for the runner must not take the company down with it.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as lab:
        line = lab.stdout.readline() if lab.stdout else ""
        told = json.loads(line or '{"refused": "the lab did not start", "remedy": "see the lines above"}')
        if "refused" in told:
            raise UsageError(told["refused"], where=str(out), remedy=told["remedy"])
        try:
            yield Path(told["settings"])
        finally:
            lab.terminate()


def main() -> None:
    """Run the lab as `beside` asks for it."""
    out, services, latency, compress, changes = sys.argv[1:]
    try:
        serve(Path(out), int(services), float(latency), float(compress), json.loads(changes))
    except SeveranceError as error:  # for the process that asked; it alone speaks to the person
        print(json.dumps({"refused": error.what, "remedy": error.remedy}), flush=True)  # noqa: T201


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What a lab wrote down: measured from there, a run cannot flatter itself."""

    paths: tuple[Path, ...]
    latency_ms: float
    """Added to every answer of every stand-in."""


def ledgers_of(settings: Settings) -> Ledgers:
    """Return the ledgers of the lab whose settings these are; none for a real company."""
    started = settings.folder / "lab.json"
    if not settings.claimed_people or not started.is_file():
        return Ledgers((), 0)
    paths = tuple(sorted((settings.folder / "ledgers").glob("*.jsonl")))
    return Ledgers(paths, float(json.loads(started.read_text())["latency_ms"]))
