"""A stand-in answers real HTTP, keeps state under many connections, and fails when it is told to."""

import contextlib
import json
import threading

import httpx2
import pytest

from integrations.lab.company import (
    BREAK_GLASS,
    NAMESAKE,
    NEIGHBOUR,
    PEOPLE,
    PERSONAS,
    RESPONDERS,
    SUBJECT,
    github_id,
    okta_id,
    person,
)
from integrations.lab.faults import Fault, Faults
from integrations.lab.ledger import Ledger, duplicates, read
from integrations.lab.server import Reply, StandIn, route


class Counter(StandIn):
    """Counts; a count is the state."""

    count = 0
    inside = 0
    overlapped = False

    @route("POST", r"/counts/(?P<name>[^/]+)")
    def add(self, request, name):
        self.count += 1
        return Reply(201, {"name": name, "count": self.count}, changed=f"count {self.count}")

    @route("GET", r"/counts")
    def show(self, request):
        return Reply(200, {"count": self.count, "asked": request.asked("as", "-")})

    def dress(self, request, reply):
        return {"X-Count": str(self.count)}

    def state(self):
        return {"count": self.count}

    def act(self, name, given):
        if name != "add":
            return super().act(name, given)
        self.count += given["by"]
        return self.count


class Doubled(Counter):
    @route("GET", r"/double")
    def double(self, request):
        return Reply(200, self.count * 2)


@pytest.fixture
def lab(tmp_path):
    lab = Doubled("counter-2", Ledger(tmp_path / "counter.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def http(lab):
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    with httpx2.Client(base_url=lab.url, trust_env=False, limits=limits, timeout=20) as client:
        yield client


def lines(lab):
    return read(lab.ledger.path)


def fault(http, **fields):
    assert http.post("/_lab/faults", json=[{"match": "POST /counts", **fields}]).status_code == 204


def test_a_path_segment_arrives_decoded_and_a_slash_in_it_stays_one_segment(http):
    assert http.post("/counts/a%2Fb%20c").json()["name"] == "a/b c"


def test_the_routes_of_a_parent_answer_too(http):
    http.post("/counts/x")

    assert http.get("/double").json() == 2
    assert http.get("/counts", params={"as": "kept"}).json() == {"count": 1, "asked": "kept"}


def test_an_unknown_path_is_answered_with_404_and_written_down(lab, http):
    assert http.get("/nowhere").status_code == 404
    assert [(each["path"], each["status"], each["changed"]) for each in lines(lab)] == [
        ("/nowhere", 404, None)
    ]


def test_the_ledger_tells_each_request_and_never_its_credentials(lab, http):
    http.post(
        "/counts/x?as=y",
        content=b"hello",
        headers={"Authorization": "Bearer hush", "User-Agent": "severance/0"},
    )

    (line,) = lines(lab)
    assert line | {"at": ""} == {
        "n": 1, "at": "", "service": "counter-2", "method": "POST", "path": "/counts/x", "query": "as=y", "body": "hello",
        "user_agent": "severance/0", "status": 201, "changed": "count 1", "fault": None,
    }  # fmt: skip
    assert line["at"].endswith("Z")
    assert "hush" not in lab.ledger.path.read_text()


def test_a_ledger_goes_on_where_the_last_run_stopped(tmp_path):
    Ledger(tmp_path / "l").append({"service": "a", "changed": None})
    Ledger(tmp_path / "l").append({"service": "a", "changed": "x"})

    assert [each["n"] for each in read(tmp_path / "l")] == [1, 2]


def test_a_ledger_nobody_wrote_is_empty(tmp_path):
    assert read(tmp_path / "none") == []


def test_only_a_change_made_twice_is_a_duplicate():
    entries = [{"service": "okta", "changed": each} for each in ("a", None, "b", None, "a")]

    assert duplicates(entries) == ["okta: a"]
    assert duplicates([*entries[:3], {"service": "okta-2", "changed": "a"}]) == []


def test_hundred_connections_at_once_are_all_served_and_none_is_lost(lab, http):
    lab.latency_ms = 50
    barrier = threading.Barrier(100)

    def add():
        barrier.wait(timeout=20)
        http.post("/counts/x")

    threads = [threading.Thread(target=add) for _ in range(100)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert lab.count == 100
    assert duplicates(lines(lab)) == []


def test_the_latency_of_many_connections_overlaps(tmp_path):
    """Both requests are inside their handling before either is answered: else the barrier would break."""
    both = threading.Barrier(2, timeout=20)

    class Meeting(Counter):
        def _serve(self, request):
            both.wait()
            return super()._serve(request)

    lab = Meeting("m", Ledger(tmp_path / "m"))
    lab.start()
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(httpx2.get(f"{lab.url}/counts").status_code))
        for _ in "ab"
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    lab.stop()
    assert answers == [200, 200]


@pytest.mark.parametrize("kind", ["lose-answer", "reset"])
def test_a_dropped_connection_is_seen_by_the_client(lab, http, kind):
    fault(http, kind=kind)

    with pytest.raises(httpx2.TransportError):
        http.post("/counts/x")


@pytest.mark.parametrize(
    ("kind", "count"),
    [("lose-answer", 1), ("reset", 0), ("truncate", 1), ("garbage", 1), ("status", 0), ("delay", 1)],
)
def test_each_fault_applies_the_request_or_does_not(lab, http, kind, count):
    fault(http, kind=kind, status=503, seconds=0)

    with contextlib.suppress(httpx2.TransportError):
        http.post("/counts/x")
    assert lab.count == count
    assert [each["fault"] for each in lines(lab)] == [kind]
    assert bool(lines(lab)[0]["changed"]) == bool(count)


def test_a_truncated_answer_is_no_whole_answer(http):
    fault(http, kind="truncate")

    with pytest.raises(httpx2.RemoteProtocolError):
        http.post("/counts/x")


def test_garbage_is_an_answer_that_is_no_json(http):
    fault(http, kind="garbage")

    answer = http.post("/counts/x")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


def test_a_status_fault_carries_its_headers_and_body(http):
    fault(http, kind="status", status=429, headers={"Retry-After": "7"}, body={"error": "slow"})

    answer = http.post("/counts/x")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (429, "7", {"error": "slow"})


def test_a_fault_is_used_up_and_the_next_takes_its_place(http):
    fault(http, kind="status", status=500, times=2)
    fault(http, kind="status", status=502)

    assert [http.post("/counts/x").status_code for _ in range(4)] == [500, 500, 502, 201]


def test_a_fault_without_end_lasts_until_it_is_taken_away(http):
    fault(http, kind="status", status=500, times=None)
    assert {http.post("/counts/x").status_code for _ in range(5)} == {500}

    http.delete("/_lab/faults")
    assert http.post("/counts/x").status_code == 201


def test_a_fault_meets_only_what_it_matches():
    faults = Faults()
    faults.add([Fault.of({"match": "^DELETE /a$", "kind": "reset"})])

    assert faults.meet("GET", "/a") is None
    assert faults.meet("DELETE", "/ab") is None
    assert faults.meet("DELETE", "/a").kind == "reset"
    assert faults.meet("DELETE", "/a") is None


@pytest.mark.parametrize(
    "broken",
    [
        {"match": "a", "kind": "explode"},
        {"match": "(", "kind": "reset"},
        {"kind": "reset"},
        {"match": "a", "kind": "reset", "x": 1},
    ],
)
def test_a_fault_that_is_none_is_refused_with_its_reason(http, broken):
    answer = http.post("/_lab/faults", json=[broken])

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_state_and_acts_are_reachable_and_stay_out_of_the_ledger(lab, http):
    assert http.post("/_lab/act", json={"act": "add", "by": 5}).json() == 5
    assert http.get("/_lab/state").json() == {"count": 5}
    assert http.post("/_lab/act", json={"act": "fly"}).status_code == 400
    assert http.get("/_lab/else").status_code == 404
    assert lines(lab) == []


def test_a_stopped_stand_in_can_be_started_again_on_its_port(lab, http):
    http.post("/counts/x")
    port = int(lab.url.rpartition(":")[2])
    lab.stop()
    lab.start(port)

    assert httpx2.get(f"{lab.url}/counts", trust_env=False).json()["count"] == 1


def test_it_listens_on_loopback_only(lab):
    assert lab.url.startswith("http://127.0.0.1:")


def test_one_operator_stands_behind_three_personas_and_an_innocent_shares_only_an_address():
    assert len({each.mfa_device for each in PERSONAS}) == len({each.phone for each in PERSONAS}) == 1
    assert len({each.staff_id for each in PERSONAS}) == 3
    assert [each.name for each in PERSONAS if each.address == NEIGHBOUR.address] == [PERSONAS[1].name]
    assert NEIGHBOUR.mfa_device != PERSONAS[1].mfa_device
    assert NEIGHBOUR.phone != PERSONAS[1].phone


def test_the_namesake_shares_the_name_and_nothing_else():
    for value in ("mail", "staff_id", "phone", "mfa_device", "address"):
        assert getattr(NAMESAKE, value) != getattr(SUBJECT, value), value
    assert NAMESAKE.name == SUBJECT.name


def test_nobody_else_shares_anything():
    others = [each for each in (*PEOPLE, *BREAK_GLASS) if each not in PERSONAS]
    for value in ("mail", "staff_id", "phone", "mfa_device", "name"):
        assert len({getattr(each, value) for each in others}) == len(others), value


def test_the_company_can_answer_an_incident():
    roles = [role for each in RESPONDERS for role in each.roles]

    assert {role: roles.count(role) for role in roles} == {
        "ir-oncall": 2, "security-leads": 2, "duty-managers": 2, "counsel": 1, "hr": 1, "system-owners": 1,
    }  # fmt: skip
    assert 55 <= len(PEOPLE) <= 65


def test_ids_are_stable_and_differ_between_clones_of_a_service():
    jonas = person("jonas.weber@fjordlight.example")

    assert okta_id(jonas) == okta_id(jonas, "okta") != okta_id(jonas, "okta-2")
    assert github_id(jonas) != github_id(jonas, "github-2")
    assert len({github_id(each) for each in PEOPLE}) == len(PEOPLE)
    assert json.dumps(okta_id(jonas)) == '"00um6Z2tuD5Hiir3Yj2y"'
