"""A drill that is launched, decided and followed wholly in the chat, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from integrations.lab.company import RESPONDERS
from integrations.lab.control import Control
from integrations.lab.slack import CASE_CHANNEL, PUBLIC_CHANNEL, slack_id
from runner.desk.cases import Desk
from runner.settings import load

PLAYBOOK = "residual-access-sweep"  # the shortest that asks two people before it closes anything
ACCOUNT = {each.name.split()[0].lower(): slack_id(each) for each in RESPONDERS}


def severance(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from runner.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


class Watched:
    """What the workspace looked like at its fullest: it ends with the drill, so it is read meanwhile."""

    def __init__(self, out: Path) -> None:
        self.out, self.state = out, dict[str, Any]()

    def look(self) -> None:
        with suppress(OSError, ValueError):  # not there yet, or not any more
            self.state = Control(self.out).state("slack")

    def channel(self) -> dict[str, Any]:
        ims = self.state["ims"].values()
        [made] = [
            each
            for key, each in self.state["channels"].items()
            if key not in (CASE_CHANNEL, PUBLIC_CHANNEL, *ims)
        ]
        return dict(made)


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Watched]:
    """Play the drill; returns its document, and the workspace as it was at the end."""
    out = tmp_path_factory.mktemp("drill") / "lab"
    words = ["drill", PLAYBOOK, "--via", "slack", "--services", "1", "--out", str(out), "--json"]
    command = [sys.executable, "-c", "from runner.cli import main; main()", *words]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    watched = Watched(out)
    with subprocess.Popen(command, text=True, **streams) as run:
        while True:
            try:
                told = run.communicate(timeout=0.3)[0]
                break
            except subprocess.TimeoutExpired:
                watched.look()
    return {**json.loads(told), "returned": run.returncode}, watched


def records(document: dict[str, Any], watched: Watched, *kinds: str) -> list[Any]:
    desk = Desk(load(watched.out / "severance.yaml"))
    found = [each for each in desk.records(document["case"]) if each["kind"] in kinds]
    desk._office.database.dispose()
    return found


def test_it_is_done_and_its_report_says_how_it_was_approved(drill: tuple[dict[str, Any], Watched]) -> None:
    document, _ = drill
    assert (document["returned"], document["exit"], document["outcome"], document["left"]) == (
        0,
        0,
        "done",
        [],
    )
    report = Path(document["paths"]["report"]).read_text()
    assert "This was a drill." in report
    assert f"in the chat as {ACCOUNT['maren']}" in report
    assert f"in the chat as {ACCOUNT['beatriz']}" in report


def test_every_approval_came_from_a_pinned_account_of_the_chat(drill: tuple[dict[str, Any], Watched]) -> None:
    given = records(*drill, "approval.given")
    assert {each["data"]["by"] for each in given} >= {"maren", "beatriz"}
    assert [each["data"]["account"] for each in given] == [ACCOUNT[each["data"]["by"]] for each in given]
    assert len(records(*drill, "approval.used")) == 1
    [opened] = records(*drill, "case.opened")
    assert opened["data"]["drill"]
    assert records(*drill, "lockdown.fired")


def test_its_channel_shows_the_end_and_no_button_of_what_is_decided(
    drill: tuple[dict[str, Any], Watched],
) -> None:
    document, watched = drill
    channel = watched.channel()
    assert channel["name"] == f"ops-{document['case']}"
    said = json.dumps(channel["messages"])
    assert "The case is done" in said
    left = [
        element["action_id"]
        for message in channel["messages"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert left == ["brief"]
    # Whoever opens the case tries until the app listens; nobody meets an error after that.
    assert {each["user"] for each in watched.state["failures"]} <= {ACCOUNT["ingrid"]}


def test_whoever_works_there_was_told_nothing_by_slack_itself_and_nobody_else_was_told_anything(
    drill: tuple[dict[str, Any], Watched],
) -> None:
    _, watched = drill
    talked = {
        person
        for person in watched.state["ims"]
        if watched.state["channels"][watched.state["ims"][person]]["messages"]
    }
    assert talked <= set(ACCOUNT.values())
    assert watched.state["channels"][PUBLIC_CHANNEL]["messages"] == []


def test_a_playbook_whose_cases_start_with_a_file_is_refused_at_once() -> None:
    told = severance("drill", "post-termination-extortion", "--via", "slack", "--services", "1")
    assert told.returncode == 2
    assert "cannot be opened in a chat: demand is a file, handed in at a terminal" in told.stderr
    assert "leave --via out" in told.stderr
    assert "Traceback" not in told.stderr
