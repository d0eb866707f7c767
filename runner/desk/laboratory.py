"""Runs the simulated company, in a process of its own, so that its ledgers outlive any runner."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.errors import SeveranceError, UsageError
from runner.settings import Settings

__all__ = ["Ledgers", "beside", "ledgers_of", "main", "serve"]


def serve(out: Path, services: int, latency_ms: float, compress: float = 1) -> None:
    """Run the lab in this process until a signal; prints one JSON line when everything listens.

    Raises UsageError for a folder that cannot take it.
    """
    from integrations.lab.launch import serve as serve_lab  # noqa: PLC0415  only the desk starts the lab

    try:
        serve_lab(out, services=services, latency_ms=latency_ms, compress=compress)
    except OSError as error:
        why = f"the lab cannot be put there: {error.strerror}"
        raise UsageError(why, where=str(out), remedy="name another folder with --out") from error


@contextmanager
def beside(out: Path, services: int, latency_ms: float, compress: float) -> Iterator[Path]:
    """Run a lab as a process beside this one for the length of the block; yields its settings file."""
    command = [
        sys.executable,
        "-c",
        "from runner.desk.laboratory import main; main()",
        str(out),
        str(services),
        str(latency_ms),
        str(compress),
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
    out, services, latency, compress = sys.argv[1:]
    try:
        serve(Path(out), int(services), float(latency), float(compress))
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
