"""The papers: hostile names stay text, in every format."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from runner.reports.chart import chart
from runner.reports.encoding import cell, markdown, visible
from runner.reports.html import html
from runner.reports.papers import papers
from runner.reports.reading import logins_of, read
from tests.reports.records import CODER, SECOND, SUBJECT, case, opened

HOSTILE = [
    "Bob [/x]",
    "<script>alert(1)</script>",
    "\u202egnp.exe\u2066",
    "=cmd|'/c calc'!A0",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "]]></svg><script>",
    "a\x00b\x1b[31m\x9b\u200b\ufeff",
    "| x | `y` | ![](http://evil.example/a.png)",
    "]](javascript:alert(1))",
    "\ud800",
    "x" * 1_000_000,
    "",
]


def hostile(name: str) -> list[dict]:
    text = json.dumps(case())
    for login in (
        SUBJECT["login"],
        CODER["login"],
        SECOND["login"],
        "j.call@mail.example",
        "payroll.csv",
        "Pixel 9",
    ):
        text = text.replace(json.dumps(login)[1:-1], json.dumps(name)[1:-1])
    return json.loads(text)


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [
            str(value)
            for name, value in attrs
            if name in ("href", "src", "data", "action", "style", "xlink:href")
        ]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_stays_text_in_every_paper(name: str) -> None:
    made = papers(hostile(name))
    page = Page(made["report.html"])
    assert not page.tags & {"script", "img", "iframe", "object", "link", "form", "a", "base"}
    assert not {each for each in page.attributes if each.startswith("on")}
    assert page.links == []
    assert "49" not in re.findall(r"<th scope=\"row\">([^<]*)", made["report.html"])
    for paper in ("report.html", "report.md", "timeline.csv", "doors.csv"):
        assert not re.search("[\x00\x1b\x9b\u200b\u202e\u2066\ufeff\ud800]", made[paper]), paper
        assert len(made[paper]) < 900_000, paper
        made[paper].encode()
    assert json.loads(made["report.json"])["schema_version"] == 1


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_the_chart_stays_one_well_formed_picture(name: str) -> None:
    records = hostile(name)
    report = read(records)
    assert report.lockdown is not None
    picture = ET.fromstring(chart(report.lockdown, logins_of(records)))
    assert {each.tag for each in picture.iter()} <= {"svg", "title", "g", "line", "path", "rect", "text"}
    assert sum(each.get("class") == "work" for each in picture.iter("rect")) == 20


def test_the_page_asks_for_nothing_and_allows_only_its_own_style() -> None:
    text = html(read(case()))
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert "url(" not in style[1]
    assert "@import" not in text
    assert 'style="' not in text


def test_the_page_marks_verdicts_by_word_and_shape_and_not_by_colour_alone() -> None:
    text = html(read(case()))
    marks = dict(re.findall(r'<span class="v ([a-z-]+)">(<svg.*?</svg>)\1</span>', text))
    assert set(marks) == {"closed", "inferred", "pending", "open", "unknown", "by-hand", "held"}
    assert len(set(marks.values())) == 7


def test_the_page_says_what_a_counsel_needs() -> None:
    text = html(read(case()))
    for words in (
        "This was a drill",
        "shortened 3,600 times",
        "not legal advice",
        "What is left",
        "window",
        "spread",
        "Fired late",
        "2 records are counsel",
    ):
        assert words in text
    assert text.index("What is left") < text.index("The doors") < text.index("Timeline")


def test_a_classification_is_shown_only_where_one_was_given() -> None:
    assert 'class="class"' not in html(read(case()))
    assert "PREPARED FOR COUNSEL" in html(read(case()), classification="PREPARED FOR COUNSEL")


def test_a_real_case_carries_no_drill_banner() -> None:
    assert 'class="banner"' not in html(read(opened(drill=False, compress=1)))
    assert "Times were compressed" in html(read(opened(drill=False, compress=60)))


@pytest.mark.parametrize("records", [[], opened()], ids=["no records", "nothing but opened"])
def test_an_empty_case_still_makes_every_paper(records: list[dict]) -> None:
    assert all(papers(records).values())


def test_a_long_run_of_one_kind_is_one_entry_with_its_parts() -> None:
    text = html(read(case()))
    assert "Operations answered: 20" in text
    assert text.count('class="parts"') >= 2


@pytest.mark.parametrize(
    "risky",
    [
        "=1",
        "+1",
        "-1",
        "@a",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20a",
        "  =1",
        "\ufeff=1",
    ],
)
def test_no_spreadsheet_takes_a_cell_for_a_formula(risky: str) -> None:
    assert cell(risky)[0] in "'["


@pytest.mark.parametrize("plain", ["a=b", "3-4", "", "ünï", "2026-03-02T09:00:00.000Z"])
def test_an_ordinary_cell_stays_as_it_is(plain: str) -> None:
    assert cell(plain) == plain


def test_the_timeline_table_has_a_row_for_every_event() -> None:
    rows = list(csv.reader(io.StringIO(papers(case())["timeline.csv"])))
    assert len(rows) == 1 + len(read(case()).timeline)
    assert {len(row) for row in rows} == {6}


def test_hidden_characters_are_spelled_out_and_letters_are_not() -> None:
    assert visible("a\u202eb\x9b") == "a[U+202E]b[U+009B]"
    assert visible("Zoë 李 علي 😀") == "Zoë 李 علي 😀"


def test_a_text_without_end_is_counted_and_cut() -> None:
    assert visible("x" * 5000, 10) == "xxxxxxxxxx… (5000 characters)"


@pytest.mark.parametrize(
    "text", ["# a", "<b>", "[a](b)", "*a*", "`a`", "| a", "http://a.b", "a\nb", "1. a", "&lt;"]
)
def test_markdown_from_a_stranger_is_no_markup(text: str) -> None:
    shown = markdown(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[#*`\[\]|<>]", shown)
    assert not re.search(r"http://|www\.", shown)
