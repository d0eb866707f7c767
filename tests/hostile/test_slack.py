"""What comes from Slack: whose act it is, told by its account alone, or nothing at all; rows 19 to 24."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from runner.chat.grammar import FORMS, parse
from runner.chat.payloads import fits, read
from runner.errors import UsageError
from tests.corpus.entries import into
from tests.corpus.strategies import commands, every, payloads

RUNNER = Path(__file__).parents[2] / "runner"
LISTENERS = {"http.server", "socketserver", "wsgiref", "aiohttp", "flask", "uvicorn", "slack_bolt.adapter", "websockets.server", "websockets.sync.server"}


@pytest.mark.parametrize("entry", into("delivery"), ids=str)
def test_an_act_is_its_accounts_or_nobodys(entry):
    found = read(entry.value)
    assert (found.user if found else "nothing") in entry.expected.split()
    if found:
        assert len(found.value) <= 4000
        assert all(len(each) <= 4000 for each in found.told.values())


@pytest.mark.parametrize("entry", into("delivery-copies"), ids=str)
def test_copies_of_an_act_have_one_key_and_another_act_has_another(entry):
    copies = {read(json.loads(json.dumps(entry.value))).key for _ in range(4)}
    assert len(copies) == 1
    other = {**entry.value, "trigger_id": "9.9.9"}
    assert read(other).key not in copies


@pytest.mark.parametrize("entry", into("command"), ids=str)
def test_a_command_is_one_of_ours_or_refused_with_how_it_is_written(entry):
    try:
        found = parse(entry.value)
    except UsageError as refused:
        assert entry.expected == "refused"
        assert refused.remedy in {*FORMS.values(), "help"}
        return
    assert found.verb == entry.expected


def test_nothing_that_is_signed_for_http_could_arrive():
    """Row 19 is about requests to a public address. We have none: Slack is read over a socket we open ourselves."""
    assert into("signed-request")
    imported = {
        name
        for file in RUNNER.rglob("*.py")
        if file.name != "exposition.py"  # numbers for a scraper, on loopback: it takes no act
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
    }
    assert not {each for each in imported for listener in LISTENERS if each == listener or each.startswith(f"{listener}.")}


@every(payload=payloads)
def test_any_payload_is_an_act_of_one_account_or_nothing(payload):
    fits({"envelope_id": "x", "type": "interactive", "payload": payload})
    found = read(payload)
    if found:
        user = payload.get("user")
        said = {payload.get("user_id"), user.get("id") if isinstance(user, dict) else None, "-"}
        event = payload.get("event")
        said |= {event.get("user")} if isinstance(event, dict) else set()
        assert found.user in said


@every(text=commands)
def test_any_command_is_one_of_ours_or_refused(text):
    try:
        found = parse(text)
    except UsageError as refused:
        assert refused.remedy in {*FORMS.values(), "help"}
        return
    assert found.verb in FORMS
    assert "--" not in found.case + found.step
