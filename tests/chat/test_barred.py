"""Whoever may not speak here changes nothing, learns nothing, and is reported; whatever they send, whoever they are.

The table of payloads is checked against the product's own tables: a new verb, button, form or event without
a row here fails.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.slack import GUEST, LEAVER, OTHER_BOT, STRANGER, slack_id
from runner.chat import buttons, commands, payloads, server, submissions
from runner.chat.cards import modals
from runner.chat.cards.help import HELP_PLAIN, VERBS
from runner.chat.cards.modals_asking import answer
from tests.chat.served import Served, account, bare, pinned

_, MILAN, ELIAS = PERSONAS
COLLEAGUE, SINGLE, LATER, NEVER = (
    person(f"{each}@fjordlight.example")
    for each in ("sigrid.haugen", "clara.weiss", "elias.lindgren", "aino.petrov")
)
MAREN = account("maren")
MAY = slack_id(person("camille.engel@fjordlight.example"))
"""A responder with the very roles that those who are kept out hold."""
DECIDERS = (*(account(each) for each in ("maren", "tomas", "beatriz", "anselm", "katarina")), MAY)


@dataclass(frozen=True)
class Row:
    """One thing a person could send."""

    name: str
    kind: str
    """Envelope type."""
    made: Callable[[Served, str, Any], Any]
    """Payload of a person about a case (its code, and the digest of what is to be approved)."""
    answered: str = ""
    """Where the answer comes: ephemeral, view, home, or nowhere."""
    covers: frozenset[str] = field(default_factory=frozenset)
    """What of the product this is a row for."""


def typed(words):
    verb = words.split()[0] if words else "help"
    return Row(
        words,
        "slash_commands",
        lambda house, user, case: house.typed(user, words.format(**case)),
        "ephemerals",
        frozenset({"command", f"verb {verb}"}),
    )


def pressed(name, request=""):
    value = f"{{code}} {request}".strip()
    return Row(
        f"button {name}",
        "interactive",
        lambda house, user, case: house.pressed(user, name, value.format(**case)),
        "ephemerals",
        frozenset({"button", "block_actions", f"button {name}"}),
    )


def of_the_home_tab(name, value, element):
    """Return a press on the home tab: nothing is answered there that only this person would see."""

    def made(house, user, case):
        told = house.pressed(user, name, value.format(**case))
        [only] = told["actions"]
        view = {"id": "V0HOME", "type": "home", "private_metadata": "", "callback_id": "", "state": {"values": {}}}
        bare = {key: each for key, each in told.items() if key not in ("response_url", "channel", "message")}
        return {**bare, "view": view, "actions": [{**only, **element(only)}]}

    return Row(f"home {name}", "interactive", made, "", frozenset({"button", "block_actions"}))


def chosen_in_a_menu(only):
    return {"type": "static_select", "selected_option": {"value": only["value"]}, "value": None}


FORMS = {
    "choose": (lambda house, case: modals.choose_playbook([opening(house)[0]], "open"), {"playbook": "{playbook}"}),
    "open": (lambda house, case: modals.case_inputs("open", *opening(house)), {"input-subject": "bastian.wallin@fjordlight.example"}),
    "emergency": (
        lambda house, case: modals.case_inputs("emergency", *opening(house)),
        {"input-subject": "bastian.wallin@fjordlight.example", "because": "now"},
    ),
    "approve": (lambda house, case: modals.review(house.desk.board(case["code"]), case["approval"], "summary"), {"code": "{code}"}),
    "deny": (lambda house, case: modals.deny(house.desk.board(case["code"]), case["approval"]), {"because": "no"}),
    "object": (lambda house, case: modals.objection(house.desk.board(case["code"])), {"because": "no"}),
    "declare": (lambda house, case: modals.declaration(house.desk.board(case["code"])), {"because": "now"}),
    "answer": (lambda house, case: answer(house.desk.board(case["code"]), case["seen"]), {"value": "yes"}),
    "adopt": (
        lambda house, case: modals.adopt(house.desk.board(case["code"])),
        {"door": "{door}", "because": "done by hand"},
    ),
    "note": (lambda house, case: modals.note([case["code"]], "words"), {"case": "{code}", "value": "words"}),
}


def opening(house):
    """Return the name and the inputs of a playbook that whoever holds the roles may open."""
    found = next(each for each in house.desk.choices("ingrid") if [one["name"] for one in each["inputs"]] == ["subject"])
    return found["shown_as"], found["inputs"]


def sent_in(name):
    def made(house, user, case):
        view, values = FORMS[name]
        return house.sent_in(user, view(house, case), {key: each.format(**case) for key, each in values.items()})

    return Row(f"form {name}", "interactive", made, "views", frozenset({"submit", "view_submission", f"form {name}"}))


def closed(name):
    def made(house, user, case):
        told = FORMS[name][0](house, case)
        sent = house.sent_in(user, told, {})
        kept = {key: each for key, each in sent.items() if key != "trigger_id"}
        return {**kept, "type": "view_closed", "is_cleared": False}

    return Row(f"closed {name}", "interactive", made, "", frozenset({"close", "view_closed"}))


def used(kind):
    return Row(
        kind,
        "interactive",
        lambda house, user, case: {**house.chosen(user, "note"), "type": kind},
        "ephemerals",
        frozenset({"shortcut", kind}),
    )


def happened(kind, answered=""):
    def made(house, user, case):
        team = {} if answered else {"team": house.slack.world.users[user].team}
        return house.happened({"type": kind, "user": user, "channel": house.room(case["code"])["id"], **team})

    return Row(kind, "events_api", made, answered, frozenset({"home" if answered else "members", f"event {kind}"}))


ROWS = [
    typed(""),
    typed("no such word"),
    typed("help"),
    typed("status"),
    typed("status {code}"),
    typed("brief {code}"),
    typed("plan {code}"),
    typed("open"),
    typed("emergency"),
    typed("emergency {code}"),
    typed("approve {code}"),
    typed("deny {code}"),
    typed("deny {code} the wrong person"),
    typed("object {code} the wrong person"),
    typed("answer {code} seen"),
    typed("answer {code} seen yes"),
    typed("adopt {code}"),
    typed("stop {code} now"),
    typed("resume {code}"),
    typed("note {code} words"),
    typed("note {code} " + "w" * 2000),
    typed("status amber-falcon-1"),
    *(pressed(each, "approve-lockdown {digest}") for each in ("review", "deny", "object")),
    *(pressed(each, "seen") for each in ("answer",)),
    *(pressed(each, "call") for each in ("done",)),
    *(pressed(each, "breach") for each in ("start", "decline", "stop")),
    *(pressed(each) for each in ("adopt", "brief")),
    of_the_home_tab("review", "{code} approve-lockdown {digest}", lambda only: {}),
    of_the_home_tab("answer", "{code} seen", chosen_in_a_menu),
    *(sent_in(each) for each in FORMS),
    *(closed(each) for each in FORMS),
    used("message_action"),
    used("shortcut"),
    happened("app_home_opened", "homes"),
    *(happened(each) for each in ("member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared")),
]  # fmt: skip


def test_every_payload_the_product_knows_has_a_row():
    covered = {each for row in ROWS for each in row.covers}

    kinds = set(typing.get_args(payloads.Kind))
    assert kinds == set(server._HANDLERS) | {"close", "members"}
    assert covered >= kinds | set(payloads._INTERACTIONS)
    assert {each.removeprefix("event ") for each in covered if each.startswith("event ")} == set(payloads._EVENTS)
    assert set(VERBS) == set(commands._VERBS)
    assert covered >= {f"verb {each}" for each in VERBS}
    assert covered >= {f"form {each}" for each in submissions._FORMS}
    assert set(FORMS) == set(submissions._FORMS)
    assert covered >= {f"button {each}" for each in (*buttons._OF_A_CASE, *buttons._OF_A_REQUEST)}


@dataclass(frozen=True)
class Barred:
    """Somebody who may not speak here, and why."""

    user: str
    more: dict[str, Any] = field(default_factory=dict)
    """What is different in every payload of theirs."""
    has_home: bool = True
    """Slack publishes no home tab for bots and deactivated members."""
    reported: bool = True


def of_team(team):
    """Return what is different in payloads of somebody of another workspace who has this very id."""
    return {"team_id": team, "user.team_id": team, "event.team": team}


KINDS = {
    "the subject": Barred(slack_id(SUBJECT)),
    "an account linked to the subject": Barred(slack_id(MILAN)),
    "linked after the chat knew them": Barred(slack_id(LATER)),
    "on never": Barred(slack_id(NEVER)),
    "a guest of several channels": Barred(GUEST),
    "a guest of one channel": Barred(slack_id(SINGLE)),
    "somebody of a connected workspace": Barred(STRANGER),
    "the same id in another workspace": Barred(MAREN, of_team("T0ELSEWHERE")),
    "our person, as another workspace's": Barred(account("tomas"), {**of_team("T0OTHER"), "team.id": "T0OTHER"}),
    "our person, by another app": Barred(account("rohan"), {"api_app_id": "A0OTHERAPP"}, reported=False),
    "another bot": Barred(OTHER_BOT, has_home=False),
    "a deactivated member": Barred(LEAVER, has_home=False),
    "a colleague who is not pinned": Barred(slack_id(COLLEAGUE)),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    people = [
        pinned("jonas", slack_id(SUBJECT), mail=SUBJECT.mail), pinned("milan", slack_id(MILAN), mail=MILAN.mail),
        pinned("elias", slack_id(LATER), mail=LATER.mail), pinned("aino", slack_id(NEVER), mail=NEVER.mail),
        pinned("gwen", GUEST), pinned("clara", slack_id(SINGLE)), pinned("sten", STRANGER), pinned("build", OTHER_BOT),
        pinned("lena", LEAVER), pinned("camille", MAY), pinned("idle", slack_id(person("jelena.urban@fjordlight.example"))) | {"roles": ["nothing"]},
    ]  # fmt: skip
    made = Served(tmp_path_factory.mktemp("barred"), people=people, never=[slack_id(NEVER)])
    made.slack.world.users[slack_id(SINGLE)].is_ultra_restricted = True
    yield made
    made.close()


@pytest.fixture(scope="module")
def case(house):
    code = house.asked()
    linked(house, code, MILAN)
    house.serve()
    house.shown(code)
    board = house.desk.board(code)
    [approval] = [each for each in board["requests"] if each["kind"] == "approval"]
    [seen] = [each for each in board["requests"] if each["request"] == "seen"]
    door = next(each for each in board["doors"] if each["verdict"] == "closed")
    return {
        "code": code, "playbook": opening(house)[0], "digest": approval["digest"][:12], "approval": approval, "seen": seen,
        "door": f"{door['service']}/{door['layer']}/{door['account']}",
    }  # fmt: skip


def linked(house, code, who):
    """Record that somebody was found to be the same person."""
    okta = house.company.lab.services["okta"]
    found = {"service": "okta", "id": okta.id_of(who, "okta"), "login": who.mail, "facts": {}}
    house.company.office.journal(code).write("link.confirmed", accounts=[found])


def sent(house, row, barred, case):
    """Deliver a row as this person; returns what came with the acknowledgement."""
    payload = row.made(house, barred.user, case)
    for path, value in barred.more.items():
        inner, _, name = path.rpartition(".")
        part = payload.get(inner) if inner else payload
        if isinstance(part, dict) and name in part:
            part[name] = value
    return house.raw(row.kind, payload)


def seen_by(house, user):
    """Return what a person is shown, without the ids Slack gives."""
    with house.slack.lock:
        whispers = house.slack.world.ephemerals.get(user, [])
        told = [[each["text"], bare(each["blocks"])] for each in whispers]
    return {"ephemerals": told, "view": shape(house.view(user)), "home": shape(house.home(user))}


def shape(view):
    return view and [view["title"], view["submit"], view["callback_id"], bare(view["blocks"])]


def alarms(house, who=MAREN):
    lines = [line for text in house.direct(who) for line in text.splitlines()]
    return [each for each in lines if "was tried by" in each]


@pytest.mark.parametrize("name", KINDS)
def test_nothing_changes_and_everybody_is_told_the_same(house, case, name, answers):
    barred = KINDS[name]
    if name == "linked after the chat knew them":
        assert house.say(barred.user, f"status {case['code']}") != HELP_PLAIN, "they could speak until now"
        linked(house, case["code"], LATER)
        house.until(lambda: (room := house.room(case["code"])) and barred.user not in room["members"])
        house.shown(case["code"])
    with house.slack.lock:
        house.slack.world.ephemerals.pop(barred.user, None)
        house.slack.modals.last.pop(barred.user, None)
    rows, outbox, told = house.rows(), house.outbox(barred.user), len(alarms(house))

    acks = [sent(house, row, barred, case) for row in ROWS if row.answered != "views"]
    due = sum(row.answered == "ephemerals" for row in ROWS)
    house.until(lambda: len(seen_by(house, barred.user)["ephemerals"]) >= due)
    before = seen_by(house, barred.user)
    for row in (row for row in ROWS if row.answered == "views"):
        acks.append(sent(house, row, barred, case))
        house.until(lambda: house.told(barred.user) == HELP_PLAIN)
        before.setdefault("forms", []).append(seen_by(house, barred.user)["view"])
    if barred.has_home:
        house.until(lambda: seen_by(house, barred.user)["home"])
    before |= {"home": seen_by(house, barred.user)["home"], "view": None, "acks": acks}
    if barred.reported:
        house.until(lambda: len(alarms(house)) > told)

    assert house.rows() == rows
    assert house.outbox(barred.user) == outbox
    assert [each for each, _ in before["ephemerals"]] == [HELP_PLAIN] * due
    assert house.idle.wanted == []
    assert len(alarms(house)) == told + barred.reported
    answers.append({**before, "home": before["home"] if barred.has_home else "none"})
    first = answers[0]
    assert {**before, "home": first["home"] if not barred.has_home else before["home"]} == first


@pytest.fixture(scope="module")
def answers():
    """What each of them was told, to compare it byte for byte."""
    return []


def test_approvers_are_told_once_an_hour_and_nobody_else_is(house, case):
    reported = {(barred.more.get("team_id", ""), barred.user) for barred in KINDS.values() if barred.reported}
    state = house.state()
    for who in DECIDERS:
        lines = house.until(lambda who=who: (found := alarms(house, who)) and len(found) >= len(reported) and found)
        assert len(lines) == len(reported)
        for team, user in reported:
            named = f"{team or house.slack.world.users[user].team} {user}"
            assert len([each for each in lines if f" {named}," in each]) == 1, named
    told = {user for user in state["ims"] if house.direct(user)}
    assert told == {*DECIDERS, slack_id(LATER)}
    assert len(alarms(house, slack_id(LATER))) == 2, "of those before them; nothing once they were kept out"


def test_a_pinned_person_without_a_case_is_told_the_same_where_it_is_about_a_case(house, case):
    idle = slack_id(person("jelena.urban@fjordlight.example"))
    for words in ("status", f"status {case['code']}", f"brief {case['code']}", f"approve {case['code']}", f"deny {case['code']} no",
                  f"object {case['code']} no", f"note {case['code']} x", "status amber-falcon-1"):  # fmt: skip
        assert house.say(idle, words) == HELP_PLAIN
    house.act("home", idle)
    house.until(lambda: seen_by(house, idle)["home"])
    assert seen_by(house, idle)["home"] == seen_by(house, slack_id(COLLEAGUE))["home"]


def test_the_same_payloads_do_something_for_whoever_may(house, case):
    """The control: whatever was answered so dully is answered otherwise, and much of it is recorded."""
    recorded = []
    for row in sorted(ROWS, key=lambda each: each.name in ("form deny", "deny {code} the wrong person")):
        if not row.answered or "amber-falcon" in row.name:
            continue
        before, rows = before_them(house), house.rows()["severance_journal"]
        sent(house, row, Barred(MAY), case)
        house.until(lambda row=row, before=before: answered(house, row, before))
        assert HELP_PLAIN not in (*house.whispers(MAY)[before[0] :], house.told(MAY) if row.answered == "views" else ""), row.name
        if house.rows()["severance_journal"] != rows:
            recorded.append(row.name)
    assert set(recorded) >= {"form approve", "form object", "form answer", "form adopt", "form note"}
    assert set(recorded) >= {"form open", "stop {code} now", "note {code} words", "deny {code} the wrong person"}


def before_them(house):
    """Return how much whoever may was told, and which form and home tab they see."""
    view, home = house.view(MAY), house.home(MAY)
    return len(house.whispers(MAY)), view and view["id"], home and home["hash"]


def answered(house, row, before):
    told, view, home = before_them(house)
    if row.answered == "homes":
        return home != before[2]
    if row.answered == "views":
        return view != before[1] and house.view(MAY)["callback_id"] != row.name.removeprefix("form ") and house.told(MAY) != "One moment."
    ready = view != before[1] and "One moment." not in json.dumps(house.view(MAY)["blocks"])
    return told > before[0] or ready
