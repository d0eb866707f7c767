"""How long a person waits: the help page, the first request of a case, a whole drill without latency."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typer.main

from integrations.lab.ledger import read
from runner.actions.values import Json
from runner.cli import _app
from runner.desk.laboratory import beside
from tests.bench.lockdown import PLAYBOOK
from tests.bench.replay import replay, url_of
from tests.bench.table import Row, python, seconds, severance, timed

__all__ = ["rows"]

HEAVY = ("dbos", "sqlalchemy", "httpx2", "jinja2", "slack_sdk", "jira")
TIMES = 10
_SAW = """
import sys
sys.argv[1:] = ["--help"]
try:
    from runner.cli import main
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def rows() -> Iterator[Row]:
    """Yield help, what it imports, launch and drill."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        yield from _help(Path(folder, "empty.py"))
        yield _launch(Path(folder, "lab"))
        yield _drill(Path(folder))


def _help(path: Path) -> Iterator[Row]:
    path.write_text(_empty_app(), encoding="utf-8")
    ours, empty = timed(TIMES, lambda: severance("--help"), lambda: python(str(path), "--help"))
    yield Row(
        f"severance --help (median of {TIMES})", f"{ours * 1000:.0f} ms = {ours / empty:.2f} x",
        f"{empty * 1000:.0f} ms, as many empty commands", "<= 1.2 x",
    )  # fmt: skip
    loaded = set(python("-c", _SAW).stderr.split())
    yield Row("of these, --help imports", ", ".join(each for each in HEAVY if each in loaded) or "none", "-", "none")


def _empty_app() -> str:
    """Return a typer app with as many commands as ours, by the same names, that do nothing."""
    root = typer.main.get_command(_app())
    lines = ["import typer", 'app = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)']
    for name, command in root.commands.items():
        function = f"c_{name.replace('-', '_')}"
        lines.append(f"@app.command({name!r})\ndef {function}() -> None:\n    {command.help!r}")
    return "\n".join([*lines, "app()"])


def _launch(folder: Path) -> Row:
    """Time from starting `run` to the first request any service gets, beside a bare interpreter's first request."""
    with beside(folder, 2, 0, 86_400) as settings:
        opened = severance(
            "--config", str(settings), "--json", "open", PLAYBOOK, "--subject", "jonas.weber@fjordlight.example",
            "--input", "engaged=contractor", "--input", "seen=a bench", "--as", "ingrid",
        )  # fmt: skip
        code = json.loads(opened.stdout)["case"]
        asked = len(_calls(folder))
        began = time.time()
        severance("--config", str(settings), "--no-input", "run", code, check=False)
        ours = datetime.fromisoformat(_calls(folder)[asked]["at"]).timestamp() - began
        bare = f"import httpx2; httpx2.get('{url_of(settings, 'okta')}/api/v1/users/me', trust_env=False)"
        asked, began = len(_calls(folder)), time.time()
        subprocess.run([sys.executable, "-c", bare], check=True)
        base = datetime.fromisoformat(_calls(folder)[asked]["at"]).timestamp() - began
    return Row("case launch to first request", f"{ours:.2f} s", f"{base:.2f} s, bare httpx2", "<= 2 s")


def _drill(folder: Path) -> Row:
    """Time a whole drill, beside the same calls to services with doors made one after the other."""
    words = ("--services", "2", "--json", "--no-input", "--out", str(folder / "drill"))
    took = seconds(lambda: severance("drill", PLAYBOOK, *words))
    calls = _calls(folder / "drill")
    doored = [[each for each in calls if each["service"] == name] for name in ("okta", "github")]
    with beside(folder / "again", 2, 0, 1) as settings:
        base = seconds(lambda: [replay(settings, each) for each in doored])
    made = sum(map(len, doored))
    return Row("whole drill, no latency", f"{took:.1f} s", f"{base:.1f} s, its {made} calls one by one", "<= 30 s")


def _calls(folder: Path) -> list[Json]:
    lines = [line for path in (folder / "ledgers").glob("*.jsonl") for line in read(path)]
    return sorted(lines, key=lambda line: line["at"])

