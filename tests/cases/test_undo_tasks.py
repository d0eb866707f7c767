"""What an undo hands to people: new keys, doors closed by hand, and those outside who were told."""

from __future__ import annotations

import pytest

from integrations.lab.company import SUBJECT
from runner.cases.correcting import correct_told
from runner.clock import now, stamp
from runner.database.journal import Entry
from runner.desk.claim import Claim
from runner.language import load
from runner.language.checks import check
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET, Company
from tests.cases.taking_back import asked, lock, tasks, undone

TELLING = (
    QUIET
    + """
  - phase: telling
    steps:
      - id: ticket
        do: jira.open_issue
        with: {project: SEC, document: containment-ticket, visible_to: restricted}
      - id: outside
        do: mail.send
        with: {to: ["case@insurer.example", "maren.okafor@fjordlight.example"], subject: A case, text: Please wait.}
      - {id: paper, task: Tell the agency, by: [hr], document: access-paused}
"""
    + LOCKDOWN
    + AFTER
)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A case that told people outside, after its undo."""
    company = Company(tmp_path_factory.mktemp("told"))
    code = company.open(TELLING, subject=SUBJECT.mail)
    company.ask(code)
    company.approve(code)
    company.run(code)
    company.answer(code, "paper", "done", by="samuel")
    approval = asked(company, code)
    company.approve(code, "tomas", "anselm", digest=approval["digest"])
    company.run(code)
    yield company, code, approval
    company.close()


@pytest.fixture
def locked(company):
    return lock(company, who=SUBJECT)


def by_hand(company, code):
    """Return the task of the app that no integration reaches."""
    [found] = [each for each in company.waiting(code) if each["request"].startswith("hand-")]
    return found["request"]


def test_each_key_and_token_is_a_task_to_make_a_new_one_and_never_to_reactivate(told):
    company, code, _ = told
    anew = tasks(company, code, "anew")
    texts = [each["text"] for each in anew]
    assert len(texts) == len(set(texts)) == 3
    assert any(
        "okta" in each and "build-notifier" in each and "its owner makes a new one" in each for each in texts
    )
    assert any("github" in each and "SSH key workstation" in each for each in texts)
    assert all("never make the old one work again" in each for each in texts)
    assert not any("session" in each or "consent" in each for each in texts)
    assert {tuple(each["of"]) for each in anew} == {
        ("ir-oncall", "security-leads", "duty-managers", "system-owners")
    }


def test_a_tasks_answer_is_all_it_takes_and_it_is_not_set_again(told):
    company, code, _ = told
    before = len(company.records(code, "task.set"))
    company.run(code)
    assert len(company.records(code, "task.set")) == before
    assert any("anew-" in each for each in company.desk.status(code)[0]["left"])


def test_the_ticket_the_case_made_is_corrected_by_a_comment_people_approved(told):
    company, code, approval = told
    assert "corrects jira SEC-" in approval["lines"][1]
    [ticket] = company.state("jira").values()
    [comment] = ticket["comments"]
    assert "no longer stands" in comment
    assert SUBJECT.mail not in comment
    said = [each["data"] for each in company.records(code, "told") if each["data"]["what"] == "correction"]
    assert len(said) == 1


def test_each_recipient_outside_is_a_task_of_counsel_with_the_correction(told):
    company, code, _ = told
    correct = tasks(company, code, "correct")
    [mailed] = [each for each in correct if "insurer.example" in each["text"]]
    assert mailed["of"] == ["counsel", "hr"]
    paper = company.case(code).documents[mailed["document"]]
    assert paper["name"] == "correction-notice"
    assert any("what was wrong" in each for each in paper["missing"])
    made = [each["data"] for each in company.records(code, "document.made")]
    [text] = [each["text"] for each in made if each["document"] == mailed["document"]]
    assert "case@insurer.example" in text
    assert not any("maren.okafor" in each["text"] for each in correct)


def test_a_paper_that_people_sent_is_corrected_too(told):
    company, code, _ = told
    title = company.case(code).documents["paper"]["title"]
    assert any(title in each["text"] for each in tasks(company, code, "correct"))


def test_the_tickets_own_text_is_not_corrected_twice(told):
    company, code, _ = told
    assert not any("SEC-" in each["text"] for each in tasks(company, code, "correct"))
    assert company.changed_twice() == []


def test_a_correction_that_was_sent_is_not_corrected_when_the_step_runs_again(told):
    company, code, _ = told
    names = [each["request"] for each in tasks(company, code, "correct")]
    for each in names:
        company.answer(code, each, "done", by="helene")
    assert {company.case(code).documents[each]["status"] for each in names} == {"SENT"}
    assert sorted(correct_told(company.work(code))) == sorted(names)
    assert [each["request"] for each in tasks(company, code, "correct")] == names


def test_a_door_people_closed_by_hand_is_theirs_to_reopen(company, locked, tmp_path):
    proof = tmp_path / "proof.txt"
    proof.write_text("suspended by hand")
    company.answer(locked, by_hand(company, locked), "done", by="ingrid", item=proof)
    assert "miro app" in asked(company, locked)["lines"][4]
    undone_by = company.waiting(locked)
    company.approve(locked, "tomas", "anselm", digest=next(e["digest"] for e in undone_by if e["digest"]))
    company.run(locked)
    [task] = tasks(company, locked, "again")
    assert "miro app" in task["text"]
    assert "by hand" in task["text"]


def test_a_door_nobody_closed_by_hand_yet_is_left_open_and_its_task_taken_back(company, locked):
    name = by_hand(company, locked)
    undone(company, locked)
    assert company.case(locked).requests[name].status == "withdrawn"
    assert name not in {each["request"] for each in company.waiting(locked)}
    door = company.doors(locked)[("miro", "app")]
    assert (door.verdict, door.left) == ("by-hand", False)
    assert tasks(company, locked, "again") == []


def adopted(company, code, *, before):
    """Let people suspend the account by hand, and record it as `adopt` does."""
    account = company.account(code, "okta")
    company.act("okta", "set-status", mail=SUBJECT.mail, status="SUSPENDED")
    where = {"service": "okta", "layer": "account", "account": account.id, "login": account.login}
    outcome = {
        "op": f"adopt/okta/account/{account.id}/{account.id}", "action": "okta.suspend_user", "service": "okta",
        "account": account.id, "thing": "", "layer": "account", "outcome": "changed", "before": before,
        "after": {"status": "SUSPENDED"}, "why": "a person closed it by hand", "head": "", "calls": 0,
        "ready_at": "", "write_at": "", "confirmed_at": stamp(now()),
    }  # fmt: skip
    verdict = {
        "verdict": "closed",
        "why": "Okta says SUSPENDED",
        "closed_at": stamp(now()),
        "step": "adopted",
    }
    said = {"by": "ingrid", "because": "it could not wait", "closed_at": stamp(now()), "item": None}
    company.work(code).journal.append(
        Entry("door.adopted", {**where, **said}),
        *([Entry("write.outcome", outcome)] if before else []),
        Entry("door.verdict", {**where, **verdict}),
    )


def looked_at(company):
    code = company.open(CLOSE, subject=SUBJECT.mail)
    company.ask(code)
    company.run(code)
    return code


def test_a_door_that_was_adopted_is_undone_like_ours_when_its_state_before_is_known(company):
    code = looked_at(company)
    adopted(company, code, before={"status": "ACTIVE"})
    result = undone(company, code)
    assert company.state("okta")[SUBJECT.mail]["status"] == "ACTIVE"
    assert len(result["reopened"]) == 1
    assert company.doors(code)[("okta", "account")].verdict == "open"


def test_a_door_that_was_adopted_blind_is_theirs_to_reopen(company):
    code = looked_at(company)
    adopted(company, code, before=None)
    result = undone(company, code)
    assert company.state("okta")[SUBJECT.mail]["status"] == "SUSPENDED"
    assert result["reopened"] == []
    [task] = tasks(company, code, "again")
    assert "okta account" in task["text"]


def test_the_reinstatement_playbook_runs_to_its_end(company):
    code = company.desk.open("reinstatement", {"subject": SUBJECT.mail}, claim=Claim("ingrid", None))
    company.play(code)
    assert company.case(code).phases == {"reinstate": "finished", "put-right": "finished"}
    assert company.case(code).documents["letter"]["name"] == "reinstatement-letter"
    assert company.changes("okta", "github") == []


def test_the_reinstatement_playbook_can_be_played_in_another(tmp_path):
    book = tmp_path / "book.yaml"
    book.write_text(
        "playbook: book\nshown_as: Book\nversion: 1\nowner: security-leads\n"
        "people: {start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel, hr]}\n"
        "inputs:\n  subject: {type: person, about: Who it is about}\n"
        "phases:\n  - phase: back\n    steps:\n      - {id: human, play: reinstatement}\n"
    )
    assert check(load(book)) == ()
