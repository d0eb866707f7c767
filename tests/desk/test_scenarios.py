"""Every shipped scenario is played, and all it expects holds; one that expects too much says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.lab.launch import kinds
from runner.desk.completing import playbooks, scenarios
from runner.desk.drill import drill
from runner.desk.repertoire import known, scenario
from runner.errors import PlaybookError, UsageError
from tests.cli.conftest import severance  # noqa: F401  a fixture: each drill is a process, as at a terminal

PLAYBOOK = "suspected-dprk-worker"


def written(folder: Path, **more: Any) -> str:
    """Write a scenario of our own, and return its path."""
    text = {"scenario": "own", "story": "A night.", "playbooks": [PLAYBOOK], "expect": {}, **more}
    path = folder / "own.yaml"
    path.write_text(json.dumps(text, indent=1))
    return str(path)


QUICK = {"false-positive-undone", "hr-terminates-meanwhile", "service-down-at-lockdown"}


@pytest.mark.parametrize("name", [pytest.param(each, marks=() if each in QUICK else pytest.mark.long) for each in scenarios()])
def test_all_that_a_shipped_scenario_expects_holds(severance, tmp_path, name):  # noqa: F811
    out = str(tmp_path / "company")
    done = severance("drill", scenario(name).playbooks[0], "--scenario", name, "--json", "--out", out)
    document = json.loads(done.stdout)
    told = document["scenario"]
    assert [each for each in told["expectations"] if not each["holds"]] == []
    assert done.returncode == document["exit"]
    assert scenario(name).expect.exit in (done.returncode, None)
    assert told["name"] == name


def test_what_does_not_hold_ends_with_1_and_is_named(severance, tmp_path):  # noqa: F811
    mail = "jonas.weber@fjordlight.example"
    own = written(
        tmp_path,
        lab={"services": 1},
        meanwhile=[{"when": {"record": "no.such.record"}, "say": "note"},
                   {"on": "okta", "act": "fly", "with": {"mail": mail}}],
        expect={
            "outcome": "failed",
            "exit": 0,
            "doors": [{"service": "okta", "layer": "account", "verdict": "open"}, {"layer": "no", "verdict": "open"}],
            "records": [{"record": "lockdown.fired", "times": 7}],
            "order": [{"first": {"record": "lockdown.fired"}, "then": {"record": "case.opened"}}],
            "untouched": [mail, "clara.weiss@fjordlight.example"],
            "world": [{"on": "okta", "at": [mail], "has": {"status": "ACTIVE"}}],
            "report": ["We paid them"],
        },
    )  # fmt: skip
    done = severance("drill", PLAYBOOK, "--scenario", own, "--out", str(tmp_path / "company"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "scenario own: A night." in lines
    failed = [each for each in lines if each.startswith("  DOES NOT HOLD: ")]
    held = [each for each in lines if each.startswith("  holds: ")]
    assert held == [
        "  holds: the run ends with exit 0",
        "  holds: nothing of clara.weiss@fjordlight.example is changed anywhere",
    ]
    assert [each.split(": ", 1)[1] for each in failed if "its moment never came" in each] == [
        "it happens: somebody says note: part of the drill (found: its moment never came)"
    ]
    for words in (
        "okta knows no act 'fly'", "the case ends failed (found: done)", "okta account of jonas.weber",
        "doors * no of *: open (found: no such door)", "7 times: lockdown.fired (found: ",
        "in this order: lockdown.fired; case.opened (found: records ",
        f"nothing of {mail} is changed anywhere (found: okta: ", "'status': 'SUSPENDED'", "We paid them (found: it does not)",
    ):  # fmt: skip
        assert [each for each in failed if words in each], words


@pytest.mark.parametrize(
    ("more", "place", "words"),
    [
        ({"storry": "x"}, "8:2", 'expected a key of a scenario, found "storry" [unknown-key]'),
        ({"expect": {"exit": "soon"}}, "8:11", 'expected another kind of value, found "soon" [wrong-type]'),
        (
            {"meanwhile": [{"when": {"record": "x"}}]},
            "9:3",
            "expected one of act, fault, heal and say, found a",
        ),
        ({"meanwhile": [{"act": "sign-in"}]}, "9:3", "expected `on`, the service where it happens, found a"),
        ({"lab": {"services": "70"}}, "9:15", 'found "70" [wrong-type]'),
        ({"playbooks": []}, "4:15", "expected at least 1 entries, found a list [bad-value]"),
        ({"meanwhile": [{"say": "shout"}]}, "10:11", "expected one of note, stop, undo, emergency, object,"),
    ],
)
def test_what_is_wrong_in_a_scenario_is_said_with_its_place(tmp_path, more, place, words):
    path = written(tmp_path, **more)
    with pytest.raises(PlaybookError) as caught:
        scenario(path)
    assert f"{path}:{place}: " in str(caught.value)
    assert words in str(caught.value)


def test_a_name_that_is_no_scenario_is_answered_with_those_there_are(severance, tmp_path):  # noqa: F811
    done = severance("drill", PLAYBOOK, "--scenario", "all-is-well", "--out", str(tmp_path / "company"))
    assert done.returncode == 2
    assert 'there is no scenario "all-is-well"' in done.stderr
    for name in scenarios():
        assert f"    {name}: " in done.stderr
    assert not (tmp_path / "company").exists()


def test_a_scenario_is_played_with_a_playbook_it_fits_only():
    with pytest.raises(UsageError, match="does not fit the playbook linked-account-sweep"):
        drill("linked-account-sweep", "three-personas", services=1, latency_ms=0, out=None, listen=print)


def test_help_and_completion_name_every_scenario(severance):  # noqa: F811
    told = " ".join(severance("drill", "--help").stdout.replace("│", " ").split())
    asked = {"_SEVERANCE_COMPLETE": "complete_bash", "COMP_CWORD": "4"}
    asked["COMP_WORDS"] = f"severance drill {PLAYBOOK} --scenario "
    completed = severance(env=asked).stdout.split()
    for name in scenarios():
        assert name in told
        assert name in completed


def test_a_scenario_is_called_what_its_file_is_called():
    assert {name: scenario(name).scenario for name in known()} == {name: name for name in known()}
    assert {service for name in known() for service in scenario(name).lab.eu_data} <= set(kinds())
    assert {each for name in known() for each in scenario(name).playbooks} <= set(playbooks())
