"""`severance doctor` looks whether the groups that the settings protect can be read."""

from __future__ import annotations

import json
import re

import httpx2
import pytest

from runner.desk.office import Office
from runner.settings import load
from tests.cli.test_respond import OPEN


def of_its_own(lab):
    """Return the lab's settings with a store of its own: what other tests left behind is shouted about, too."""
    return re.sub(r"^store: .*$", "store: doctors-state", lab.read_text(), flags=re.MULTILINE)


@pytest.fixture
def doctor(severance, lab, request):
    """Run doctor with one more protected entry; returns the check about its group, and how doctor ended."""

    def look(*words, **entry):
        written = lab.parent / "protecting.yaml"
        line = json.dumps({**entry, "why": "kept by the board", "frees": "ask the board"})
        written.write_text(of_its_own(lab).replace("\nprotected:", f"\nprotected:\n  - {line}"))
        written.chmod(0o600)
        done = severance("doctor", *words, "--json", "--config", str(written))
        checks = json.loads(done.stdout)["checks"]
        return [each for each in checks if "protected group" in each["check"]], done.returncode

    return look


def test_a_protected_group_that_can_be_read_says_how_many_it_protects(doctor):
    [check], code = doctor(service="okta", group="Finance")

    assert (check["service"], check["ok"], code) == ("okta", True, 0)
    assert check["detail"].endswith(" members")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"service": "okta", "group": "No such group"}, "0 groups have the name or id 'No such group'"),
        ({"service": "github", "group": "Board"}, "github cannot say who is in a group"),
    ],
)
def test_a_protected_group_that_cannot_be_read_is_an_error_with_what_to_do(doctor, entry, said):
    [check], code = doctor(**entry)

    assert (check["ok"], check["detail"]) == (False, said)
    assert check["remedy"]
    assert code != 0


def test_a_protected_group_without_anybody_in_it_is_an_error(doctor, lab):
    url = load(lab).services["okta"].options["url"]
    empty = {"match": r"/groups/.*/users$", "kind": "status", "status": 200, "body": []}
    assert httpx2.post(f"{url}/_lab/faults", json=[empty]).status_code == 204
    [check], code = doctor("okta", service="okta", group="Finance")

    assert (check["ok"], check["detail"]) == (False, "nobody")
    assert code == 2


def test_a_group_of_a_service_that_was_not_asked_about_is_not_looked_at(doctor):
    assert doctor("files", service="okta", group="Finance") == ([], 0)


def test_a_case_whose_runner_was_ended_from_outside_is_shouted_about(severance, lab):
    written = lab.parent / "abandoned.yaml"
    written.write_text(of_its_own(lab).replace("doctors-state", "abandoned-state"))
    written.chmod(0o600)
    all_is_well = severance("doctor", "--config", str(written))
    assert all_is_well.returncode == 0
    assert "ok  cases " in all_is_well.stdout

    code = opened(severance, written)
    Office(load(written)).journal(code).write("run.started", executor="e", host="h", pid=1)
    done = severance("doctor", "--config", str(written))
    assert done.returncode == 5
    assert f"{code} is STRANDED: its runner was ended from outside" in done.stdout
    assert f"  = next: severance resume {code}\n" in done.stderr
    assert f"STRANDED  {code}  " in severance("status", "--config", str(written)).stdout


def opened(severance, settings):
    done = severance(*OPEN, "--as", "ingrid", "--config", str(settings))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
