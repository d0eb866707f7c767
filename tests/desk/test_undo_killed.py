"""kill -9 in the middle of an undo, then resume: the same world, nothing reopened, told or asked twice."""

from __future__ import annotations

import json
import signal

import httpx2
import pytest

from integrations.lab.company import SUBJECT, github_id
from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.errors import Exit
from runner.evidence.chain import broken
from tests.cases.company import CLOSE, playbook_of
from tests.desk.conftest import Beside

MOMENTS = ("write.intent", "write.outcome", "door.verdict", "task.set", "undo.judged")
SERVICES = 7


@pytest.fixture
def everywhere(tmp_path):
    """A company with every kind of service, in a process of its own."""
    with beside(tmp_path / "lab", SERVICES, 0, 1_000_000) as path:
        company = Beside(path)
        yield company
        company.close()


def run(company, code, **moment):
    """Run the case in a process of its own, with everybody answering; returns its return code and output."""
    process = company.begin(code, **moment)
    out, err = company.wait(process)
    return process.returncode, out, err


def ticket(text):
    return text.replace(
        "  - phase: lockdown",
        "  - phase: telling\n    steps:\n      - id: ticket\n        do: jira.open_issue\n        with: "
        "{project: SEC, document: containment-ticket, visible_to: restricted}\n\n  - phase: lockdown",
    )


def test_an_undo_that_is_killed_at_every_moment_ends_in_the_same_world_with_nothing_done_twice(
    everywhere, tmp_path
):
    book = tmp_path / "rehearsal.yaml"
    book.write_text(playbook_of(ticket(CLOSE)))
    code = everywhere.desk.open(str(book), {"subject": SUBJECT.mail}, claim=Claim("ingrid", None))
    with Cast(everywhere.settings, code, tmp_path):
        assert run(everywhere, code)[0] == Exit.DOORS_OPEN  # what others use is held
        everywhere.desk.undo(code, "the wrong person", claim=Claim("rohan", None))
        for moment in MOMENTS:
            assert run(everywhere, code, die_at=moment, in_phase="undo")[0] == -signal.SIGKILL, moment
        accept = {"act": "accept", "login": SUBJECT.github}
        assert httpx2.post(f"{everywhere.url('github')}/_lab/act", json=accept).status_code == 200
        returned, out, err = run(everywhere, code)
    assert returned == 0, (json.loads(out)["left"], err)
    document = json.loads(out)
    assert (document["outcome"], document["left"]) == ("done", [])
    assert duplicates(everywhere.ledger()) == []
    judge(everywhere, code)


def judge(company, code):
    reads = {
        service: httpx2.get(f"{company.url(service)}/_lab/state").json() for service in ("okta", "github")
    }
    assert reads["okta"][SUBJECT.mail]["status"] == "ACTIVE"
    assert reads["github"]["members"][github_id(SUBJECT)]["state"] == "active"
    asked = [each["data"]["request"] for each in company.records(code, "task.set")]
    assert len(asked) == len(set(asked))
    reopened = [
        each["data"]["op"]
        for each in company.records(code, "write.outcome")
        if each["data"]["op"].startswith("undo/") and each["data"]["outcome"] == "changed"
    ]
    assert len(reopened) == len(set(reopened)) > 15
    corrections = [each for each in company.records(code, "told") if each["data"]["what"] == "correction"]
    assert len(corrections) == 1
    assert broken(company.records(code)) is None
