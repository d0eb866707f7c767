from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from runner.cli.output import Terminal
from runner.cli.work import _AT_ONCE
from runner.fleet.worker import AT_ONCE

VERBS = (
    "lint", "show", "actions", "schema", "doctor", "lab", "drill", "slack", "chat", "open", "plan", "run",
    "resume", "status", "stop", "prove", "undo", "close", "note", "work", "emergency", "adopt", "brief",
    "hand-over", "approve", "deny", "object", "overrule", "answer", "report", "bundle", "backup", "restore",
    "verify-store", "retention", "hold", "release", "forget",
)  # fmt: skip


def test_without_a_word_it_shows_every_verb(severance):
    done = severance()
    assert done.returncode == 0
    assert done.stderr == ""
    for verb in VERBS:
        assert re.search(rf"│ {verb} ", done.stdout), verb


def test_every_verb_explains_itself_and_takes_the_shared_options(severance):
    for verb in ("approve", "bundle verify", "chat", "drill", "run", "slack manifest", "status"):
        done = severance(*verb.split(), "--help")
        assert done.returncode == 0
        assert "Usage: severance " + verb in done.stdout
        for option in ("--config", "--json", "--no-input", "--quiet", "--verbose"):
            assert option in done.stdout, (verb, option)


@pytest.mark.parametrize(
    ("words", "said", "remedy"),
    [
        (["lnit"], "No such command 'lnit'. Did you mean 'lint'?", "severance --help"),
        (["run"], "Missing argument 'case'", "severance run --help"),
        (["run", "a-case-1", "--fast"], "No such option: --fast", "severance run --help"),
        (["drill", "x", "--services", "many"], "Invalid value for '--services'", "severance drill --help"),
        (["drill", "x", "--services", "65"], "Invalid value for '--services'", "severance drill --help"),
        (["bundle"], "Missing command", "severance bundle --help"),
        (["slack"], "Missing command", "severance slack --help"),
        (["lint", "x", "--format", "xml"], "Invalid value for '--format'", "severance lint --help"),
        (["lint", "nowhere.yaml"], "nowhere.yaml: there is no such file or folder", "correct the path"),
        (["show", "nothing"], 'there is no playbook "nothing"', "suspected-dprk-worker"),
        (["actions", "nothing.at_all"], 'there is no action "nothing.at_all"', "known|did you mean|severance"),
        (["open", "x", "--input", "seen"], "expected NAME=VALUE, found 'seen'", ""),
        (["status"], "no settings", "--config or SEVERANCE_CONFIG"),
        (["status", "--config", "not/there.yaml"], "there is no file", "correct the path"),
    ],
)  # fmt: skip
def test_a_wrong_word_gets_its_place_and_the_next_step_and_exit_code_2(severance, words, said, remedy):
    done = severance(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("severance: ")
    assert said in done.stderr
    assert re.search(remedy, done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["--json", "status"], ["status", "--json"], ["status", "--nope", "--json"]]
)
def test_an_error_too_is_one_document_when_json_is_asked_for(severance, words):
    done = severance(*words)
    found = json.loads(done.stdout)
    assert (found["schema_version"], found["exit"], done.returncode) == (1, 2, 2)
    assert found["error"]["what"]
    assert found["error"]["remedy"]


def test_settings_that_others_can_write_are_refused(severance, tmp_path):
    settings = tmp_path / "severance.yaml"
    settings.write_text("version: 1\n")
    settings.chmod(0o666)
    done = severance("status", "--config", str(settings))
    assert done.returncode == 2
    assert "can be written by others" in done.stderr
    assert f"= next: chmod 600 {settings}" in done.stderr


def test_problems_of_the_settings_stand_at_the_start_of_the_line(severance, tmp_path):
    settings = tmp_path / "severance.yaml"
    settings.write_text("version: 1\ncompany: X\nstore: state\nservice: {}\n")
    settings.chmod(0o600)
    done = severance("status", "--config", str(settings))
    assert done.returncode == 2
    assert re.search(rf"^{re.escape(str(settings))}:4:1: .*\[", done.stderr, re.MULTILINE)


def test_a_settings_file_beside_the_user_is_not_taken_by_itself(severance, tmp_path):
    (tmp_path / "severance.yaml").write_text("version: 1\n")
    assert "no settings" in severance("status").stderr


def test_the_settings_may_be_named_by_the_environment(severance):
    done = severance("status", env={"SEVERANCE_CONFIG": "/not/there.yaml"})
    assert "SEVERANCE_CONFIG: there is no file /not/there.yaml" in done.stderr


def test_a_defect_ends_in_words_and_a_private_file_without_a_traceback(severance, tmp_path):
    """An installed integration that does not load is such a defect."""
    plugin = tmp_path / "plugin"
    (plugin / "broken-1.0.dist-info").mkdir(parents=True)
    (plugin / "broken.py").write_text("raise RuntimeError('token ghp_' + 'a1B2' * 9)\n")
    (plugin / "broken-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n"
    )
    (plugin / "broken-1.0.dist-info" / "entry_points.txt").write_text(
        "[severance.integrations]\nbroken = broken\n"
    )
    done = severance("actions", env={"PYTHONPATH": f"{plugin}:{Path(__file__).parents[2]}"})
    assert done.returncode == 3
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "a defect of severance, not of yours (RuntimeError)" in done.stderr
    [written] = (tmp_path / "home").glob("severance-crash-*.txt")
    assert str(written) in done.stderr
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "broken.py" in written.read_text()
    assert "a1B2a1B2" not in written.read_text() + done.stderr


def test_a_reader_that_goes_away_is_no_failure(severance):
    reading, writing = os.pipe()
    os.close(reading)
    done = severance("schema", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_said_in_words(severance):
    with Path("/dev/full").open("w") as full:
        done = severance("schema", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 3
    assert "cannot write: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_found_is_shown_as_it_is_where_it_only_looks_like_a_secret(capsys):
    Terminal().result({}, "github.revoke_token: on-next-use\x1b[2J")
    assert capsys.readouterr().out == "github.revoke_token: on-next-use\\x1b[2J\n"


@pytest.mark.parametrize("verb", ["drill", "show"])
def test_a_bare_name_means_a_shipped_playbook_and_never_a_file_that_lies_here(severance, tmp_path, verb):
    (tmp_path / "planted").write_text("playbook: planted\n")
    done = severance(verb, "planted")
    assert done.returncode == 2
    assert 'there is no playbook "planted"' in done.stderr
    assert "suspected-dprk-worker" in done.stderr


def test_a_broken_playbook_is_told_before_a_company_comes_up(severance, tmp_path):
    (tmp_path / "broken.yaml").write_text("playbook: broken\n")
    done = severance("drill", "broken.yaml", "--out", "company")
    assert done.returncode == 2
    assert done.stderr.startswith("broken.yaml:1:1: ")
    assert not (tmp_path / "company").exists()


@pytest.mark.parametrize("verb", [("drill", "suspected-dprk-worker"), ("lab",)])
def test_a_folder_that_cannot_take_a_lab_is_said_in_words(severance, tmp_path, verb):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "ledgers").mkdir()
    (tmp_path / "file").write_text("")
    for folder, why in (("used", "a lab ran here before"), ("file", "the lab cannot be put there")):
        done = severance(*verb, "--out", folder)
        assert done.returncode == 2
        assert why in done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_without_playbooks_does_not_pass_for_one_without_problems(severance, tmp_path):
    (tmp_path / "empty").mkdir()
    assert severance("lint", "empty").returncode == 2


def test_a_closed_stdout_is_no_defect(severance):
    done = severance("actions", "--json", stdout=None, preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, "")


def test_help_says_how_many_cases_a_worker_runs_at_once_without_loading_it():
    assert _AT_ONCE == AT_ONCE
