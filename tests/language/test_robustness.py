"""Whatever is in the file, lint answers with problems at places that exist; it never fails itself."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings, strategies as st

from runner.language.checks import check
from runner.language.known import Known
from runner.language.loading import load_text
from runner.language.problems import lines_of, rendered

TEXT = (Path(__file__).parent / "good" / "everything.yaml").read_text("utf-8")
PIECES = [
    "", " ", "\n", "- ", "{", "}", "[", "]", ":", ": ", "#", "'", '"', "&a", "*a", "!x", "<<: ", "null", "~", "\t",
    "{{", "}}", "{{ x }}", "漢", "\u202e", "\x00", "\ufeff", "0", "id: a", "steps: []", "phases: 1", "? ", "|\n", "---\n",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), st.sampled_from(PIECES)), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
@example([(0, len(TEXT), "")])
def test_a_damaged_playbook_gets_problems_never_a_traceback(
    known: Known, edits: list[tuple[int, int, str]]
) -> None:
    text = TEXT
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    loaded = load_text(text, "a.yaml")
    problems = check(loaded, {"leads": 1}, known=known)
    assert problems or loaded.playbook is not None
    lines = lines_of(loaded.text)
    for problem in problems:
        assert 1 <= problem.at.line <= len(lines), problem
        assert 1 <= problem.at.column <= len(lines[problem.at.line - 1]) + 1, problem
    rendered(problems, {"a.yaml": loaded.text})
