"""Files a lead or an attacker writes: refused with a place and a rule, or read as they look; rows 1 to 12."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.errors import SettingsError
from runner.language.checks import check
from runner.language.loading import load, load_text
from runner.language.problems import rendered
from runner.language.references import BadReference, references_in, render
from runner.language.source import parse, read
from runner.settings import load as load_settings
from tests.corpus.entries import into
from tests.corpus.strategies import every, references, yaml_texts
from tests.hostile.sinks import STEERING
from tests.language.conftest import known  # noqa: F401  a fixture

EXAMPLE = (Path(__file__).parents[1] / "language" / "good" / "design-example.yaml").read_text("utf-8")
ROLES = {"ir-oncall": 3, "security-leads": 3, "duty-managers": 3, "counsel": 2, "hr": 2}


def put(folder: Path, content: bytes) -> Path:
    path = folder / "a.yaml"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def shown(problems, text: str) -> str:
    told = rendered(problems, {each.file: text for each in problems})
    assert not STEERING.search(told.replace("\n", ""))
    assert "Traceback" not in told
    return told


@pytest.mark.parametrize("entry", into("playbook"), ids=str)
def test_a_file_is_refused_by_a_rule_or_read_as_it_looks(entry, tmp_path):
    source = read(put(tmp_path, entry.content))
    rules = {each.rule for each in source.problems} or {"read"}
    assert rules <= set(entry.expected.split()), shown(source.problems, source.text)[:500]
    assert all(each.at.line >= 1 for each in source.problems)
    assert load(put(tmp_path, entry.content)).playbook is None
    shown(source.problems, source.text)


@pytest.mark.parametrize("entry", into("settings-file"), ids=str)
def test_settings_are_read_as_strictly(entry, tmp_path):
    folder = tmp_path / "config"
    folder.mkdir(mode=0o700)
    with pytest.raises(SettingsError) as refused:
        load_settings(put(folder, entry.content))
    assert not STEERING.search(refused.value.diagnostics().replace("\n", ""))


@pytest.mark.parametrize("entry", into("scalar"), ids=str)
def test_a_scalar_stays_the_text_it_looks_like(entry):
    assert parse(f"id: {entry.value}\n", "a.yaml").value == {"id": entry.value}


@pytest.mark.parametrize("entry", into("playbook-edit"), ids=str)
def test_a_control_that_is_lowered_or_misspelt_is_refused(entry, known):  # noqa: F811
    old, new = entry.value
    assert EXAMPLE.count(old) >= 1
    loaded = load_text(EXAMPLE.replace(old, new, 1), "a.yaml")
    problems = check(loaded, ROLES, known=known)
    assert {each.rule for each in problems} & set(entry.expected.split()), shown(problems, loaded.text)


def test_the_example_itself_is_not_refused_for_what_the_edits_are_refused_for(known):  # noqa: F811
    loaded = load_text(EXAMPLE, "a.yaml")
    rules = {each.rule for each in check(loaded, ROLES, known=known)}
    assert not rules & {rule for entry in into("playbook-edit") for rule in entry.expected.split()}


def _place(folder: Path, name: str) -> Path:
    real = put(folder, b"a: b\n")
    path = folder / "other.yaml"
    match name:
        case "symbolic-link":
            path.symlink_to(real)
        case "pipe":
            os.mkfifo(path)
        case "device":
            return Path("/dev/zero")
        case "folder":
            path.mkdir()
        case "link-in-a-folder-above":
            (folder / "linked").symlink_to(folder)
            return folder / "linked" / ".." / real.name
        case "missing":
            pass
        case _:
            raise AssertionError(name)
    return path


@pytest.mark.parametrize("entry", into("playbook-path"), ids=str)
def test_what_is_no_plain_file_is_not_read(entry, tmp_path):
    problems = load(_place(tmp_path, entry.make)).problems
    assert {each.rule for each in problems} <= set(entry.expected.split())
    assert problems


@pytest.mark.parametrize("entry", into("reference"), ids=str)
def test_what_is_more_than_a_reference_is_refused_and_the_rest_is_text(entry):
    if entry.expected == "text":
        assert not references_in(entry.value)
        assert render(entry.value, {}) == entry.value
        return
    try:
        names = references_in(entry.value)
    except BadReference:
        return
    assert names
    with pytest.raises(Exception, match=r"is not known|expected"):
        render(entry.value, {"inputs": {"x": "y"}})


@every(text=yaml_texts)
def test_any_text_is_read_as_it_looks_or_refused_at_a_place(text):
    source = parse(text, "a.yaml")
    assert source.value is None or isinstance(source.value, dict | list | str)
    assert all(each.at.line >= 1 and each.at.column >= 1 and each.rule for each in source.problems)
    shown(source.problems, source.text)


@every(text=references)
def test_any_text_with_braces_is_rendered_once_or_refused(text):
    try:
        names = references_in(text)
    except BadReference as refused:
        assert str(refused).startswith("expected")
        return
    if not names:
        assert render(text, {}) == text
