"""What a person says in the chat is worth what they may say at all; and where the settings want it, it is not enough."""

from __future__ import annotations

import pytest

from integrations.lab.company import PERSONAS, okta_id
from runner.desk.claim import Claim
from runner.errors import RefusedError
from runner.people.signature import message, sign_command
from tests.cases.test_emergency import declared
from tests.desk.in_chat import account_of, in_chat, signed, with_chat, without_chat
from tests.desk.test_approvals import as_responder, asked, given

_, MILAN, ELIAS = PERSONAS


def both(*edits):
    """Return edits in their order as one."""

    def edit(text):
        for each in edits:
            text = each(text)
        return text

    return edit


def approves(company, code, name, **more):
    return company.desk.approve(code, more.pop("digest", None), "as expected", claim=in_chat(name), **more)


def says_no(attempt, company, code):
    """Check that this is refused and leaves the case as it was; returns what the person is told."""
    before = company.records(code)
    with pytest.raises(RefusedError) as answer:
        attempt()
    assert company.records(code) == before
    return answer.value


class TestAnApprovalInChat:
    @pytest.fixture
    def company(self, founded):
        return founded(edit=with_chat())

    def test_it_counts_and_the_doors_close_on_it(self, company):
        code = asked(company)
        for name in ("maren", "beatriz"):
            approves(company, code, name)
        assert [each["data"]["signed"] for each in company.records(code, "approval.given")] == [False, False]
        company.run(code)
        assert company.case(code).phases["lockdown"] == "finished"

    def test_a_denial_there_counts_as_well(self, company):
        code = asked(company)
        company.desk.deny(code, None, "the wrong person", claim=in_chat("maren"))
        assert company.desk.board(code)["requests"][-1]["standing"] == "denied"
        with pytest.raises(RefusedError, match="no such plan is being asked for"):
            approves(company, code, "beatriz")

    def test_the_same_person_there_and_at_a_terminal_is_one_person(self, company):
        code = asked(company)
        approves(company, code, "maren")
        company.approve(code, "maren", "tomas")
        assert company.desk.board(code)["requests"][-1]["standing"] == "open"
        approves(company, code, "beatriz")
        assert company.desk.board(code)["requests"][-1]["standing"] == "met"


def test_the_starter_never_counts_there_whatever_role_they_hold(founded):
    more = lambda text: text.replace('"roles": ["ir-oncall"]', '"roles": ["ir-oncall", "security-leads"]')  # noqa: E731
    company = founded(edit=both(more, with_chat()))
    code = asked(company)
    told = says_no(lambda: approves(company, code, "ingrid"), company, code)
    assert told.what == "no such case for you"


@pytest.mark.parametrize("second_factor", [[], ["close"]])
def test_the_subject_the_barred_and_unknown_ids_are_told_what_a_stranger_is(founded, second_factor):
    company = founded(
        edit=both(
            as_responder(MILAN.mail, "milan"),
            lambda text: text.replace("never: []", f'never: ["{account_of("tomas")}"]'),
            with_chat(second_factor=second_factor),
        )
    )
    code = asked(company)
    claims = {
        "the subject": account_of("milan"), "on never, by this very id": account_of("tomas"), "another role": account_of("samuel"),
        "nobody's": "U0NOBODY000", "of another service": okta_id(MILAN), "a name": "maren", "empty but for a space": " ",
        "in other letters": account_of("maren").lower(),
    }  # fmt: skip
    for kind, account in claims.items():
        claim = Claim(None, None, account=account)
        for attempt in (
            lambda claim=claim: company.desk.approve(code, None, "x", claim=claim),
            lambda claim=claim: company.desk.deny(code, None, "x", claim=claim),
        ):
            assert says_no(attempt, company, code).what == "no such case for you", kind
    unknown = [
        says_no(lambda where=where: company.desk.approve(where, None, "x", claim=claim), company, code)
        for where in (code, "no-such-1")
    ]
    assert unknown[0].diagnostics() == unknown[1].diagnostics().replace("no-such-1", code)


def test_a_person_without_a_pinned_id_is_nobody_in_the_chat(founded):
    company = founded(
        edit=both(with_chat(), lambda text: text.replace(f', "slack": "{account_of("maren")}"', ""))
    )
    code = asked(company)
    assert says_no(lambda: approves(company, code, "maren"), company, code).what == "no such case for you"


def test_where_the_settings_have_no_chat_its_claims_are_worth_nothing(founded):
    company = founded(edit=without_chat)
    code = asked(company)
    assert says_no(lambda: approves(company, code, "maren"), company, code).what == "no such case for you"


class TestASecondFactor:
    """`second_factor: [close]`: a yes in chat is not enough; a signature is, and everything else goes on in chat."""

    @pytest.fixture
    def company(self, founded):
        return founded(edit=with_chat(second_factor=["close"]))

    def test_a_yes_in_chat_is_refused_with_the_exact_line_that_signs_it_and_changes_nothing(self, company):
        code = asked(company)
        plan = company.command(code, "approval")
        told = says_no(lambda: approves(company, code, "maren"), company, code)
        assert told.what == "the settings want this approval signed, at a terminal"
        assert told.remedy.splitlines() == [
            sign_command(message(code, plan["request"], plan["digest"], "approve")),
            f"  severance approve {code} --plan {plan['digest'][:12]} --sign approval.sig",
        ]
        company.run(code)
        assert company.changes("okta", "github") == []

    def test_that_persons_signature_counts_and_is_on_record(self, company):
        code = asked(company)
        for name in ("maren", "beatriz"):
            told = says_no(lambda name=name: approves(company, code, name), company, code)
            company.desk.approve(code, None, "as expected", claim=signed(company, told.remedy, name))
        assert given(company, code) == ["maren", "beatriz"]
        assert all(each["data"]["signature"] for each in company.records(code, "approval.given"))
        company.run(code)
        assert company.case(code).phases["lockdown"] == "finished"

    def test_who_signs_is_who_approves_whoever_asked_in_chat(self, company):
        code = asked(company)
        told = says_no(lambda: approves(company, code, "maren"), company, code)
        company.desk.approve(code, None, "as expected", claim=signed(company, told.remedy, "beatriz"))
        assert given(company, code) == ["beatriz"]

    def test_a_signature_in_the_hands_of_a_chat_claim_is_not_looked_at(self, company):
        code = asked(company)
        told = says_no(lambda: approves(company, code, "maren"), company, code)
        made = signed(company, told.remedy, "maren")
        both_at_once = Claim(None, made.signature, account=account_of("maren"))
        says_no(lambda: company.desk.approve(code, None, "x", claim=both_at_once), company, code)

    def test_refusing_and_objecting_need_no_signature(self, company):
        code = asked(company)
        company.desk.object(code, "not without counsel", claim=in_chat("helene"))
        company.desk.overrule(code, "counsel was heard", claim=in_chat("tomas"))
        company.desk.deny(code, None, "the wrong person", claim=in_chat("maren"))
        kinds = ("approval.objected", "approval.overruled", "approval.denied")
        assert [each["kind"] for each in company.records(code, *kinds)] == list(kinds)

    def test_another_kind_is_left_alone(self, company):
        code = declared(company)
        plan = next(each for each in company.waiting(code) if each["request"] == "approve-emergency")
        approves(company, code, "maren", digest=plan["digest"])
        assert given(company, code) == ["maren"]


def test_an_emergency_is_signed_where_the_settings_want_that_and_the_lockdown_is_not(founded):
    company = founded(edit=with_chat(second_factor=["emergency", "undo", "shared"]))
    code = declared(company)
    plan = next(each for each in company.waiting(code) if each["request"] == "approve-emergency")
    told = says_no(lambda: approves(company, code, "maren", digest=plan["digest"]), company, code)
    assert told.what == "the settings want this approval signed, at a terminal"
    other = asked(company)
    approves(company, other, "maren")
    assert given(company, other) == ["maren"]


class TestNoteAndStop:
    @pytest.fixture
    def company(self, founded):
        return founded(edit=with_chat())

    def test_they_are_on_record_by_the_person_and_not_by_whoever_runs_the_chat(self, company):
        code = asked(company)
        company.desk.note(code, "counsel rang back", in_chat("helene"))
        company.desk.stop(code, "wait for counsel", in_chat("rohan"))
        [note], [stop] = company.records(code, "note"), company.records(code, "stop.asked")
        assert (note["data"]["by"], note["data"]["text"]) == ("helene", "counsel rang back")
        assert (stop["data"]["by"], stop["data"]["because"]) == ("rohan", "wait for counsel")
        assert company.case(code).stopped

    @pytest.mark.parametrize("who", ["U0NOBODY000", account_of("milan"), ""])
    def test_a_stranger_is_refused_in_a_strangers_words(self, founded, who):
        company = founded(edit=both(as_responder(MILAN.mail, "milan"), with_chat()))
        code = asked(company)
        claim = Claim("mallory", None, account=who)
        for attempt in (
            lambda: company.desk.note(code, "x", claim),
            lambda: company.desk.stop(code, "x", claim),
        ):
            assert says_no(attempt, company, code).what == "no such case for you"
