"""The modals: Slack takes each, each carries what it is about, and nobody is ever picked from a list of people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from runner.chat.cards.blocks import Detail
from runner.chat.cards.help import HELP_PLAIN, VERBS, help_text
from runner.chat.cards.modals import (
    adopt,
    case_inputs,
    choose_playbook,
    deny,
    loading,
    note,
    objection,
    review,
    said,
)  # fmt: skip
from runner.chat.cards.modals_asking import answer
from tests.chat.cards.boards import (
    CODE,
    DIGEST,
    LINES,
    NAMES,
    SHAPES,
    approval,
    board,
    candidates,
    clock,
    door,
    request,
)  # fmt: skip
from tests.chat.cards.slack import broken_view, strings, text_objects
from tests.chat.cards.test_cards import HOSTILE, SECRETS, every_detail, every_shape, poisoned

INPUTS = [
    {"name": "subject", "type": "person", "about": "Work e-mail or staff id", "of": [], "optional": False},
    {"name": "seen", "type": "text", "about": "Facts only", "of": [], "optional": True},
    {"name": "engaged", "type": "choice", "about": "", "of": ["employee", "contractor"], "optional": False},
]
DEMAND = {"name": "demand", "type": "demand", "about": "The message", "of": [], "optional": False}
NUMBERED = {"name": "close", "type": "text", "about": "", "of": [], "optional": True}


def fields(view: dict[str, Any]) -> dict[str, str]:
    """Return the kind of each field by its name, having checked how its element is called."""
    inputs = [each for each in view["blocks"] if each["type"] == "input"]
    assert {each["element"]["action_id"] for each in inputs} <= {"value"}
    return {each["block_id"]: each["element"]["type"] for each in inputs}


def carried(view: dict[str, Any]) -> dict[str, str]:
    return json.loads(view["private_metadata"]) if view["private_metadata"] else {}


def options(view: dict[str, Any], name: str) -> list[str]:
    block = next(each for each in view["blocks"] if each.get("block_id") == name)
    return [each["value"] for each in block["element"]["options"]]


def views(given: dict[str, Any], detail: Detail) -> Iterator[dict[str, Any]]:
    """Yield every modal that a board gives."""
    yield from (objection(given), adopt(given, detail), note([given["code"]], "said in passing"))
    for each in given["requests"]:
        if each["kind"] == "approval":
            yield from (review(given, each, detail, NAMES), deny(given, each))
        else:
            yield answer(given, each, detail)


@every_detail
@every_shape
def test_slack_takes_every_modal(shape: str, detail: Detail) -> None:
    for each in views(SHAPES[shape], detail):
        assert broken_view(each) == []


@pytest.mark.parametrize(
    "view",
    [
        loading("Review"), said("Review", "Nothing here for you."), said("R" * 40, "x" * 9000),
        choose_playbook(["suspected-dprk-worker"], "open"), choose_playbook([], "emergency"),
        choose_playbook([f"p{at}" for at in range(140)], "open"), case_inputs("open", "p", INPUTS),
        case_inputs("emergency", "p", INPUTS), case_inputs("open", "p", [DEMAND]), note([], ""),
        note([CODE, "grey-owl-2"], "x" * 9000), note([f"grey-owl-{at}" for at in range(140)], "x"),
    ],
)  # fmt: skip
def test_slack_takes_the_modals_without_a_case(view: dict[str, Any]) -> None:
    assert broken_view(view) == []


@pytest.mark.parametrize("name", HOSTILE)
@every_detail
@every_shape
def test_no_words_from_outside_act_in_a_modal(shape: str, detail: Detail, name: str) -> None:
    for view in views(poisoned(SHAPES[shape], HOSTILE[name]), detail):
        assert broken_view(view) == []
        for text in text_objects(view["blocks"]):
            assert text["type"] != "mrkdwn" or not any(
                each in text["text"] for each in ("<", "evil", "*bold*")
            )


@every_shape
def test_at_codes_no_modal_names_the_person(shape: str) -> None:
    told = json.dumps(list(views(SHAPES[shape], "codes"))).lower()
    assert [each for each in (*SECRETS, "00unujx4dgfou6c7fzoh") if each in told] == []


@every_detail
@every_shape
def test_no_modal_picks_people_or_shows_a_name_in_its_title(shape: str, detail: Detail) -> None:
    for view in views(SHAPES[shape], detail):
        assert "users_select" not in json.dumps(view)
        assert not any(each in view["title"]["text"].lower() for each in SECRETS)


# Review, deny, object


def test_the_review_shows_the_whole_plan_and_asks_for_the_code_name() -> None:
    given = SHAPES["decision wanted"]
    view = review(given, given["requests"][0], "summary", NAMES)
    told = "".join(strings(view["blocks"]))
    for line in LINES:
        assert line in told
    assert DIGEST in told
    assert fields(view) == {"code": "plain_text_input", "because": "plain_text_input"}
    assert view["callback_id"] == "approve"
    assert carried(view) == {"code": CODE, "request": "approve-lockdown", "digest": DIGEST}


def test_a_plan_too_long_for_a_modal_says_that_it_is_not_all() -> None:
    given = board(approval(lines=[f"Who: {'okta: someone; ' * 500}", *LINES[1:]]))
    view = review(given, given["requests"][0], "summary")
    assert broken_view(view) == []
    assert "*This is not all of it.*" in "".join(strings(view["blocks"]))


def test_at_codes_the_review_says_where_the_plan_is_read() -> None:
    given = SHAPES["decision wanted"]
    view = review(given, given["requests"][0], "codes")
    assert f"`severance plan {CODE}`" in "".join(strings(view["blocks"]))
    assert fields(view).keys() == {"code", "because"}


def test_denying_and_objecting_ask_for_a_reason() -> None:
    given = SHAPES["decision wanted"]
    denying, objecting = deny(given, given["requests"][0]), objection(given)
    assert (denying["callback_id"], objecting["callback_id"]) == ("deny", "object")
    assert carried(denying)["digest"] == DIGEST
    assert carried(objecting) == {"code": CODE}
    assert fields(denying) == fields(objecting) == {"because": "plain_text_input"}


# Opening a case


def test_a_case_is_opened_in_two_views_and_everything_is_typed() -> None:
    first = choose_playbook(["post-termination-extortion", "suspected-dprk-worker"], "open")
    assert (first["callback_id"], carried(first)) == ("choose", {"purpose": "open"})
    assert options(first, "playbook") == ["post-termination-extortion", "suspected-dprk-worker"]
    second = case_inputs("open", "suspected-dprk-worker", INPUTS)
    assert (second["callback_id"], carried(second)) == (
        "open",
        {"playbook": "suspected-dprk-worker", "purpose": "open"},
    )
    assert fields(second) == {
        "input-subject": "plain_text_input", "input-seen": "plain_text_input", "input-engaged": "static_select",
    }  # fmt: skip


def test_an_emergency_asks_why_it_cannot_wait() -> None:
    view = case_inputs("emergency", "suspected-dprk-worker", [*INPUTS, NUMBERED])
    assert view["callback_id"] == "emergency"
    assert list(fields(view))[-1] == "because"


def test_a_demand_is_handed_in_at_a_terminal() -> None:
    needed = case_inputs("open", "post-termination-extortion", [DEMAND, *INPUTS])
    assert "severance open post-termination-extortion --demand FILE" in "".join(strings(needed["blocks"]))
    assert "submit" not in needed
    assert "submit" in case_inputs("open", "p", [{**DEMAND, "optional": True}, *INPUTS])


# Answers


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        (request("ask", "a", answer="yes-no"), {"value": "radio_buttons"}),
        (request("ask", "a", answer="text"), {"value": "plain_text_input"}),
        (request("ask", "a", answer="person"), {"value": "plain_text_input"}),
        (candidates(), {"value": "multi_static_select"}),
        (request("task", "a"), {"value": "radio_buttons", "because": "plain_text_input"}),
        (request("task", "a", bring="proof"), {}),
        (clock(), {"value": "radio_buttons", "at": "plain_text_input", "because": "plain_text_input"}),
        (clock(status="running"), {"value": "radio_buttons", "because": "plain_text_input"}),
    ],
)
def test_an_answer_is_asked_for_in_its_own_form(asked: dict[str, Any], kinds: dict[str, str]) -> None:
    view = answer(board(asked), asked)
    assert fields(view) == kinds
    assert broken_view(view) == []
    assert bool(kinds) == ("submit" in view)


def test_one_who_chooses_among_candidates_reads_all_of_them_and_may_say_none() -> None:
    view = answer(board(candidates()), candidates())
    assert options(view, "value") == ["okta/00uNuJx4dgfOu6C7fZOH", "okta/00uNznwijiQ25cEDzB0l", "none"]
    assert "2. elias.lindgren@fjordlight.example on okta: phone number …0111" in "".join(
        strings(view["blocks"])
    )


@pytest.mark.parametrize("keys", [[f"okta/{at}" for at in range(120)], ["okta/" + "x" * 90]])
def test_a_choice_that_slack_cannot_carry_whole_is_made_at_a_terminal(keys: list[str]) -> None:
    asked = request(
        "ask", "same", answer="choose", options=[{"key": each, "label": f"who {each}"} for each in keys]
    )
    view = answer(board(asked), asked)
    assert broken_view(view) == []
    assert fields(view) == {}
    assert f"severance status {CODE}" in "".join(strings(view["blocks"]))


def test_a_pressed_start_stands_chosen_in_the_clock() -> None:
    view = answer(board(clock()), clock(), "summary", "decline")
    element = next(each["element"] for each in view["blocks"] if each.get("block_id") == "value")
    assert element["initial_option"]["value"] == "decline"
    assert carried(view) == {"code": CODE, "request": "breach-clock"}


# Adopting, notes, help


def test_doors_that_are_not_shut_can_be_adopted_the_open_ones_first() -> None:
    view = adopt(SHAPES["approved"])
    assert [each.partition("/")[0] for each in options(view, "door")] == ["google", "aws", "github", "miro"]
    assert options(view, "door")[0] == "google/session/00um6Z2tuD5Hiir3Yj2y"
    assert fields(view) == {"door": "static_select", "at": "plain_text_input", "because": "plain_text_input"}


def test_more_doors_than_a_menu_holds_are_counted() -> None:
    view = adopt(board(doors=[door("okta", "key", "open", f"u{at}") for at in range(130)]))
    assert broken_view(view) == []
    assert "… (30 more)" in "".join(strings(view["blocks"]))


def test_a_note_starts_with_the_words_of_the_message() -> None:
    view = note([CODE, "grey-owl-2"], "He rang at nine\nand asked for a reset")
    assert fields(view) == {"case": "static_select", "value": "plain_text_input"}
    element = next(each["element"] for each in view["blocks"] if each.get("block_id") == "value")
    assert element["initial_value"] == "He rang at nine\nand asked for a reset"


def test_help_shows_only_what_one_may_do() -> None:
    assert help_text("/ops", ["approve", "deny", "help"]).splitlines() == [
        "/ops approve CODE: read a plan, and approve it", "/ops deny CODE [REASON]: deny a plan: it will not run",
        "/ops help: this",
    ]  # fmt: skip
    assert help_text("/ops", []) == HELP_PLAIN
    assert len(help_text("/ops", VERBS).splitlines()) == len(VERBS)


def test_every_detail_is_tried() -> None:
    assert get_args(Detail) == ("codes", "summary", "full")
