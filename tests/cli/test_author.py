from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "playbooks" / "suspected-dprk-worker.yaml"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(SHIPPED.read_text().replace("do: doors.find", "do: doors.fnid"))
    return path


def test_a_clean_playbook_leaves_stdout_empty_and_ends_with_0(severance):
    done = severance("lint", str(SHIPPED.parent))
    assert (done.returncode, done.stdout) == (0, "")
    shipped = len([each for each in SHIPPED.parent.glob("*.yaml") if each.stem != "clocks"])
    assert f"no problems in {shipped} files" in done.stderr


def test_quiet_says_nothing_about_a_clean_playbook(severance):
    done = severance("lint", "-q", str(SHIPPED.parent))
    assert (done.stdout, done.stderr) == ("", "")


def test_problems_are_text_at_their_place_and_end_with_1(severance, bad):
    done = severance("lint", str(bad))
    assert done.returncode == 1
    assert re.search(rf"^{re.escape(str(bad))}:\d+:\d+: .*doors.fnid.*\[", done.stdout, re.MULTILINE)
    assert "^~~~" in done.stdout
    assert 'did you mean "doors.find"?' in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["--json"], ["--format", "json"]])
def test_problems_are_one_json_document_when_asked_for(severance, bad, words):
    done = severance("lint", str(bad), *words)
    found = json.loads(done.stdout)
    assert (done.returncode, found["schema_version"]) == (1, 1)
    assert {"file", "line", "column", "rule", "message", "help"} <= set(found["problems"][0])


def test_a_clean_playbook_is_a_document_without_problems(severance):
    done = severance("lint", "--json", str(SHIPPED.parent))
    assert json.loads(done.stdout)["problems"] == []


def test_problems_are_annotations_for_pull_requests(severance, bad):
    done = severance("lint", str(bad), "--format", "github")
    assert done.returncode == 1
    assert all(line.startswith(f"::error file={bad},line=") for line in done.stdout.splitlines())
    assert done.stdout


def test_a_folder_means_its_playbooks(severance, bad):
    (bad.parent / "worse.yml").write_text(bad.read_text())
    found = json.loads(severance("lint", "--json", str(bad.parent)).stdout)
    assert {Path(each["file"]).name for each in found["problems"]} == {"bad.yaml", "worse.yml"}


def test_roles_nobody_holds_are_found_with_the_settings_in_use(severance, lab):
    few = lab.parent / "few.yaml"
    lines = lab.read_text().splitlines(keepends=True)
    few.write_text("".join(line for line in lines if '"duty-managers"' not in line))
    few.chmod(0o600)
    done = severance("lint", str(SHIPPED), "--config", str(few))
    assert done.returncode == 1
    assert "[approval-unreachable]" in done.stdout


def test_a_playbook_is_shown_by_name_with_its_graph(severance):
    done = severance("show", "suspected-dprk-worker")
    assert done.returncode == 0
    assert "Shown as: Identity misrepresentation review" in done.stdout
    assert "```mermaid" in done.stdout


def test_a_broken_playbook_is_not_shown_but_its_problems_are(severance, bad):
    bad.write_text("playbook: bad\n")
    done = severance("show", str(bad))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{bad}:")


def test_actions_are_listed_and_each_has_a_page(severance):
    listed = json.loads(severance("actions", "--json").stdout)["actions"]
    name = next(each["name"] for each in listed if each["kind"] == "close")
    assert name in severance("actions").stdout
    page = severance("actions", name).stdout
    assert page.startswith(f"# {name}")
    assert "Scopes:" in page


def test_the_schema_is_one_document(severance):
    assert json.loads(severance("schema").stdout)["title"] == "severance playbook"


def test_the_shell_completes_verbs_options_and_playbooks(severance):
    def completed(words: str, place: int) -> list[str]:
        asked = {"_SEVERANCE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        return severance(env=asked).stdout.split()

    assert completed("severance sta", 1) == ["status"]
    assert completed("severance run --no", 2) == ["--no-input"]
    assert completed("severance show sus", 2) == ["suspected-dprk-worker"]
