"""Jira: a project begun anew, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.jira import Issue, JiraStandIn
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from runner.actions.values import Json
from tests.conformance.case import PAGE, Case
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]

USER = "severance@fjordlight.example"


class JiraVendor(Vendor):
    def options(self) -> Json:
        return {"url": self.url, "user": USER, "token": "env:X", "restricted_level": "Incident team"}

    def fresh(self, ledger: Ledger) -> StandIn:
        return JiraStandIn("jira", ledger, user=USER, token=SECRET)


def has_ticket(standin: Any) -> None:
    fields = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "amber-falcon-7"}
    standin.issues["SEC-1"] = Issue("10001", "SEC-1", fields)


VENDOR = JiraVendor
CASES = [
    Case(
        "jira.open_issue", lambda jira, made: jira.state()[made["after"]["id"]]["level"] == "Incident team",
        arguments={"project": "SEC", "document": PAGE, "visible_to": "restricted"}, ids=("project",),
    ),
    Case(
        "jira.comment", lambda jira, _: len(jira.state()["SEC-1"]["comments"]) == 1,
        given=has_ticket, arguments={"issue": "SEC-1", "document": PAGE}, ids=("issue",),
    ),
]  # fmt: skip
