"""`severance chat` ends, dies and comes back without losing a case, repeating an act or posting twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from runner.database.switchboard import Switchboard
from runner.desk.laboratory import beside
from tests.chat.in_workspace import ID
from tests.chat.serving import MAIN, Served


@pytest.fixture
def served(tmp_path):
    with beside(tmp_path / "lab", 1, 0, 1) as path:
        made = Served(path)
        yield made
        end_runners(made)
        made.close()


def end_runners(served):
    """Stop what a killed chat left running: those whose case holds its lock."""
    for code in served.desk.codes():
        started, ended = (served.records(code, each) for each in ("run.started", "run.ended"))
        if len(started) > len(ended):
            with suppress(ProcessLookupError):
                os.kill(started[-1]["data"]["pid"], signal.SIGKILL)


def asked(served, code):
    served.until(lambda: served.records(code, "approval.asked"))
    served.until(lambda: served.shown("approve-lockdown") or served.shown("Review"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_ends_and_stops_its_runners_as_ctrl_c_does(served, number):
    code = served.open()
    with served.chat() as chat:
        asked(served, code)
        returned, said = chat.end(number)
    assert returned == 0
    assert "Traceback" not in said
    assert said.strip() == ""
    assert len(served.records(code, "stop.asked")) == 1
    [ended] = served.records(code, "run.ended")
    assert ended["data"]["why"] == "stopped"
    with subprocess.Popen(
        [*MAIN, "--config", str(served.path), "resume", code], stderr=subprocess.DEVNULL
    ) as resumed:
        served.until(lambda: len(served.records(code, "run.started")) == 2)
        resumed.kill()


def test_a_case_that_was_stopped_with_it_goes_on_when_somebody_acts_again(served):
    code = served.open()
    with served.chat() as chat:
        asked(served, code)
        chat.end()
    with served.chat():
        for name in ("maren", "beatriz"):
            served.hands.approve(served.person(name), code, "approve-lockdown")
        served.until(lambda: served.records(code, "approval.used"))
    assert len(served.records(code, "approval.given")) == 2


class TestAfterAKill:
    def test_another_goes_on_editing_the_same_cards(self, served):
        code = served.open()
        with served.chat() as chat:
            asked(served, code)
            memory = Switchboard(served.office.database)
            served.until(lambda: len(memory.cards(code)) == 2)  # not one of them is under way
            before = served.cards()
            chat.end(signal.SIGKILL)
        with served.chat():
            for name in ("maren", "beatriz"):
                served.hands.approve(served.person(name), code, "approve-lockdown")
            served.until(lambda: not served.shown('"review"') and len(served.cards()) == 3)
        assert len(served.channels()) == 1
        assert len(before) == 2
        assert len(served.cards()) == 3  # the case, its approval, and the task that came since

    def test_a_card_that_was_under_way_is_there_twice_at_worst_and_the_first_one_does_nothing(self, served):
        """Killed between Slack's yes and our note of it: we post it again, and nobody decides by both."""
        code = served.open()
        with served.chat() as chat:
            asked(served, code)
            memory = Switchboard(served.office.database)
            served.until(lambda: len(memory.cards(code)) == 2)
            chat.end(signal.SIGKILL)
        memory.gone(code, "approval/approve-lockdown")
        with served.chat():
            served.until(lambda: len(served.shown('"review"')) == 2)
            for name in ("maren", "beatriz"):
                served.hands.approve(served.person(name), code, "approve-lockdown")
            served.until(lambda: len(served.shown('"review"')) == 1 and served.records(code, "approval.used"))
            served.hands._press(served.person("tomas"), "review", code, "approve-lockdown")
            served.until(lambda: "decided already" in served.told_last("tomas"))
        assert len(served.records(code, "approval.given")) == 2
        assert len(served.records(code, "approval.used")) == 1

    def test_what_it_acknowledged_once_is_not_done_again_whoever_gets_it(self, served):
        code = served.open()
        payload = {
            "command": "/ops", "text": f"note {code} counsel rang back", "user_id": ID["maren"],
            "team_id": "T0FJORDLIGHT", "api_app_id": "A0SEVERANCE", "trigger_id": "1.2.3", "response_url": "",
            "channel_id": "C0PUBLIC001",
        }  # fmt: skip
        with served.chat() as chat:
            served.until(lambda: served.records(code, "subject.sees"))
            assert served.raw(payload, 1)["acks"]
            served.until(lambda: served.records(code, "note"))
            assert served.raw(payload, 2)["acks"]
            chat.end(signal.SIGKILL)
        with served.chat() as one, served.chat() as another:  # and two at once
            for number in (3, 4, 5):
                assert served.raw(payload, number)["acks"]
            other = {**payload, "text": f"note {code} and again", "trigger_id": "4.5.6"}
            assert served.raw(other, 6)["acks"]
            served.until(lambda: len(served.records(code, "note")) >= 2)
            for each in (one, another):
                each.end()  # what it acknowledged is done by then
        assert [each["data"]["text"] for each in served.records(code, "note")] == [
            "counsel rang back",
            "and again",
        ]

    def test_a_tripled_and_shuffled_approval_is_one(self, served):
        code = served.open()
        with served.chat() as chat:
            asked(served, code)
            served.lab.act("slack", "deliver", {"copies": 3, "reorder": 3})
            served.hands.approve(served.person("maren"), code, "approve-lockdown")
            served.until(lambda: served.records(code, "approval.given"))
            chat.end()  # what it acknowledged is done by then
        assert len(served.records(code, "approval.given")) == 1


def test_of_two_chats_one_posts(served):
    code = served.open()
    with served.chat() as one, served.chat() as another:
        asked(served, code)
        served.hands.approve(served.person("maren"), code, "approve-lockdown")
        served.until(lambda: served.shown("Maren Okafor"))  # edited, many looks of both later
        for each in (one, another):
            each.end()
        assert len(served.channels()) == 1
        assert len(served.cards()) == len(set(served.cards())) == 2


class TestWhatIsMissing:
    """It says what and what to do, and what to ask next is in the exit code."""

    def ended(self, served, settings=""):
        if settings:
            served.path.write_text(settings)
        told = subprocess.run(
            [*MAIN, "--config", str(served.path), "chat"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in told.stderr
        assert "= next: " in told.stderr
        return told.returncode, told.stderr

    def secret(self, served, name) -> Path:
        return served.folder / "secrets" / name

    def test_no_app_token(self, served):
        self.secret(served, "slack-app").unlink()
        assert self.ended(served)[0] == 4

    def test_a_wrong_app_token(self, served):
        self.secret(served, "slack-app").write_text("xapp-1-A0ELSE-1-0badc0de0badc0de")
        returned, said = self.ended(served)
        assert returned == 4
        assert "invalid_auth" in said
        assert "0badc0de" not in said

    def test_no_bot_token(self, served):
        self.secret(served, "slack").unlink()
        assert self.ended(served)[0] == 4

    def test_a_wrong_bot_token(self, served):
        self.secret(served, "slack").write_text("xoxb-0badc0de0badc0de")
        returned, said = self.ended(served)
        assert returned == 4
        assert "0badc0de" not in said

    def test_no_chat_in_the_settings(self, served):
        text = served.path.read_text()
        returned, said = self.ended(served, re.sub(r"(?m)^chat:.*\n", "", text))
        assert returned == 2
        assert "the settings have no chat" in said

    def test_a_slack_that_is_not_there(self, served):
        text = served.path.read_text()
        url = served.settings.services["slack"].options["url"]
        returned, said = self.ended(served, text.replace(str(url), "http://127.0.0.1:9/api/"))
        assert returned == 3
        assert "slack" in said
