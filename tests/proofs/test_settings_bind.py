"""What the settings demand holds whatever a playbook writes: less is raised, and the rest is no key of a playbook."""

from __future__ import annotations

import hashlib

import pytest

from integrations.lab.company import PERSONAS
from runner.cases.approving import ask_approval, wanted
from runner.desk.claim import Claim
from runner.errors import PlaybookError, RefusedError
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET, SHARED, Company, playbook_of
from tests.cases.test_emergency import EMERGENCY
from tests.proofs.test_changed_plan import parts

_, MILAN, _ = PERSONAS
LEAST = '{"close": 3, "undo": 4, "shared": 2, "emergency": 3}'
MINIMUM = 'minimum: {"close": 2, "undo": 2, "shared": 1}'
WRITTEN = {
    "one of one role": "approve: {need: 1, of: [security-leads]}",
    "one of many roles": "approve: {need: 1, of: [security-leads, duty-managers]}",
    "one role each": "approve: {each_of: [security-leads, duty-managers]}",
    "none at all": "",
}


def stricter(text):
    """Raise every minimum, and give the roles to enough people for it to be reached."""
    everybody = text.replace(
        '"roles": ["duty-managers"]', '"roles": ["duty-managers", "security-leads", "system-owners"]'
    )
    return everybody.replace(MINIMUM, f"minimum: {LEAST}")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = Company(tmp_path_factory.mktemp("stricter"), edit=stricter)
    yield made
    made.close()


def asked(company, code, kind):
    found = [each["data"] for each in company.records(code, "approval.asked")]
    return next(each for each in found if each["request"].startswith(f"approve-{kind}"))


@pytest.mark.parametrize("how", WRITTEN)
def test_a_playbook_that_asks_fewer_people_for_a_lockdown_asks_as_many_as_the_settings_say(company, how):
    lockdown = LOCKDOWN.replace(
        "approve: {need: 2, each_of: [security-leads, duty-managers], within: 2h}", WRITTEN[how]
    )
    assert lockdown != LOCKDOWN
    code = company.open(QUIET + lockdown + AFTER, subject=MILAN.mail)
    company.ask(code)
    assert asked(company, code, "lockdown")["need"] == 3
    company.approve(code, "maren", "tomas")
    company.run(code)
    assert company.records(code, "approval.used", "lockdown.fired") == []
    assert company.changes("okta", "github") == []


def test_a_playbook_that_asks_more_keeps_what_it_asks(founded):
    company = founded()
    code = company.open(QUIET + LOCKDOWN.replace("need: 2", "need: 4") + AFTER, subject=MILAN.mail)
    company.ask(code)
    assert asked(company, code, "lockdown")["need"] == 4


def test_an_emergency_asks_as_many_as_the_settings_say(company):
    company.free()
    path = company.write(CLOSE)
    path.write_text(path.read_text().replace("phases:\n", f"{EMERGENCY}phases:\n", 1))
    code = company.desk.open(str(path), {"subject": MILAN.mail}, claim=Claim("ingrid", None))
    company.desk.declare(code, "data leaves", claim=Claim("rohan", None))
    company.run(code)
    assert asked(company, code, "emergency")["need"] == 3


def test_an_undo_asks_as_many_as_the_settings_say(company):
    code = company.open(CLOSE, subject=MILAN.mail)
    company.desk.undo(code, "a mistake", claim=Claim("ingrid", None))
    company.run(code)
    assert asked(company, code, "undo")["need"] == 4


def test_shared_doors_ask_as_many_as_the_settings_say(company):
    code = company.open(CLOSE + SHARED, subject=MILAN.mail)
    work, phase, step = parts(company, code, "shared")
    ask_approval(work, phase, step, wanted(work, phase, step))
    assert step.approve.need == 1
    assert asked(company, code, "shared-shared-doors")["need"] == 2


KEYS = {
    "minimum": "minimum: {close: 1}",
    "caps": "caps: {things: 10000}",
    "never": "never: []",
    "protected": "protected: []",
    "playbooks": "playbooks: {accepted: any}",
    "claimed_people": "claimed_people: true",
    "emergencies": "emergencies: true",
    "compress": "compress: 1000",
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_settings_is_no_key_of_a_playbook(company, key):
    path = company.write(CLOSE)
    path.write_text(f"{path.read_text()}{KEYS[key]}\n")
    with pytest.raises(PlaybookError) as refused:
        company.desk.open(str(path), {"subject": MILAN.mail}, claim=Claim("ingrid", None))
    assert f'found "{key}" [unknown-key]' in refused.value.what


@pytest.mark.parametrize("need", ["0", "-1", '"two"'])
def test_nobody_is_no_quorum(company, need):
    before = company.office.codes()
    with pytest.raises(PlaybookError):
        company.open(QUIET + LOCKDOWN.replace("need: 2", f"need: {need}") + AFTER, subject=MILAN.mail)
    assert company.office.codes() == before


def test_a_playbook_that_the_settings_do_not_accept_opens_nothing_though_it_differs_in_one_byte(founded):
    digest = hashlib.sha256(playbook_of(CLOSE).encode()).hexdigest()
    company = founded(edit=lambda text: text.replace('{"accepted": "any"}', f'{{"accepted": ["{digest}"]}}'))
    path = company.write(CLOSE)
    path.write_text(f"{path.read_text()} ")
    with pytest.raises(RefusedError, match="do not accept this playbook"):
        company.desk.open(str(path), {"subject": MILAN.mail}, claim=Claim("ingrid", None))
    assert company.office.codes() == []
    assert company.records(company.open(CLOSE, subject=MILAN.mail), "case.opened")
