"""Counsel's part at a terminal: clocks, documents, and the police's request to wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

PLAYBOOK = """playbook: papers
shown_as: Papers
version: 1
owner: security-leads
people: {start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel, hr]}
phases:
  - phase: papers
    steps:
      - {id: breach, clock: gdpr-33}
      - {id: letter, task: Send the letter, by: [hr], document: access-paused, with: {name: Ann}}
"""


@pytest.fixture
def at(severance, lab):
    """Run a verb with the lab's settings."""
    return lambda *words, **more: severance(*words, "--config", str(lab), **more)


@pytest.fixture
def case(at, tmp_path):
    """A case that waits for counsel and for HR."""
    (tmp_path / "papers.yaml").write_text(PLAYBOOK)
    opened = at("open", str(tmp_path / "papers.yaml"), "--as", "ingrid")
    assert opened.returncode == 0, opened.stderr
    code = opened.stdout.strip()
    assert at("run", code, "--no-input").returncode == 5
    return code


def test_counsel_sees_what_is_proposed_and_how_sure_anybody_is(at, case):
    shown = at("status", case).stdout
    assert "Notify the supervisory authority of a personal-data breach" in shown
    assert "    Runs: 72h\n" in shown
    assert "    Source: Regulation (EU) 2016/679, Article 33(1) and (4); EDPB Guidelines 9/2022" in shown
    assert "(second-hand, 2026-11-25)" in shown


def test_a_clock_is_started_from_an_earlier_moment_shown_and_stopped(at, case):
    earlier = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%MZ}"
    started = at("answer", case, "breach", "start", "--at", earlier, "--because", "the log", "--as", "helene")
    assert (started.returncode, started.stdout) == (0, f"{case}: recorded clock.started by helene\n")
    shown = at("status", case).stdout
    assert "  clock: gdpr-33 until " in shown
    assert "69 h 59 min left" in shown or "69 h 58 min left" in shown
    assert f"severance answer {case} breach stop --because TEXT" in shown
    assert at("answer", case, "breach", "stop", "--as", "helene").returncode == 2
    assert at("answer", case, "breach", "stop", "--because", "notified", "--as", "samuel").returncode == 6
    assert at("answer", case, "breach", "stop", "--because", "notified", "--as", "helene").returncode == 0
    assert "clock:" not in at("status", case).stdout


def test_a_moment_without_its_zone_is_refused_with_the_form_it_needs(at, case):
    done = at("answer", case, "breach", "start", "--at", "2026-11-25 09:14", "--as", "helene")
    assert done.returncode == 2
    assert "--at: expected a moment with its zone, such as 2026-11-25T09:14Z" in done.stderr
    done = at("answer", case, "letter", "done", "--at", "2026-11-25T09:14Z", "--as", "samuel")
    assert done.returncode == 2


def test_a_document_is_printed_as_it_is_with_its_status_beside_it(at, case):
    done = at("report", case, "--document", "letter")
    assert done.returncode == 0
    assert done.stdout.startswith(f"# Access paused: notice to send, case {case}\n")
    assert "Dear Ann," in done.stdout
    assert "letter, version 1: DRAFT" in done.stderr
    assert "missing: who signs, HR" in done.stderr
    found = json.loads(at("report", case, "--document", "access-paused", "--json").stdout)
    assert (found["document"], found["status"], len(found["missing"])) == ("letter", "DRAFT", 3)


def test_a_document_goes_from_draft_to_approved_to_sent(at, case):
    assert "  document: letter (access-paused, version 1): DRAFT, 3 missing" in at("status", case).stdout
    assert at("answer", case, "letter", "approve", "--as", "samuel").returncode == 6
    assert at("answer", case, "letter", "approve", "--as", "helene").returncode == 0
    assert "  document: letter (access-paused, version 1): APPROVED" in at("status", case).stdout
    assert at("answer", case, "letter", "done", "--as", "samuel").returncode == 0
    [paper] = json.loads(at("status", case, "--json").stdout)["cases"][0]["documents"]
    assert (paper["status"], paper["by"], paper["to"]) == ("SENT", "samuel", ["hr"])


def test_the_police_ask_to_wait_and_everybody_sees_until_when(at, case):
    words = ("--delay-asked-by", "FBI", "--contact", "S. Agent", "--until", "2999-01-01T00:00Z")
    assert at("note", case, *words).returncode == 0
    assert "  asked to wait: FBI, S. Agent, until 2999-01-01T00:00:00.000Z" in at("status", case).stdout
    assert at("note", case, *words[:4]).returncode == 2
    assert at("note", case).returncode == 2
    assert at("note", case, "seen nothing").returncode == 0
