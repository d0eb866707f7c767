"""A demand at a terminal: what it says is told in order of urgency, and a further one is a note with a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "intake"
PLAYBOOK = HERE / "post-termination-extortion.yaml"
MAILS = HERE / "mails"


@pytest.fixture
def at(severance, lab):
    """Run a verb with the lab's settings, as Ingrid."""
    return lambda *words: severance(*words, "--config", str(lab), "--as", "ingrid")


def test_danger_is_said_first_then_deadline_sum_and_address(at):
    done = at("open", str(PLAYBOOK), "--demand", str(MAILS / "first.eml"), "--quiet")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "DANGER TO PEOPLE IS MENTIONED: call the police now, before anything else.",
        "  it says: We know where you live.",
    ]
    told = at("open", str(PLAYBOOK), "--demand", str(MAILS / "first.eml")).stderr.splitlines()
    assert told[0].startswith("DANGER TO PEOPLE")
    assert told[2] == (
        "  demand: e-mail from quiet.partner@mailbox.example, received 2026-11-25T09:14:02Z"
        " (the topmost Received header, by mx.fjordlight.example, a receiver of ours)"
    )
    assert told[3] == (
        "  deadline: 2026-11-27T17:00:00Z, assumed (a weekday without a date: the next one);"
        " it says: Friday 18:00 CET"
    )
    assert "  asks for: 2.5 BTC" in told
    assert "  pay to: bitcoin bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 (its checksum fits)" in told
    assert "  kept unopened: 3 attached" in told
    assert any("doubt: replies go to another domain" in line for line in told)


def test_the_case_keeps_the_bytes_and_its_code_is_all_that_stdout_holds(at, severance, lab):
    done = at("open", str(PLAYBOOK), "--demand", str(MAILS / "first.eml"))
    [code] = done.stdout.split()
    digest = hashlib.sha256((MAILS / "first.eml").read_bytes()).hexdigest()
    items = sorted((lab.parent / lab.stem / "cases" / code / "items").iterdir())
    assert len(items) == 4
    assert hashlib.sha256(items[0].read_bytes()).hexdigest() == digest
    waiting = severance("run", code, "--no-input", "--json", "--config", str(lab))
    asked = [each["request"] for each in json.loads(waiting.stdout)["waiting"]]
    assert sorted(asked) == ["police", "watch"]


def test_as_json_the_demand_is_one_document(at):
    done = at("open", str(PLAYBOOK), "--demand", str(MAILS / "german.eml"), "--json")
    found = json.loads(done.stdout)
    assert found["demand"]["deadline"]["utc"] == "2026-11-30T17:00:00Z"
    assert [each["value"] for each in found["demand"]["amounts"]] == ["1250000.5"]


def test_a_note_with_a_file_is_a_further_message(at):
    code = at("open", str(PLAYBOOK), "--demand", str(MAILS / "first.eml")).stdout.strip()
    done = at("note", code, "forwarded by Helene as an attachment", "--demand", str(MAILS / "second.eml"))
    assert done.stdout == f"{code}: recorded demand.received by ingrid\n"
    assert "deadline: 2026-11-28T12:00:00Z, certain (stated with its zone)" in done.stderr
    assert "DANGER" not in done.stderr


def test_a_plain_note_is_nobodys_but_the_terminals(at):
    done = at("note", "amber-falcon-7", "seen by the desk")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--as and --sign go with --demand" in done.stderr


def test_a_picture_asks_for_the_facts_it_holds(at, tmp_path):
    picture = tmp_path / "screenshot.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = at("open", str(PLAYBOOK), "--demand", str(picture))
    assert done.returncode == 0, done.stderr
    assert "not read: nothing was read out of the picture" in done.stderr
    assert "hand it in with severance note CASE TEXT --demand FILE" in done.stderr
    assert "    what it says, word for word" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "input 'demand' is missing"),
        (["--demand", "nothing.eml"], "nothing.eml: cannot be read: No such file"),
        (["--demand", "/dev/zero"], "/dev/zero: is not a regular file"),
        (["--demand", str(PLAYBOOK.parent)], "cannot be read: Is a directory"),
        (["--input", "demand=x"], "a demand is handed in as the file it came in"),
    ],
)
def test_what_is_no_demand_is_refused_in_words(at, words, said):
    done = at("open", str(PLAYBOOK), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_playbook_without_demand_refuses_one(at):
    done = at(
        "open",
        "suspected-dprk-worker",
        "--subject",
        "jonas.weber@fjordlight.example",
        "--demand",
        str(MAILS / "first.eml"),
    )
    assert done.returncode == 2
    assert "the playbook takes no demand" in done.stderr


def test_text_of_the_message_cannot_steer_the_terminal(at, tmp_path):
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b"From: \x1b]52;c;x\x07 <a@b.example>\r\nSubject: \x1b[2J\r\nTo: c@fjordlight.example\r\n\r\n"
        b"We kill you\x1b[31m now\xe2\x80\xae! Pay 2 BTC"
    )
    done = at("open", str(PLAYBOOK), "--demand", str(mail))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout + done.stderr
    assert "We kill you\\x1b[31m now\\u202e!" in done.stderr


def test_a_drill_hands_in_a_demand_of_its_own(severance, tmp_path):
    done = severance("drill", str(PLAYBOOK), "--services", "2", "--out", str(tmp_path / "company"), "--json")
    assert done.returncode == 0, done.stderr
    [line] = [each for each in done.stderr.splitlines() if "  demand.received  " in each]
    digest = hashlib.sha256((tmp_path / "company" / "demand.eml").read_bytes()).hexdigest()
    assert line.endswith(f"  a message was handed in by ingrid, kept as {digest[:12]}")


def test_away_from_a_lab_the_signature_binds_the_message(severance, lab):
    """What is signed to open a case covers the digest of the file that is handed in."""
    text = lab.read_text().replace("claimed_people: true", "claimed_people: false")
    accepted = hashlib.sha256(PLAYBOOK.read_bytes()).hexdigest()
    text = text.replace('playbooks: {"accepted": "any"}', f'playbooks: {{"accepted": ["{accepted}"]}}')
    settings = lab.parent / "signed-demand.yaml"
    settings.write_text(text)
    settings.chmod(0o600)
    lines = [
        severance("open", str(PLAYBOOK), "--demand", str(MAILS / name), "--config", str(settings)).stderr
        for name in ("first.eml", "second.eml", "first.eml")
    ]
    assert "sign it with the key pinned for you" in lines[0]
    assert lines[0].replace(str(MAILS), "") == lines[2].replace(str(MAILS), "")
    assert lines[0] != lines[1]
