"""Slack delivers what it likes, as often, as late and in what order it likes; each thing a person did is done once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chat.served import Served, account

MAREN, BEATRIZ, INGRID, ROHAN = map(account, ("maren", "beatriz", "ingrid", "rohan"))
HOW = {
    "four times": {"copies": 4},
    "four times, shuffled and late": {"copies": 4, "reorder": 16, "late_s": 0.4},
}
NOTES = 12


@pytest.fixture(params=[1, 2], ids=["one chat", "two chats"], scope="module")
def house(request, tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("deliveries"))
    made.code, made.used = made.asked(), []
    for _ in range(request.param):
        made.serve()
    made.shown(made.code)
    yield made
    made.close()


@pytest.fixture(params=HOW)
def delivered(request, house):
    house.slack.act("deliver", HOW[request.param])
    yield
    house.slack.act("deliver", {})


def records(house, kind, code=None):
    return [each["data"] for each in house.desk.records(code or house.code) if each["kind"] == kind]


def drained(house):
    """Wait until every copy was delivered and done: one more thing said, once it is answered as well."""
    house.slack.act("deliver", {})
    house.until(lambda: not house.slack.delivery._queue)
    house.say(ROHAN, "help")


def test_notes_are_each_on_record_once_and_answered_once(house, delivered):
    before, told = len(records(house, "note")), len(house.whispers(MAREN))
    with ThreadPoolExecutor(NOTES) as people:
        list(people.map(lambda at: house.act("command", MAREN, text=f"note {house.code} number {at}"), range(NOTES)))
    drained(house)
    house.until(lambda: len(house.whispers(MAREN)) >= told + NOTES)
    texts = [each["text"] for each in records(house, "note")[before:]]
    assert Counter(texts) == Counter(f"number {at}" for at in range(NOTES))
    assert house.whispers(MAREN)[told:] == [f"{house.code}: the note is on record."] * NOTES


def test_a_press_opens_one_form_and_the_form_is_recorded_once(house, delivered):
    before, opened = len(records(house, "ask.answered")), house.state()["calls"].get("views.open", 0)
    house.press(MAREN, "answer", f"{house.code} seen")
    view = house.form(MAREN, "answer")
    assert house.submit(MAREN, view, {"value": "no"}) == f"{house.code}: recorded."
    drained(house)
    assert len(records(house, "ask.answered")) == before + 1
    assert house.state()["calls"]["views.open"] == opened + 1
    assert house.told(MAREN) == f"{house.code}: recorded."


def test_a_form_opens_one_case(house, delivered):
    codes = set(house.desk.codes())
    house.act("command", INGRID, text="open")
    view = house.form(INGRID, "choose")
    [menu] = [each["element"] for each in view["blocks"] if each["type"] == "input"]
    [book] = [each["shown_as"] for each in house.desk.choices("ingrid") if each["name"] == "residual-access-sweep"]
    value = next(each["value"] for each in menu["options"] if each["text"]["text"] == book)
    house.act("submit", INGRID, view_id=view["id"], values={"playbook": value})
    view = house.form(INGRID, "open")
    subject = next(each for each in SUBJECTS if each not in house.used)
    house.used.append(subject)
    house.submit(INGRID, view, {"input-subject": f"{subject}@fjordlight.example"})
    drained(house)
    assert len(set(house.desk.codes()) - codes) == 1, house.told(INGRID)


SUBJECTS = ("bastian.wallin", "camille.engel", "dario.grimaldi", "elif.novak", "farid.urban", "greta.carvalho")


def test_an_approval_is_given_once(house, delivered):
    before = len(records(house, "approval.given"))
    request = next(each for each in house.desk.board(house.code)["requests"] if each["kind"] == "approval")
    house.press(MAREN, "review", f"{house.code} {request['request']} {request['digest'][:12]}")
    assert house.submit(MAREN, house.form(MAREN, "approve"), {"code": house.code}) == f"{house.code}: recorded."
    drained(house)
    assert len(records(house, "approval.given")) == before + 1


def test_whoever_comes_is_left_behind_once(house):
    house.slack.act("deliver", {"copies": 4, "reorder": 4})
    key = house.room(house.code)["id"]
    others = [each for each in house.state()["channels"] if each != key]
    house.act("join", account("bastian.wallin@fjordlight.example"), channel=key)
    house.until(lambda: (room := house.room(house.code)) and room["id"] != key)
    drained(house)
    house.shown(house.code)
    state = house.state()
    assert [each["text"] for each in state["channels"][key]["messages"][-1:]] == ["This channel is not used any more."]
    directs = set(state["ims"].values())
    assert set(state["channels"]) - {key, *others} - directs == {house.room(house.code)["id"]}


def test_every_card_is_posted_once(house):
    house.shown(house.code)
    previews = [each["text"] for each in house.room(house.code)["messages"]]
    assert Counter(previews) == Counter(dict.fromkeys(previews, 1))
