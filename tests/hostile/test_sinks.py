"""Whatever is said comes out at every surface as it was said, and does nothing there."""

from __future__ import annotations

import json
import re

import pytest

from runner.actions.values import Document
from runner.evidence.chain import canonical, seal
from runner.evidence.folder import Folder
from runner.evidence.verify import verify
from runner.reports.encoding import visible
from tests.corpus.entries import TEXTS
from tests.corpus.strategies import every, texts
from tests.evidence.test_bag import build, journal
from tests.hostile.sinks import SINKS, Page, inert_papers, papers_of, parsed_markdown, words


@pytest.mark.parametrize("entry", TEXTS, ids=str)
@pytest.mark.parametrize("name", SINKS)
def test_the_corpus_does_nothing_and_is_said(name, entry):
    SINKS[name](entry.value)


@pytest.mark.parametrize("name", SINKS)
@every(text=texts)
def test_any_text_does_nothing_and_is_said(name, text):
    SINKS[name](text)


@pytest.mark.parametrize("at", range(0, len(TEXTS), 12))
def test_the_papers_of_a_case_do_nothing_and_say_it(at):
    values = [each.value for each in TEXTS[at : at + 12]]
    made = papers_of(*values)
    inert_papers(made)
    assert all(json.dumps(each)[1:-1] in json.dumps(json.loads(made["report.json"])) for each in values)


@every(text=texts)
def test_the_papers_do_nothing_whatever_is_said_and_say_it(text):
    page = inert_papers(papers_of(text))
    assert words(visible(text)) in words("".join(page.told))


def test_a_bundle_of_the_whole_corpus_verifies_and_has_no_name_of_theirs(tmp_path):
    values = [each.value for each in TEXTS]
    store = Folder(tmp_path / "case")
    records = journal(store)
    for value in values:
        item = store.put(value, value.encode("utf-8", "surrogatepass"), value)
        kept = {"item": 1, "sha256": item.sha256, "bytes": item.bytes, "name": value}
        records.append(seal({**records[-1], "seq": len(records) + 1, "kind": "item.kept", "class": "fact", "data": kept}, records[-1]["digest"]))
    bundle = build(
        tmp_path / "case",
        tmp_path / "bundle",
        journal=[canonical(each) for each in records],
        documents=[Document(value, "T", f"{number}\n") for number, value in enumerate(values)],
        facts={"Source-Organization": " ".join(values).encode("utf-8", "replace").decode()},
    )
    assert verify(bundle) == []
    names = [path.relative_to(bundle).as_posix() for path in bundle.rglob("*")]
    assert not [each for each in names if not re.fullmatch(r"[A-Za-z0-9._/-]+", each)]


def test_the_readers_see_what_they_are_to_see():
    """A check that sees nothing would pass anything."""
    assert ("a", "href") in Page('<a href="x">y</a>').elements
    assert {"link_open", "html_inline", "image"} <= parsed_markdown("[a](b) <b> ![c](d)")
