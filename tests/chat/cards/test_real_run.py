"""The cards along a whole drill: a board after every record that asks, answers, fires or ends something."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from typing import Any

import pytest

from runner.casefile.contents import CaseFile
from runner.casefile.folding import fold
from runner.chat.cards.case import cards
from runner.chat.cards.home import home
from runner.desk.board import board
from runner.desk.office import Office
from runner.settings import load
from tests.chat.cards.slack import broken, broken_view, buttons
from tests.chat.cards.test_cards import DETAILS
from tests.chat.cards.test_modals import views
from tests.cli.conftest import COMMAND, environment

Boards = list[tuple[dict[str, Any], datetime]]
TOLD = ("case.opened", "approval.", "ask.", "task.", "clock.", "lockdown.", "run.", "door.adopted")


class Then(Office):
    """The office as it was when a case had no more than its first records."""

    so_far: list[dict[str, Any]]

    def case(self, code: str) -> CaseFile:
        return fold(self.so_far)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Boards:
    """Boards of one drill, oldest first, each with the moment of its last record."""
    home, out = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("drill") / "company"
    words = [*COMMAND, "drill", "suspected-dprk-worker", "--services", "1", "--out", str(out), "--json"]
    # A process of its own, as at a terminal.
    ran = subprocess.run(
        words, env=environment(home), check=True, capture_output=True, text=True, timeout=120
    )
    document = json.loads(ran.stdout)
    office = Then(load(out / "severance.yaml"))
    records = office.records(document["case"])
    boards = []
    for count, record in enumerate(records, 1):
        if record["kind"].startswith(TOLD) or count % 100 == 0:
            office.so_far = records[:count]
            boards.append((board(office, document["case"]), datetime.fromisoformat(record["at"])))
    office.database.dispose()
    return boards


@pytest.fixture(scope="module")
def names(run: Boards) -> set[str]:
    """Every login of the person, and every account's id."""
    doors = run[-1][0]["doors"]
    return {str(each[key]).lower() for each in doors for key in ("login", "account")} | {"weber"}


def test_slack_takes_every_card_of_a_real_case_and_each_keeps_its_place(
    run: Boards,
) -> None:
    for detail in DETAILS:
        before: list[str] = []
        for told, at in run:
            made = cards(told, detail, {}, at)
            for each in made:
                assert broken(each.blocks) == []
            keys = [each.key for each in made if not each.key.startswith("reminder")]
            assert set(before) <= set(keys)  # a card is edited, never taken back
            before = keys
        assert {"case", "doors", "approval/approve-lockdown", "ask/same-person", "ended"} <= set(before)


def test_slack_takes_every_modal_and_home_tab_of_a_real_case(
    run: Boards,
) -> None:
    for told, _ in run[::3]:
        for detail in DETAILS:
            for view in views(told, detail):
                assert broken_view(view) == []
        assert broken_view(home([(told, told["requests"])])) == []


@pytest.mark.parametrize("detail", ["codes", "summary"])
def test_no_card_of_a_real_case_names_the_person_below_full(
    run: Boards, names: set[str], detail: Any
) -> None:
    for told, at in run:
        words = json.dumps([(each.text, each.blocks) for each in cards(told, detail, {}, at)]).lower()
        assert [each for each in names if each in words] == []


def test_a_real_case_ends_without_a_button_but_the_brief(run: Boards) -> None:
    told, at = run[-1]
    assert told["outcome"] == "done"
    pressed = [button["action_id"] for each in cards(told, "full", {}, at) for button in buttons(each.blocks)]
    assert pressed == ["brief"]
