"""Playbooks that must stay silent, and those that must say exactly this."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.language import load
from runner.language.checks import check
from runner.language.known import Known
from runner.language.problems import rendered
from runner.language.rules.book import RULES

HERE = Path(__file__).parent
GOOD = sorted(path.name for path in (HERE / "good").glob("*.yaml"))
BAD = sorted(path.name for path in (HERE / "bad").glob("*.yaml"))
PEOPLE = {"oncall": 2, "leads": 2, "managers": 1, "counsel": 1}


def lint(name: str, known: Known) -> str:
    loaded = load(Path(name))
    people = PEOPLE | {"managers": 0} if name == "approval-unreachable.yaml" else None
    return rendered(check(loaded, people, known=known), {loaded.source.name: loaded.text})


@pytest.mark.parametrize("name", GOOD)
def test_a_good_playbook_is_silent(name: str, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "good")
    assert lint(name, known) == ""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_playbook_says_exactly_this(name: str, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "bad")
    assert lint(name, known) == (HERE / "bad" / name).with_suffix(".out").read_text("utf-8")


def test_every_rule_has_a_playbook_that_breaks_it() -> None:
    said = "".join(path.read_text("utf-8") for path in (HERE / "bad").glob("*.out"))
    assert [rule for rule in [*RULES, "secret-in-file"] if f"[{rule}]" not in said] == []
