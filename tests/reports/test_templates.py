"""The documents we ship: they render, they say DRAFT, and they accuse nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from runner.errors import RefusedError
from runner.language.documents import names, render
from runner.language.shipped import shipped

FOLDER = shipped("templates")
DOOR = {
    "service": "okta",
    "layer": "session",
    "account": "00u1",
    "login": "sam",
    "verdict": "open",
    "why": "refused",
    "closed_at": "",
}
SCOPE: dict[str, Any] = {
    "case": {
        "code": "amber-falcon-7",
        "shown_as": "Review",
        "company": "Fjordlight Systems",
        "opened_at": "2026-03-02T09:00:00.000Z",
        "version": 1,
    },
    "inputs": {
        "subject": "sam@fjordlight.example",
        "seen": "One device.\nThree accounts.",
        "engaged": "contractor",
    },
    "doors": [DOOR, {**DOOR, "layer": "account", "verdict": "closed", "why": ""}],
    "accounts": [{"service": "okta", "id": "00u1", "login": "sam", "facts": {}}],
    "now": "2026-03-02T09:30:00.000Z",
}
EVERY = pytest.mark.parametrize("name", sorted(names(FOLDER)))


def test_the_shipped_playbook_has_its_documents() -> None:
    assert {"request-for-advice", "containment-ticket", "access-paused"} <= names(FOLDER)


@EVERY
def test_a_document_is_a_draft_with_its_case_and_its_time(name: str) -> None:
    text = render(name, SCOPE, FOLDER).text
    assert text.startswith("# ")
    for words in ("DRAFT", "amber-falcon-7", "2026-03-02T09:30:00.000Z", "| Version | 1 |"):
        assert words in text
    assert "{" not in text
    assert "\n\n\n" not in text


@EVERY
def test_a_document_names_nobody_and_no_origin(name: str) -> None:
    text = render(name, SCOPE, FOLDER).text
    assert not re.search(r"dprk|north korea|nationalit|\bsam\b|fraud|criminal|terminat", text, re.IGNORECASE)


@EVERY
def test_a_document_lacking_a_mandatory_field_is_refused_by_name(name: str) -> None:
    needs = re.search(r"\{# needs: (.*?) #\}", (FOLDER / f"{name}.md.j2").read_text())
    assert needs is not None
    for field in needs[1].split(", "):
        room, _, key = field.partition(".")
        lacking = (
            {k: v for k, v in SCOPE.items() if k != room}
            if not key
            else {**SCOPE, room: {k: v for k, v in SCOPE[room].items() if k != key}}
        )
        with pytest.raises(RefusedError, match=rf"lacks: .*{key or room}"):
            render(name, lacking, FOLDER)


@EVERY
def test_a_document_renders_before_anything_was_found(name: str) -> None:
    assert render(name, {**SCOPE, "doors": [], "accounts": [], "inputs": {"seen": "x"}}, FOLDER).text


@EVERY
def test_a_classification_is_counsels_to_set(name: str) -> None:
    assert "PRIVILEGED" not in render(name, SCOPE, FOLDER).text
    marked = {**SCOPE, "case": {**SCOPE["case"], "classification": "PRIVILEGED"}}
    assert "**PRIVILEGED**" in render(name, marked, FOLDER).text


def test_facts_over_several_lines_stay_one_quotation() -> None:
    assert "> One device.\n> Three accounts.\n" in render("request-for-advice", SCOPE, FOLDER).text


def test_the_notice_gives_no_reason_and_no_case_to_the_person() -> None:
    notice = render("access-paused", SCOPE, FOLDER).text.partition("\n---\n")[2]
    assert "amber-falcon" not in notice
    assert not re.search(r"suspect|misrepresent|investigat|security", notice, re.IGNORECASE)
