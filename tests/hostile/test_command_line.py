"""Words on the command line and in the environment: an answer within the patience of the test, in words that steer nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, environment
from tests.corpus.entries import TEXTS
from tests.corpus.strategies import EXAMPLES, FEW
from tests.hostile.sinks import STEERING
from tests.hostile.test_keeping import put
from tests.test_settings import REAL

VERBS = (
    ("{}",), ("lint", "{}"), ("show", "{}"), ("status", "{}"), ("note", "{}", "{}"), ("bundle", "verify", "{}"), ("doctor", "{}"), ("drill", "{}"),
    ("approve", "{}", "--because", "{}", "--sign", "{}"), ("answer", "{}", "{}", "{}", "--at", "{}"), ("report", "{}", "--document", "{}"),
    ("open", "suspected-dprk-worker", "--subject", "{}", "--input", "seen={}"),
)  # fmt: skip
DRIVER = """
import json, sys
from runner.cli import _run
for words in json.load(sys.stdin):
    print("\\x1e", flush=True); print("\\x1e", file=sys.stderr, flush=True)
    try:
        code = _run(words)
    except SystemExit as left:
        code = left.code
    print(f"\\n\\x1f{code}", flush=True)
"""
"""Many invocations in one process: to start four hundred would take minutes. What each wrote is told apart by marks."""
SAID = [each.value for each in TEXTS if "\0" not in each.value and len(each.value) < 5000 and not each.value.startswith("\ud800")]


def usable(text: str) -> bool:
    """Whether an operating system can hand it over: no NUL, and no surrogate that stands for no byte."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return "\0" not in text


WORDS = [*[each for each in SAID if usable(each)][:: 1 if EXAMPLES > FEW else 5], "\udcff\udcfe"]
"""The last is what Python makes of bytes that are no UTF-8 (PEP 383)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("words")
    config = made / "home" / "config" / "severance"
    config.mkdir(parents=True, mode=0o700)
    put(config, REAL.replace("/var/lib/severance", str(made / "home" / "store")))
    return made


def driven(folder: Path, several: list[list[str]], **more: str) -> subprocess.CompletedProcess[str]:

    return subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(several), capture_output=True, text=True, errors="surrogateescape",
        env=environment(folder / "home", **more), cwd=folder, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_whatever_is_typed_is_answered_in_words_and_touches_nothing(verb, folder):
    several = [[part.replace("{}", text) for part in verb] for text in WORDS]
    before = sorted(path for path in folder.rglob("*") if "home" not in path.parts)
    done = driven(folder, several)
    assert done.returncode == 0, done.stderr[-2000:]
    codes = [line[1:] for line in done.stdout.splitlines() if line.startswith("\x1f")]
    assert len(codes) == len(several)
    wrong = [(several[at], code) for at, code in enumerate(codes) if code not in {"0", "1", "2", "4", "6"}]
    assert wrong == []
    assert "Traceback" not in done.stdout + done.stderr
    assert "a defect of severance" not in done.stderr
    for each in (done.stdout, done.stderr):
        shown = each.replace("\x1e", "").replace("\x1f", "").replace("\n", "")
        assert not STEERING.search(shown), ascii(STEERING.search(shown))
    assert sorted(path for path in folder.rglob("*") if "home" not in path.parts) == before


@pytest.mark.parametrize("name", ["SEVERANCE_CONFIG", "XDG_CONFIG_HOME", "HOME", "LANG", "TMPDIR"])
def test_whatever_the_environment_says_is_answered_in_words(name, folder):
    for text in WORDS[:: len(WORDS) // 2]:
        done = subprocess.run(
            [sys.executable, "-c", "from runner.cli import main; main()", "status"], capture_output=True, check=False, timeout=60, cwd=folder,
            env={**environment(folder / "home"), name: text, "PYTHONPATH": str(ROOT)}, encoding="utf-8", errors="surrogateescape",
        )  # fmt: skip
        assert done.returncode in {0, 2}, done.stderr
        assert "Traceback" not in done.stderr
        assert not STEERING.search(done.stderr.replace("\n", ""))
