"""The cards of a case: what each says, what none may say, and that Slack takes them all."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from runner.chat.cards.blocks import Card, Detail
from runner.chat.cards.case import cards
from runner.chat.cards.escape import shown
from runner.chat.cards.home import home, plain
from tests.chat.cards.boards import (
    BOTH,
    CODE,
    DIGEST,
    LINES,
    NAMES,
    NOW,
    SHAPES,
    approval,
    board,
    candidates,
    clock,
    door,
    doors,
    request,
    row,
)  # fmt: skip
from tests.chat.cards.slack import broken, broken_view, buttons, strings, text_objects

DETAILS: tuple[Detail, ...] = get_args(Detail)
SECRETS = ("weber", "horvat", "lindgren", "jonas", "milan")
DULL = {
    "case", "decision", "decided", "question", "answered", "task", "clock", "update", "urgent", "reminder", "ended",
}  # fmt: skip
HOSTILE = {
    "channel": "<!channel> <!here>",
    "mention": "<@U123ABC> <#C123ABC>",
    "link": "<https://evil.example|Legal> https://evil.example",
    "markup": "*bold* _it_ ~no~ `code` ```block``` &lt;!channel&gt; :skull: > quote",
    "right to left": "ann\u202egnp.exe\u2066\u200b",
    "newline": "Ann\nMaren Vogt, 2026-11-25 09:19 UTC",
    "control": "a\x00b\x07c\x1b[31m",
    "huge": "A" * 40_000,
}
every_shape = pytest.mark.parametrize("shape", SHAPES)
every_detail = pytest.mark.parametrize("detail", DETAILS)


def of(shape: str, detail: Detail, key: str) -> Card:
    return next(each for each in cards(SHAPES[shape], detail, NAMES, NOW) if each.key == key)


def said(card: Card) -> str:
    return "\n".join(strings(card.blocks))


@every_detail
@every_shape
def test_slack_takes_every_card(shape: str, detail: Detail) -> None:
    for each in cards(SHAPES[shape], detail, NAMES, NOW):
        assert broken(each.blocks) == [], each.key


@every_detail
@every_shape
def test_a_preview_says_the_code_name_and_a_dull_word(shape: str, detail: Detail) -> None:
    for each in cards(SHAPES[shape], detail, NAMES, NOW):
        code, _, word = each.text.partition(": ")
        assert code == CODE
        assert word in DULL


@pytest.mark.parametrize("detail", ["codes", "summary"])
@every_shape
def test_nothing_below_full_names_the_person_or_an_account(shape: str, detail: Detail) -> None:
    told = json.dumps([(each.text, each.blocks) for each in cards(SHAPES[shape], detail, NAMES, NOW)]).lower()
    assert [each for each in (*SECRETS, "00um6z2tud5hiir3yj2y", "00unujx4dgfou6c7fzoh") if each in told] == []


@every_shape
def test_codes_counts_nothing_of_the_case(shape: str) -> None:
    told = " ".join(said(each) for each in cards(SHAPES[shape], "codes", NAMES, NOW))
    assert not any(word in told for word in ("account", "service", " doors", "inferred", "okta", "github"))


def test_full_says_who_it_is_about() -> None:
    assert "jonas.weber@fjordlight.example" in said(
        of("decision wanted", "full", "approval/approve-lockdown")
    )


@every_detail
@every_shape
def test_the_same_board_gives_the_same_cards_and_is_left_alone(shape: str, detail: Detail) -> None:
    given = copy.deepcopy(SHAPES[shape])
    assert cards(given, detail, NAMES, NOW) == cards(SHAPES[shape], detail, NAMES, NOW)
    assert given == SHAPES[shape]


@every_shape
def test_a_card_keeps_its_key(shape: str) -> None:
    keys = [each.key for each in cards(SHAPES[shape], "summary", NAMES, NOW)]
    assert len(keys) == len(set(keys))
    assert keys[0] == "case"


# An approval


def test_an_open_approval_shows_five_counts_the_quorum_and_its_end() -> None:
    told = said(of("decision wanted", "summary", "approval/approve-lockdown"))
    for each in (
        "*Who:* 3 accounts on 2 services", "*Closes:* 5 kinds of door (okta 3, github 2)", "*Breaks:* 1 kind of door",
        "*Cannot return:* part or all of what 2 actions would close",
        "*Stays open:* 1 door by hand, 1 account not confirmed", "*1 of 2 agreed*", "Maren Vogt, 2026-11-25 09:19 UTC",
        "Still needed: 1 more of security-leads", "until 2026-11-25 13:16 UTC", f"plan {DIGEST[:12]}",
    ):  # fmt: skip
        assert each in told


def test_an_approval_that_nobody_counts_for_names_nobody() -> None:
    unheard = board(approval(counted=[]))  # she gave it, and lost her role since
    card = next(each for each in cards(unheard, "summary", NAMES, NOW) if each.key.startswith("approval"))
    assert "*0 of 2 agreed*" in said(card)
    assert "Maren" not in said(card)


@pytest.mark.parametrize(
    "line", ["Breaks: jonas weber's key", "Cannot return: weber", "Closes: Jonas", "Jonas Weber"]
)
def test_a_line_that_cannot_be_counted_shows_none_of_its_words(line: str) -> None:
    told = json.dumps(cards(board(approval(lines=[line, *LINES])), "summary", NAMES, NOW)[1].blocks).lower()
    assert "jonas" not in told
    assert "weber" not in told


def test_a_login_that_looks_like_two_counts_once() -> None:
    lines = ["Who: okta: a; github: b", *LINES[1:]]
    told = said(cards(board(approval(lines=lines), accounts=1), "summary", NAMES, NOW)[1])
    assert "*Who:* 1 account on" in told


@pytest.mark.parametrize(
    "shape", ["met", "approved", "denied", "denied a moment ago", "expired", "past its time", "done"]
)
@every_detail
def test_buttons_die_with_the_decision(shape: str, detail: Detail) -> None:
    card = of(shape, detail, "approval/approve-lockdown")
    assert buttons(card.blocks) == []
    assert DIGEST in said(card)


@every_detail
def test_a_decided_card_says_who_and_when(detail: Detail) -> None:
    approved = said(of("approved", detail, "approval/approve-lockdown"))
    assert "Maren Vogt, 2026-11-25 09:19 UTC\nBeatriz Lima, 2026-11-25 09:24 UTC" in approved
    denied = said(of("denied", detail, "approval/approve-lockdown"))
    assert "Beatriz Lima, 2026-11-25 09:24 UTC" in denied
    assert ("on leave" in denied) == (detail == "full")


def test_an_objection_is_shown_and_pauses_without_taking_the_buttons() -> None:
    card = of("objected", "summary", "approval/approve-lockdown")
    assert "Decision paused" in said(card)
    assert "Helene Roux objects, 2026-11-25 09:25 UTC" in said(card)
    assert [each["action_id"] for each in buttons(card.blocks)] == ["review", "deny", "object"]


@every_shape
def test_a_button_carries_the_case_the_request_and_the_plan(shape: str) -> None:
    asked = {each["request"]: each for each in SHAPES[shape]["requests"]}
    known = {"review", "deny", "object", "answer", "done", "start", "decline", "stop", "adopt", "brief"}
    for each in cards(SHAPES[shape], "summary", NAMES, NOW):
        for button in buttons(each.blocks):
            code, *rest = button["value"].split(" ")
            assert code == CODE
            assert button["action_id"] in known
            if each.key.partition("/")[0] not in ("case", "doors"):
                assert rest == [name for name in (rest[0], asked[rest[0]]["digest"][:12]) if name]


# Questions, tasks, clocks


@every_detail
def test_what_waits_can_be_pressed_and_what_needs_a_file_cannot(detail: Detail) -> None:
    pressed = {
        each.key: [button["action_id"] for button in buttons(each.blocks)]
        for each in cards(SHAPES["asking"], detail, NAMES, NOW)
    }
    assert pressed["ask/conflict"] == ["answer"]
    assert pressed["task/desk"] == ["done"]
    assert pressed["clock/breach-clock"] == ["start", "decline"]
    assert pressed["task/hand-miro-app-r3Yj2y"] == []


@every_detail
def test_an_answered_request_says_who_and_when_and_loses_its_buttons(detail: Detail) -> None:
    card = of("answered", detail, "ask/conflict")
    assert "Question answered" in said(card)
    assert "Maren Vogt, 2026-11-25 09:20 UTC" in said(card)
    assert buttons(card.blocks) == []
    assert "not answered in time" in said(of("answered", detail, "ask/same-person"))


def test_a_running_clock_can_only_be_stopped_and_says_when_it_ends() -> None:
    card = of("answered", "summary", "clock/breach-clock")
    assert [each["action_id"] for each in buttons(card.blocks)] == ["stop"]
    assert "ends 2026-11-28 09:30 UTC" in said(card)


def test_a_question_is_read_on_the_card_only_at_full() -> None:
    words = "Is anybody close to Jonas Weber on this team?"
    assert words in said(of("asking", "full", "ask/conflict"))
    assert "Press Answer to read" in said(of("asking", "summary", "ask/conflict"))


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (119, []),
        (120, ["half"]),
        (224, ["half"]),
        (225, ["half", "last"]),
        (239, ["half", "last"]),
        (240, []),
    ],
)
def test_reminders_come_at_half_of_the_time_and_a_quarter_of_an_hour_before_its_end(
    minutes: int, due: list[str]
) -> None:
    asked = board(request("ask", "conflict", answer="yes-no"))
    at = datetime(2026, 11, 25, 9, 16, tzinfo=UTC) + timedelta(minutes=minutes)
    found = [each.key for each in cards(asked, "summary", NAMES, at) if each.key.startswith("reminder")]
    assert found == [f"reminder/conflict/{each}" for each in due]


def test_of_a_short_time_the_last_tenth_is_reminded_of() -> None:
    asked = board(request("ask", "soon", expires="2026-11-25T09:26:00.000Z"))
    last = datetime(2026, 11, 25, 9, 25, tzinfo=UTC)
    assert cards(asked, "summary", NAMES, last)[-1].key == "reminder/soon/last"
    assert cards(asked, "summary", NAMES, last - timedelta(seconds=1))[-1].key == "reminder/soon/half"


def test_nobody_is_reminded_of_what_is_settled() -> None:
    late = NOW + timedelta(hours=3)
    assert not [
        each for each in cards(SHAPES["answered"], "full", NAMES, late) if each.key.startswith("reminder")
    ]


# Doors, the emergency, the end


def test_the_doors_are_counted_by_verdict_and_service_worst_first() -> None:
    told = said(of("sixty doors", "summary", "doors"))
    assert "*32 of 64 doors shut*" in told
    assert "*8 open*, *8 unknown*, *8 pending*, *8 by-hand*, 8 inferred, 24 closed" in told
    assert "okta\n8 inferred, 16 closed" in told


def test_each_door_is_told_at_full_in_the_thread_of_their_card() -> None:
    many = board(
        fired=True,
        doors=[
            door("okta", "key", "open", f"u{at}", login=f"someone-{at}", why="w" * 250) for at in range(300)
        ],
    )
    shown = cards(many, "full", NAMES, NOW)
    parent = next(each for each in shown if each.key == "doors")
    thread = [each for each in shown if each.below == "doors"]

    assert [each["action_id"] for each in buttons(parent.blocks)] == ["adopt"]
    assert all(broken(each.blocks) == [] for each in [parent, *thread])
    assert shown.index(parent) < shown.index(thread[0])
    told = "".join(map(said, thread))
    assert all(f"someone-{at}, w" in told for at in range(300))
    assert "more, severance status" not in told
    assert not [each for each in cards(many, "summary", NAMES, NOW) if each.below]


def test_doors_have_no_card_before_they_are_fired_at() -> None:
    assert "doors" not in [each.key for each in cards(SHAPES["decision wanted"], "summary", NAMES, NOW)]


def test_an_emergency_says_so_until_it_is_confirmed() -> None:
    assert "as soon as one more person confirms" in said(of("emergency", "summary", "emergency"))
    confirmed = board(
        approval(phase="emergency", status="used", standing="used"),
        emergency={"by": "ingrid", "because": "x"},
    )
    assert "One more person confirmed" in said(cards(confirmed, "summary", NAMES, NOW)[1])


def test_a_case_that_is_done_ends_with_the_report_and_nothing_to_press_but_the_brief() -> None:
    made = cards(SHAPES["done"], "summary", NAMES, NOW)
    assert made[-1].key == "ended"
    assert [button["action_id"] for each in made for button in buttons(each.blocks)] == ["brief"]


# Strangers' words


def poisoned(part: Any, text: str, key: str = "") -> Any:
    """Return a board in which whatever an outsider, or a responder, could have written is `text`."""
    written = {
        "because",
        "login",
        "why",
        "question",
        "label",
        "bring",
        "about",
        "shown_as",
        "within",
        "missing",
    }
    if isinstance(part, dict):
        return {name: poisoned(each, text, name) for name, each in part.items()}
    if isinstance(part, list):
        return [poisoned(each, text, key) for each in part]
    if key == "lines" and isinstance(part, str):
        return f"{part.partition(': ')[0]}: {text}"
    if key == "service":
        return f"{text}{part}"  # an app is called what its maker likes; no two doors are the same
    return text if key in written and part else part


def acting(made: list[Card]) -> Iterator[str]:
    """Yield markup in `mrkdwn` that is not ours: a mention, a link, or words of a stranger."""
    for each in made:
        for text in text_objects(each.blocks):
            if text["type"] == "mrkdwn" and (
                "<" in text["text"]
                or not text["verbatim"]
                or any(word in text["text"] for word in ("evil", "*bold*", "skull"))
            ):
                yield text["text"]
            if text["type"] == "plain_text" and text["emoji"]:
                yield text["text"]


@pytest.mark.parametrize("name", HOSTILE)
@every_detail
@every_shape
def test_no_words_from_outside_act_on_a_card(shape: str, detail: Detail, name: str) -> None:
    text = HOSTILE[name]
    made = cards(poisoned(SHAPES[shape], text), detail, dict.fromkeys(NAMES, text), NOW)
    assert list(acting(made)) == []
    for each in made:
        assert broken(each.blocks) == []
        assert CODE in each.text
        assert len(each.text) < 40
    told = "".join(string for each in made for string in strings(each.blocks))
    assert not set(told) & set("\u202e\u2066\u200b\x00\x07\x1b\u2028")


@pytest.mark.parametrize("name", HOSTILE)
def test_words_from_outside_are_shown_as_they_are(name: str) -> None:
    text = HOSTILE[name]
    full = cards(poisoned(SHAPES["objected"], text), "full", dict.fromkeys(NAMES, text), NOW)
    told = said(next(each for each in full if each.key.startswith("approval")))
    assert told.count(shown(text, 80)) >= 2  # who agreed, and who objects
    assert told.count(shown(text, 2000)) >= 5  # the five lines


@every_shape
def test_the_home_tab_shows_code_names_and_deadlines_alone(shape: str) -> None:
    given = SHAPES[shape]
    waiting = [each for each in given["requests"] if each["status"] == "open"]
    tab = home([(given, waiting)])
    assert broken_view(tab) == []
    told = json.dumps(tab).lower()
    assert [each for each in SECRETS if each in told] == []
    assert CODE in told


def test_a_home_tab_without_a_case_is_the_page_of_everybody_else() -> None:
    assert home([]) == plain()
    assert broken_view(plain()) == []


def test_the_home_tab_lists_first_what_nothing_moves_on_before_a_person_does() -> None:
    states = ("at-rest", "running", "waiting", "stranded", "dead-lettered")
    entries = [(board(code=f"amber-{each}-7", state=each), []) for each in states]
    told = json.dumps(home(entries)["blocks"])
    assert re.findall(r"amber-([a-z-]+)-7", told) == list(states[::-1])
    assert told.count("at a terminal") == 2


def test_a_home_tab_of_very_many_cases_still_fits() -> None:
    entries = [(SHAPES["asking"], [candidates(), clock()])] * 40
    assert broken_view(home(entries)) == []


def test_very_many_requests_fit_the_card_of_the_case() -> None:
    many = board(
        *(request("task", f"task-{at}") for at in range(200)), clocks=[row("running")], doors=doors("open")
    )
    head = cards(many, "full", NAMES, NOW)[0]
    assert broken(head.blocks) == []
    assert "… (190 more)" in said(head)


def test_a_drill_says_on_every_card_that_it_is_one() -> None:
    for each in cards({**SHAPES["approved"], "drill": True}, "codes", NAMES, NOW):
        assert "drill" in said(each)


def test_both_approvers_are_named_once_though_one_said_it_twice() -> None:
    twice = board(approval(status="used", counted=["maren", "beatriz"], decisions=[*BOTH, BOTH[0]]))
    assert said(cards(twice, "summary", NAMES, NOW)[1]).count("Maren Vogt") == 1
