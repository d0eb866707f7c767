"""What Prometheus fetches is what the journals hold, of the cases that may be heard of."""

from __future__ import annotations

import socket
import threading
from collections import Counter

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from runner.actions.contract import ACTIONS
from runner.casefile.state import STATES
from runner.desk.watching import Watching, observed
from runner.errors import SettingsError, StorageError, UsageError
from runner.telemetry.counting import Seen
from runner.telemetry.exposition import Exposition
from runner.telemetry_settings import Metrics
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET

OPENLY = QUIET.replace("    covert: true\n", "")
OTHER = "clara.weiss@fjordlight.example"
HERE = Metrics(listen="127.0.0.1:0")


def fetched(port):
    """Return what a server tells: by sample's name and its labels."""
    answer = httpx2.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.status_code == 200
    found = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    assert not any(sample.timestamp for sample in found)
    return {(sample.name, *sorted(sample.labels.items())): sample.value for sample in found}


def labelled(found, name, *labels):
    """Return the samples of a metric that are not 0, by these labels."""
    mine = {key[1:]: value for key, value in found.items() if key[0] == name and value}
    return {tuple(dict(key)[label] for label in labels): value for key, value in mine.items()}


@pytest.fixture
def scrape(company):
    """Serve the metrics of a company; returns a function that fetches them."""
    server = Exposition(HERE, Watching(company.office).seen, STATES)
    yield lambda: fetched(server.port)
    server.close()


def count_of(company, codes):
    """Count, in the plainest way, what the journals of some cases hold."""
    kinds = ("write.outcome", "lockdown.measured")
    outcomes, measured = ([r["data"] for code in codes for r in company.records(code, kind)] for kind in kinds)
    doors = Counter(door.verdict for code in codes for door in company.case(code).doors.values())
    operations = Counter((each["service"], ACTIONS[each["action"]].kind, each["outcome"]) for each in outcomes)
    return {(verdict,): count for verdict, count in doors.items()}, dict(operations), measured


def agrees(found, company, codes):
    """Tell whether what was fetched is what the journals of these cases hold."""
    doors, operations, measured = count_of(company, codes)
    assert labelled(found, "severance_doors", "verdict") == doors
    assert labelled(found, "severance_operations_total", "service", "kind", "outcome") == operations
    for name in ("window", "spread"):
        metric = f"severance_lockdown_{name}_seconds"
        assert found[(f"{metric}_count",)] == len(measured)
        assert found[(f"{metric}_sum",)] == pytest.approx(sum(each[f"{name}_ms"] for each in measured) / 1000)
        assert found[(f"{metric}_bucket", ("le", "+Inf"))] == len(measured)
    states = Counter(each["state"] for each in company.desk.status() if each["code"] in codes)
    assert labelled(found, "severance_cases", "state") == {(state,): count for state, count in states.items()}
    return True


def test_a_covert_case_adds_nothing_until_its_lockdown_fired_and_then_all_it_did(company, scrape):
    empty = scrape()
    assert {key for key, value in empty.items() if value} == set()
    assert labelled({**empty, **dict.fromkeys(empty, 1)}, "severance_cases", "state").keys() == {(each,) for each in STATES}
    covert = company.open(CLOSE)
    company.run(covert)
    company.ask(covert)
    assert scrape() == empty
    seen_openly = company.open(OPENLY, subject=OTHER)
    company.run(seen_openly)
    assert agrees(scrape(), company, [seen_openly])

    company.approve(covert)
    company.run(covert)
    assert company.records(covert, "lockdown.fired")
    found = scrape()
    assert agrees(found, company, [covert, seen_openly])
    assert company.desk.status(covert)[0]["code"] not in str(found)


def test_a_case_that_never_fires_is_never_counted_not_even_when_it_ends(company, scrape):
    code = company.open(QUIET + "  - phase: after\n    steps:\n      - {id: told, page: [counsel]}\n")
    company.run(code)
    assert {company.case(code).phases[each] for each in ("quiet", "after")} == {"finished"}
    assert not any(scrape().values())


def test_what_people_are_asked_and_what_nobody_runs_is_counted(company, scrape):
    asking = OPENLY + "      - {id: fact, ask: Is it so?, by: {need: 1, of: [ir-oncall]}, within: 2h}\n"
    code = company.open(asking + LOCKDOWN + AFTER)
    with company.running(code):
        company.until(lambda: company.waiting(code))
        running = scrape()
    assert (running[("severance_requests_open",)], running[("severance_workers",)]) == (1, 1)
    assert running[("severance_requests_overdue",)] == 0
    company.office.journal(code).write("run.started", executor="e", host="h", pid=1)
    stranded = scrape()
    assert (stranded[("severance_cases_stranded",)], stranded[("severance_workers",)]) == (1, 0)
    company.office.journal(code).write("case.dead_lettered", why="x", attempts=5)
    dead = scrape()
    assert (dead[("severance_cases_stranded",)], dead[("severance_cases_dead_lettered",)]) == (0, 1)
    told = {"of": ["hr"], "each_of": [], "need": 1, "command": "", "text": "Ring them"}
    company.office.journal(code).write("task.set", request="ring", expires="2026-01-01T00:00:00.000Z", **told)
    late = scrape()
    assert (late[("severance_requests_open",)], late[("severance_requests_overdue",)]) == (2, 1)


def test_two_servers_over_one_store_tell_the_same_whenever_they_began(company, scrape):
    code = company.open(CLOSE)
    company.run(code)
    company.ask(code)
    company.approve(code)
    company.run(code)
    later = Exposition(HERE, Watching(company.office).seen, STATES)
    try:
        assert fetched(later.port) == scrape()
    finally:
        later.close()


class TestWhereItListens:
    @pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "10.0.0.1:0", "metrics.example.com:0"])
    def test_beyond_this_machine_only_where_the_settings_say_so(self, listen):
        with pytest.raises(SettingsError, match="others could read") as refused:
            Exposition(Metrics(listen=listen), Seen, STATES)
        assert "beyond_loopback" in refused.value.remedy

    def test_where_they_do_it_does(self):
        server = Exposition(Metrics(listen="0.0.0.0:0", beyond_loopback=True), Seen, STATES)
        try:
            assert fetched(server.port)
        finally:
            server.close()

    def test_a_port_in_use_is_a_refusal_in_words(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(SettingsError, match="cannot listen there"):
                Exposition(Metrics(listen=f"127.0.0.1:{taken.getsockname()[1]}"), Seen, STATES)

    def test_counts_that_cannot_be_read_are_503_without_a_word_of_why(self, capsys):
        def look():
            raise StorageError("the database is gone", where="/var/lib/severance")

        server = Exposition(HERE, look, STATES)
        try:
            answer = httpx2.get(f"http://127.0.0.1:{server.port}/metrics")
        finally:
            server.close()
        assert (answer.status_code, answer.text) == (503, "")
        assert "Traceback" not in capsys.readouterr().err

    @pytest.mark.parametrize("listen", ["9464", "127.0.0.1:", "http://127.0.0.1:9464", "127.0.0.1:9464/x", ":9464"])
    def test_what_is_no_address_is_refused_with_an_example(self, company, listen):
        with pytest.raises(UsageError, match="HOST:PORT") as refused, observed(company.office, listen):
            pass
        assert "127.0.0.1:9464" in refused.value.remedy

    def test_it_ends_with_the_server(self, company):
        before = threading.active_count()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with observed(company.office, f"127.0.0.1:{port}"):
            assert fetched(port)
        with pytest.raises(httpx2.ConnectError):
            fetched(port)
        assert threading.active_count() <= before
