"""A case that was left waiting goes on where it was, whoever runs it next."""

from __future__ import annotations

import json
import re
import resource
import shlex

import pytest

OPEN = ("open", "suspected-dprk-worker", "--subject", "jonas.weber@fjordlight.example")
INPUTS = ("--input", "engaged=contractor", "--input", "seen=x")


@pytest.fixture
def at(severance, lab, tmp_path):
    """Run a verb with the lab's settings and a store of its own: of one person, a store has one case."""
    own = lab.parent / f"{tmp_path.name}.yaml"
    own.write_text(lab.read_text().replace('store: "state"', f'store: "state-{tmp_path.name}"'))
    own.chmod(0o600)
    return lambda *words, **more: severance(*words, "--config", str(own), **more)


@pytest.fixture
def waiting(at):
    """A case that was run once and waits for two people's answer."""
    case = at(*OPEN, *INPUTS, "--as", "ingrid").stdout.strip()
    assert at("run", case, "--no-input").returncode == 5
    return case


def asked(at, case):
    """Return the names of what people are asked."""
    (found,) = json.loads(at("status", case, "--json").stdout)["cases"]
    return {each["request"] for each in found["waiting"]}


def test_a_run_without_input_takes_up_the_answers_given_since_the_last(at, waiting):
    assert "same-person" in asked(at, waiting)
    for person in ("rohan", "maren"):
        assert at("answer", waiting, "same-person", "none", "--as", person).returncode == 0
    assert at("run", waiting, "--no-input").returncode == 5
    assert "same-person" not in asked(at, waiting)
    assert at("answer", waiting, "conflict", "no", "--as", "maren").returncode == 0
    assert at("run", waiting, "--no-input").returncode == 5
    assert "ground" in asked(at, waiting), "the next phase has begun"


def test_a_command_pasted_as_it_is_printed_answers_nothing(at, waiting):
    """`answer CASE NAME yes|no` at a shell would have answered yes."""
    (found,) = json.loads(at("status", waiting, "--json").stdout)["cases"]
    (asking,) = [each for each in found["waiting"] if each["request"] == "same-person"]
    words = shlex.split(asking["command"])[1:]
    assert "|" in words[-1]
    assert not re.search(r"[|;&<>`$]", re.sub(r"'[^']*'", "", asking["command"]))
    done = at(*words, "--as", "rohan")
    assert done.returncode == 2
    assert "is no answer to this" in done.stderr


def test_a_phase_the_playbook_does_not_have_is_a_wrong_word(at, waiting):
    done = at("plan", waiting, "--phase", "lockdwn")
    assert done.returncode == 2
    assert "its phases: quiet, decision, lockdown, after" in done.stderr


def test_opening_says_whom_it_found_and_where_it_found_nobody(at):
    """GitHub's sign-on takes a mail in capitals, Okta's does not: half a person must not look like a whole one."""
    done = at(
        "open",
        "suspected-dprk-worker",
        "--subject",
        "JONAS.WEBER@fjordlight.example",
        *INPUTS,
        "--as",
        "ingrid",
    )
    case = done.stdout.strip()
    assert "about: github jonas-weber-fjl" in done.stderr
    assert "left out: okta, no account of theirs was found" in done.stderr
    plan = json.loads(at("plan", case, "--phase", "lockdown", "--json").stdout)
    assert "okta: no account of theirs was found" in plan["lines"][-1]


def test_an_input_that_is_missing_is_asked_for_before_the_case_is_there(at):
    """A document rests on it, and no verb can give it to an open case."""
    done = at(*OPEN, "--input", "engaged=contractor", "--as", "ingrid")
    assert done.returncode == 2
    assert "add --input seen=" in done.stderr


def test_a_letter_that_only_looks_latin_is_spelled_out(at):
    done = at(
        "open",
        "suspected-dprk-worker",
        "--subject",
        "j\u043enas.weber@fjordlight.example",
        *INPUTS,
        "--as",
        "ingrid",
    )
    assert done.returncode == 6
    assert "j<U+043E>nas.weber@fjordlight.example" in done.stderr


@pytest.mark.parametrize("kilobytes", [1, 64, 256, 512])
def test_a_disk_that_fills_up_during_a_run_ends_it_in_words_and_the_case_goes_on_later(
    severance, lab, kilobytes
):
    """A limit on the size of files stands in for it; it hits the journal, the engine or an item."""
    settings = lab.parent / f"full-{kilobytes}.yaml"
    settings.write_text(re.sub(r"^store: .*$", f"store: full-{kilobytes}", lab.read_text(), flags=re.MULTILINE))
    settings.chmod(0o600)
    case = severance(*OPEN, *INPUTS, "--as", "ingrid", "--config", str(settings)).stdout.strip()
    run = ("run", case, "--no-input", "--config", str(settings))

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))

    done = severance(*run, preexec_fn=limited)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "a defect" not in done.stderr
    assert "cannot write" in done.stdout + done.stderr
    assert severance(*run).returncode == 5
