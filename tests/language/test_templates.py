"""The documents we ship: they render, with and without gaps; they say DRAFT; they accuse nobody."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from runner.company import Papers
from runner.language.documents import render
from runner.language.known import DEADLINE, DEMAND
from runner.language.outlines import outlines
from runner.language.shipped import shipped

FOLDER = shipped("templates")
OUTLINES = outlines(FOLDER)
FIRST_SET = {
    "privileged-notice", "request-for-advice", "legal-hold", "containment-ticket", "hr-notice", "agency-notice",
    "board-brief", "device-return", "payment-hold", "platform-notice", "payment-provider-notice",
    "police-worksheet", "preservation-request", "reinstatement-letter", "access-paused", "demand-record",
    "holding-statement", "competitor-notice", "insurer-notice", "correction-notice",
}  # fmt: skip
DOOR = {
    "service": "okta",
    "layer": "session",
    "account": "00u1",
    "login": "sam",
    "verdict": "open",
    "why": "refused",
    "closed_at": "",
}
PAPER = {
    "document": "x",
    "name": "platform-notice",
    "title": "Notice to Upwork",
    "status": "SENT",
    "to": ["hr"],
    "sent_at": "2026-03-02T10:00:00.000Z",
    "privileged": False,
    "missing": [],
    "version": 1,
}
CLOCK = {
    "clock": "gdpr-33",
    "about": "Notify",
    "within": "72h",
    "as_soon_as": "",
    "status": "running",
    "deadline": "2026-03-05T09:00:00.000Z",
    "local": "",
}
SCOPE: dict[str, Any] = {
    "case": {"code": "amber-falcon-7", "shown_as": "Review", "company": "Fjordlight Systems", "opened_at": "2026-03-02T09:00:00.000Z"},
    "document": {"version": 1, "status": "DRAFT", "to": []},
    "inputs": {"subject": "sam@fjordlight.example", "seen": "One device.\nThree accounts.", "engaged": "contractor"},
    "house": {"police": {}, "channels": {}},
    "given": {},
    "demand": {},
    "demands": [],
    "doors": [DOOR, {**DOOR, "layer": "account", "verdict": "closed", "why": ""}],
    "accounts": [{"service": "okta", "id": "00u1", "login": "sam", "facts": {}}],
    "unconfirmed": [{"service": "okta", "id": "00u2", "login": "sam", "facts": {}}],
    "items": [{"name": "a", "sha256": "ab" * 32, "bytes": 7}],
    "sources": [{"service": "okta", "account": "00u1", "what": "system log", "retention": "90d", "gone_on": "2026-05-31", "kept": True}],
    "clocks": [CLOCK, {**CLOCK, "status": "proposed", "deadline": ""}],
    "delays": [{"agency": "FBI", "contact": "S. Agent", "until": "2026-03-09T00:00:00.000Z"}],
    "documents": [PAPER],
    "now": "2026-03-02T09:30:00.000Z",
}  # fmt: skip
LISTS: dict[str, Any] = {
    "demand.to": ["ceo@fjordlight.example"],
    "demand.cc": ["cfo@fjordlight.example"],
    "demand.hops": [{"by_host": "mx.fjordlight.example", "from_host": "h", "ip": "", "at": "", "ours": True}],
    "demand.checks": [{"method": "spf", "result": "fail", "domain": "d", "said_by": "mx", "trusted": False}],
    "demand.amounts": [{"stated": "50 BTC", "currency": "BTC", "assumed": False}],
    "demand.wallets": [{"address": "bc1qexample", "chain": "bitcoin", "verdict": "valid"}],
    "demand.memos": ["tag 7"],
    "demand.mentions": [{"kind": "publish", "quote": "We publish it."}],
    "demand.danger": ["We know where you live."],
    "demand.contacts": [{"kind": "telegram", "value": "@them"}],
    "demand.links": [{"url": "hxxp://evil[.]example/x"}],
    "demand.attachments": [{"name": "proof.zip", "bytes": 12, "sha256": "cd" * 32}],
    "demand.headers": [{"name": "X-Mailer", "value": "x"}],
    "demand.doubts": ["The Date is later than the first hop."],
    "demand.left_out": ["A part that was too large."],
    "demand.asked": ["The amount in the picture."],
    "given.assets": ["MacBook Pro, C02X", "YubiKey 5"],
    "house.police": {"us": "Field office", "uk": "Regional unit", "de": "ZAC NRW"},
    "house.channels": {"upwork": "trust@upwork.example"},
}
WRITTEN_BY_US = {"currency", "bytes", "trusted", "ours", "assumed", "sha256"}
BARE = {**SCOPE, "doors": [], "accounts": [], "unconfirmed": [], "items": [], "sources": [], "clocks": [], "delays": [], "documents": []}  # fmt: skip
EVERY = pytest.mark.parametrize("name", sorted(OUTLINES))


def filled(name: str, value: str = "stated", **chosen: str) -> dict[str, Any]:
    """Return the scope with every field the template declares: choices by their first value, or as chosen."""
    scope = copy.deepcopy(SCOPE)
    for field in OUTLINES[name].fields:
        *way, last = field.path.split(".")
        place = scope
        for key in way:
            place = place.setdefault(key, {})
        choice = chosen.get(last) or (field.choices[0] if field.choices else value)
        place[last] = LISTS.get(field.path, choice)
    return scope


def variants(name: str) -> list[dict[str, Any]]:
    """Return one full scope for each choice the template knows."""
    choices = [
        (field.path.rpartition(".")[2], choice) for field in OUTLINES[name].fields for choice in field.choices
    ]
    return [filled(name, **{key: choice}) for key, choice in choices] or [filled(name)]


def test_the_first_set_is_shipped() -> None:
    assert set(OUTLINES) >= FIRST_SET


@EVERY
def test_a_template_is_sound_and_says_whom_it_is_for(name: str) -> None:
    assert OUTLINES[name].problems == ()
    assert OUTLINES[name].audience
    assert OUTLINES[name].tlp != "CLEAR"


@EVERY
def test_a_document_with_everything_lacks_nothing(name: str) -> None:
    for scope in variants(name):
        document = render(name, scope, FOLDER)
        assert document.missing == ()
        assert "MISSING" not in document.text
        assert "{" not in document.text
        assert not re.search(r"\n\n\n|[ \t]$|None|Undefined", document.text, re.MULTILINE)


@EVERY
def test_a_document_with_nothing_shows_every_gap_and_who_knows_it(name: str) -> None:
    document = render(name, {**BARE, "inputs": {}}, FOLDER)
    needed = [field for field in OUTLINES[name].fields if field.needed]
    assert len(document.missing) == len(needed)
    for field in needed:
        assert field.who
        assert any(each.startswith(field.what) and each.endswith(field.who) for each in document.missing)
    for each in document.missing:
        assert f"[[MISSING: {each}]]" in document.text, each


@EVERY
def test_every_document_has_its_case_its_time_and_its_status(name: str) -> None:
    text = render(name, SCOPE, FOLDER).text
    for words in (
        "| Status | DRAFT |",
        "| Case | amber-falcon-7 |",
        "2026-03-02T09:30:00.000Z (UTC)",
        "| Version | 1 |",
        "TLP:",
        "| Language |",
        "| Distribution |",
        "not legal advice",
    ):
        assert words in text, words
    assert text.startswith("# ")


@EVERY
def test_a_classification_is_counsels_to_set_and_only_for_what_is_privileged(name: str) -> None:
    house = {**SCOPE["house"], "classification": "PRIVILEGED"}
    assert "PRIVILEGED" not in render(name, SCOPE, FOLDER).text
    assert ("**PRIVILEGED**" in render(name, {**SCOPE, "house": house}, FOLDER).text) is OUTLINES[
        name
    ].privileged


def test_what_is_between_company_and_counsel_is_marked_so_and_nothing_that_goes_out_is() -> None:
    assert {name for name, each in OUTLINES.items() if each.privileged} == {
        "board-brief",
        "privileged-notice",
        "request-for-advice",
    }


@EVERY
def test_what_a_document_says_of_the_house_can_be_written_in_the_settings(name: str) -> None:
    assert {path.partition(".")[0] for path in OUTLINES[name].under("house")} <= set(Papers.model_fields)


@EVERY
def test_what_a_document_says_of_a_demand_is_read_of_one(name: str) -> None:
    named = set(OUTLINES[name].under("demand"))
    assert {path.partition(".")[0] for path in named} <= DEMAND
    assert {path.partition(".")[2] for path in named if path.startswith("deadline.")} <= DEADLINE


ACCUSING = (
    r"dprk|north[ -]?korea|korean?\b|pyongyang|nationalit|citizen|foreign (agent|worker|national)|state[ -]sponsored|"
    r"overseas worker|impostor|imposter|fake|spy\b|spies|criminal|crook|thief|thieves|fraud|scam|hacker|guilty|"
    r"dismiss|fired\b|terminat|ransom"
)


@EVERY
def test_no_template_asserts_a_nationality_or_a_crime(name: str) -> None:
    source = (FOLDER / f"{name}.md.j2").read_text("utf-8").replace("Report Fraud (reportfraud.police.uk", "")
    assert re.findall(ACCUSING, source, re.IGNORECASE) == []
    for line in re.findall(r"^.*\borigin\b.*$", source, re.MULTILINE):
        assert re.search(r"nothing about|anything about", line), line  # named to be left out
    assert not re.search(r"(?<!suspected )identity misrepresentation", " ".join(source.lower().split()))


@EVERY
def test_a_document_names_the_person_by_account_only(name: str) -> None:
    for scope in variants(name):
        assert not re.search(r"\bsam\b", render(name, scope, FOLDER).text)


HOSTILE = "</p><img src=http://evil.example/a.png> ![](http://evil.example/b.png) | `x` {{ 7*7 }} {% raw %}\n# Approved\n~~~\n```\n[~a] h1. {code}"
VIEWER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def poisoned(value: Any) -> Any:
    """Return a value of a list with everything in it that a stranger chose made hostile."""
    if isinstance(value, str):
        return HOSTILE
    return {key: each if key in WRITTEN_BY_US else HOSTILE for key, each in value.items()}


@EVERY
def test_hostile_values_come_out_literal_in_every_field_of_every_document(name: str) -> None:
    calm, hostile = filled(name), filled(name, HOSTILE)
    text = json.dumps({key: hostile[key] for key in ("doors", "accounts", "unconfirmed", "sources", "items")})
    spoiled = json.loads(
        text.replace('"00u1"', json.dumps(HOSTILE))
        .replace('"okta"', json.dumps(HOSTILE))
        .replace('"refused"', json.dumps(HOSTILE))
    )
    for path, value in LISTS.items():
        root, _, last = path.partition(".")
        if isinstance(value, list) and last in hostile.get(root, {}):
            hostile[root][last] = [poisoned(each) for each in value]
    shown = render(name, {**hostile, **spoiled}, FOLDER)
    tags = lambda text: [t.tag for t in VIEWER.parse(text) if t.tag in ("h1", "h2", "h3")]  # noqa: E731
    page = VIEWER.render(shown.text)
    assert not re.search(r"<(img|a|script)\b", page)
    assert tags(shown.text) == tags(render(name, calm, FOLDER).text)
    assert "49" not in shown.text.replace("+49", "")
    assert shown.missing == ()


def test_facts_over_several_lines_stay_one_block() -> None:
    assert "```text\nOne device.\nThree accounts.\n```\n" in render("request-for-advice", SCOPE, FOLDER).text


LETTERS = ["access-paused", "device-return", "reinstatement-letter"]


@pytest.mark.parametrize("name", LETTERS)
def test_what_the_person_reads_gives_no_case_and_no_suspicion(name: str) -> None:
    notice = render(name, filled(name), FOLDER).text.partition("\n---\n")[2]
    assert notice
    assert "amber-falcon" not in notice
    assert not re.search(
        r"suspect|misrepresent|investigat|security|evidence|police|TLP", notice, re.IGNORECASE
    )


@pytest.mark.parametrize("choice", ["police", "provider"])
def test_a_company_never_poses_as_a_government(choice: str) -> None:
    letter = render("preservation-request", filled("preservation-request", letter=choice), FOLDER).text
    body = " ".join(letter.partition("\n---\n")[2].split())
    if choice == "provider":
        assert "This is not a request under 18 U.S.C. 2703(f)" in body
    else:
        assert "We ask you to have stated preserve" in body
        assert "by a request under 18 USC 2703(f) or by the order that your law gives you" in body


@pytest.mark.parametrize(
    ("jurisdiction", "words"),
    [("us", ["ic3.gov", "no attachments", "Field office"]), ("uk", ["reportfraud.police.uk", "0300 123 2040", "101", "Regional unit"]), ("de", ["ZAC", "Wirtschaftsschutz@bfv.bund.de", "ZAC NRW"])],
)  # fmt: skip
def test_the_police_worksheet_knows_where_each_country_files(jurisdiction: str, words: list[str]) -> None:
    text = render("police-worksheet", filled("police-worksheet", jurisdiction=jurisdiction), FOLDER).text
    for each in words:
        assert each in text
    others = {"us": "ic3.gov", "uk": "reportfraud", "de": "bfv.bund"}
    assert [each for key, each in others.items() if key != jurisdiction and each in text] == []


@pytest.mark.parametrize(
    "name", ["demand-record", "holding-statement", "board-brief", "insurer-notice", "police-worksheet"]
)
def test_no_document_offers_to_pay_or_to_talk(name: str) -> None:
    text = render(name, filled(name), FOLDER).text
    assert not re.search(r"\bwe (will |can |may )?(pay|negotiate|offer|reply)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("audience", ["press", "customers", "employees", "regulator"])
def test_a_holding_statement_speaks_of_nobody_and_of_no_demand(audience: str) -> None:
    text = render("holding-statement", filled("holding-statement", audience=audience), FOLDER).text
    said = text.partition("\n---\n")[2]
    assert not re.search(
        r"demand|\bpay|extort|worker|employee (who|of)|suspect|attribut", said, re.IGNORECASE
    )


def test_the_correction_lists_what_was_sent_but_not_what_counsel_has() -> None:
    papers = [
        PAPER,
        {**PAPER, "title": "Advice", "privileged": True},
        {**PAPER, "title": "Draft", "status": "DRAFT"},
    ]
    text = render("correction-notice", {**filled("correction-notice"), "documents": papers}, FOLDER).text
    assert "- Notice to Upwork, to hr, 2026-03-02T10:00:00.000Z\n" in text
    assert "Advice" not in text.partition("On record as sent")[2]
    assert "- Draft" not in text
