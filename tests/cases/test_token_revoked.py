"""Our own token is revoked in the middle of a lockdown: nothing is called closed, and a new token carries it on."""

from __future__ import annotations

import pytest

from integrations.lab.company import PERSONAS
from tests.cases.company import CLOSE

MILAN = PERSONAS[1]
CLOSED = {"closed", "inferred"}
REVOKED = {"match": ".", "kind": "status", "status": 401, "body": {"errorCode": "E0000011", "errorSummary": "Invalid token provided"}}


def renewed(company) -> None:
    """Issue a new token, and put it where the settings say."""
    company.lab.services["okta"].token = "a-new-token-of-ours"
    (company.lab.settings_path.parent / "secrets" / "okta").write_text("a-new-token-of-ours\n")
    company.heal("okta")


def failed(company, code):
    """Return the question what to do about doors that failed, once it is asked."""
    return next((each for each in company.waiting(code) if each["request"].startswith("doors-failed")), None)


def closed(company, code):
    """Return which layers of Okta are called closed."""
    return {layer for (service, layer), door in company.doors(code).items() if service == "okta" and door.verdict in CLOSED}


@pytest.mark.parametrize("passed", [0, 3, 12], ids=lambda passed: f"after {passed} requests")
def test_a_new_token_carries_on_what_a_revoked_one_left_and_nothing_is_done_twice(company, passed):
    code = company.open(CLOSE, subject=MILAN.mail)
    company.run(code)
    company.approve(code)
    company.fail("okta", REVOKED["match"], "status", times=None, skip=passed, status=401, body=REVOKED["body"])
    with company.running(code):
        asked = company.until(lambda: failed(company, code))
        okta = [each["data"] for each in company.records(code, "write.outcome") if each["data"]["service"] == "okta"]
        assert [each["why"] for each in okta if each["outcome"] == "failed" and "severance doctor okta" not in each["why"]] == []
        done = {each["data"]["service"] for each in company.records(code, "write.outcome") if each["data"]["outcome"] == "changed"}
        assert "github" in done
        renewed(company)
        company.answer(code, asked["request"], "retry", by="rohan")
        company.until(lambda: company.case(code).phases.get("after") == "finished")
    assert {door.verdict for (service, _), door in company.doors(code).items() if service in {"okta", "github"}} <= CLOSED
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    assert company.changed_twice() == []


def test_a_run_that_starts_with_a_revoked_token_says_what_to_do_and_the_next_one_goes_on(company):
    code = company.open(CLOSE, subject=MILAN.mail)
    company.run(code)
    company.approve(code)
    before = closed(company, code)
    company.lab.services["okta"].token = "another"
    with company.running(code):
        company.until(lambda: failed(company, code))
    assert company.state("okta")[MILAN.mail]["status"] == "ACTIVE"
    assert closed(company, code) <= before
    renewed(company)
    with company.running(code):
        asked = company.until(lambda: failed(company, code))
        company.answer(code, asked["request"], "retry", by="rohan")
        company.until(lambda: company.case(code).phases.get("after") == "finished")
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    assert company.changed_twice() == []
