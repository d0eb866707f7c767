"""What is shipped lints clean against the real services, and the schema is the one they make."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runner.actions.contract import ACTIONS
from runner.actions.registry import discover
from runner.language import load
from runner.language.checks import check
from runner.language.known import Known
from runner.language.pages import listing, page
from runner.language.schema import as_text, schema
from runner.language.showing import show

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted(path for path in (ROOT / "playbooks").glob("*.yaml") if path.name != "clocks.yaml")
COMMITTED = ROOT / "playbooks" / "playbook.schema.json"
HEAD = {
    "playbook": "p",
    "shown_as": "P",
    "version": 1,
    "owner": "o",
    "people": {"start": ["a"], "decide": ["b"]},
}


@pytest.fixture(autouse=True, scope="module")
def _all_actions() -> None:
    discover()


def blamed(tmp_path: Path, step: object, *options: str) -> str:
    book = tmp_path / "book.json"
    book.write_text(
        json.dumps({**HEAD, "phases": [{"phase": "x", "steps": [{"id": "ok", "task": "t"}, step]}]})
    )
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(COMMITTED), *options, str(book)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_shipped_playbook_lints_clean(path: Path) -> None:
    assert check(load(path)) == ()


def test_the_committed_schema_is_the_one_the_models_and_services_make() -> None:
    """`severance schema > playbooks/playbook.schema.json` writes it anew."""
    assert COMMITTED.read_text("utf-8") == as_text(ACTIONS)


def test_the_schema_accepts_what_lint_accepts() -> None:
    good = [str(path) for path in PLAYBOOKS] + [str(ROOT / "tests/language/good/design-example.yaml")]
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(COMMITTED), *good]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("step", "path", "words"),
    [
        ({"id": "a", "do": "jira.open_isue"}, "steps[1].do", "'jira.open_isue' is not one of"),
        ({"id": "a", "do": "doors.find"}, "steps[1]", "'accounts' is a required property"),
        ({"id": "a", "do": "doors.find", "accounts": ["me"]}, "steps[1].accounts[0]", "'me' is not one of"),
        ({"id": "a", "task": "t", "whithin": "5m"}, "steps[1]", "'whithin' was unexpected"),
        ({"id": "a", "task": "t", "within": "soon"}, "steps[1].within", "'soon' does not match"),
        (
            {"id": "a", "do": "jira.open_issue", "with": {"document": "d", "visible_to": "restricted"}},
            "steps[1].with",
            "'project' is a required property",
        ),
        (
            {
                "id": "a",
                "do": "jira.open_issue",
                "with": {"project": "S", "document": "d", "visible_to": "all"},
            },
            "steps[1].with.visible_to",
            "'all' is not one of",
        ),
        (
            {
                "id": "a",
                "do": "jira.open_issue",
                "with": {"projct": "S", "project": "S", "visible_to": "project"},
            },
            "steps[1].with",
            "'projct' was unexpected",
        ),
    ],
)
def test_an_editor_blames_the_place_that_is_wrong(
    tmp_path: Path, step: object, path: str, words: str
) -> None:
    said = [line for line in blamed(tmp_path, step).splitlines() if "::" in line]
    assert len(said) == 1, said
    assert f"{path}: " in said[0]
    assert words in said[0]


def test_the_schema_is_made_of_what_it_is_given() -> None:
    made = schema({})
    assert "jira.open_issue" not in made["$defs"]["DoStep"]["properties"]["do"]["enum"]
    assert "doors.close" in made["$defs"]["DoStep"]["properties"]["do"]["enum"]


def test_show_says_who_approves_what_is_noticed_and_what_cannot_return(known: Known) -> None:
    playbook = load(ROOT / "tests/language/good/everything.yaml").playbook
    assert playbook is not None
    text = show(playbook, known.actions)
    assert "Approved by 2 people, one of each: leads, managers, within 2h." in text
    assert "noticed at once: vault.lock" in text
    assert "can be undone: vault.lock" in text
    assert "cannot be undone: vault.burn: ashes" in text
    assert "Fires between 22:00-06:00 Europe/Oslo." in text
    assert '  subgraph p1["lockdown (2 approve)"]' in text
    assert "    p0_found --> p0_same" in text


def test_what_a_file_says_cannot_reach_the_terminal_raw(known: Known, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        'playbook: p\nshown_as: "\u202eP"\nversion: 1\nowner: o\npeople: {start: [a], decide: [b]}\n'
        'phases:\n  - phase: x\n    steps: [{id: s, task: "a\\x1b[2Jb"}]\n'
    )
    playbook = load(path).playbook
    assert playbook is not None
    text = show(playbook, known.actions)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a\\x1b[2Jb" in text


def test_every_action_has_a_page_and_a_line() -> None:
    lines = listing(ACTIONS.values())
    for name in [*ACTIONS, "doors.close"]:
        assert page(name, ACTIONS).startswith(f"# {name}\n")
        assert f"{name} " in lines


def test_a_page_says_what_to_give() -> None:
    text = page("jira.open_issue", ACTIONS)
    assert "- visible_to (one of restricted, project): " in text
    assert "Undo: none: " in text
