"""A responder's night at a terminal: every verb in its own process, against the simulated company."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from integrations.lab.control import Control
from tests.cli.conftest import COMMAND, environment

SUBJECT = "jonas.weber@fjordlight.example"
PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "suspected-dprk-worker.yaml"
OPEN = (
    "open",
    "suspected-dprk-worker",
    "--subject",
    SUBJECT,
    "--input",
    "engaged=contractor",
    "--input",
    "seen=x",
)


@pytest.fixture
def at(severance, lab):
    """Run a verb with the lab's settings."""
    return lambda *words, **more: severance(*words, "--config", str(lab), **more)


@pytest.fixture
def case(at):
    """A case that was opened and not run."""
    done = at(*OPEN, "--as", "ingrid")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def signed(lab):
    """The lab's settings as a real company has them: nobody is taken at their word, playbooks are accepted by digest."""
    text = lab.read_text().replace("claimed_people: true", "claimed_people: false")
    accepted = hashlib.sha256(PLAYBOOK.read_bytes()).hexdigest()
    text = text.replace('playbooks: {"accepted": "any"}', f'playbooks: {{"accepted": ["{accepted}"]}}')
    settings = lab
    settings.write_text(text)
    settings.chmod(0o600)
    return settings


def test_doctor_reads_every_service_and_says_what_it_found(at):
    done = at("doctor", "--json")
    checks = [each for each in json.loads(done.stdout)["checks"] if each["service"] != "cases"]
    assert done.returncode in (0, 5)  # 5: a case that another test left behind
    assert {"okta", "github", "jira", "mail", "slack", "pager", "files"} <= {
        each["service"] for each in checks
    }
    assert all(each["ok"] for each in checks)
    assert at("doctor", "files").stdout.startswith("ok  files")


def test_doctor_ends_with_4_and_the_remedy_when_a_secret_is_missing(severance, lab):
    broken = lab.parent / "broken.yaml"
    broken.write_text(lab.read_text().replace("file:secrets/okta", "file:secrets/nothing"))
    broken.chmod(0o600)
    done = severance("doctor", "okta", "--config", str(broken))
    assert done.returncode == 4
    assert done.stdout.startswith("NO  okta")
    assert "= next:" in done.stderr


def test_doctor_knows_no_service_that_is_not_configured(at):
    done = at("doctor", "octa")
    assert done.returncode != 0
    assert "okta" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "verb", [["status"], ["run"], ["plan"], ["report"], ["prove"], ["stop"], ["note", "text"]]
)
def test_a_case_that_does_not_exist_gets_a_strangers_answer(at, verb):
    done = at(verb[0], "amber-falcon-7", *verb[1:])
    assert done.returncode == 6
    assert done.stdout == ""
    assert done.stderr == (
        "severance: amber-falcon-7: no such case for you\n"
        "  = next: check the code name with whoever gave it to you\n"
    )


def test_opening_prints_the_code_name_alone_and_the_next_step_beside_it(at, lab):
    done = at(*OPEN, "--as", "ingrid")
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+\n", done.stdout)
    assert f"= next: severance plan {done.stdout.strip()} --config {lab}" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--as", "nobody"], 6, "say who you are"),
        ([], 6, "say who you are"),
        (["--as", "helene"], 6, "may not start"),
        (["--as", "ingrid", "--input", "colour=red"], 2, "no input 'colour'"),
        (["--as", "ingrid", "--input", "engaged=perhaps"], 2, "expected one of employee"),
        (["--as", "ingrid", "--subject", "nobody@fjordlight.example"], 6, "nobody"),
    ],
)
def test_a_case_that_may_not_be_opened_says_why(at, words, code, said):
    done = at(*OPEN, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_plan_with_changes_ends_with_8_when_asked_to(at, case):
    done = at("plan", case, "--changes", "--json")
    assert done.returncode == 8
    assert json.loads(done.stdout)["operations"]
    shown = at("plan", case)
    assert shown.returncode == 0
    assert f"Who: okta: {SUBJECT}" in shown.stdout


def test_status_of_all_cases_ends_with_0_and_of_one_with_its_own_code(at, case):
    every = at("status", "--json")
    assert every.returncode == 0
    assert case in {each["code"] for each in json.loads(every.stdout)["cases"]}
    one = at("status", case)
    assert one.returncode == 5
    assert one.stdout.startswith(f"{case}  waiting  Identity misrepresentation review  quiet")


def test_a_run_without_people_ends_with_5_and_the_exact_command(at, case, lab):
    done = at("run", case, "--no-input", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["exit"], document["outcome"]) == (5, 5, "waiting")
    [asked] = [each for each in document["waiting"] if each["request"] == "same-person"]
    assert f"  = next: {asked['command']} --config {lab}\n" in done.stderr
    for option in asked["options"]:
        assert f"{option['key']}: {option['label']}" in done.stderr
    assert re.search(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  door.seen ", done.stderr, re.MULTILINE)
    assert "\x1b" not in done.stderr


def test_people_answer_and_approve_and_the_doors_close(at, case, tmp_path):
    """The whole way: two answers, two approvals, exit 7 while a door is left to a person, then the papers."""
    at("run", case, "--no-input")
    for person in ("ingrid", "maren"):
        assert at("answer", case, "same-person", "none", "--as", person).returncode == 0
    assert at("run", case, "--no-input").returncode == 5
    for step, words, person in (("conflict", "no", "maren"), ("ground", "a policy broken", "helene")):
        assert at("answer", case, step, words, "--as", person).returncode == 0
        assert at("run", case, "--no-input").returncode == 5
    waiting = json.loads(at("status", case, "--json").stdout)["cases"][0]["waiting"]
    [asked] = [each for each in waiting if each["kind"] == "approval"]
    assert all(f"    {line}" in at("status", case).stdout for line in asked["lines"])

    starter = at("approve", case, "--as", "ingrid")
    assert (starter.returncode, starter.stdout) == (6, "")
    stale = at("approve", case, "--plan", "0" * 12, "--as", "maren")
    assert (stale.returncode, "no such plan" in stale.stderr) == (6, True)
    for person in ("maren", "anselm"):
        words = asked["command"].split()[1:]
        recorded = json.loads(at(*words, "--as", person, "--because", "seen", "--json").stdout)
        assert (recorded["recorded"], recorded["by"]) == ("approval.given", person)

    done = at("run", case, "--no-input", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["outcome"]) == (7, "doors-open")
    by_hand = [each for each in document["waiting"] if "--item FILE" in each["command"]]
    assert by_hand
    proof = tmp_path / "proof.txt"
    proof.write_text("closed by hand")
    for each in by_hand:
        words = each["command"].replace("FILE", str(proof)).split()[1:]
        assert at(*words, "--as", "ingrid").returncode == 0
    proved = json.loads(at("prove", case, "--json").stdout)
    assert {each["verdict"] for each in proved["doors"]} <= {"closed", "inferred", "by-hand", "held"}

    report = Path(at("report", case).stdout.strip())
    assert report.read_text().startswith("<!")
    bundle = at("bundle", "make", case).stdout.strip()
    assert at("bundle", "verify", bundle).returncode == 0
    (Path(bundle) / "data" / "playbook.yaml").write_text("another")
    altered = at("bundle", "verify", bundle, "--json")
    assert altered.returncode == 1
    assert json.loads(altered.stdout)["problems"]


def test_ctrl_c_stops_a_waiting_run_saves_its_state_and_names_the_next_step(at, case, lab, tmp_path):
    words = [*COMMAND, "run", case, "--config", str(lab)]
    with subprocess.Popen(
        words, env=environment(tmp_path / "home"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert any("ask.asked" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.startswith(f"{case}: stopped")
    assert "severance: stopped; the state is saved." in err
    assert "  open:  okta" in err
    assert "the subject may know" not in err
    assert err.endswith(f"  = next: severance resume {case} --config {lab}\n")
    assert at("status", case).returncode == 130
    assert at("resume", case, "--no-input").returncode == 5


def test_a_note_and_a_stop_are_recorded(at, case):
    assert json.loads(at("note", case, "seen by the desk", "--json").stdout)["recorded"] == "note"
    done = at("stop", case, "--because", "lunch")
    assert done.stdout.startswith(f"{case}: recorded stop.asked by ")
    assert f"= next: severance resume {case}" in done.stderr


def test_away_from_a_lab_a_signature_made_with_the_printed_line_opens_a_case(
    severance, signed, lab, tmp_path
):
    words = (*OPEN, "--config", str(signed))
    told = severance(*words)
    assert (told.returncode, told.stdout) == (6, "")
    [line] = re.findall(r"= next: (printf .*)", told.stderr)
    assert "--sign approval.sig" in told.stderr
    line = line.replace("~/.ssh/id_ed25519", str(lab.parent / "secrets" / "ingrid.key"))
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)
    done = severance(*words, "--sign", "approval.sig")
    assert done.returncode == 0, done.stderr
    again = severance(*words, "--sign", "-", input=(tmp_path / "approval.sig").read_text())
    assert again.returncode == 6  # it was read and counted: what is refused is a second case about him
    assert f"{done.stdout.strip()} is about this person already" in again.stderr


def test_away_from_a_lab_a_claimed_name_counts_for_nothing(severance, signed):
    done = severance(*OPEN, "--config", str(signed), "--as", "ingrid")
    assert done.returncode == 6
    assert "sign it with the key pinned for you" in done.stderr


def test_somebody_elses_signature_is_refused_without_saying_why(severance, signed, tmp_path):
    (tmp_path / "bad.sig").write_text("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")
    for sign in ("bad.sig", os.devnull):
        done = severance(*OPEN, "--config", str(signed), "--sign", sign)
        assert done.returncode == 6
        assert "the signature does not fit this act and a pinned key" in done.stderr


def test_a_signature_that_is_not_there_is_a_wrong_word(at, case):
    done = at("approve", case, "--sign", "no.sig")
    assert done.returncode == 2
    assert "no.sig: cannot be read: No such file" in done.stderr


def test_the_shell_completes_code_names(at, case, lab):
    asked = {
        "_SEVERANCE_COMPLETE": "complete_bash",
        "COMP_WORDS": f"severance run {case[:4]}",
        "COMP_CWORD": "2",
    }
    assert case in at(env={**asked, "SEVERANCE_CONFIG": str(lab)}).stdout.split()


def test_a_case_whose_subject_could_read_the_chat_says_so_wherever_somebody_might_wait_for_it(at, case, lab):
    """Jonas administers the identity provider: known once his doors are looked at, and nothing is said before."""
    Control(lab.parent).act("okta", "group-role", {"mail": SUBJECT, "type": "SUPER_ADMIN"})  # an earlier test closed his
    assert "Slack is off for this case: nobody has looked yet" in at("status", case).stdout
    run = at("run", case, "--no-input")
    said = f"Slack is off for this case: okta: {SUBJECT} is an administrator there; decide at a terminal"
    assert run.returncode == 5
    assert said in run.stdout.splitlines()
    for verb in ("status", "brief"):
        assert f"  {said}" in at(verb, case).stdout.splitlines()
        found = json.loads(at(verb, case, "--json").stdout)
        assert (found["cases"][0] if verb == "status" else found)["chat"]["off"].startswith("okta: ")
    assert said in at("run", case, "--no-input").stderr.splitlines()
