"""What the settings and options say of logs and metrics holds for the verbs that serve and run."""

from __future__ import annotations

import json
import re

import pytest

from runner.desk.office import Office
from runner.settings import load
from tests.cli.test_respond import OPEN


@pytest.fixture
def with_log(lab):
    """The lab's settings with a log, and a store of its own."""
    settings = lab.parent / "logged.yaml"
    text = re.sub(r"^store: .*$", "store: logged-state", lab.read_text(), flags=re.MULTILINE)
    settings.write_text(text + 'log: {"to": "case.jsonl"}\n')
    settings.chmod(0o600)
    return settings


def test_a_run_at_a_terminal_logs_its_records_where_the_settings_name_a_file(severance, with_log):
    opened = severance(*OPEN, "--as", "ingrid", "--config", str(with_log))
    code = opened.stdout.strip()
    done = severance("run", code, "--no-input", "--config", str(with_log))
    assert done.returncode == 5, done.stderr
    told = [json.loads(line) for line in (with_log.parent / "case.jsonl").read_text().splitlines()]
    records = Office(load(with_log)).records(code)
    assert [each["seq"] for each in told if each.get("case") == code] == [each["seq"] for each in records]
    assert (with_log.parent / "case.jsonl").stat().st_mode & 0o777 == 0o600
    assert "door.seen" in done.stderr  # the person at the terminal is told as before


@pytest.mark.parametrize("verb", ["work", "chat"])
def test_a_server_does_not_let_others_read_its_counts_unless_the_settings_say_so(severance, lab, verb):
    done = severance(verb, "--metrics", "0.0.0.0:9464", "--config", str(lab))
    assert (done.returncode, done.stdout) == (2, "")
    assert "others could read the metrics there" in done.stderr
    assert "beyond_loopback" in done.stderr
