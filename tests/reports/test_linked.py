"""Linked accounts in the report: who, why in words, who confirmed, and a picture that says the same."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from runner.reports.graph import picture
from runner.reports.html import html
from runner.reports.linked import MOST_CANDIDATES, MOST_VALUES, graph
from runner.reports.markdown import markdown
from runner.reports.papers import papers
from runner.reports.reading import read
from runner.reports.views import Link
from tests.reports.records import SECOND, Telling, case, opened
from tests.reports.test_papers import HOSTILE, hostile

NUMBERS = ("+12025550111", "NO9386011117947", "pfd-0001")


def link(number, *kinds, confirmed_by=()):
    because = tuple(
        {"kind": kind, "value": value, "label": "", "weight": 0.5, "strength": "medium", "own": []}
        for kind, value in kinds
    )
    return Link(f"okta/{number}", "", f"person{number}", "okta", (), because, (), confirmed_by)


def drawn(found):
    return ET.fromstring(picture(graph(found)))


def test_a_link_is_told_with_its_words_and_with_who_confirmed_it():
    confirmed, left_open = read(case()).links
    assert (confirmed.login, confirmed.confirmed_by) == (SECOND["login"], ("ines", "tomasz"))
    assert left_open.confirmed_by == ()
    assert left_open.service == "the files"
    text = html(read(case()))
    for words in ("Linked accounts", "The same authenticator Pixel 9 …0001: strong", "ines and tomasz", "nobody: left open",
                  "(file payroll.csv line 41, SHA-256 9a9a9a9a9a9a)"):  # fmt: skip
        assert words in text, words
    assert "## Linked accounts" in markdown(read(case()))
    assert "ines and tomasz" in markdown(read(case()))


@pytest.mark.parametrize("paper", ["report.html", "report.md", "report.json"])
def test_no_paper_shows_a_shared_value_in_full(paper):
    text = papers(case())[paper]
    assert "0111" in text
    assert not [each for each in NUMBERS if each in text]


def test_what_was_searched_is_told_in_numbers_only():
    [searched] = read(case()).searches
    assert searched["files"] == [
        {"name": "payroll.csv", "sha256": "9a" * 32, "rows": 812, "not_comparable": 3}
    ]
    told = [event.text for event in read(case()).timeline if event.kind == "link.searched"]
    assert told == [
        "Searched for linked accounts, by 3 values of the subject: okta, 5 kept items, 812 rows of 1 file; 2 proposed"
    ]


def test_a_link_proposed_again_is_one_link_as_last_known():
    told = Telling()
    told.records = opened()
    for label in ("first", "second"):
        told.say("link.proposed", account=SECOND, because=[{"kind": "phone", "value": "1", "label": label}])
    [found] = read(told.records).links
    assert found.because[0]["label"] == "second"


def test_links_confirmed_in_two_rounds_are_all_linked():
    told = Telling()
    told.records = opened()
    third = {**SECOND, "id": "00u3"}
    for account in (SECOND, third):
        told.say("link.proposed", account=account, because=[])
        told.say("link.confirmed", accounts=[account], by=["ines", "tomasz"])
    report = read(told.records)
    assert [each["id"] for each in report.subject.linked] == ["00u2", "00u3"]
    assert [each.confirmed_by for each in report.links] == [("ines", "tomasz")] * 2


def test_nothing_is_drawn_or_written_where_nobody_was_proposed():
    text = html(read(opened()))
    assert "Linked accounts" not in text
    assert 'class="graph"' not in text
    assert "Linked accounts" not in markdown(read(opened()))
    assert picture(graph([])) == ""


def test_a_value_is_one_node_for_all_who_show_it_and_an_edge_is_as_heavy_as_it_counts():
    found = graph(read(case()).links)
    assert [node.small for node in found.middle] == ["authenticator", "payout account", "phone number"]
    phone = found.middle[2].id
    assert [edge.end for edge in found.edges if edge.start == phone] == ["okta/00u2", "@people/applicant:A-7"]
    assert {edge.weight for edge in found.edges} == {0.5, 1.0}
    assert [(node.text, node.confirmed) for node in found.right] == [
        (SECOND["login"], True), ("j.call@mail.example", False),
    ]  # fmt: skip
    assert [(node.text, node.small) for node in found.left] == [("sam.reed@fjordlight.example", "okta")]


def test_the_picture_tells_the_confirmed_from_the_others_without_colour():
    kinds = [each.get("class") for each in drawn(read(case()).links).iter("{*}g")] or [
        each.get("class") for each in drawn(read(case()).links).iter("g")
    ]
    assert kinds == ["own", "value", "value", "value", "confirmed", "open"]
    texts = " ".join(each.text or "" for each in drawn(read(case()).links).iter("text"))
    assert "confirmed by two people" in texts
    assert "not confirmed" in texts


def test_a_crowd_is_cut_to_what_a_reader_takes_in_and_the_confirmed_stay():
    crowd = [link(n, ("phone", n), ("handle", n + 100)) for n in range(40)]
    crowd.append(link(99, ("phone", 0), confirmed_by=("a", "b")))
    found = graph(crowd)
    assert len(found.right) == MOST_CANDIDATES
    assert len(found.middle) <= MOST_VALUES
    assert found.right[0].text == "person99"
    assert found.left_out == len(crowd) - MOST_CANDIDATES
    assert {each.tag for each in drawn(crowd).iter()} <= {"svg", "title", "g", "path", "rect", "text"}


def test_the_same_links_make_the_same_picture():
    assert picture(graph(read(case()).links)) == picture(graph(read(case()).links))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_the_picture_stays_one_well_formed_picture(name):
    drawing = drawn(read(hostile(name)).links)
    assert {each.tag for each in drawing.iter()} <= {"svg", "title", "g", "path", "rect", "text"}
    assert len(list(drawing.iter("rect"))) == 6


def test_the_page_draws_with_its_own_classes_and_nothing_to_load():
    text = html(read(case()))
    drawing = re.search(r'<svg class="graph".*?</svg>', text, re.DOTALL)
    assert drawing is not None
    assert not re.search(r"style=|href|url\(|fill=|stroke=", drawing[0])


def test_the_report_as_data_has_the_links_and_what_was_searched():
    found = json.loads(papers(case())["report.json"])
    assert [each["confirmed_by"] for each in found["links"]] == [["ines", "tomasz"], []]
    assert found["searches"][0]["proposed"] == 2
