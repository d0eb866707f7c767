"""A case as the chat shows it: who may know of it, what is asked, who decided what, and when the chat is off."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from integrations.lab.company import PERSONAS, person
from runner.clock import now
from runner.desk.cases import Desk
from runner.errors import RefusedError
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET
from tests.cases.test_emergency import declared
from tests.desk.in_chat import in_chat, with_chat, without_chat
from tests.desk.test_approvals import as_responder, asked
from tests.desk.test_chat_claims import both

_, MILAN, ELIAS = PERSONAS
CLARA = person("clara.weiss@fjordlight.example")  # no administrator, and nothing links her to one
EVERYBODY = {"maren", "tomas", "ingrid", "rohan", "beatriz", "anselm", "helene", "samuel", "katarina"}
ASKING = (
    QUIET
    + """
      - {id: fact, ask: Is it so?, by: {need: 1, of: [ir-oncall]}, within: 2h}
      - {id: call, task: Call the desk, by: [hr], within: 2h, bring: a photo}
"""
)


@pytest.fixture
def company(founded):
    return founded(edit=with_chat())


def request(company, code, name):
    [found] = [each for each in company.desk.board(code)["requests"] if each["request"] == name]
    return found


class TestWhoMayKnow:
    def test_everyone_with_a_role_of_the_playbook_and_of_them_those_who_decide(self, company):
        board = company.desk.board(company.open(subject=MILAN.mail))
        assert board["people"]["maren"] == ["security-leads"]
        assert set(board["people"]) == EVERYBODY
        assert set(board["deciders"]) == {"maren", "tomas", "beatriz", "anselm", "katarina"}
        assert board["opened_by"] == board["leads"] == "ingrid"

    def test_the_subject_and_whoever_is_on_never_are_not_among_them_whatever_role_they_hold(self, founded):
        never = lambda text: text.replace("never: []", 'never: ["tomas.arvidsson@fjordlight.example"]')  # noqa: E731
        company = founded(edit=both(as_responder(MILAN.mail, "milan"), never, with_chat()))
        board = company.desk.board(company.open(subject=MILAN.mail))
        assert set(board["people"]) == EVERYBODY - {"tomas"}
        assert "milan" not in board["deciders"]

    def test_a_role_the_playbook_does_not_name_does_not_count(self, founded):
        company = founded(
            edit=lambda text: with_chat()(text.replace('"roles": ["hr"]', '"roles": ["press"]'))
        )
        assert set(company.desk.board(company.open())["people"]) == EVERYBODY - {"samuel"}

    def test_a_case_that_is_not_there_has_no_board(self, company):
        with pytest.raises(RefusedError, match="no such case for you"):
            company.desk.board("no-such-1")


class TestWhatIsAsked:
    def test_an_approval_says_who_counted_what_is_missing_and_when_the_quorum_stands(self, company):
        code = asked(company)
        fresh = request(company, code, "approve-lockdown")
        assert (fresh["kind"], fresh["status"], fresh["standing"], fresh["overdue"]) == (
            "approval",
            "open",
            "open",
            False,
        )
        assert (fresh["need"], fresh["each_of"], fresh["counted"]) == (
            2,
            ["security-leads", "duty-managers"],
            [],
        )
        assert len(fresh["digest"]) == 64
        assert len(fresh["lines"]) == 5
        company.desk.approve(code, None, "as expected", claim=in_chat("maren"))
        half = request(company, code, "approve-lockdown")
        assert (half["standing"], half["counted"]) == ("open", ["maren"])
        assert half["missing"]
        company.desk.approve(code, None, "I rang", claim=in_chat("beatriz"))
        met = request(company, code, "approve-lockdown")
        assert (met["standing"], met["counted"]) == ("met", ["maren", "beatriz"])
        said = [(each["kind"], each["by"], each["because"]) for each in met["decisions"]]
        assert said == [("approval.given", "maren", "as expected"), ("approval.given", "beatriz", "I rang")]
        assert all(datetime.fromisoformat(each["at"]) <= now() for each in met["decisions"])

    def test_it_is_used_once_it_fired_and_the_doors_say_how_they_stand(self, company):
        code = asked(company)
        company.approve(code)
        company.run(code)
        board = company.desk.board(code)
        assert board["requests"][0]["standing"] == "used"
        assert board["fired"]
        assert {each["verdict"] for each in board["doors"]} <= {"closed", "inferred", "by-hand"}
        assert all(each["service"] and each["layer"] and each["account"] for each in board["doors"])
        assert board["phase"] in ("after", "")

    def test_a_denial_is_final_and_says_who_and_why(self, company):
        code = asked(company)
        company.desk.deny(code, None, "the wrong person", claim=in_chat("maren"))
        denied = request(company, code, "approve-lockdown")
        assert denied["standing"] == "denied"
        [said] = denied["decisions"]
        assert (said["kind"], said["by"], said["because"]) == ("approval.denied", "maren", "the wrong person")

    def test_an_objection_pauses_it_and_stands_on_the_board_until_it_is_overruled(self, company):
        code = asked(company)
        company.approve(code)
        company.desk.object(code, "not without counsel", claim=in_chat("helene"))
        board = company.desk.board(code)
        assert board["requests"][0]["standing"] == "paused"
        assert [(each["kind"], each["by"]) for each in board["objections"]] == [
            ("approval.objected", "helene")
        ]
        company.desk.overrule(code, "counsel was heard", claim=in_chat("tomas"))
        assert request(company, code, "approve-lockdown")["standing"] == "met"

    def test_the_approval_of_somebody_who_lost_the_role_no_longer_counts(self, company):
        code = asked(company)
        company.approve(code, "maren", "beatriz")
        path = company.lab.settings_path
        path.write_text(path.read_text().replace('"roles": ["duty-managers"]', '"roles": ["hr"]'))
        company.reload()
        assert request(company, code, "approve-lockdown")["counted"] == ["maren"]

    def test_what_nobody_decided_in_time_is_overdue_and_expired(self, founded):
        company = founded(edit=with_chat(), compress=86_400)
        code = asked(company, QUIET + LOCKDOWN.replace("within: 2h", "within: 6m") + AFTER)
        company.until(lambda: company.expired(code))
        late = request(company, code, "approve-lockdown")
        assert (late["standing"], late["overdue"]) == ("expired", True)

    def test_questions_and_tasks_say_how_they_are_answered_and_who_answered(self, founded):
        company = founded(edit=with_chat(), compress=1)
        code = company.open(ASKING, subject=MILAN.mail)
        with company.running(code):
            company.until(lambda: len(company.waiting(code)) == 2)
            company.desk.answer(code, "fact", "yes", claim=in_chat("rohan"), because="I saw it")
            fact, call = request(company, code, "fact"), request(company, code, "call")
        assert (fact["kind"], fact["answer"], fact["question"]) == ("ask", "yes-no", "Is it so?")
        [said] = fact["decisions"]
        assert (said["kind"], said["by"], said["value"], said["because"]) == (
            "ask.answered",
            "rohan",
            "yes",
            "I saw it",
        )
        assert (call["kind"], call["answer"], call["bring"], call["of"]) == ("task", "", "a photo", ["hr"])
        assert "standing" not in fact
        assert "standing" not in call

    def test_an_emergency_stands_on_the_board_with_who_declared_it(self, company):
        board = company.desk.board(declared(company))
        assert board["emergency"]["by"] == "ingrid"
        assert board["emergency"]["because"] == "clones to a new host"

    def test_it_is_plain_json_and_looking_writes_nothing(self, company):
        code = asked(company)
        before = company.records(code)
        board = company.desk.board(code)
        assert json.loads(json.dumps(board)) == board
        assert company.records(code) == before
        assert board["last"] == before[-1]["seq"]


class TestWhenTheChatIsOff:
    def find(self, company):
        """Open a case about Clara, and look at its doors; returns its code name and why the chat is off."""
        code = company.open(QUIET, subject=CLARA.mail)
        company.run(code)
        return code, company.desk.board(code)["off"]

    def test_not_for_a_subject_who_administers_nothing(self, company):
        code, off = self.find(company)
        assert off == ""
        assert company.desk.status(code)[0]["chat"] == company.desk.brief(code)["chat"] == {"off": ""}

    def test_for_an_administrator_of_the_identity_provider(self, company):
        company.act("okta", "group-role", mail=CLARA.mail, type="SUPER_ADMIN")
        code, off = self.find(company)
        assert off == f"okta: {CLARA.mail} is an administrator there"
        assert company.desk.status(code)[0]["chat"] == company.desk.brief(code)["chat"] == {"off": off}

    def test_not_for_an_administrator_of_a_service_that_reads_no_chat(self, company):
        company.act("github", "set-role", login=CLARA.github, role="admin")
        code, off = self.find(company)
        assert "github" in company.case(code).sees
        assert off == ""

    @pytest.mark.parametrize(("readable_by", "why"), [(["github"], "github: "), ([], "")])
    def test_for_an_administrator_of_whatever_else_reads_the_workspace(self, founded, readable_by, why):
        company = founded(edit=with_chat(readable_by=readable_by))
        company.act("github", "set-role", login=CLARA.github, role="admin")
        _, off = self.find(company)
        assert off.startswith(why)
        assert bool(off) == bool(why)

    def test_without_a_chat_nothing_is_said_of_one(self, founded):
        company = founded(edit=without_chat)
        code = company.open(QUIET, subject=CLARA.mail)
        assert company.desk.board(code)["off"] == "the settings have no chat"
        assert "chat" not in company.desk.status(code)[0]
        assert "chat" not in company.desk.brief(code)


class TestWhoIsBarredAnywhere:
    def test_everyone_of_never_always_and_the_subject_of_every_case_under_way(self, founded):
        never = lambda text: text.replace("never: []", 'never: ["samuel"]')  # noqa: E731
        edit = both(as_responder(MILAN.mail, "milan"), as_responder(ELIAS.mail, "elias"), never, with_chat())
        company = founded(edit=edit)
        assert company.desk.barred() == {"samuel"}
        company.open(subject=MILAN.mail)
        assert company.desk.barred() == {"milan", "samuel"}
        company.open(subject=ELIAS.mail)
        assert company.desk.barred() == {"milan", "elias", "samuel"}

    def test_the_subject_of_a_case_that_is_done_is_barred_no_more(self, founded):
        company = founded(edit=both(as_responder(MILAN.mail, "milan"), with_chat()))
        code = company.open(QUIET, subject=MILAN.mail)
        assert company.desk.barred() == {"milan"}
        company.run(code)
        assert company.desk.status(code)[0]["outcome"] == "waiting"
        assert company.desk.barred() == {"milan"}
        done = company.open(CLOSE, subject=ELIAS.mail)
        company.play(done)
        assert company.desk.status(done)[0]["outcome"] == "done"
        assert company.desk.barred() == {"milan"}

    def test_a_case_that_another_process_opened_counts_at_the_next_look(self, founded):
        company = founded(edit=both(as_responder(MILAN.mail, "milan"), with_chat()))
        other = Desk(company.settings)
        assert other.barred() == frozenset()
        company.open(subject=ELIAS.mail)
        assert other.barred() == frozenset()
        code = company.open(subject=MILAN.mail)
        assert other.barred() == company.desk.barred() == {"milan"}
        company.desk.note(code, "still under way")
        assert other.barred() == {"milan"}
        other._office.database.dispose()
