"""One service fails, each time in another way; every door of the other is closed meanwhile, and none is called so that is not."""

from __future__ import annotations

import pytest

from integrations.lab.company import PERSONAS
from runner.cases.reading_back import proof_of
from tests.cases.company import CLOSE, Company

MILAN = PERSONAS[1]
ANYTHING = "^(GET|DELETE|PUT|PATCH|POST) /(?!_lab)"
CLOSED, ACTS = {"closed", "inferred"}, {"no field at all", "a gateway's page"}
SLOW = {"a byte at a time", "silence"}
WAYS = {
    "an outage": {"kind": "status", "status": 503},
    "a limit for thirty years": {"kind": "status", "status": 429, "headers": {"Retry-After": "1000000000"}},
    "a limit without a time": {"kind": "status", "status": 429},
    "a gateway's page": {"kind": "answer", "status": 200, "body": "<html>guest network</html>"},
    "no field at all": {"kind": "bare"},
    "a byte at a time": {"kind": "drip", "seconds": 0.5},
    "silence": {"kind": "drip", "seconds": 600},
}


@pytest.mark.parametrize("way", [pytest.param(each, marks=pytest.mark.long if each in SLOW else ()) for each in WAYS])
def test_a_service_that_fails_holds_no_door_of_another_and_none_of_its_own_is_called_closed(founded, way):
    company: Company = founded()
    company.office.silence_s, company.office.answer_s = (2, 4) if way in SLOW else (30, 300)
    code = company.open(CLOSE, subject=MILAN.mail)
    company.run(code)
    company.approve(code)
    company.fail("github", ANYTHING, times=None, **WAYS[way])
    with company.running(code):
        company.until(lambda: company.records(code, "lockdown.fired"))
        company.until(lambda: company.state("okta")[MILAN.mail]["status"] == "SUSPENDED")
        company.until(lambda: company.records(code, "lockdown.measured"))
    doors = company.doors(code)
    assert {door.verdict for (service, _), door in doors.items() if service == "okta"} <= CLOSED
    github = {layer: door.verdict for (service, layer), door in doors.items() if service == "github"}
    assert len(github) == 5
    assert ACTS & {way} or set(github.values()) <= {"unknown", "open"}
    company.heal("github")
    proofs = {layer: proof_of(company.work(code), company.account(code, "github"), layer) for layer in github}
    assert [layer for layer, said in github.items() if said in CLOSED and proofs[layer].verdict not in CLOSED] == []
    assert company.changed_twice() == []
