"""Files that hide a meaning are refused, with a place; harmless oddities are not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from runner.language import load
from runner.language.problems import At
from runner.language.source import parse, read


def rules(text: str) -> list[tuple[str, int]]:
    return [(each.rule, each.at.line) for each in parse(text, "a.yaml").problems]


def test_scalars_stay_text_and_nothing_is_none() -> None:
    source = parse("a: NO\nb: 0123\nc: 12:30:45\nd: 1e3\ne: 2026-11-22\nf: ~\ng:\nh: ''\n", "a.yaml")
    assert source.value == {
        "a": "NO", "b": "0123", "c": "12:30:45", "d": "1e3", "e": "2026-11-22", "f": "~", "g": None, "h": "",
    }  # fmt: skip


def test_every_value_and_key_has_its_place() -> None:
    source = parse("a:\n  - b: c\n    漢字: {d: e}\n", "a.yaml")
    assert source.at(("a", 0, "b")) == At(2, 8, 1)
    assert source.at(("a", 0, "漢字"), key=True) == At(3, 5, 2)
    assert source.at(("a", 0, "漢字", "d")) == At(3, 13, 1)
    assert source.at(("a", 0, "漢字", "gone")) == source.at(("a", 0, "漢字"))


def test_a_billion_laughs_are_refused_without_expanding() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))]
    source = parse("\n".join(lines), "a.yaml")
    assert source.value is None
    assert {each.rule for each in source.problems} == {"alias", "anchor"}


@pytest.mark.parametrize("text", ["[" * 20_000, "{" * 3_000, "- " * 3_000, "a: " + "[" * 51])
def test_depth_is_refused_before_anything_recurses(text: str) -> None:
    assert parse(text, "a.yaml").problems[-1].rule == "too-deep"


def test_fifty_levels_are_read() -> None:
    assert parse("[" * 50 + "]" * 50, "a.yaml").problems == ()


def test_a_byte_order_mark_and_windows_line_ends_change_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffa: 1\r\nb: x\r\nb: y\r\n".encode())
    source = read(path)
    assert source.value == {"a": "1", "b": "x"}
    assert [(each.rule, each.at) for each in source.problems] == [("duplicate-key", At(3, 1, 1))]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"a: \x00\n", "encoding"),
        ("a: b\n".encode("utf-16"), "encoding"),
        (b"ok: 1\na: \xff\n", "encoding"),
        (b"a: \xc2\x85\n", "encoding"),
        (b"a: \x1b[2J\n", "encoding"),
        (b"a: b\n---\nc: d\n", "many-documents"),
        (b"a:\n\tb: c\n", "syntax"),
        (b"a: [b\n", "syntax"),
        (b"<<: {a: b}\n", "merge-key"),
        (b"? [a]\n: b\n", "syntax"),
        (b"a: !!binary aGk=\n", "tag"),
        (b"x" * (1024 * 1024 + 1), "not-readable"),
    ],
)
def test_a_file_nobody_should_trust_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    assert [each.rule for each in read(path).problems] == [rule]
    assert load(path).playbook is None


def test_a_long_scalar_under_the_limit_is_only_text() -> None:
    assert len(parse(f"a: {'x' * 900_000}\n", "a.yaml").value["a"]) == 900_000


def test_symbolic_links_pipes_devices_and_folders_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: b\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (
        tmp_path / "link.yaml",
        tmp_path / "pipe.yaml",
        Path("/dev/zero"),
        tmp_path,
        tmp_path / "no",
    ):
        assert [each.rule for each in read(path).problems] == ["not-readable"], path


def test_hidden_characters_pass_inside_quotes_only() -> None:
    assert rules("a: '\u202eb'\nc: \"\u200b\"\n") == []
    assert rules("a: \u202eb\n# \u2066\n") == [("hidden-character", 1), ("hidden-character", 2)]
    assert rules("a: |\n  \u200bb\n") == [("hidden-character", 2)]


def test_an_empty_file_is_no_playbook(tmp_path: Path) -> None:
    for content in ("", "# only words\n", "---\n"):
        (tmp_path / "a.yaml").write_text(content)
        assert [each.rule for each in load(tmp_path / "a.yaml").problems] == ["wrong-type"]


def test_a_list_is_no_playbook(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- a\n")
    assert [each.rule for each in load(tmp_path / "a.yaml").problems] == ["wrong-type"]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b\r\n")
    assert read(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
