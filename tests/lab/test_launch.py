import json
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from slack_sdk import WebClient

from integrations.lab.company import BREAK_GLASS, NAMESAKE, RESPONDERS, SUBJECT, okta_id
from integrations.lab.control import Control
from integrations.lab.demand import demand, last
from integrations.lab.launch import _DOORED, start
from integrations.lab.ledger import read
from integrations.lab.settings_file import Changes
from runner.actions.contract import SERVICES, Opening
from runner.actions.gate import Gate
from runner.errors import UsageError
from runner.loopback import stays_here
from runner.secrets import resolve
from runner.settings import load, service_settings

ROOT = Path(__file__).parents[2]
VENDORS = [each.vendor for each in _DOORED]


@pytest.fixture
def lab(tmp_path):
    lab = start(tmp_path / "lab", services=len(_DOORED) + 1, latency_ms=1, compress=60)
    yield lab
    lab.stop()


def settings_of(lab):
    return load(lab.settings_path)


def test_every_service_of_the_settings_answers_its_own_ping(lab):
    settings = settings_of(lab)
    for name, configured in settings.services.items():
        vendor, options = configured.vendor, service_settings(settings, name)
        declared = SERVICES[vendor]
        opening = Opening(
            name, Gate(declared.reads), "severance/0 (x)", lambda it: resolve(it, settings.folder)
        )
        connection = declared.connect(options, opening)
        assert declared.ping(connection), name
        getattr(getattr(connection, "http", connection), "close", lambda: None)()


def test_doored_services_are_cloned_until_there_are_enough(tmp_path):
    kinds = [each.vendor for each in _DOORED]
    lab = start(tmp_path / "lab", services=2 * len(kinds) + 1)
    lab.stop()
    doored = [name for name, each in settings_of(lab).services.items() if each.vendor in kinds]
    assert doored == [*kinds, *(f"{each}-2" for each in kinds), f"{kinds[0]}-3"]
    assert kinds[:2] == ["okta", "github"], "a lab of two has these"


def test_the_lab_stays_on_this_machine_and_says_that_people_are_claimed(lab):
    settings = settings_of(lab)
    assert all(stays_here(each.options) for each in settings.services.values())
    assert settings.claimed_people
    assert settings.compress == 60
    assert settings.page_by == ("mail", "pager")


def test_responders_are_pinned_by_the_ids_the_stand_ins_know(lab):
    settings = settings_of(lab)
    pinned = {each.mail: each.accounts for each in settings.people}
    assert {each.mail for each in RESPONDERS} == set(pinned)
    for someone in RESPONDERS:
        for name, account in pinned[someone.mail].items():
            assert account == lab.services[name].id_of(someone, name)
            assert account in json.dumps(
                httpx2.get(lab.urls[name] + "/_lab/state").json()
            ) or name.startswith("okta")


def test_the_responders_command_in_the_workspace_that_runs(lab):
    settings = settings_of(lab)
    chat = settings.chat
    told = httpx2.get(f"{lab.urls['slack']}/_lab/state").json()["users"]
    assert (chat.service, chat.team, chat.command) == ("slack", "T0FJORDLIGHT", "/ops")
    assert chat.readable_by == ("slack_org",)
    assert {each.accounts["slack"] for each in settings.people} <= set(told)
    client = WebClient(base_url=f"{lab.urls['slack']}/api/")
    opened = client.apps_connections_open(app_token=resolve(chat.app_token, settings.folder))
    assert f"app_id={chat.app}" in opened["url"]


def test_a_workspace_nobody_else_administers_is_readable_by_nobody_else(tmp_path):
    lab = start(tmp_path / "lab", services=1)
    lab.stop()
    assert settings_of(lab).chat.readable_by == ()


def test_nobody_is_subject_and_responder_and_break_glass_accounts_are_protected(lab):
    settings = settings_of(lab)
    assert SUBJECT.mail not in {each.mail for each in settings.people}
    held = {(each.service, each.id) for each in settings.protected}
    assert {("okta-2", okta_id(each, "okta-2")) for each in BREAK_GLASS} <= held


def test_only_the_owner_can_read_what_is_secret(lab):
    out = lab.settings_path.parent
    private = [lab.settings_path, *(out / "secrets").iterdir()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in private} == {0o600}
    assert stat.S_IMODE((out / "secrets").stat().st_mode) == 0o700
    assert "PRIVATE KEY" not in (out / "lab-ca.pem").read_text()


def test_secrets_differ_from_run_to_run_and_stand_in_no_other_file(tmp_path):
    first, second = (start(tmp_path / each) for each in ("one", "two"))
    first.stop()
    second.stop()
    told = [(tmp_path / each / "secrets" / "okta").read_text().strip() for each in ("one", "two")]
    assert told[0] != told[1]
    assert told[0] not in first.settings_path.read_text()


def test_the_token_of_one_service_does_not_open_its_clone(lab):
    token = (lab.settings_path.parent / "secrets" / "okta").read_text().strip()
    answers = [
        httpx2.get(
            f"{lab.urls[name]}/api/v1/users/me", headers={"Authorization": f"SSWS {token}"}
        ).status_code
        for name in ("okta", "okta-2")
    ]
    assert answers == [200, 401]


def test_a_folder_with_a_record_of_another_run_is_refused_and_left_alone(lab):
    before = lab.settings_path.read_text()
    with pytest.raises(UsageError, match="ledgers") as refused:
        start(lab.settings_path.parent)
    assert "remove" in refused.value.remedy
    assert lab.settings_path.read_text() == before


@pytest.mark.parametrize(
    "bad", [{"services": 0}, {"services": 65}, {"latency_ms": -1}, {"latency_ms": float("nan")}]
)
def test_numbers_out_of_range_are_refused_before_anything_is_made(tmp_path, bad):
    with pytest.raises(UsageError):
        start(tmp_path / "lab", **bad)
    assert not (tmp_path / "lab").exists()


def test_every_stand_in_is_as_late_as_it_is_told(lab):
    assert {each.latency_ms for each in lab.services.values()} == {1}


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_in_a_process_of_its_own_it_says_when_it_is_ready_and_leaves_its_ledgers(tmp_path, end):
    out = tmp_path / "lab"
    command = [sys.executable, "-m", "integrations.lab.launch", str(out), "--services", "1"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        ready = json.loads(process.stdout.readline())
        assert httpx2.get(ready["urls"]["okta"] + "/api/v1/users/me").status_code == 401
        process.send_signal(end)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""
    assert ready["settings"] == str(out / "severance.yaml")
    assert [each["path"] for each in read(out / "ledgers" / "okta.jsonl")] == ["/api/v1/users/me"]


def test_the_control_reaches_every_service_and_says_what_it_cannot(lab):
    control = Control(lab.settings_path.parent)
    control.act("okta", "set-status", {"mail": SUBJECT.mail, "status": "LOCKED_OUT"})
    assert control.state("okta")[SUBJECT.mail]["status"] == "LOCKED_OUT"
    assert control.state("okta-2")[SUBJECT.mail]["status"] == "ACTIVE"
    control.fail("github", {"kind": "status", "match": "GET /orgs", "status": 503, "times": None})
    assert httpx2.get(f"{lab.urls['github']}/orgs/x", trust_env=False).status_code == 503
    control.heal("github")
    assert httpx2.get(f"{lab.urls['github']}/orgs/x", trust_env=False).status_code != 503
    assert control.ledger("github")[0]["status"] == 503
    assert okta_id(SUBJECT, "okta-2") in control.known_as(SUBJECT.mail)["okta-2"]
    for wrong in (
        lambda: control.act("okta", "fly", {}), lambda: control.act("octa", "sign-in", {}),
        lambda: control.fail("okta", {"kind": "sulk", "match": "."}),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"fly|octa|kind is one of"):
            wrong()


def test_a_company_may_differ_in_its_settings(tmp_path):
    entry = {"who": NAMESAKE.mail, "why": "signs what we file", "frees": "ask the board"}
    changes = Changes(eu_data=("github",), protected=(entry,), never=("rohan",))
    lab = start(tmp_path / "lab", changes=changes)
    lab.stop()
    settings = settings_of(lab)
    assert {name: each.eu_data for name, each in settings.services.items() if each.eu_data} == {
        "github": True
    }
    assert [each.why for each in settings.protected if each.who] == ["signs what we file"]
    assert settings.never == ("rohan",)


def test_a_demand_can_have_come_at_the_end_of_the_week():
    wednesday = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert last("friday", 18, wednesday) == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert last("wednesday", 11, wednesday) == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    assert last("wednesday", 12, wednesday) == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert b"40,000 records" in demand(wednesday, "40,000 records")
