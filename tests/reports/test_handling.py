"""How a case was handled, in every format: who decided, what was demanded, what expires, what nobody knows."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from runner.reports.encoding import cell, visible
from runner.reports.html import html
from runner.reports.markdown import markdown
from runner.reports.papers import papers
from runner.reports.reading import read
from runner.reports.spelling import plain
from runner.reports.tables import every
from runner.reports.unknowns import unknown_by_area
from tests.reports.records import SUBJECT, case, circumstances, handled
from tests.reports.test_papers import HOSTILE, Page

REPORT = read(handled(), around=circumstances())
TOLD = (
    "Declared by maren", "Confirmed by ines", "Not reviewed yet", "nobody did in time", "within 72 hours",
    "5 March 2026, 09:00:00 UTC", "valid", "Danger to people", "ines offered", "is an administrator",
    "90 of 425 days", "now, a day every day", "when the door closes", "okta gives people no keys",
)  # fmt: skip


def text_of(page: str) -> str:
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", shown.replace("maren offered it to ines", "ines offered"))


def unescaped(text: str) -> str:
    return text.replace("\\", "").replace("maren offered it to ines", "ines offered")


@pytest.mark.parametrize("words", TOLD)
def test_the_page_and_the_markdown_say_the_same(words):
    assert words in text_of(html(REPORT))
    assert words in unescaped(markdown(REPORT))


def test_a_decision_names_who_in_which_role_signed_and_over_which_digest():
    [approval] = [each for each in REPORT.requests if each.id == "e1"]
    [answer] = approval.answers
    assert (answer.by, answer.role, answer.signed, answer.signature) == (
        "ines",
        "security-leads",
        True,
        "sig",
    )
    assert answer.digest == approval.digest
    rows = list(csv.DictReader(io.StringIO(every(REPORT)["decisions.csv"])))
    [row] = [each for each in rows if each["request"] == "e1"]
    assert (row["by"], row["role"], row["signed"], row["digest"]) == (
        "ines",
        "security-leads",
        "yes",
        "e1" * 32,
    )


def test_an_objection_and_its_overruling_stand_beside_each_other():
    assert [each.word for each in REPORT.objections] == ["objected", "overruled"]
    page = text_of(html(REPORT))
    assert page.index("Objection ") < page.index("Objection overruled")
    rows = [
        each
        for each in csv.DictReader(io.StringIO(every(REPORT)["decisions.csv"]))
        if each["kind"] == "objection"
    ]
    assert [each["said"] for each in rows] == ["objected", "overruled"]


def test_a_door_closed_by_hand_says_by_whom():
    assert "Closed by hand, and read back" in html(REPORT)
    assert "closed by hand at" in next(each.text for each in REPORT.timeline if each.kind == "door.adopted")


def test_a_link_of_the_demand_stays_defanged_everywhere():
    for name, paper in papers(handled(), around=circumstances()).items():
        assert "https://pay" not in paper, name
    assert "hxxps://pay[.]example/x" in text_of(html(REPORT))


def test_what_is_not_known_stands_under_its_area():
    areas = unknown_by_area(REPORT)
    assert any("left out" in line for line in areas["Accounts"])
    assert any("not kept" in line for line in areas["Evidence"])
    assert any("ask whoever archives it" in line for line in areas["Evidence"])
    assert any("deadline is assumed" in line for line in areas["Messages"])
    assert any("read directly" in line for line in unknown_by_area(read(case()))["Doors"])


def test_without_circumstances_nothing_is_said_of_expiry_and_roles():
    report = read(handled())
    assert "Evidence and its expiry" not in html(report)
    assert "Evidence and its expiry" not in markdown(report)
    assert {answer.role for each in report.requests for answer in each.answers} == {""}


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_strangers_words_stay_text_in_every_paper(words):
    made = papers(handled(words), around=circumstances(words))
    page = Page(made["report.html"])
    assert not page.tags & {"script", "img", "iframe", "object", "link", "form", "a", "base"}
    assert not {each for each in page.attributes if each.startswith("on")}
    assert page.links == []
    for name, paper in made.items():
        if name != "report.json":
            assert not re.search("[\x00\x1b\x9b\u200b\u202e\u2066\ufeff\ud800]", paper), name
            assert len(paper) < 900_000, name
    assert json.loads(made["report.json"])["emergency"]["because"] == words


@pytest.mark.parametrize(
    "words", [*HOSTILE, "|calc", "\uff5cx", "\t=1", " =1", "\u3000=1", "'=1", "''@a", "a=b", "'tis"]
)
def test_a_cell_is_no_formula_and_gives_back_what_was_written(words):
    report = read(handled(words), around=circumstances(words))
    for table in every(report).values():
        for row in csv.reader(io.StringIO(table)):
            for each in row:
                assert not each.lstrip().startswith(
                    ("=", "+", "-", "@", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t")
                )
    shown = cell(words)
    guarded = shown != visible(words)
    assert (shown[1:] if guarded else shown) == visible(words)
    assert guarded == (shown.startswith("'") and words != "'tis")


def test_an_operation_and_an_account_are_told_in_words():
    logins = {("okta", "00u1"): "sam"}
    told = plain(
        "Step doors failed: lockdown/doors/okta.end_sessions@okta/00u1: no. okta/00u1,okta/00u2", logins
    )
    assert told == "Step doors failed: okta end sessions · sam: no. sam on okta, okta/00u2"
    assert plain("x" * 2000, logins) == "x" * 2000


def test_every_table_has_a_head_and_rows_of_its_length():
    for name, table in every(REPORT).items():
        rows = list(csv.reader(io.StringIO(table)))
        assert len({len(row) for row in rows}) == 1, name
    assert SUBJECT["login"] in every(read(case()))["doors.csv"]
