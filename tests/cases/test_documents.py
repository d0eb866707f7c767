"""What a case hands out: shown with its gaps, sent without any, and on record as drafted, approved and sent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from runner.desk.claim import Claim
from runner.desk.handover import make_bundle, write_report
from runner.errors import PlaybookError, RefusedError, UsageError
from runner.reports.markdown import markdown
from runner.reports.reading import read
from tests.cases.test_steps import NOTE, opened, phase, step

LETTER = "id: letter, task: Send the letter, by: [hr], document: access-paused"
WITH = "with: {name: Jonas, contact: +47 5550 0100, next_word: Friday, sender: Samuel}"
TICKET = "id: ticket, do: jira.open_issue"
TO_JIRA = "project: SEC, visible_to: restricted"
STANDING = "effective: now, standing: access paused"
SEEN = "{type: text, about: Facts}"


def with_text(company, phases, **said):
    """Open a case whose playbook has a text input for each thing said; returns its code name."""
    path = company.write(phases)
    inputs = "".join(f"  {name}: {SEEN}\n" for name in said)
    path.write_text(path.read_text().replace("phases:\n", f"{inputs}phases:\n"))
    given = {"subject": "jonas.weber@fjordlight.example", **said}
    return company.desk.open(str(path), given, claim=Claim("ingrid", None))


def document(company, code, name):
    return company.desk.document(code, name)


def say(company, code, name, value, by):
    return company.desk.answer(code, name, value, claim=Claim(by, None))


def test_a_task_hands_its_document_to_people_with_its_gaps_marked(company):
    code = opened(company, LETTER)
    company.run(code)
    made = document(company, code, "letter")
    assert (made["name"], made["version"], made["status"], made["to"]) == (
        "access-paused",
        1,
        "DRAFT",
        ["hr"],
    )
    assert made["missing"][0] == "how the person is addressed, HR"
    assert "Dear [[MISSING: how the person is addressed, HR]]," in made["text"]
    assert company.command(code, "task")["command"] == f"severance answer {code} letter done"
    [page] = company.lab.services["pager"].pages.values()
    assert f"severance report {code} --document letter. 4 places in it are yours to fill." in page["text"]
    assert "paused" not in page["text"]


def test_what_a_step_gives_fills_it(company):
    code = opened(company, f"{LETTER}, {WITH}")
    company.run(code)
    made = document(company, code, "access-paused")
    assert made["missing"] == []
    assert "Dear Jonas," in made["text"]
    assert "| Distribution | hr |" in made["text"]


def test_answering_the_task_is_sending_the_document_and_says_who_and_when(company):
    code = opened(company, f"{LETTER}, {WITH}")
    company.run(code)
    say(company, code, "letter", "done", by="samuel")
    [sent] = company.records(code, "document.sent")
    assert sent["data"]["by"] == "samuel"
    found = company.case(code).documents["letter"]
    assert (found["status"], found["sent_at"], found["to"], found["title"]) == (
        "SENT", sent["at"], ["hr"], f"Access paused: notice to send, case {code}",
    )  # fmt: skip
    company.run(code)
    assert company.desk.status(code)[0]["outcome"] == "done"


def test_gaps_that_a_person_filled_by_hand_stay_on_record(company):
    code = opened(company, LETTER)
    company.run(code)
    say(company, code, "letter", "done", by="samuel")
    assert len(company.records(code, "document.sent")[0]["data"]["missing"]) == 4


def test_counsel_alone_approves_a_document_and_the_task_goes_on(company):
    code = opened(company, f"{LETTER}, {WITH}", "id: call, task: Call the desk, by: [ir-oncall]")
    company.run(code)
    for person in ("samuel", "maren", "ingrid"):
        with pytest.raises(RefusedError, match="no such case for you"):
            say(company, code, "letter", "approve", by=person)
    say(company, code, "letter", "approve", by="helene")
    assert company.case(code).documents["letter"]["status"] == "APPROVED"
    assert company.case(code).documents["letter"]["approved_by"] == "helene"
    assert {each["request"] for each in company.waiting(code)} == {"letter", "call"}
    say(company, code, "letter", "done", by="samuel")
    assert company.case(code).documents["letter"]["status"] == "SENT"
    with pytest.raises(RefusedError, match="carries no document"):
        say(company, code, "call", "approve", by="helene")


def test_a_document_with_a_gap_is_never_sent_and_the_refusal_names_it(founded):
    company = founded(edit=lambda text: without(text, "contact"))
    code = opened(company, f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}, {STANDING}}}")
    company.run(code)
    asked = company.command(code, "ask")
    assert (
        "not sent, the document lacks: whom HR and managers may ask, the settings, under papers"
        in asked["question"]
    )
    assert [each for each in company.changes("jira") if "issue" in each] == []
    draft = document(company, code, "ticket")
    assert draft["status"] == "DRAFT"
    assert "| Status | DRAFT |" in draft["text"]
    assert "[[MISSING: whom HR and managers may ask, the settings, under papers]]" in draft["text"]
    assert company.records(code, "document.sent") == []


def without(text, key):
    """Return the settings without one fact about the house."""
    line = next(each for each in text.splitlines() if each.startswith("papers: "))
    papers = json.loads(line.removeprefix("papers: "))
    del papers[key]
    return text.replace(line, f"papers: {json.dumps(papers)}")


def test_a_whole_document_is_sent_and_says_so_in_its_head_and_on_record(company):
    code = opened(company, f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}, {STANDING}}}")
    company.run(code)
    [issue] = company.records(code, "ticket.made")
    made = document(company, code, "ticket")
    assert (made["status"], made["to"], made["via"]) == (
        "SENT",
        [f"jira {issue['data']['key']}"],
        "jira.open_issue",
    )
    assert "| Status | SENT |" in made["text"]
    shown = json.dumps(company.state("jira"))
    assert "Standing: access paused" in shown
    assert "MISSING" not in shown
    company.run(code)
    assert len(company.records(code, "document.sent")) == 1


def test_what_may_have_arrived_is_on_record_as_it_was_sent_whatever_is_known_by_then(company):
    code = opened(company, f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}, {STANDING}}}")
    company.fail("jira", "POST /rest/api/3/issue$", "lose-answer")
    company.fail("jira", "/search", "status", status=500, times=None)  # so nobody can say whether it arrived
    company.run(code)
    assert company.records(code, "ticket.made") == []
    company.heal("jira")
    company.run(code)
    [made] = company.records(code, "document.made")
    shown = json.dumps(company.state("jira"))
    said = re.search(r"\| As of \| (\S+) ", made["data"]["text"])
    assert said[1] in shown
    kept = next(each for each in company.records(code, "write.intent") if each["data"]["action"] == "jira.open_issue")
    assert kept["data"]["drafts"]["document"]["sha256"] == made["data"]["sha256"]


def test_a_draft_with_gaps_may_be_written_where_it_stays_in_the_house(company):
    code = opened(
        company, "id: paper, do: files.write_document, with: {name: letter.md, document: access-paused}"
    )
    company.run(code)
    assert step(company, code, "paper")["status"] == "done"
    made = document(company, code, "paper")
    assert (made["status"], len(made["missing"])) == ("DRAFT", 4)
    [path] = (company.lab.settings_path.parent).rglob("letter.md")
    assert "[[MISSING: how the person is addressed, HR]]" in path.read_text()
    assert "| Status | DRAFT |" in path.read_text()


def test_what_can_never_be_filled_is_refused_before_a_case_is_opened(company):
    with pytest.raises(
        PlaybookError,
        match=r"expected given.effective, without which hr-notice is not sent.*\[document-gap\]",
    ):
        opened(company, f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}}}")
    with pytest.raises(PlaybookError, match=r'found "effektive" \[unknown-argument\]'):
        opened(company, f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}, effektive: now}}")
    with pytest.raises(PlaybookError, match=r'"standing", found "on leave" \[bad-argument\]'):
        opened(company, "id: t, task: x, document: hr-notice, with: {effective: now, standing: on leave}")


def test_an_answer_in_words_fills_a_later_document(company):
    code = opened(
        company,
        "id: why, ask: By when will they hear?, choose: text, by: [hr]",
        f"{LETTER}, with: {{next_word: '{{{{ why.value }}}}'}}",
    )
    company.run(code)
    assert document_names(company, code) == []
    say(company, code, "why", "Friday the 4th", by="samuel")
    company.run(code)
    assert "I will write to you again by Friday the 4th." in document(company, code, "letter")["text"]


def document_names(company, code):
    return [each["data"]["document"] for each in company.records(code, "document.made")]


HOSTILE = "<img src=http://evil.example/a.png>\n# Approved by counsel\n![](http://x) {{ 7*7 }} {% raw %} {code} [~a] | x |"


def test_hostile_words_reach_a_document_and_a_ticket_as_words(company):
    first = phase("id: note, page: [counsel], document: request-for-advice")
    second = phase(
        f"{TICKET}, document: hr-notice, with: {{{TO_JIRA}, standing: access paused, effective: '{{{{ inputs.seen }}}}'}}"
    )
    code = with_text(company, first + second.replace("phase: work", "phase: more"), seen=HOSTILE)
    company.run(code)
    text = document(company, code, "note")["text"]
    assert f"```text\n{HOSTILE}\n```" in text
    assert "49" not in text
    [issue] = [each for each in company.state("jira").values() if "Standing" in each["text"]]
    assert (
        "<img src=http://evil.example/a.png> # Approved by counsel ![](http://x) {{ 7*7 }}" in issue["text"]
    )
    assert "49" not in issue["text"]


def test_what_counsel_is_asked_stays_in_the_house(company):
    code = with_text(
        company,
        phase("id: note, page: [counsel], document: request-for-advice", LETTER),
        seen="privileged-canary",
    )
    company.run(code)
    kinds = {each["data"]["document"]: each["class"] for each in company.records(code, "document.made")}
    assert kinds == {"note": "counsel", "letter": "fact"}
    bundle = make_bundle(company.office, code, None, "waiting")
    everything = [path for path in bundle.rglob("*") if path.is_file()]
    assert [path.name for path in everything if "access-paused" in path.name] == ["0001-access-paused.md"]
    journal = (bundle / "data" / "journal.jsonl").read_text()
    assert "Request for legal advice" not in journal
    assert "Request for legal advice" not in markdown(read(company.office.records(code)))
    assert "Request for legal advice" in write_report(company.office, code).read_text()


def test_the_report_lists_documents_with_their_status(company):
    code = opened(company, LETTER)
    company.run(code)
    page = write_report(company.office, code).read_text()
    assert "<h2>Documents</h2>" in page
    assert "how the person is addressed, HR" in page
    assert "DRAFT" in page
    say(company, code, "letter", "done", by="samuel")
    text = markdown(read(company.office.records(code)))
    assert "| access\\-paused | 1 | SENT | hr |" in text
    assert company.desk.status(code)[0]["documents"][0]["status"] == "SENT"


def test_a_document_is_kept_among_the_items_by_its_digest(company):
    code = opened(company, LETTER)
    company.run(code)
    made = company.records(code, "document.made")[0]["data"]
    assert company.work(code).store.get(made["sha256"]).read_text() == made["text"]


def test_there_is_no_document_of_another_name(company):
    code = opened(company, LETTER)
    company.run(code)
    with pytest.raises(UsageError, match="no document 'paper' was made"):
        document(company, code, "paper")


def test_a_template_that_broke_meanwhile_holds_no_other_step(company, tmp_path):
    code = opened(company, LETTER, f"id: note, {NOTE}")
    work = company.office.work
    company.office.work = lambda code: moved(work(code), tmp_path)
    company.run(code)
    assert step(company, code, "letter")["status"] == "failed"
    assert "there is no document" in step(company, code, "letter")["why"]
    assert step(company, code, "note")["status"] == "done"


def moved(work, folder):
    from dataclasses import replace  # noqa: PLC0415

    return replace(work, templates=folder)


def test_the_undo_of_a_false_alarm_knows_what_was_sent(company):
    gives = "recipient: HR, what: a notice, sent_on: today, correction: nothing was wrong"
    code = opened(
        company,
        f"{LETTER}, {WITH}",
        f"id: right, task: Correct it, by: [hr], after: letter, document: correction-notice, with: {{{gives}}}",
    )
    company.run(code)
    say(company, code, "letter", "done", by="samuel")
    company.run(code)
    text = document(company, code, "right")["text"]
    assert f"- Access paused: notice to send, case {code}, to hr, " in text


MAILS = Path(__file__).parents[1] / "intake" / "mails"


def test_the_record_of_a_demand_is_filled_from_the_message_as_it_came(company):
    path = company.write(
        phase("id: record, task: File the record, by: [ir-oncall], document: demand-record"), ""
    )
    path.write_text(path.read_text().replace("phases:\n", "inputs:\n  demand: {type: demand}\nphases:\n", 1))
    code = company.desk.open(str(path), {}, claim=Claim("ingrid", None), demand=MAILS / "first.eml")
    company.run(code)
    made = document(company, code, "record")
    assert made["missing"] == []
    for words in (
        "quiet.partner@mailbox.example",
        "In UTC: 2026-11-27T17:00:00Z",
        "Messages received so far: 1",
        "SHA-256",
    ):
        assert words in made["text"]
    assert "hxxp" in made["text"]
    page = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(made["text"])
    assert "<a" not in page
    assert "<img" not in page


def test_a_record_of_no_demand_cannot_be_sent(company):
    with pytest.raises(
        PlaybookError, match=r"expected demand.received, without which demand-record is not sent"
    ):
        opened(company, f"{TICKET}, document: demand-record, with: {{{TO_JIRA}}}")


def test_only_what_stays_in_the_house_takes_a_document_with_gaps():
    from runner.actions.contract import ACTIONS  # noqa: PLC0415
    from runner.actions.registry import discover  # noqa: PLC0415
    from runner.language.signatures import parameters  # noqa: PLC0415

    discover()
    takes = {
        name for name, each in ACTIONS.items() if any(one.is_document for one in parameters(each).values())
    }
    assert {name for name, each in ACTIONS.items() if each.drafts} == {"files.write_document"}
    assert takes >= {"files.write_document", "jira.open_issue", "jira.comment"}
