"""The store from a terminal: backed up, restored, verified, and what is kept how long."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess

import pytest


@pytest.fixture
def company(lab, tmp_path):
    """Settings of the company with a store of their own."""
    folder = tmp_path / "company"
    shutil.copytree(lab.parent, folder, ignore=shutil.ignore_patterns("state*", "ledgers", "backup"))
    path = folder / "severance.yaml"
    path.write_text(f"{path.read_text()}\nretention: {{keep: 0d, delete: [security-leads, counsel]}}\n")
    return path


@pytest.fixture
def code(severance, company):
    said = ["--subject", "jonas.weber@fjordlight.example", "--input", "seen=x", "--input", "engaged=contractor"]
    opened = severance("open", "suspected-dprk-worker", *said, "--as", "ingrid", "--json", "--config", str(company))
    assert opened.returncode == 0, opened.stderr
    return json.loads(opened.stdout)["case"]


def test_a_store_is_backed_up_verified_and_restored_where_there_is_none(severance, company, code, tmp_path):
    here = ["--config", str(company)]
    done = severance("backup", str(tmp_path / "copy"), *here)
    assert done.returncode == 0, done.stderr
    assert code in done.stdout
    assert subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=tmp_path / "copy", check=False).returncode == 0
    refused = severance("restore", str(tmp_path / "copy"), *here)
    assert refused.returncode == 2
    assert "there is a store here already" in refused.stderr
    shutil.rmtree(company.parent / "state")
    assert severance("restore", str(tmp_path / "copy"), *here).returncode == 0
    whole = severance("verify-store", "--json", *here)
    assert whole.returncode == 0
    assert [(each["case"], each["problems"]) for each in json.loads(whole.stdout)["cases"]] == [(code, [])]


def test_a_store_that_is_not_whole_is_no_success(severance, company, code):
    here = ["--config", str(company)]
    with sqlite3.connect(company.parent / "state" / "severance.db") as database:
        database.execute("UPDATE severance_journal SET record = replace(record, 'ingrid', 'maren')")
    database.close()
    broken = severance("verify-store", *here)
    assert broken.returncode == 1
    assert "its records were changed" in broken.stdout


def test_retention_names_every_case_and_forget_wants_a_reason_or_a_confirmation(severance, company, code):
    here = ["--config", str(company)]
    assert f"{code}  open" in severance("retention", *here).stdout
    assert severance("forget", code, *here).returncode == 2
    refused = severance("forget", code, "--because", "over", "--as", "maren", *here)
    assert refused.returncode == 6
    assert "it is not closed" in refused.stderr
    held = severance("hold", code, "--because", "litigation", "--as", "helene", *here)
    assert held.returncode == 0, held.stderr
    assert "on legal hold: litigation" in severance("status", code, *here).stdout
    assert severance("release", code, "--because", "settled", "--as", "helene", *here).returncode == 0
