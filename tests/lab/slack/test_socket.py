"""Socket Mode: tickets, connections, acknowledgements, and deliveries that go wrong."""

import json
import threading
import urllib.request
from collections import Counter

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from integrations.lab.slack.link import Link
from tests.lab.slack.conftest import APP_TOKEN, ME, OTHER, ROOM, modal, until


@pytest.fixture
def ticket(web):
    return lambda: web.apps_connections_open(app_token=APP_TOKEN)["url"]


def refused(url):
    with pytest.raises(InvalidStatus) as answer, connect(url):
        pass
    return answer.value.response.status_code


def test_a_ticket_opens_one_connection(ticket):
    url = ticket()
    assert url.startswith("ws://127.0.0.1:")
    assert "app_id=A0SEVERANCE" in url
    with connect(url) as line:
        hello = json.loads(line.recv(timeout=2))
    assert hello["type"] == "hello"
    assert hello["connection_info"] == {"app_id": "A0SEVERANCE"}
    assert hello["num_connections"] == 1
    assert hello["debug_info"]["approximate_connection_time"]
    assert refused(url) == 403


def test_a_ticket_is_short_lived(monkeypatch, ticket):
    monkeypatch.setattr("integrations.lab.slack.link._TICKET_S", 0.0)
    assert refused(ticket()) == 403


@pytest.mark.parametrize("change", [("ticket=", "ticket=x"), ("/link", "/elsewhere"), ("ticket=", "other=")])
def test_nothing_else_opens_one(ticket, change):
    assert refused(ticket().replace(*change)) == 403


def test_a_ping_is_answered(ticket):
    with connect(ticket()) as line:
        assert line.ping().wait(2)


def test_ten_connections_and_no_more(connected):
    lines = [connected() for _ in range(10)]
    assert [each.hello["num_connections"] for each in lines] == list(range(1, 11))
    extra = connected()
    assert (extra.hello["type"], extra.hello["reason"]) == ("disconnect", "too_many_websockets")


def test_each_event_goes_to_one_connection_at_random(house, connected):
    lines = [connected() for _ in range(3)]
    for _ in range(60):
        house.act("home", {"user": ME})
    counts = [len(each.seen) for each in lines]
    assert sum(counts) == 60
    assert min(counts) > 3


def test_a_command_is_acknowledged_and_its_answer_shown_to_one_person(house, connected):
    app = connected({"text": "nothing waits for you"})
    told = house.act("command", {"user": ME, "text": "status"})
    [ack] = told["acks"]
    assert ack["after_ms"] >= 0
    assert ack["body"] == {"text": "nothing waits for you"}
    [envelope] = app.envelopes
    assert (envelope["envelope_id"], envelope["type"]) == (told["envelope_id"], "slash_commands")
    assert envelope["accepts_response_payload"]
    assert "retry_attempt" not in envelope
    assert envelope["payload"]["trigger_id"] == told["trigger_id"]
    assert [each["text"] for each in house.state()["ephemerals"][ME]] == ["nothing waits for you"]


def test_an_app_may_ask_before_it_acknowledges(house, web, connected):
    connected(first=web.auth_test)
    asked = urllib.request.Request(
        f"{house.url}/_lab/act", json.dumps({"act": "command", "user": ME, "text": "status"}).encode()
    )
    with urllib.request.urlopen(asked) as answer:
        assert len(json.loads(answer.read())["acks"]) == 1


def test_an_answer_to_the_whole_channel_is_a_message(house, connected):
    connected({"text": "to all", "response_type": "in_channel"})
    house.act("command", {"user": ME, "channel": ROOM, "text": "status"})
    assert [each["text"] for each in house.channels[ROOM].messages] == ["to all"]


@pytest.mark.usefixtures("impatient")
def test_an_app_that_does_not_answer_is_a_failure_before_the_person_and_is_not_asked_again(house, connected):
    app = connected(silent=True)
    told = house.act("command", {"user": ME, "text": "status"})
    assert told["acks"] == []
    assert [each["user"] for each in house.state()["failures"]] == [ME]
    house.act("home", {"user": OTHER})
    assert [each["type"] for each in app.envelopes].count("slash_commands") == 1


def test_without_a_connection_a_command_fails_at_once(house):
    assert house.act("command", {"user": ME, "text": "status"})["acks"] == []
    assert len(house.state()["failures"]) == 1


@pytest.mark.usefixtures("impatient")
def test_an_event_nobody_acknowledged_comes_again_three_times(house, connected):
    app = connected(silent=True)
    house.act("home", {"user": ME})
    until(lambda: len(app.seen) == 4)
    tries = [(each["retry_attempt"], each["retry_reason"]) for each in app.envelopes]
    assert tries == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
    assert len({each["payload"]["event_id"] for each in app.envelopes}) == 1
    assert len({each["envelope_id"] for each in app.envelopes}) == 4
    assert house.state()["failures"] == []


@pytest.mark.usefixtures("impatient")
def test_an_event_is_repeated_until_it_is_acknowledged(house, connected):
    deaf = connected(silent=True)
    house.act("home", {"user": ME})
    assert deaf.envelopes
    deaf.close()
    app = connected()
    until(lambda: app.seen)
    assert app.envelopes[0]["retry_attempt"] > 0
    house.act("home", {"user": OTHER})
    assert len(app.seen) == 2


@pytest.mark.usefixtures("impatient")
def test_a_late_acknowledgement_changes_nothing(house, web, connected):
    app = connected(silent=True)
    view = web.views_open(trigger_id=house.world.trigger(ME), view=modal())["view"]
    told = house.act("submit", {"user": ME, "view_id": view["id"], "values": {"code": "x"}})
    assert told["acks"] == []
    app.line.send(json.dumps({"envelope_id": told["envelope_id"]}))
    house.act("raw", {"envelope": {"envelope_id": "behind it"}, "wait_s": 0.05})
    assert not house.state()["views"][ME]["closed"]


def test_copies_have_one_payload_and_an_envelope_each(house, connected):
    app = connected()
    house.act("deliver", {"copies": 3})
    told = house.act("command", {"user": ME, "text": "status"})
    assert len(told["acks"]) == 3
    assert Counter(json.dumps(each["payload"]) for each in app.envelopes).most_common(1)[0][1] == 3
    assert len({each["envelope_id"] for each in app.envelopes}) == 3


def test_copies_of_an_answered_submission_are_applied_once(house, web, connected):
    connected({"response_action": "push", "view": modal(title="Next")})
    house.act("deliver", {"copies": 3})
    view = web.views_open(trigger_id=house.world.trigger(ME), view=modal())["view"]
    assert len(house.act("submit", {"user": ME, "view_id": view["id"], "values": {"code": "x"}})["acks"]) == 3
    assert len(house.modals.stacks[ME]) == 2


def test_envelopes_arrive_out_of_order(house, connected):
    app = connected()
    house.act("deliver", {"reorder": 10})
    texts = [str(at) for at in range(30)]
    sent = []
    for text in texts:
        sent.append(threading.Thread(target=house.act, args=("command", {"user": ME, "text": text})))
        sent[-1].start()
    for each in sent:
        each.join()
    until(lambda: len(app.seen) == 30)
    arrived = [each["payload"]["text"] for each in app.envelopes]
    assert sorted(arrived, key=int) == texts
    assert arrived != texts


def test_a_few_envelopes_do_not_wait_for_others_for_ever(house, connected):
    app = connected()
    house.act("deliver", {"reorder": 10})
    house.act("home", {"user": ME})
    until(lambda: app.seen)


@pytest.mark.usefixtures("impatient")
def test_an_envelope_is_late(house, connected):
    app = connected()
    house.act("deliver", {"late_s": 0.5})
    told = house.act("command", {"user": ME, "text": "status"})
    assert (told["acks"], app.seen) == ([], [])
    until(lambda: app.seen)
    house.act("deliver", {})
    assert house.act("command", {"user": ME, "text": "status"})["acks"]


@pytest.mark.parametrize(
    "raw", ["{", "", "null", '"x"', "[]", '{"type": 3}', '{"envelope_id": {}}', "\u202e"]
)
def test_anything_can_be_sent_as_it_is(house, connected, raw):
    app = connected(silent=True)
    house.act("raw", {"envelope": raw})
    until(lambda: app.seen == [raw])


def test_a_raw_envelope_can_be_waited_for(house, connected):
    connected()
    told = house.act(
        "raw", {"envelope": {"envelope_id": "e1", "type": "interactive", "payload": {}}, "wait_s": 2}
    )
    assert (told["envelope_id"], len(told["acks"])) == ("e1", 1)


@pytest.mark.parametrize("said", ["{", "[]", '{"envelope_id": 1}', '{"envelope_id": "unknown"}', "x"])
def test_what_an_app_says_besides_is_overheard(house, connected, said):
    app = connected()
    app.line.send(said)
    assert house.act("home", {"user": ME})["acks"]


def test_a_warning_leaves_the_connection_and_a_refresh_ends_it(house, connected):
    app = connected(silent=True)
    house.act("disconnect", {"reason": "warning"})
    until(lambda: app.seen)
    assert house.link.count == 1
    house.act("disconnect", {"reason": "refresh_requested"})
    app.thread.join(timeout=2)
    assert [(each["type"], each["reason"]) for each in app.envelopes] == [
        ("disconnect", "warning"),
        ("disconnect", "refresh_requested"),
    ]
    until(lambda: house.link.count == 0)


def test_an_outage_drops_every_connection_and_ticket(house, connected, ticket, clock):
    connected()
    url = ticket()
    house.act("outage", {"seconds": 10})
    until(lambda: house.link.count == 0)
    assert refused(url) == 403
    clock.now += 11
    connected()


def test_nothing_of_it_goes_on_when_it_stops():
    before = set(threading.enumerate())
    link = Link(lambda _: None)
    link.start()
    with connect(link.ticket()) as line:
        line.recv(timeout=2)
        link.stop()
    until(lambda: set(threading.enumerate()) <= before)  # the client's own threads end a little later


def test_a_stopped_house_starts_again(house, web):
    house.stop()
    house.start()
    with connect(house.link.ticket()) as line:
        assert json.loads(line.recv(timeout=2))["type"] == "hello"
