"""A case whose subject could read the chat is not in the chat: it is decided at a terminal, and ends there."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.slack import CASE_CHANNEL, PUBLIC_CHANNEL
from runner.chat.cards.help import HELP_PLAIN
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from tests.chat.in_workspace import ID, LOOKED
from tests.chat.serving import MAIN, Served

DULL = "This channel is not used any more."
GO = "    steps:\n      - {id: go, ask: Go on?, by: [ir-oncall], within: 1h, if_silent: 'no'}\n"
FIRST = "  - phase: before\n    covert: true\n" + GO
LOOK, _, APPROVED = LOOKED.partition("  - phase: lockdown\n")
APPROVAL, _, TASK = APPROVED.partition("    steps:\n")
AGAIN = "  - phase: again\n    steps:\n      - {id: found-again, do: doors.find, accounts: [subject]}\n"
TWICE = f"{LOOK}  - phase: lockdown\n{APPROVAL}{GO}{AGAIN}  - phase: second\n{APPROVAL}    steps:\n{TASK}"
"""Looks, asks for approval, asks whether to go on, looks again, and asks for another approval."""


@pytest.fixture
def found(tmp_path):
    """Found a lab of so many services, with a chat; all end with the test."""
    standing = []

    def make(services, **how):
        lab = beside(tmp_path / "lab", services, 0, 1)
        standing.append((lab, made := Served(lab.__enter__(), **how)))
        return made

    yield make
    for lab, made in standing:
        made.close()
        lab.__exit__(None, None, None)


def said(served):
    """Return all that was said anywhere in the workspace, to anybody."""
    state = served.lab.state("slack")
    return json.dumps([state["ephemerals"], state["homes"], state["views"], list(state["channels"].values())])


def at_a_terminal(served, *words):
    command = [*MAIN, "--config", str(served.path), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def approve_at_a_terminal(served, code, request):
    asked = served.until(
        lambda: next(
            (each for each in served.records(code, "approval.asked") if each["data"]["request"] == request),
            None,
        )
    )
    for name in ("maren", "beatriz"):
        told = at_a_terminal(
            served, "approve", code, "--plan", asked["data"]["digest"][:12], "--as", name, "--because", "seen"
        )
        assert told.returncode == 0, told.stderr


def answer(served, code, request, value):
    """Answer a question or a task at a terminal."""
    served.until(
        lambda: any(
            each["data"]["request"] == request for each in served.records(code, "task.set", "ask.asked")
        )
    )
    served.desk.answer(code, request, value, claim=Claim("ingrid", None))


def test_an_administrator_from_the_start_is_never_mentioned_and_the_case_comes_to_its_end(found):
    served = found(1, admin=True)
    code = served.open()
    with served.chat():
        approve_at_a_terminal(served, code, "approve-lockdown")
        answer(served, code, "it", "done")
        served.until(lambda: served.records(code, "run.ended"))
        for text in (
            f"status {code}",
            f"brief {code}",
            f"approve {code}",
            f"note {code} x",
            f"stop {code}",
            "status",
        ):
            served.typed("maren", text)
            served.until(lambda: served.told_last("maren") == HELP_PLAIN)
        status = at_a_terminal(served, "status", code)
        assert "okta: jonas.weber@fjordlight.example is an administrator there" in " ".join(
            status.stdout.split()
        )
        assert set(served.lab.state("slack")["channels"]) == {CASE_CHANNEL, PUBLIC_CHANNEL}
        assert code not in said(served)
    assert served.records(code, "note", "stop.asked") == []


def test_before_anybody_has_looked_nothing_is_said(found):
    served = found(1)
    code = served.open(FIRST + LOOKED)
    with served.chat():
        served.until(lambda: served.records(code, "ask.asked"))
        served.typed("maren", f"status {code}")
        served.until(lambda: served.told_last("maren") == HELP_PLAIN)
        assert served.channels() == []
        assert code not in said(served)
        assert "nobody has looked yet" in at_a_terminal(served, "status", code).stdout
        answer(served, code, "go", "yes")
        served.until(lambda: served.shown("lockdown"))
        assert [each["name"] for each in served.channels()] == [f"ops-{code}"]


BECOMES = {
    "of the identity provider": (1, "okta", "group-role", {"type": "SUPER_ADMIN"}),
    "of the chat's organisation": (5, "slack_org", "make-admin", {}),
}


@pytest.mark.parametrize("whose", BECOMES)
def test_who_becomes_an_administrator_later_reads_nothing_more_and_the_case_goes_on(found, whose):
    services, service, act, more = BECOMES[whose]
    served = found(services)
    code = served.open(TWICE)
    with served.chat():
        for name in ("maren", "beatriz"):
            served.hands.approve(served.person(name), code, "approve-lockdown")
        served.until(lambda: served.shown('"answer"'))
        served.lab.act(service, act, {"mail": SUBJECT.mail, **more})
        before = len(served.cards())
        answer(served, code, "go", "yes")
        served.until(lambda: served.desk.board(code)["off"])
        [channel] = served.until(
            lambda: [each for each in served.channels() if each["messages"][-1]["text"] == DULL]
        )
        assert len(served.cards()) == before + 1
        approve_at_a_terminal(served, code, "approve-second")
        press_the_old_buttons(served)
        answer(served, code, "it", "done")
        served.until(lambda: served.records(code, "run.ended"))
        [after] = served.channels()
    assert after["messages"][-1]["text"] == DULL
    assert [each["edits"] for each in after["messages"]] == [each["edits"] for each in channel["messages"]]
    status = " ".join(at_a_terminal(served, "status", code).stdout.split())
    assert re.search(
        rf"Slack is off for this case: {service}: jonas\.weber\S* is an administrator there", status
    )


def press_the_old_buttons(served):
    """Press everything that is left in the old channel: it answers what a stranger is told, and opens nothing."""
    state = served.lab.state("slack")
    buttons = [
        (key, message["ts"], button)
        for key, channel in state["channels"].items()
        for message in channel["messages"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    ]
    assert len(buttons) >= 2
    for at, (key, ts, button) in enumerate(buttons):
        pressed = {"action_id": button["action_id"], "value": button["value"]}
        served.lab.act("slack", "click", {"user": ID["maren"], "channel": key, "ts": ts, **pressed})
        served.until(
            lambda at=at: len(served.lab.state("slack")["ephemerals"].get(ID["maren"], [])) == at + 1
        )
        assert served.told_last("maren") == HELP_PLAIN
    assert served.lab.state("slack")["views"] == state["views"]
