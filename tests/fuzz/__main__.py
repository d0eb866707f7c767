"""Fuzz with coverage as the guide: `python -m tests.fuzz NAME|all --seconds N`, on atheris (the `fuzz` extra).

Each target runs in a process of its own, from the corpus; prints executions and what was found. A finding's bytes
are written to `--out`, and belong into tests/corpus, so that the suite tries them for ever.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.corpus.entries import BYTES
from tests.fuzz.targets import SLOW, TARGETS

_LONGEST = 16_384  # bytes of one input: a whole playbook, a whole mail
_ROOT = Path(__file__).parents[2]
_WHOLE = {"playbook": "tests/language/good/*.yaml", "yaml": "playbooks/*.yaml", "settings": "tests/language/good/*.yaml", "demand": "tests/intake/mails/*"}
"""Files that are as they should be: what is damaged must once have been whole."""


def main() -> int:
    """Fuzz, and return 1 where something was found."""
    given = argparse.ArgumentParser(prog="python -m tests.fuzz")
    given.add_argument("name", choices=[*TARGETS, "all"])
    given.add_argument("--seconds", type=int, default=60)
    given.add_argument("--out", type=Path, default=Path(tempfile.gettempdir(), "severance-fuzz"))
    told = given.parse_args()
    found = [name for name in (TARGETS if told.name == "all" else [told.name]) if not _apart(name, told.seconds, told.out)]
    _say(f"findings: {', '.join(found) or 'none'}")
    return bool(found)


def _apart(name: str, seconds: int, out: Path) -> bool:
    """Fuzz one target in a process of its own; returns whether nothing was found."""
    seeds, findings = out / name / "seeds", out / name / "found"
    for folder in (seeds, findings):
        folder.mkdir(parents=True, exist_ok=True)
    whole = [path.read_bytes() for path in sorted(_ROOT.glob(_WHOLE[name]))] if name in _WHOLE else []
    for at, content in enumerate([*whole, *BYTES[:: 17 if name in SLOW else 1]]):
        (seeds / f"{at:04d}").write_bytes(content)
    command = [sys.executable, "-m", "tests.fuzz.guided", name, f"-max_total_time={seconds}", f"-max_len={_LONGEST}",
               "-rss_limit_mb=2048", "-timeout=20", f"-artifact_prefix={findings}/", "-print_final_stats=1", str(seeds)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    ran = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    _say(f"{name:12} {ran[1] if ran else '?':>9} executions, {covered[-1] if covered else '?':>5} edges, {'nothing found' if done.returncode == 0 else 'FOUND'}")
    if done.returncode:
        _say("\n".join(done.stderr.splitlines()[-40:]))
        _say(f"see {findings}")
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
