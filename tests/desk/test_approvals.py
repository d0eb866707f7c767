"""Who may approve, and what an approval is worth: tried at the desk, read from the journal and the world."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from integrations.lab.company import PERSONAS, person
from runner.actions.values import as_json
from runner.desk.claim import Claim
from runner.errors import RefusedError
from runner.people.signature import NAMESPACE
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET

MILAN = PERSONAS[1]
LINKED = """
      - id: same-person
        ask: Which of these accounts belong to the same person?
        choose: found.candidates
        by: {need: 2, of: [ir-oncall, security-leads]}
        within: 2h
        if_silent: none
        after: found
      - {id: keep-linked, do: doors.keep, accounts: [linked], after: same-person}
"""


LINKED_CLOSE = QUIET + LINKED + (LOCKDOWN + AFTER).replace("[subject]", "[subject, linked]")


def asked(company, phases=CLOSE, **more):
    """Open a case and ask for the approval of its lockdown."""
    code = company.open(phases, **{"subject": MILAN.mail, **more})
    company.ask(code)
    return code


def given(company, code):
    return [each["data"]["by"] for each in company.records(code, "approval.given")]


def refused(company, code, *people, **more):
    """Check that these people cannot approve, are told no more than a stranger, and that nothing is recorded."""
    before = company.records(code)
    for each in people:
        with pytest.raises(RefusedError) as answer:
            company.approve(code, each, **more)
        assert answer.value.what == "no such case for you"
    assert company.records(code) == before


def as_responder(mail, name):
    """Make somebody a responder by editing the settings."""
    who = person(mail)
    line = f'  - {{"id": "{name}", "name": "{who.name}", "mail": "{mail}", "roles": ["security-leads", "ir-oncall"]}}\n'
    return lambda text: text.replace("people:\n", "people:\n" + line)


def test_the_starter_never_approves_whatever_role_they_hold(founded):
    company = founded(
        edit=lambda text: text.replace('"roles": ["ir-oncall"]', '"roles": ["ir-oncall", "security-leads"]')
    )
    code = asked(company)
    refused(company, code, "ingrid")
    company.approve(code, "rohan", "beatriz")
    assert given(company, code) == ["rohan", "beatriz"]


def test_the_subject_never_approves_even_as_a_responder_pinned_in_the_settings(founded):
    company = founded(edit=as_responder(MILAN.mail, "milan"))
    code = asked(company)
    refused(company, code, "milan")


def test_the_subject_cannot_open_a_case_about_themselves_and_is_told_what_anybody_is(founded):
    company = founded(edit=as_responder(MILAN.mail, "milan"))
    with pytest.raises(RefusedError) as own:
        company.open(subject=MILAN.mail, by="milan")
    with pytest.raises(RefusedError) as role:
        company.open(subject=MILAN.mail, by="samuel")
    assert own.value.diagnostics() == role.value.diagnostics()
    assert company.office.codes() == []


def test_a_linked_person_never_approves_once_two_people_confirmed_the_link(founded):
    company = founded(edit=as_responder(PERSONAS[2].mail, "elias"))
    code = company.open(LINKED_CLOSE, subject=MILAN.mail)
    company.run(code)
    [question] = company.waiting(code)
    keys = ",".join(each["key"] for each in question["options"])
    for each in ("maren", "rohan"):
        company.answer(code, "same-person", keys, by=each)
    company.run(code)
    assert company.command(code, "approval")
    refused(company, code, "elias")


def test_people_on_the_never_list_are_strangers(founded):
    company = founded(
        edit=lambda text: text.replace("never: []", 'never: ["tomas.arvidsson@fjordlight.example"]')
    )
    code = asked(company)
    refused(company, code, "tomas")


def test_a_role_the_plan_does_not_ask_cannot_approve_it(company):
    code = asked(company)
    refused(company, code, "katarina", "helene", "samuel", "rohan")


def test_somebody_nobody_knows_is_refused(company):
    code = asked(company)
    with pytest.raises(RefusedError):
        company.approve(code, "mallory")


def test_a_case_that_does_not_exist_and_one_that_is_not_theirs_get_the_same_answer(company):
    code = asked(company)
    answers = []
    for name in (code, "umber-wren-99"):
        with pytest.raises(RefusedError) as answer:
            company.desk.approve(name, None, "x", claim=Claim("katarina", None))
        answers.append(answer.value.diagnostics().replace(name, "CASE"))
    assert answers[0] == answers[1]


def test_another_plans_digest_is_refused_and_names_the_one_that_is_asked_for(company):
    code = asked(company)
    with pytest.raises(RefusedError) as answer:
        company.approve(code, "maren", digest="0" * 64)
    assert company.command(code, "approval")["digest"][:12] in answer.value.remedy
    assert given(company, code) == []


def test_eight_characters_of_the_digest_will_do_and_seven_will_not(company):
    code = asked(company)
    digest = company.command(code, "approval")["digest"]
    with pytest.raises(RefusedError):
        company.approve(code, "maren", digest=digest[:7])
    company.approve(code, "maren", digest=digest[:8])
    assert [each["data"]["digest"] for each in company.records(code, "approval.given")] == [digest]


def test_one_person_twice_is_one_person_and_one_role_is_not_each_of_both(company):
    code = asked(company)
    company.approve(code, "maren", "maren", "tomas")
    company.run(code)
    assert company.changes("okta", "github") == []
    assert company.case(code).phases.get("lockdown") is None
    company.approve(code, "anselm")
    company.run(code)
    assert company.case(code).phases["lockdown"] == "finished"


def test_a_denial_refuses_the_run_that_waits_and_a_later_run_asks_anew(company):
    code = company.open(subject=MILAN.mail)
    with company.running(code) as run:
        company.until(lambda: company.records(code, "approval.asked"))
        company.approve(code, "beatriz")
        company.desk.deny(code, None, "the wrong person", claim=Claim("maren", None))
        run.join(20)
        assert "maren denied it" in run.refused
    assert company.changes("okta", "github") == []
    company.run(code)
    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    assert company.changes("okta", "github") == []


def test_an_expired_approval_is_refused_at_the_desk_and_at_firing(founded):
    company = founded(compress=86_400)
    code = company.open(QUIET + LOCKDOWN.replace("within: 2h", "within: 6m") + AFTER, subject=MILAN.mail)
    company.ask(code)
    company.approve(code)
    company.until(lambda: company.expired(code))
    with pytest.raises(RefusedError, match="expired"):
        company.approve(code, "tomas")
    assert "expired" in company.run(code).refused
    assert company.records(code, "approval.expired")
    assert company.changes("okta", "github") == []


def test_an_approval_counts_once(company):
    code = asked(company)
    company.approve(code)
    company.run(code)
    assert len(company.records(code, "approval.used")) == 1
    with pytest.raises(RefusedError):
        company.approve(code, "tomas")


def test_an_approval_is_worth_nothing_once_the_settings_changed_and_what_holds_now_is_asked_for(company):
    code = asked(company)
    company.approve(code)
    path = company.lab.settings_path
    path.write_text(path.read_text().replace('"things": 50', '"things": 49'))
    company.reload()
    company.run(code)
    assert company.changes("okta", "github") == []
    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    company.approve(code)
    company.run(code)
    assert company.case(code).phases["lockdown"] == "finished"
    assert [each["kind"] for each in company.waiting(code)] == ["task"]


def test_a_plan_that_changed_between_approval_and_firing_is_refused(company):
    """A person is linked to the case while the approvers think: the plan now closes more than they saw."""
    code = company.open(LINKED_CLOSE, subject=MILAN.mail)
    company.run(code)
    for each in ("maren", "rohan"):
        company.answer(code, "same-person", "none", by=each)
    other = company.desk.open(
        str(company.write(CLOSE)), {"subject": PERSONAS[2].mail}, claim=Claim("rohan", None)
    )
    with company.running(code) as run:
        company.until(lambda: company.records(code, "approval.asked"))
        accounts = [as_json(each) for each in company.case(other).accounts]
        company.office.journal(code).write(
            "link.confirmed", request="", accounts=accounts, by=["maren", "rohan"]
        )
        company.approve(code)
        run.join(20)
        assert "the plan changed after it was approved" in run.refused
    assert company.changes("okta", "github") == []
    assert company.records(code, "approval.expired")


def test_somebody_who_lost_the_role_after_approving_no_longer_counts(company):
    code = asked(company)
    company.approve(code)
    path = company.lab.settings_path
    path.write_text(path.read_text().replace('"roles": ["duty-managers"]', '"roles": ["hr"]'))
    company.reload()
    company.run(code)
    assert company.changes("okta", "github") == []
    assert company.case(code).phases.get("lockdown") is None


def test_an_objection_pauses_and_overruling_it_on_record_releases(company):
    code = asked(company)
    company.desk.object(code, "not without counsel", claim=Claim("helene", None))
    company.approve(code)
    company.run(code)
    assert company.changes("okta", "github") == []
    company.desk.overrule(code, "counsel was heard", claim=Claim("tomas", None))
    company.run(code)
    assert company.case(code).phases["lockdown"] == "finished"
    assert [
        each["data"]["by"] for each in company.records(code, "approval.objected", "approval.overruled")
    ] == [
        "helene",
        "tomas",
    ]


def test_an_adviser_cannot_overrule_and_a_stranger_cannot_object(company):
    code = asked(company)
    company.desk.object(code, "not yet", claim=Claim("helene", None))
    with pytest.raises(RefusedError):
        company.desk.overrule(code, "well", claim=Claim("samuel", None))
    with pytest.raises(RefusedError):
        company.desk.object(code, "no", claim=Claim("mallory", None))


def test_silence_of_advisers_holds_nothing(company):
    code = asked(company)
    company.approve(code)
    company.run(code)
    assert company.case(code).phases["lockdown"] == "finished"


class TestSignatures:
    """Where people are not claimed, every act is signed with the key pinned in the settings."""

    @pytest.fixture
    def company(self, founded):
        playbooks = '"accepted": ["{}"]'
        return founded(
            compress=1,
            edit=lambda text: text.replace("claimed_people: true", "claimed_people: false").replace(
                'playbooks: {"accepted": "any"}', f"playbooks: {{{playbooks.format(digest_of(CLOSE))}}}"
            ),
        )

    def sign(self, company, remedy, name):
        """Do what the remedy says, with the key of one of the people."""
        words = shlex.split(remedy.splitlines()[0])
        text = words[1].encode().decode("unicode_escape").encode()
        assert words[3:8] == ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE]
        key = company.lab.settings_path.parent / "secrets" / f"{name}.key"
        command = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(key)]
        return subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode()

    def signed(self, company, name, act):
        """Try unsigned, sign what is asked for, and do it."""
        with pytest.raises(RefusedError) as answer:
            act(Claim(None, None))
        return act(Claim(None, self.sign(company, answer.value.remedy, name)))

    def opened(self, company):
        path = company.write(CLOSE)
        code = self.signed(
            company,
            "ingrid",
            lambda claim: company.desk.open(str(path), {"subject": MILAN.mail}, claim=claim),
        )
        company.run(code)
        return code

    def test_opening_and_approving_work_signed_and_the_signature_is_on_record(self, company):
        code = self.opened(company)
        for name in ("maren", "beatriz"):
            self.signed(company, name, lambda claim: company.desk.approve(code, None, "yes", claim=claim))
        assert given(company, code) == ["maren", "beatriz"]
        assert all(each["data"]["signature"] for each in company.records(code, "approval.given"))
        company.run(code)
        assert company.case(code).phases["lockdown"] == "finished"

    def test_a_name_alone_is_worth_nothing(self, company):
        code = self.opened(company)
        with pytest.raises(RefusedError, match="sign it"):
            company.approve(code, "maren")
        assert given(company, code) == []

    def test_a_signature_over_another_act_is_refused(self, company):
        code = self.opened(company)
        with pytest.raises(RefusedError) as answer:
            company.desk.deny(code, None, "no", claim=Claim(None, None))
        over_the_denial = self.sign(company, answer.value.remedy, "maren")
        with pytest.raises(RefusedError, match="does not fit"):
            company.desk.approve(code, None, "yes", claim=Claim(None, over_the_denial))
        assert given(company, code) == []

    def test_a_key_nobody_pinned_is_refused(self, company, tmp_path):
        code = self.opened(company)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "mallory.key")], check=True
        )
        (company.lab.settings_path.parent / "secrets" / "mallory.key").write_bytes(
            (tmp_path / "mallory.key").read_bytes()
        )
        (company.lab.settings_path.parent / "secrets" / "mallory.key").chmod(0o600)
        with pytest.raises(RefusedError, match="does not fit"):
            self.signed(
                company, "mallory", lambda claim: company.desk.approve(code, None, "yes", claim=claim)
            )
        assert given(company, code) == []


def digest_of(phases):
    import hashlib  # noqa: PLC0415

    from tests.cases.company import playbook_of  # noqa: PLC0415

    return hashlib.sha256(playbook_of(phases).encode()).hexdigest()
