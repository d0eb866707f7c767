"""Whoever may speak here may still do only what is theirs to do, whatever they put into a press or a form."""

from __future__ import annotations

import json

import pytest

from integrations.lab.company import SUBJECT
from runner.chat.cards import modals
from runner.chat.cards.help import HELP_PLAIN
from runner.chat.cards.modals_asking import answer
from runner.desk.claim import Claim
from tests.cases.company import CLOSE, PEOPLE, playbook_of
from tests.chat.served import Served, account, pinned

MAREN, BEATRIZ, KATARINA = account("maren"), account("beatriz"), account("katarina")
OWN, OWNER = account("camille.engel@fjordlight.example"), account("dario.grimaldi@fjordlight.example")
PEOPLE_MORE = [
    pinned("camille", OWN),  # starts cases, and holds the roles that decide as well
    pinned("dario", OWNER) | {"roles": ["system-owners"]},
]
OVER = "That is decided already, or not asked any more."
LONG = "x" * 100_000


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("forgeries"), people=PEOPLE_MORE)
    made.serve()
    yield made
    made.close()


@pytest.fixture(scope="module")
def case(house):
    """A case that Maren may know of, and the board of it."""
    return house.desk.board(house.asked())


@pytest.fixture(scope="module")
def hidden(house):
    """A case that exists for nobody but the owners of systems and whoever opened it."""
    path = house.company.folder / "hidden.yaml"
    people = "people: {start: [ir-oncall], decide: [system-owners]}"
    decided = CLOSE.replace("need: 2, each_of: [security-leads, duty-managers]", "need: 2, of: [system-owners]")
    path.write_text(playbook_of(decided).replace(PEOPLE, people))
    code = house.desk.open(str(path), {"subject": "bastian.wallin@fjordlight.example"}, claim=Claim("ingrid", None))
    house.company.ask(code)
    return house.desk.board(code)


def approval(board):
    return next(each for each in board["requests"] if each["kind"] == "approval")


def asked(board, name):
    return next(each for each in board["requests"] if each["request"] == name)


def journal(house):
    return house.rows()["severance_journal"]


def said_to(house, payload, user=MAREN):
    """Deliver a press; returns what was whispered, or the form that opened."""
    before, view = len(house.whispers(user)), house.view(user)
    house.raw("interactive", payload)

    def opened():
        now = house.view(user)
        return now and now != view and "One moment." not in json.dumps(now["blocks"]) and now

    return house.until(lambda: house.whispers(user)[before:] or opened())


def sent(house, view, values, user=MAREN, **forged):
    """Deliver a form that was tampered with; returns what it says then."""
    payload = house.sent_in(user, view, values)
    payload["view"] |= forged
    house.raw("interactive", payload)
    return house.until(lambda: house.told(user))


class TestAPress:
    @pytest.mark.parametrize("name", ["review", "deny", "object", "adopt", "brief", "answer", "done", "stop", "no-such-button", "", LONG])
    def test_about_a_case_that_is_not_theirs_sounds_as_about_one_that_is_not_there(self, house, case, hidden, name):
        before = journal(house)
        for code in (hidden["code"], "amber-falcon-1", "", LONG, '{"user": {"id": "U0BOSS"}}', f"{hidden['code']}\n{case['code']}"):
            value = f"{code} {approval(hidden)['request']} {approval(hidden)['digest'][:12]}"
            assert said_to(house, house.pressed(MAREN, name, value)) == [HELP_PLAIN]
        assert journal(house) == before

    @pytest.mark.parametrize("name", ["review", "deny"])
    def test_about_another_plan_opens_nothing(self, house, case, hidden, name):
        request = approval(case)["request"]
        for digest in ("0" * 12, approval(hidden)["digest"][:12], approval(case)["digest"] + "0", "%", "*", LONG):
            assert said_to(house, house.pressed(MAREN, name, f"{case['code']} {request} {digest}")) == [OVER]

    @pytest.mark.parametrize(
        ("name", "request_id"),
        [(each, "seen") for each in ("review", "deny", "no-such-button", "")]
        + [(each, "approve-lockdown") for each in ("answer", "done", "start", "decline", "stop", "approve")]
        + [(each, "no-such-request") for each in ("review", "answer")],
    )
    def test_of_a_button_that_is_not_on_that_card_opens_nothing(self, house, case, name, request_id):
        assert said_to(house, house.pressed(MAREN, name, f"{case['code']} {request_id}")) == [OVER]

    def test_says_by_its_account_alone_who_did_it(self, house, case, hidden):
        """The value, the message and the name in the payload may say anything."""
        before = journal(house)
        payload = house.pressed(MAREN, "brief", hidden["code"])
        payload["user"] |= {"username": "katarina.vuk", "name": "katarina.vuk", "person": "katarina"}
        payload |= {"user_id": KATARINA, "message": {"user": KATARINA, "text": KATARINA}}
        payload["actions"][0] |= {"user": KATARINA, "selected_user": KATARINA}
        assert said_to(house, payload) == [HELP_PLAIN]
        assert journal(house) == before


def forged(**told):
    return {"private_metadata": json.dumps(told)}



def test_a_command_answers_no_approval_and_opens_no_form_for_one(house, case):
    request, rows = approval(case)["request"], house.rows()
    assert house.say(MAREN, f"answer {case['code']} {request}").startswith(f"{request} is not being asked")
    assert house.rows() == rows

class TestAForm:
    def test_about_a_case_that_is_not_theirs_records_nothing_there_or_here(self, house, case, hidden):
        before, theirs = journal(house), {"code": hidden["code"], "request": "approve-lockdown", "digest": approval(hidden)["digest"]}
        views = [
            (modals.review(case, approval(case), "summary"), {"code": hidden["code"]}),
            (modals.deny(case, approval(case)), {"because": "x"}),
            (modals.objection(case), {"because": "x"}),
            (modals.declaration(case), {"because": "x"}),
            (answer(case, asked(case, "seen")), {"value": "yes"}),
            (modals.adopt(case), {"door": "okta/account", "because": "x"}),
            (modals.note([case["code"]], "x"), {"case": hidden["code"], "value": "x"}),
        ]
        for view, values in views:
            assert sent(house, view, values, **forged(**theirs)) == HELP_PLAIN, view["callback_id"]
        assert journal(house) == before

    @pytest.mark.parametrize("digest", ["", "0" * 64, "hidden", "short", "%", LONG])
    @pytest.mark.parametrize("callback", ["approve", "deny"])
    def test_about_another_plan_records_nothing(self, house, case, hidden, digest, callback):
        before = journal(house)
        digest = {"hidden": approval(hidden)["digest"], "short": approval(case)["digest"][:7]}.get(digest, digest)
        view = modals.review(case, approval(case), "summary") if callback == "approve" else modals.deny(case, approval(case))
        told = sent(house, view, {"code": case["code"]}, **forged(code=case["code"], request="approve-lockdown", digest=digest))
        unread = (HELP_PLAIN, "The code typed is not the one of this case. Nothing was recorded.")
        assert told.startswith("no such plan is being asked for") or (digest == LONG and told in unread)
        assert journal(house) == before

    @pytest.mark.parametrize("typed", ["", "yes", "amber-falcon-1", "hidden", " ", LONG, "*", "APPROVE"])
    def test_with_another_code_typed_approves_nothing(self, house, case, hidden, typed):
        before = journal(house)
        told = sent(house, modals.review(case, approval(case), "summary"), {"code": hidden["code"] if typed == "hidden" else typed})
        assert told == "The code typed is not the one of this case. Nothing was recorded."
        assert journal(house) == before

    @pytest.mark.parametrize("metadata", ["", "[]", "3", "null", "{", '{"code": 3}', '{"code": ["x"]}', LONG, '{"code": "\\ud800"}'])
    @pytest.mark.parametrize("callback", ["approve", "deny", "object", "declare", "answer", "adopt", "note", "no-such-form", "", LONG])
    def test_that_carries_nothing_readable_records_nothing(self, house, case, metadata, callback):
        before = journal(house)
        told = sent(house, modals.objection(case), {"because": "x"}, private_metadata=metadata, callback_id=callback)
        assert told in (HELP_PLAIN, "The code typed is not the one of this case. Nothing was recorded.")
        assert journal(house) == before

    @pytest.mark.parametrize("callback", ["choose", "open", "emergency"])
    @pytest.mark.parametrize("playbook", ["", "no such playbook", "../../secrets", "hidden.yaml", "suspected-dprk-worker"])
    def test_that_opens_what_may_not_be_opened_opens_nothing(self, house, callback, playbook):
        before = journal(house)
        view = modals.choose_playbook(["x"], "open")
        metadata = forged(playbook=playbook, purpose="emergency" if callback == "emergency" else "open")
        told = sent(house, view, {"playbook": playbook, "input-subject": "ada@fjordlight.example"}, callback_id=callback, **metadata)
        assert told == "there is nothing here that you may open"
        assert journal(house) == before

    @pytest.mark.parametrize(
        ("request_id", "value"),
        [("approve-lockdown", "yes"), ("seen", "perhaps"), ("seen", ""), ("call", "approve"), ("breach", "start"),
         ("no-such-request", "yes"), ("", "yes"), (LONG, "yes"), ("seen", LONG)],
    )  # fmt: skip
    def test_with_an_answer_nobody_asked_for_records_nothing(self, house, case, request_id, value):
        before = journal(house)
        view = answer(case, asked(case, "seen"))
        metadata = json.dumps({"code": case["code"], "request": request_id})
        assert sent(house, view, {"value": value} if value else {}, private_metadata=metadata)
        assert journal(house) == before

    @pytest.mark.parametrize(("door", "at"), [("", ""), ("okta/no-such-layer", ""), ("okta/role", "2099-01-01T00:00Z"), (LONG, ""), ("okta/role", LONG)])
    def test_that_adopts_what_was_not_closed_adopts_nothing(self, house, case, door, at):
        before = journal(house)
        assert sent(house, modals.adopt(case), {"door": door, "at": at, "because": "x"})
        assert journal(house) == before

    def test_with_more_text_than_a_field_holds_records_no_more_than_that(self, house, case):
        sent(house, modals.note([case["code"]], "x"), {"case": case["code"], "value": LONG})
        [note] = [each for each in house.desk.records(case["code"]) if each["kind"] == "note"]
        assert len(note["data"]["text"]) <= 4000
        assert (note["data"]["by"], set(note["data"]["text"])) == ("maren", {"x"})


class TestADecision:
    def test_is_never_the_starters(self, house):
        board = house.desk.board(house.asked(by="camille", subject="elif.novak@fjordlight.example"))
        plan, before = approval(board), journal(house)
        review = said_to(house, house.pressed(OWN, "review", f"{board['code']} {plan['request']} {plan['digest'][:12]}"), OWN)
        assert (review["callback_id"], "not yours to decide" in json.dumps(review)) == ("", True)
        for view in (modals.review(board, plan, "summary"), modals.deny(board, plan)):
            assert sent(house, view, {"code": board["code"], "because": "x"}, OWN) == HELP_PLAIN
        assert house.say(OWN, f"deny {board['code']} the wrong person") == HELP_PLAIN
        assert journal(house) == before
        assert house.desk.board(board["code"])["requests"][-1]["standing"] == "open"

    def test_said_twice_by_one_person_counts_once(self, house):
        board = house.desk.board(house.asked(subject="farid.urban@fjordlight.example"))
        plan = approval(board)
        for _ in range(3):
            assert sent(house, modals.review(board, plan, "summary"), {"code": board["code"]})
        stands = approval(house.desk.board(board["code"]))
        assert (stands["standing"], stands["counted"]) == ("open", ["maren"])

    def test_that_was_made_is_not_made_again_from_an_old_card_or_form(self, house):
        board = house.desk.board(house.asked(subject="greta.carvalho@fjordlight.example"))
        plan, code = approval(board), board["code"]
        assert sent(house, modals.deny(board, plan), {"because": "the wrong person"}) == f"{code}: recorded."
        house.company.run(code)
        before = journal(house)
        value = f"{code} {plan['request']} {plan['digest'][:12]}"
        for name in ("review", "deny"):
            assert said_to(house, house.pressed(BEATRIZ, name, value), BEATRIZ) == [OVER]
        for view in (modals.review(board, plan, "summary"), modals.deny(board, plan)):
            assert sent(house, view, {"code": code, "because": "x"}, BEATRIZ).startswith("no such plan is being asked for")
        assert house.say(BEATRIZ, f"approve {code}").startswith("nothing is to be decided now")
        assert house.say(BEATRIZ, f"deny {code} again").startswith("nothing is to be decided now")
        assert journal(house) == before

    def test_about_a_case_the_chat_must_not_carry_is_made_at_a_terminal_alone(self, house):
        board = house.desk.board(house.asked(subject="hugo.eriksen@fjordlight.example"))
        plan, code = approval(board), board["code"]
        seen = [{"service": "okta", "login": SUBJECT.mail, "why": "is an administrator"}]
        house.company.office.journal(code).write("subject.sees", views=seen)
        assert house.desk.board(code)["off"]
        before = journal(house)
        value = f"{code} {plan['request']} {plan['digest'][:12]}"
        for name in ("review", "deny", "object", "adopt", "brief"):
            assert said_to(house, house.pressed(MAREN, name, value)) == [HELP_PLAIN]
        for view in (modals.review(board, plan, "summary"), modals.deny(board, plan), modals.objection(board)):
            assert sent(house, view, {"code": code, "because": "x"}) == HELP_PLAIN
        for words in ("status", "brief", "plan", "approve", "deny", "object", "stop", "note"):
            assert house.say(MAREN, f"{words} {code} x" if words in ("object", "note") else f"{words} {code}") == HELP_PLAIN
        assert code not in house.say(MAREN, "status")
        assert journal(house) == before
        house.company.approve(code, "maren", "beatriz")
        assert approval(house.desk.board(code))["standing"] == "met"
