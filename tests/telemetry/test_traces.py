"""Spans are what is on record: the same moments, phases around steps around operations, and no word more."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runner.desk.watching import Watching, observed
from runner.telemetry.export import Export
from tests.cases.company import CLOSE, QUIET
from tests.telemetry.test_metrics import OPENLY
from tests.telemetry.test_rule import words_about
from tests.test_layers import ROOT


class Sent:
    """What a server that watches an office sends."""

    def __init__(self, office):
        self._memory = InMemorySpanExporter()
        self._export = Export(SimpleSpanProcessor(self._memory))
        self._watching = Watching(office, send=self._export.send)

    def spans(self):
        """Look around, and return what was sent since the last time."""
        self._watching.look()
        found = self._memory.get_finished_spans()
        self._memory.clear()
        return found


def ns(moment):
    return round(datetime.fromisoformat(moment).timestamp() * 1000) * 1_000_000


def fire(company, code):
    company.ask(code)
    company.approve(code)
    company.run(code)


def test_a_span_has_the_moments_on_record_and_stands_within_what_it_is_part_of(company):
    sent = Sent(company.office)
    code = company.open(OPENLY)
    company.run(code)
    found = sent.spans()
    by_id, names = {each.context.span_id: each for each in found}, [each.name for each in found]
    assert len(by_id) == len(found)
    assert {each.context.trace_id for each in found} == {found[0].context.trace_id}
    [phase] = [each for each in found if each.name == "quiet"]
    [began] = [each["at"] for each in company.records(code, "phase.started")]
    [ended] = [each["at"] for each in company.records(code, "phase.finished")]
    assert (phase.start_time, phase.end_time, phase.parent) == (ns(began), ns(ended), None)
    steps = [each for each in found if each.name in ("quiet/found", "quiet/keep-now")]
    assert {by_id[each.parent.span_id].name for each in steps} == {"quiet"}
    assert len(steps) == 2
    acted = [each for each in found if "." in each.name]
    assert len(acted) == len(company.records(code, "write.outcome"))
    within = [each for each in acted if each.parent]
    assert within
    assert {by_id[each.parent.span_id].name for each in within} <= {"quiet/keep-now", "quiet/found"}
    assert all(each.start_time <= each.end_time for each in found)
    assert names.index("quiet/found") < names.index("quiet")


def test_a_failure_is_marked_and_told_without_its_words(company):
    sent = Sent(company.office)
    company.fail("okta", "logs", "status", status=500, times=None, body={"errorSummary": "canary-words"})
    company.run(company.open(OPENLY))
    wrong = [each for each in sent.spans() if not each.status.is_unset]
    assert wrong
    assert {each.status.description for each in wrong} == {None}
    assert "canary-words" not in "".join(each.to_json() for each in wrong)


def test_a_covert_case_sends_nothing_until_its_lockdown_fired_and_then_all_it_did_once(company):
    sent = Sent(company.office)
    code = company.open(CLOSE)
    company.run(code)
    assert sent.spans() == ()
    fire(company, code)
    found = sent.spans()
    assert {"quiet", "quiet/found", "lockdown", "lockdown/doors"} <= {each.name for each in found}
    assert len({each.context.span_id for each in found}) == len(found)
    assert [each for each in found if each.name in words_about(company, code)] == []
    told = "".join(each.to_json() for each in found)
    assert [word for word in words_about(company, code) if word in told] == []
    assert sent.spans() == ()


def test_one_that_never_fires_sends_nothing(company):
    sent = Sent(company.office)
    code = company.open(QUIET)
    company.run(code)
    assert company.case(code).phases == {"quiet": "finished"}
    assert sent.spans() == ()


def test_a_server_that_begins_later_sends_no_history_but_a_silent_case_whole(company):
    openly, covert = company.open(OPENLY, subject="clara.weiss@fjordlight.example"), company.open(CLOSE)
    company.run(openly)
    company.run(covert)
    first, later = Sent(company.office), Sent(company.office)
    assert first.spans() == ()
    fire(company, covert)
    one, other = first.spans(), later.spans()
    assert "quiet" in {each.name for each in one}
    assert [each.context.span_id for each in one] == [each.context.span_id for each in other]
    assert Sent(company.office).spans() == ()


class Collector(HTTPServer):
    """Takes spans by OTLP over HTTP, as a collector does."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Taking)
        self.names = []


class Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            import gzip  # noqa: PLC0415

            body = gzip.decompress(body)
        told = ExportTraceServiceRequest.FromString(body)
        self.server.names += [
            each.name for resource in told.resource_spans for scope in resource.scope_spans for each in scope.spans
        ]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def collector():
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_where_the_settings_name_a_collector_it_gets_what_was_done_until_the_server_ended(founded, collector):
    traces = f'traces: {{"to": "http://127.0.0.1:{collector.server_port}/v1/traces"}}\n'
    company = founded(edit=lambda text: text + traces)
    with observed(company.office):
        code = company.open(OPENLY)
        company.run(code)
    assert {"quiet", "quiet/found", "okta.keep_state"} <= set(collector.names)


@pytest.mark.parametrize(
    ("extra", "library", "written"),
    [
        ("metrics", "prometheus_client", "Metrics(listen='127.0.0.1:0')"),
        ("traces", "opentelemetry", "Traces(to='http://127.0.0.1:1/v1/traces')"),
    ],
)
def test_without_an_extra_all_works_but_what_it_is_for_which_says_so(company, extra, library, written):
    program = f"""
import sys
sys.modules[{library!r}] = None
from pathlib import Path
import runner.chat.server
from runner.desk.cases import Desk
from runner.errors import SettingsError
from runner.settings import load
settings = load(Path({str(company.lab.settings_path)!r}))
with Desk(settings).observed():
    pass
from runner.telemetry_settings import Metrics, Traces
asked = settings.model_copy(update={{{extra!r}: {written}}})
try:
    with Desk(asked).observed():
        pass
except SettingsError as refused:
    print(refused.where, refused.remedy)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == f"{extra} pip install 'severance[{extra}]'\n", done.stderr
