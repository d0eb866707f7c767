"""Problems in text, JSON and annotations; nothing from a file acts on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from runner.language import load
from runner.language.checks import check
from runner.language.known import Known
from runner.language.problems import At, Problem, in_order, nearest, rendered, safe

ONE = Problem("a,b.yaml", At(2, 4, 3), 'expected x, found "50%"', "rule", "did you mean y?")


def test_text_points_at_the_place() -> None:
    assert rendered([ONE], {"a,b.yaml": "first\n  x: abc\n"}) == (
        'a,b.yaml:2:4: expected x, found "50%" [rule]\n'
        "  |\n"
        "2 |   x: abc\n"
        "  |    ^~~\n"
        "  = help: did you mean y?\n"
    )


def test_the_caret_stands_under_wide_characters() -> None:
    said = rendered([Problem("a", At(1, 4, 2), "m", "r")], {"a": "漢字 漢字"})
    assert said.splitlines()[2:] == ["1 | 漢字 漢字", "  |      ^~~~"]


def test_an_escape_makes_room_for_itself_before_the_caret() -> None:
    said = rendered([Problem("a", At(1, 3), "m", "r")], {"a": "\u202ebc"})
    assert said.splitlines()[2:] == ["1 | \\u202ebc", "  |        ^"]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    said = rendered(
        [Problem("a", At(1, 500_001, 4), "m", "r")], {"a": "x" * 500_000 + "HERE" + "y" * 500_000}
    )
    shown, caret = said.splitlines()[2:]
    assert len(shown) < 160
    assert shown[caret.index("^") : caret.index("^") + 4] == "HERE"


def test_json_is_one_document_with_a_version() -> None:
    document = json.loads(rendered([ONE, ONE], {}, "json"))
    assert document == {
        "schema_version": 1,
        "problems": [
            {
                "file": "a,b.yaml", "line": 2, "column": 4, "length": 3, "rule": "rule",
                "message": 'expected x, found "50%"', "help": "did you mean y?",
            }
        ],
    }  # fmt: skip


def test_annotations_escape_what_would_end_them() -> None:
    assert rendered([ONE], {}, "github") == (
        '::error file=a%2Cb.yaml,line=2,col=4,title=rule::expected x, found "50%25". did you mean y?\n'
    )
    forged = Problem("a", At(1, 1), "x\n::set-output name=a::b", "r")
    assert rendered([forged], {}, "github").count("\n") == 1


def test_problems_are_sorted_and_said_once() -> None:
    late, early = Problem("a", At(10, 1), "m", "r"), Problem("a", At(9, 5), "m", "r")
    assert in_order([late, early, late]) == (early, late)


def test_controls_directions_and_secrets_are_never_shown() -> None:
    assert safe("a\x1b[2J\x9b\r\u2066\u2028ghp_abcdefghijklmnopqrstuv") == (
        "a\\x1b[2J\\x9b\\x0d\\u2066\\u2028**************************"
    )


def test_help_names_the_nearest_or_all_when_few() -> None:
    assert (
        nearest("okta.suspend_usr", ["okta.suspend_user", "okta.end_sessions"])
        == 'did you mean "okta.suspend_user"?'
    )
    assert nearest("zzz", ["a", "b"]) == "known: a, b"
    assert nearest("zzz", [f"name-{n}" for n in range(99)]) == ""


def test_a_secret_is_found_even_where_the_rest_is_broken(tmp_path: Path, known: Known) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: [\n# xoxb-1234567890-abcdefghij\n")
    problems = check(load(path), known=known)
    assert {each.rule for each in problems} == {"syntax", "secret-in-file"}
    for form in ("text", "json", "github"):
        assert "xoxb" not in rendered(problems, {str(path): path.read_text()}, form)  # type: ignore[arg-type]


def test_a_positionless_file_is_not_half_checked(tmp_path: Path, known: Known) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("playbook: p\r\nshown_as: é漢\r\nversion: zero\r\n".encode("utf-8-sig"))
    said = rendered(check(load(path), known=known), {str(path): load(path).text})
    assert f'{path}:3:10: expected a whole number from 1, found "zero" [bad-number]' in said
