"""What strangers wrote is read as they wrote it, and does nothing: no mention, no link, no markup, no unfurling."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest

from integrations.lab.company import SUBJECT, okta_id
from runner.desk.claim import Claim
from tests.chat.served import Served, account, pinned

MAREN, OWN, NOBODY = account("maren"), account("camille.engel@fjordlight.example"), account("jelena.urban@fjordlight.example")
MARK = "evil"
"""In every one of them, so that they are found again."""
MARKUP = "evil <!channel> <!here|evil> <@U123> <#C1|evil> <!subteam^S1> <https://evil.example|Legal> *evil* _evil_ ~evil~ `evil` ```evil``` :evil: &lt;evil&gt;"
REASONS = [
    MARKUP,
    "evil https://evil.example/phish evil.example mailto:evil@evil.example",
    "evil \u202egnp.exe\u202c \u2066evil\u2069 \u200bevil\ufeff",
    "evil\n\nAPPROVED by Maren Okafor\r\n> evil\n• evil\x1b[2J\x00\x07",
    "`evil",
    "*evil* <!everyone> " * 2000,
    "evil" + "\u0301" * 300,
    "\ud83d\ude08 evil \ud800",
]
NAME = f"{MARKUP}"[:200]
HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("hostile"), people=[pinned("camille", OWN, shown_as=NAME)], detail="full")
    okta = made.company.lab.services["okta"]
    with okta.lock:
        okta.world.users[okta_id(SUBJECT)]["profile"] |= {"login": f"{MARKUP[:60]}@fjordlight.example", "displayName": MARKUP}
        for each in REASONS[:5]:
            okta.world.token(okta_id(SUBJECT), each)
    yield made
    made.close()


@pytest.fixture(scope="module")
def said(house):
    """Everything people say and open, with a stranger's words wherever words go."""
    code = house.asked(by="camille")
    house.serve()
    terminal = Claim("maren", None)
    for each in REASONS:
        house.desk.note(code, each)
        house.raw("slash_commands", house.typed(MAREN, f"note {code} {each}"))
        house.raw("slash_commands", house.typed(MAREN, f"answer {code} seen {each}"))
        house.raw("slash_commands", house.typed(MAREN, f"answer {code} {each.split()[0]} {each}"))
        house.raw("slash_commands", house.typed(MAREN, each))
        house.raw("slash_commands", house.typed(NOBODY, each))
    house.desk.object(code, REASONS[0], claim=terminal)
    house.desk.object(code, REASONS[2], claim=Claim("beatriz", None))
    house.desk.object(code, REASONS[5], claim=Claim("beatriz", None))
    house.desk.answer(code, "breach", "start", claim=Claim("helene", None), because=REASONS[0])
    house.desk.answer(code, "seen", "yes", claim=terminal, because=REASONS[3])
    house.shown(code)
    plan = next(each for each in house.desk.board(code)["requests"] if each["kind"] == "approval")
    for words in ("status", "brief", "plan", "help"):
        house.say(MAREN, f"{words} {code}" if words != "help" else words)
    for name, value in (("review", f"approve-lockdown {plan['digest'][:12]}"), ("done", "call"), ("stop", "breach"), ("adopt", "")):
        house.raw("interactive", house.pressed(MAREN, name, f"{code} {value}".strip()))
        house.until(lambda: house.view(MAREN) and "One moment." not in json.dumps(house.view(MAREN)))
        keep(house, MAREN)
    key = house.room(code)["id"]
    ts = house.slack.act("say", {"user": MAREN, "channel": key, "text": MARKUP})["ts"]
    house.act("shortcut", MAREN, channel=key, ts=ts, callback_id="note")
    keep(house, MAREN, house.form(MAREN, "note"))
    house.act("home", MAREN)
    house.until(lambda: house.home(MAREN))
    for each in REASONS:
        refuse(house, code, each)
    house.desk.deny(code, None, REASONS[5], claim=terminal)
    house.company.run(code)
    house.shown(code)
    house.until(lambda: house.direct(MAREN))
    return code


VIEWS = []


def keep(house, user, view=None):
    VIEWS.append(view or house.view(user))


def refuse(house, code, words):
    """Have a form refuse these words, and keep what it says."""
    view = {"type": "modal", "callback_id": "adopt", "title": {"type": "plain_text", "text": "x"}, "submit": {"type": "plain_text", "text": "x"},
            "blocks": [{"type": "input", "block_id": "door", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "plain_text_input", "action_id": "value"}}],
            "private_metadata": json.dumps({"code": code})}  # fmt: skip
    house.raw("interactive", house.sent_in(MAREN, view, {"door": words, "because": words}))
    house.until(lambda: house.told(MAREN))
    keep(house, MAREN)


def everything(house):
    """Yield whatever the workspace shows anybody: messages, whispers, forms, home tabs."""
    state = house.state()
    for channel in state["channels"].values():
        yield from (each for each in channel["messages"] if each["user"] != MAREN)
    for whispers in state["ephemerals"].values():
        yield from whispers
    yield from (*state["views"].values(), *state["homes"].values(), *VIEWS)


def parts(told):
    """Yield every object in something."""
    if isinstance(told, dict):
        yield told
    for each in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from parts(each)


def texts(house, *kinds):
    return [part["text"] for told in everything(house) for part in parts(told) if part.get("type") in kinds and isinstance(part.get("text"), str)]


def test_their_words_are_there_to_be_read(house, said):
    plain = "\n".join(texts(house, "plain_text", "text"))
    for each in ("<!channel>", "<@U123>", "<https://evil.example|Legal>", "*evil*", "```evil```", "[U+202E]gnp.exe", "APPROVED by Maren Okafor"):
        assert each in plain, each


def test_no_markup_holds_a_word_of_theirs(house, said):
    assert [each for each in texts(house, "mrkdwn") if MARK in each or "<" in each or ">" in each] == []


def test_nothing_but_text_is_in_rich_text(house, said):
    kinds = {part["type"] for told in everything(house) for rich in parts(told) if rich.get("type") == "rich_text" for part in parts(rich) if "type" in part}
    assert kinds == {"rich_text", "rich_text_section", "text"}


def test_what_is_shown_without_blocks_is_escaped_and_what_previews_say_is_dull(house, said):
    for told in everything(house):
        if isinstance(told.get("text"), str):
            assert not re.search("[<>]", told["text"])
            assert not re.search("&(?!amp;|lt;|gt;)", told["text"])
    for message in house.room(said)["messages"]:
        if message["user"] != MAREN:
            assert re.fullmatch(rf"{said}: [a-z ]+", message["text"])


def test_nothing_hides_or_reorders_text(house, said):
    shown = [part["text"] for told in everything(house) for part in parts(told) if isinstance(part.get("text"), str)]
    wrong = {character for each in shown for character in each if unicodedata.category(character) in HIDING and character != "\n"}
    assert wrong == set()


def test_no_name_writes_a_line_of_its_own(house, said):
    lines = [line.strip() for each in texts(house, "plain_text", "text", "mrkdwn") for line in each.split("\n")]
    assert [each for each in lines if each.startswith(("APPROVED", "> evil", "• evil"))] == []


def test_nothing_is_unfurled_parsed_or_linked(house, said):
    messages = [each for channel in house.state()["channels"].values() for each in channel["messages"] if each["user"] != MAREN]
    assert {(each["unfurled"], each["mrkdwn"]) for each in messages} == {(False, False)}
    sent = [each for each in house.company.ledger("slack") if each["path"].startswith("/api/chat.")]
    assert sent
    for each in sent:
        assert '"parse": "none"' in each["body"] or '"parse":"none"' in each["body"] or "parse=none" in each["body"], each["body"][:200]


def test_whatever_is_whispered_has_no_markup_either(house, said):
    whispers = [each for several in house.state()["ephemerals"].values() for each in several]
    assert whispers
    assert {part["type"] for each in whispers for part in parts(each["blocks"]) if "type" in part} <= {"section", "plain_text", "context"}
    assert all(each["blocks"] for each in whispers)


def test_every_record_holds_what_was_said_and_every_chat_field_is_bounded(house, said):
    notes = [each["data"]["text"] for each in house.desk.records(said) if each["kind"] == "note"]
    assert set(REASONS[:3]) <= set(notes)
    assert max(len(part["text"]) for told in everything(house) for part in parts(told) if isinstance(part.get("text"), str)) <= 3000
