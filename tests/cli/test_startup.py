"""What help costs: it loads nothing that help does not need."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.cli.conftest import ROOT, environment

HEAVY = {
    "cryptography", "dbos", "httpx2", "jinja2", "jira", "opentelemetry", "platformdirs", "prometheus_client",
    "requests", "slack_bolt", "slack_sdk", "sqlalchemy", "yaml",
}  # fmt: skip


def loaded_by(words, tmp_path):
    program = f"""
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
sys.argv = {["severance", *words]!r}
from runner.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_loads_neither_engine_nor_database_nor_vendors(tmp_path):
    for words in (["--help"], ["run", "--help"], ["chat", "--help"], ["slack", "manifest", "--help"]):
        modules = loaded_by(words, tmp_path)
        assert "typer" in modules
        assert {name.partition(".")[0] for name in modules} & HEAVY == set()
        assert words != ["--help"] or "pydantic" not in modules  # typer itself loads it for a verb's options
        assert {
            name
            for name in modules
            if name.startswith(("runner.chat", "runner.desk", "runner.cases", "runner.casefile", "runner.database", "integrations"))
        } == set()


def test_checking_a_playbook_needs_neither_engine_nor_database(tmp_path):
    tops = {name.partition(".")[0] for name in loaded_by(["lint", "playbooks"], tmp_path)}
    assert tops & {"dbos", "sqlalchemy"} == set()


def test_printing_the_manifest_needs_neither_slacks_libraries_nor_the_engine(tmp_path):
    tops = {name.partition(".")[0] for name in loaded_by(["slack", "manifest"], tmp_path)}
    assert tops & {"dbos", "slack_bolt", "slack_sdk"} == set()
