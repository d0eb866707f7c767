"""What the papers say is so: their commands run in CI, their verbs and options exist, their examples load."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from runner.cli import _app
from runner.errors import Exit
from runner.settings import evidence_settings, load, service_settings

ROOT = Path(__file__).parents[1]
PAPERS = ["README.md", "CHANGELOG.md", "SECURITY.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

every_paper = pytest.mark.parametrize("paper", PAPERS)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command(words: list[str]):
    """Return the command that these words name, and the words left; the root when none does."""
    found = typer.main.get_command(_app())
    while words and words[0] in getattr(found, "commands", {}):
        found, words = found.commands[words[0]], words[1:]
    return found, words


def lines_of(paper: str) -> list[str]:
    """Return every `severance …` line of the shell blocks, and every `severance …` in the running text."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    whole = [block.replace("\\\n", " ") for block in blocks(text, "sh")]  # a backslash goes on with its line
    shell = [line for block in whole for line in block.splitlines() if line.startswith("severance ")]
    return shell + re.findall(r"`(severance [^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def test_the_first_two_commands_of_the_readme_are_what_ci_runs():
    first, second = (block.strip() for block in blocks(README, "sh")[:2])
    for line in (first, second):
        assert "\n" not in line
        assert f"    {line}\n" in CI
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert first.endswith(".venv/bin/severance drill suspected-dprk-worker")
    assert second.endswith(".venv/bin/pytest")


def test_ci_is_a_program_that_asks_nothing():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert "exec </dev/null" in CI


@every_paper
def test_every_verb_and_option_a_paper_names_exists(paper):
    for line in lines_of(paper):
        words = shlex.split(line)[1:]
        if words[:1] == ["--config"]:
            words = words[2:]
        found, rest = command(words)
        assert not hasattr(found, "commands"), f"{paper}: no such verb: {line}"
        called = found.make_context(found.name, [], resilient_parsing=True).command  # options are built when called
        known = {name for each in called.params for name in each.opts}
        assert {each for each in rest if each.startswith("-") and each != "-"} <= known, line


def test_the_readme_shows_every_verb_but_the_authors_schema_once_at_least():
    shown = {" ".join(shlex.split(line)[1:3]) for paper in PAPERS for line in lines_of(paper)}
    root, _ = command([])
    missing = [name for name in root.commands if not any(name in each.split() for each in shown)]
    assert missing == []


def test_the_settings_of_the_readme_load_without_the_services_being_there(tmp_path):
    settings = loaded(tmp_path, blocks(README, "yaml")[0])
    assert settings.claimed_people is False
    for name in settings.services:
        assert service_settings(settings, name)
    roles = {role for person in settings.people for role in person.roles}
    assert roles >= {"ir-oncall", "security-leads", "duty-managers", "counsel", "hr", "system-owners"}


def loaded(folder: Path, written: str):
    folder.chmod(0o700)
    path = folder / "severance.yaml"
    path.write_text(written, encoding="utf-8")
    path.chmod(0o600)
    return load(path)


def test_what_the_readme_adds_to_the_settings_for_several_machines_loads(tmp_path):
    alone, shared = blocks(README, "yaml")[:2]
    assert loaded(tmp_path, alone + shared).database.startswith("postgresql://")


def test_what_the_readme_adds_to_the_settings_for_operations_loads(tmp_path):
    written = blocks(README, "yaml")
    [added] = [each for each in written if each.startswith("log:")]
    settings = loaded(tmp_path, written[0] + added)
    assert settings.log
    assert settings.metrics
    assert settings.traces


def test_the_parts_of_settings_that_the_readme_shows_by_themselves_fit_into_the_whole(tmp_path):
    whole, *parts = blocks(README, "yaml")
    shown = [each for each in parts if each.startswith(("evidence:", "retention:"))]
    assert len(shown) == 3
    for part in shown:
        settings = loaded(tmp_path, f"{whole}\n{part}")
        if settings.evidence.scheme:
            every = re.sub(r"^  # ", "  ", part, flags=re.MULTILINE)
            assert evidence_settings(loaded(tmp_path, f"{whole}\n{every}"))


def test_what_the_readme_has_systemd_and_kubernetes_start_are_verbs_with_options_that_exist():
    [unit], deployment = blocks(README, "ini"), yaml.safe_load(blocks(README, "yaml")[2])
    starts = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    for words in (shlex.split(starts), container["args"]):
        program, config, path, *rest = words
        assert (Path(program).name, config, path) == ("severance", "--config", "/etc/severance/severance.yaml")
        found, options = command(rest)
        assert found.make_context(found.name, [str(each) for each in options])


def test_the_exit_codes_of_the_readme_are_those_of_the_program():
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE)
    assert [int(code) for code, _ in rows] == sorted(Exit)


@every_paper
def test_no_link_to_our_own_files_is_dead(paper):
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / paper).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).is_file(), target


def test_the_changelog_has_a_place_for_the_next_change():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = text.partition("## [Unreleased]")[2].partition("\n## [")[0]
    assert re.search(r"^### (Added|Changed|Deprecated|Removed|Fixed|Security)$", unreleased, re.MULTILINE)


def test_the_license_is_the_one_we_declare():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
