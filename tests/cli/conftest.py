from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Severance = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = (sys.executable, "-c", "from runner.cli import main; main()")
ROOT = Path(__file__).parents[2]
_STORES = itertools.count()


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nobody's settings, no colour of the caller's terminal, and a temp folder of our own."""
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE") if name in os.environ}
    own = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "TMPDIR": str(home),
        "PYTHONPATH": str(ROOT),
    }
    return {**kept, **own, "COLUMNS": "200", **more}


@pytest.fixture
def severance(tmp_path: Path) -> Severance:
    """Run the command as a user does, in a process of its own."""

    def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        env = environment(tmp_path / "home", **more.pop("env", {}))
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, **more}
        return subprocess.run([*COMMAND, *words], env=env, text=True, timeout=120, check=False, **how)

    return run


@pytest.fixture
def lab(running_lab: Path) -> Path:
    """The company's settings with a store of the test's own: one case at a time is about its one subject."""
    name = f"state-{next(_STORES)}"
    settings = running_lab.with_name(f"{name}.yaml")
    settings.write_text(re.sub(r"^store: .*$", f"store: {name}", running_lab.read_text(), flags=re.MULTILINE))
    settings.chmod(0o600)
    return settings


@pytest.fixture(scope="session")
def running_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The simulated company, run by the verb itself; yields its settings file."""
    folder = tmp_path_factory.mktemp("lab")
    words = [*COMMAND, "lab", "--out", str(folder / "company")]
    with subprocess.Popen(
        words, env=environment(folder / "home"), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield Path(json.loads(process.stdout.readline())["settings"])
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
