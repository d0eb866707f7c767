"""What a line may hold is a closed list, and who logs keeps to it: read from the code, and from a whole case."""

from __future__ import annotations

import ast
import json
import logging
import threading

import pytest

from integrations.lab.company import PERSONAS, SUBJECT
from runner.desk.observing import log_of_server, told_of_run
from runner.desk.watching import observed
from runner.redaction import Redactor
from runner.telemetry.fields import WITHHELD
from runner.telemetry.sink import Sink, withdraw
from tests.cases.company import CLOSE
from tests.desk.test_standing import WAKE
from tests.telemetry.test_sink import lines
from tests.test_layers import OURS, modules, tree

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
WITH_LOG = 'log: {"to": "log.jsonl", "level": "info"}\n'


def calls(name):
    """Yield each call that logs, with what it is given besides a level."""
    for node in ast.walk(tree(name)):
        logs = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS
        if logs and getattr(node.func.value, "id", "") in {"_log", "log"}:
            yield node, node.args[1:] if node.func.attr == "log" else node.args


@pytest.mark.parametrize("name", [name for name in OURS if "import logging" in modules()[name].read_text()])
def test_a_message_of_ours_is_a_fixed_sentence_and_its_values_are_fields(name):
    for node, said in calls(name):
        where = f"{name}:{node.lineno}"
        assert len(said) == 1, f"{where} formats a value into its message"
        assert isinstance(said[0], ast.Constant), f"{where} has a message that is not fixed"
        assert {each.arg for each in node.keywords} <= {"extra", "exc_info"}, where
        for each in node.keywords:
            if each.arg == "extra":
                made = getattr(getattr(each.value, "func", each.value), "id", "")
                assert made in {"said", "logged", "told", "wrong"}, f"{where}: `said` knows what may be told"


def test_there_are_calls_to_judge():
    assert sum(len(list(calls(name))) for name in OURS) > 10


@pytest.fixture
def company(founded):
    return founded(edit=lambda text: text + WITH_LOG)


@pytest.fixture(autouse=True)
def no_log_is_left():
    yield
    for sink in [each for each in logging.getLogger().handlers if isinstance(each, Sink)]:
        withdraw(sink)


def run(company, code):
    """Run a case until it waits for people, as a terminal does: its records are logged."""
    company.run(code, listen=told_of_run(company.office, code, lambda _: None))


def log_of(company):
    return company.lab.settings_path.parent / "log.jsonl"


def secrets(company):
    """Return every secret of the settings, in every spelling in which one could come back."""
    found = [path.read_text().strip() for path in (company.lab.settings_path.parent / "secrets").iterdir()]
    assert len(found) > 5
    judge = Redactor()
    for each in found:
        judge.remember(each)
    return judge


def words_about(company, code):
    """Return every word by which a person of the lab's, or an account of the case, could be recognised."""
    case, people = company.case(code), [*PERSONAS, SUBJECT]
    words = {word for each in people for word in (each.mail, each.mail.partition("@")[0], each.github, *each.name.split())}
    words |= {part for each in case.accounts for part in (each.id, each.login)} | {each["account"] for each in case.items}
    assert len(words) > 10
    return words - {"", None}


def test_a_whole_case_is_told_without_a_word_about_the_person(company):
    code = company.open(CLOSE)
    run(company, code)
    company.ask(code)
    company.approve(code)
    run(company, code)
    found, text = lines(log_of(company)), log_of(company).read_text()
    assert [each["seq"] for each in found] == [each["seq"] for each in company.records(code)]
    assert {each["kind"] for each in found} >= {"run.started", "write.outcome", "item.kept", "lockdown.fired", "door.verdict"}
    assert {each["case"] for each in found} == {code}
    withheld = [(name, each["layer"]) for each in found for name, value in each.items() if value == WITHHELD]
    assert set(withheld) == {("service", "app")}  # an app that the identity provider named, not the settings
    assert [word for word in words_about(company, code) if word in text] == []
    closed = [each for each in found if each["kind"] == "write.outcome" and each.get("outcome") == "changed"]
    assert all(each["ms"] >= 0 and each["service"] and each["action"] for each in closed)
    assert [each["ms"] >= 0 for each in found if each["kind"] == "phase.finished"]


def test_what_a_killed_run_may_not_have_told_is_told_again(company):
    code = company.open(CLOSE)
    run(company, code)
    last = company.records(code)[-1]["seq"]
    company.office.journal(code).write("run.started", executor="e", host="h", pid=1)
    run(company, code)
    told = [each["seq"] for each in lines(log_of(company))]
    assert told == [each["seq"] for each in company.records(code)]
    assert told[last:][:2] == [last + 1, last + 2]


def echoed(company, service):
    """Return a body that tells a caller what it sent: proxies have been seen to."""
    [key] = {path.read_text().strip() for path in (company.lab.settings_path.parent / "secrets").glob(service)}
    return {"error": f"Authorization: SSWS {key} was refused", "errorSummary": key}


class TestNoSecretIsLogged:
    """Every secret of the settings is a canary; the log is searched for each, in all its spellings."""

    def look(self, company, code):
        judge, text = secrets(company), log_of(company).read_text()
        assert lines(log_of(company))
        assert judge.redact(text) == text
        return text

    def test_when_all_goes_well(self, company):
        code = company.open(CLOSE)
        run(company, code)
        self.look(company, code)

    @pytest.mark.parametrize(
        "fault", [{"kind": "status", "status": 403}, {"kind": "lose-answer"}, {"kind": "garbage"}], ids=lambda each: each["kind"]
    )
    def test_when_a_service_refuses_or_is_silent(self, company, fault):
        code = company.open(CLOSE)
        for service in ("okta", "github", "jira", "slack", "pager"):
            body = {"body": echoed(company, service)} if fault["kind"] == "status" else {}
            company.fail(service, ".", **fault, times=None, **body)
        run(company, code)
        assert '"outcome": "failed"' in self.look(company, code)

    def test_when_a_thread_crashes_with_one_in_its_hands(self, company):
        [key] = {path.read_text().strip() for path in (company.lab.settings_path.parent / "secrets").glob("okta")}

        def crash(token):
            raise RuntimeError(f"401 for {token}")

        with log_of_server(company.settings):
            thread = threading.Thread(target=crash, args=(key,))
            thread.start()
            thread.join()
        assert "RuntimeError" in self.look(company, "")

    def test_when_a_plan_is_only_looked_at(self, company):
        code = company.open(CLOSE)
        company.fail("okta", ".", "status", status=403, times=None, body=echoed(company, "okta"))
        with log_of_server(company.settings):
            company.desk.plan(code)
            logging.getLogger("severance").warning("looked at")
        self.look(company, code)


def test_a_server_that_logs_on_stderr_tells_every_record_whoever_wrote_it(founded, capfd):
    company = founded(edit=lambda text: text + 'log: {"to": "stderr"}\n')
    before = company.open(CLOSE)
    with observed(company.office):
        code = company.open(WAKE, subject="")
        company.run(code)
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [each["seq"] for each in told if each.get("case") == code] == [each["seq"] for each in company.records(code)]
    assert not [each for each in told if each.get("case") == before]
