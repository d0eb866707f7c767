"""A step or an order that runs again, because its run was killed: whom it wakes and what it sets, once."""

from __future__ import annotations

from collections import Counter

from integrations.lab.company import SUBJECT
from runner.cases.acting import act
from runner.cases.asking import wake
from runner.cases.proving import order_rechecks, prove, recheck
from tests.cases.company import CLOSE

ROOM = "  - {phase: x, steps: [{id: room, task: Open a room, by: [ir-oncall]}]}"


def test_a_door_found_open_again_wakes_the_deciders_though_the_run_that_found_it_died(company):
    code = company.open(CLOSE)
    company.run(code)
    company.approve(code)
    company.run(code)
    company.act("okta", "set-status", mail=SUBJECT.mail, status="ACTIVE")
    work = company.work(code)
    accounts = company.case(code).accounts
    order = {"order": "after/proof/recheck-1h", "accounts": [each.id for each in accounts]}
    prove(work, accounts, order["order"], [])  # on record, and nobody woken

    assert recheck(work, order)["open_again"] == [f"okta account {SUBJECT.mail}"]
    told = [each["data"] for each in company.records(code, "page.sent") if each["data"]["request"] == order["order"]]
    assert {each["via"] for each in told} == {"mail", "pager"}


def test_a_step_that_runs_again_moves_no_recheck(company):
    code = company.open("  - {phase: after, steps: [{id: proof, do: doors.prove, accounts: [subject], recheck: [1h, 3d]}]}")
    for _ in range(2):
        work = company.work(code)
        [phase] = work.playbook.phases
        order_rechecks(work, phase, phase.steps[0])
    orders = [each["data"]["order"] for each in company.records(code, "standing.set")]
    assert orders == ["after/proof/recheck-1h", "after/proof/recheck-3d"]


def test_a_ticket_is_told_of_once_though_its_step_runs_again(company):
    ticket = "{project: SEC, document: containment-ticket, visible_to: restricted}"
    code = company.open(f"  - {{phase: after, steps: [{{id: ticket, do: jira.open_issue, with: {ticket}}}]}}")
    for _ in range(2):
        work = company.work(code)
        [phase] = work.playbook.phases
        act(work, phase, phase.steps[0])
    assert len(company.records(code, "ticket.made")) == len(company.changes("jira")) == 1


def test_a_company_without_pagers_is_told_so_and_its_cases_run_on(founded):
    company = founded(edit=lambda text: text.replace('page_by: ["mail", "pager"]', "page_by: []"))
    code = company.open(ROOM)
    company.run(code)
    company.run(code)
    [failed] = company.records(code, "page.failed")
    assert failed["data"]["why"] == "the settings name no pager (page_by)"


def test_what_a_step_pages_is_recorded_once_though_it_runs_again(company):
    """As it does when its run died once the pages were on record, and before its end was."""
    code = company.open("  - {phase: x, steps: [{id: advice, page: [counsel], document: request-for-advice}]}")
    for _ in range(2):
        work = company.work(code)
        [phase] = work.playbook.phases
        wake(work, phase, phase.steps[0])
    sent = Counter(each["data"]["via"] for each in company.records(code, "page.sent"))
    assert sent == {"mail": 1, "pager": 1}
    assert len(company.records(code, "document.made")) == 1
    assert company.changed_twice() == []
