"""A stranger's text in a document: read as written, by the eye and by a Markdown viewer, and doing nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt
from markupsafe import Markup

from runner.language.verbatim import bullets, literal, verbatim

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="http://evil.example/a.png">',
    "![](http://evil.example/a.png)",
    "[click](http://evil.example)",
    "http://evil.example/a_b~c",
    "www.evil.example",
    "<http://evil.example>",
    "**bold** _em_ ~~gone~~ `code`",
    "``` fence",
    "a ` b `` c",
    "`",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "=== ",
    "a | b | c",
    "&lt;b&gt; &#60;",
    "\\*not escaped\\*",
    "h1. Jira {color:red}x{color} [~accountid:1] !a.png! {code}",
    "{{ 7*7 }} {% raw %} ${7*7} #{7} <%= 7 %>",
    "{0.__class__} %(x)s $$",
    "[[MISSING: nothing, nobody]]",
    "sam_reed_fjl",
]
VIEWER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


class Page(HTMLParser):
    """What a viewer shows: tags, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(VIEWER.render(text))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("value", HOSTILE)
def test_a_line_is_shown_as_it_is_and_does_nothing(value: str) -> None:
    page = Page(f"Name: {literal(value)}, and so on")
    assert set(page.tags) <= {"p", "code"}
    assert page.text.strip() == f"Name: {value}, and so on"


@pytest.mark.parametrize("value", HOSTILE)
def test_whoever_copies_it_out_of_plain_text_gets_it_unchanged(value: str) -> None:
    assert value.strip() in literal(value)


@pytest.mark.parametrize("value", [*HOSTILE, "\n".join(HOSTILE), "one\r\ntwo\rthree"])
def test_a_block_is_shown_line_by_line_and_does_nothing(value: str) -> None:
    page = Page(f"Before\n\n{verbatim(value)}\n\nAfter {literal('x')}")
    assert page.tags == ["p", "pre", "code", "p"]
    shown = page.text.removeprefix("Before\n").rpartition("After")[0].strip("\n")
    assert shown.split("\n") == value.strip("\r\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=40))
def test_no_text_whatever_becomes_more_than_text(value: str) -> None:
    assert set(Page(f"Name: {literal(value)}.").tags) <= {"p", "code"}
    assert set(Page(f"x\n\n{verbatim(value)}\n\ny").tags) <= {"p", "pre", "code"}
    assert set(Page(f"x\n\n{bullets([value, 'b'])}\n\ny").tags) <= {"p", "ul", "li", "code"}


@pytest.mark.parametrize(
    "plain",
    [
        "Fjordlight Systems AS",
        "2026-03-02T09:30:00.000Z",
        "sam.reed@x.example",
        "00u1",
        "+47 5550 0100",
        "R&D, 5 & 6",
    ],
)
def test_what_is_harmless_stays_bare(plain: str) -> None:
    assert literal(plain) == plain


def test_a_name_over_several_lines_stays_one_line() -> None:
    assert literal("Ann\n\n# Approved\tby counsel") == "Ann # Approved by counsel"


def test_controls_and_hidden_characters_are_spelled_and_secrets_masked() -> None:
    assert "\\u202e" in literal("\u202egnp.exe")
    assert "\x1b" not in verbatim("a\x1b[31m")
    assert "ghp_" not in literal("key ghp_" + "a1" * 18)
    assert "ghp_" not in verbatim("key\nghp_" + "a1" * 18)


def test_our_own_markup_passes_and_truth_has_words() -> None:
    assert literal(Markup("[[MISSING: x]]")) == "[[MISSING: x]]"
    assert [literal(each) for each in (True, False, None, 7)] == ["yes", "no", "", "7"]
    assert bullets(["a", "<b>"]) == "- a\n- `<b>`"
    assert bullets("alone") == "- alone"
