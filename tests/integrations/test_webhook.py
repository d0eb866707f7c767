import json
import time

import httpx2
import pytest

from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates
from integrations.lab.webhook import WebhookStandIn
from runner.actions.values import Changed, Refused
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    RateLimited,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)
from tests.integrations.telling import HOSTILE, SECRET, Opened, close_all, ledger_of, writes

TO, SUBJECT = ["maren.okafor@fjordlight.example"], "amber-falcon-7 needs you"


@pytest.fixture
def house(tmp_path):
    house = WebhookStandIn("pager", Ledger(tmp_path / "pager.jsonl"), secret=SECRET)
    house.start()
    yield house
    close_all()
    house.stop()


def opened(house, **changed):
    return Opened("webhook", {"url": f"{house.url}/hooks/1", "secret": "env:X"}, **changed)


@pytest.fixture
def pager(house):
    return opened(house)


def test_a_signed_page_is_taken(house, pager):
    outcome = pager.do("webhook.send", TO, SUBJECT, "by 12:00 UTC")
    [page] = house.state()["pages"]
    assert isinstance(outcome, Changed)
    assert page == {"id": outcome.after["id"], "to": TO, "subject": SUBJECT, "text": "by 12:00 UTC"}


def test_the_page_names_neither_phase_nor_step(house, pager):
    pager.do("webhook.send", TO, SUBJECT, "text", key="amber-falcon-7/lockdown/doors")
    assert "lockdown" not in ledger_of(house)[0]["body"]


def test_a_repeated_page_is_counted_once(house, pager):
    for _ in range(3):
        pager.do("webhook.send", TO, SUBJECT, "text")
    assert len(ledger_of(house)) == 3
    assert len(writes(house)) == len(house.pages) == 1
    assert duplicates(ledger_of(house)) == []


def test_a_lost_answer_is_not_retried_here_and_counts_once_when_the_step_is_repeated(house, pager):
    house.faults.add([Fault.of({"match": "POST", "kind": "lose-answer"})])
    with pytest.raises(AnswerLost):
        pager.do("webhook.send", TO, SUBJECT, "text")
    assert len(ledger_of(house)) == 1
    pager.do("webhook.send", TO, SUBJECT, "text")
    assert len(writes(house)) == 1


def test_a_wrong_secret_is_a_matter_of_credentials(house):
    wrong = opened(house, secret="another-secret-of-some-length")
    with pytest.raises(CredentialsError) as refused:
        wrong.do("webhook.send", TO, SUBJECT, "text")
    assert "another-secret" not in refused.value.diagnostics()
    assert house.pages == {}


def test_a_short_secret_is_refused_before_anything_is_sent(house):
    with pytest.raises(CredentialsError):
        opened(house, secret="short")


def test_a_redirect_is_not_followed(house, pager):
    headers = {"Location": "http://127.0.0.1:9/elsewhere"}
    house.faults.add([Fault.of({"match": "POST", "kind": "status", "status": 307, "headers": headers})])
    with pytest.raises(ServiceRefused):
        pager.do("webhook.send", TO, SUBJECT, "text")
    assert house.pages == {}


def test_not_now_is_waited_for(house, pager):
    house.faults.add(
        [Fault.of({"match": "POST", "kind": "status", "status": 429, "headers": {"Retry-After": "1"}})]
    )
    assert isinstance(pager.do("webhook.send", TO, SUBJECT, "text"), Changed)
    assert len(writes(house)) == 1


def test_not_now_for_ever_is_told(house, pager):
    house.faults.add(
        [
            Fault.of(
                {
                    "match": "POST",
                    "kind": "status",
                    "status": 429,
                    "times": None,
                    "headers": {"Retry-After": "100"},
                }
            )
        ]
    )
    with pytest.raises(RateLimited):
        pager.do("webhook.send", TO, SUBJECT, "text")


def test_a_receiver_that_is_not_there_took_nothing(house, pager):
    house.stop()
    with pytest.raises(NotReached):
        pager.do("webhook.send", TO, SUBJECT, "text")


@pytest.mark.parametrize(
    "url", ["http://pager.example/hooks/1", "ftp://127.0.0.1/x", "https://user:pw@pager.example/"]
)
def test_an_address_not_fit_for_a_secret_is_refused(url):
    with pytest.raises(SettingsError):
        Opened("webhook", {"url": url, "secret": "env:X"})


@pytest.mark.parametrize("subject", ["", "a\r\nb", "\u202etxt", "x" * 201])
def test_a_subject_that_is_not_one_plain_line_is_refused(house, pager, subject):
    assert isinstance(pager.do("webhook.send", TO, subject, "text"), Refused)
    assert isinstance(pager.do("webhook.send", ["a\nb"], SUBJECT, "text"), Refused)
    assert ledger_of(house) == []


def test_hostile_text_arrives_with_nothing_unseen_in_it(house, pager):
    pager.do("webhook.send", TO, SUBJECT, HOSTILE)
    assert house.state()["pages"][0]["text"].startswith("\\u202eexe.fdp\\u001b[31m\nBcc")


def test_planning_and_a_shut_gate_send_nothing(house, pager):
    assert pager.plan("webhook.send", TO, SUBJECT, "text")["would"] == "write"
    with pytest.raises(WriteForbidden):
        pager.connection.post({"id": "k"}, "k")
    assert ledger_of(house) == []


def test_doctor_pages_nobody(house, pager):
    assert pager.ping() == {"status": 405}
    assert house.pages == {}


def test_the_stand_in_refuses_stale_unsigned_and_bent_pages(house):
    body = json.dumps({"id": "k", "to": [], "subject": "s", "text": "t"}).encode()
    url, now = f"{house.url}/hooks/1", str(int(time.time()))
    assert httpx2.post(url, content=body).status_code == 401
    old = {"Severance-Timestamp": str(int(time.time()) - 600), "Severance-Signature": "v1=0"}
    assert httpx2.post(url, content=body, headers=old).status_code == 401
    assert (
        httpx2.post(
            url, content=body, headers={"Severance-Timestamp": now, "Severance-Signature": "v1=0"}
        ).status_code
        == 401
    )


def test_the_stand_in_refuses_a_body_that_is_not_the_keys(house, pager):
    with pager.gate.opened(), pytest.raises(ServiceRefused) as refused:
        pager.connection.post({"id": "one", "to": [], "subject": "s", "text": "t"}, "two")
    assert refused.value.status == 400
