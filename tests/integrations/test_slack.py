import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates
from integrations.lab.slack import CASE_CHANNEL, PUBLIC_CHANNEL, SCOPES, Channel, SlackStandIn
from runner.actions.values import Changed, Refused, Unchanged
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    ServiceError,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)
from tests.integrations.telling import HOSTILE, SECRET, Opened, ledger_of, writes

TEXT = "amber-falcon-7 needs you: severance status amber-falcon-7, by 12:00 UTC"


@pytest.fixture
def house(tmp_path):
    seeing = SCOPES | {"channels:read"}  # to learn that a channel is a public one
    house = SlackStandIn("slack", Ledger(tmp_path / "slack.jsonl"), token=SECRET, scopes=seeing)
    house.start()
    yield house
    house.stop()


def opened(house, **changed):
    return Opened("slack", **{"url": f"{house.url}/api/", "token": "env:X", **changed})


@pytest.fixture
def slack(house):
    return opened(house)


def post(slack, text=TEXT, channel=CASE_CHANNEL, **named):
    return slack.do("slack.post_message", channel, text, **named)


def said(house, channel=CASE_CHANNEL):
    return [each["text"] for each in house.channels[channel].messages]


def test_a_message_reaches_a_private_channel_and_nothing_is_unfurled(house, slack):
    outcome = post(slack)
    [message] = house.channels[CASE_CHANNEL].messages
    assert isinstance(outcome, Changed)
    assert (outcome.after["id"], outcome.after["text"]) == (message["ts"], TEXT)
    assert not message["unfurled"]
    assert not message["mrkdwn"]


def test_the_same_step_again_posts_nothing(house, slack):
    first, again = post(slack), post(slack)
    assert isinstance(again, Unchanged)
    assert again.state["id"] == first.after["id"]
    assert isinstance(post(slack, key="another step"), Changed)
    assert len(said(house)) == 2
    assert duplicates(ledger_of(house)) == []


def test_a_message_whose_answer_was_lost_is_not_posted_twice(house, slack):
    house.faults.add([Fault.of({"match": "chat.postMessage", "kind": "lose-answer"})])
    with pytest.raises(AnswerLost):
        post(slack)
    assert isinstance(post(slack), Unchanged)
    assert said(house) == [TEXT]


def test_the_mark_in_the_message_tells_nothing(house, slack):
    post(slack, key="amber-falcon-7/lockdown/doors")
    assert "lockdown" not in str(house.channels[CASE_CHANNEL].messages)


def test_a_public_channel_is_refused(house, slack):
    assert isinstance(post(slack, channel=PUBLIC_CHANNEL), Refused)
    assert said(house, PUBLIC_CHANNEL) == []


@pytest.mark.parametrize("trait", ["is_ext_shared", "is_archived"])
def test_a_channel_with_guests_or_a_closed_one_is_refused(house, slack, trait):
    house.channels["C0OTHER0001"] = Channel("other", **{trait: True})
    assert isinstance(post(slack, channel="C0OTHER0001"), Refused)
    assert writes(house) == []


def test_a_channel_without_the_bot_does_not_exist_for_it(house, slack):
    house.channels["C0OTHER0001"] = Channel("other", is_member=False)
    with pytest.raises(ServiceRefused, match="channel_not_found") as refused:
        post(slack, channel="C0OTHER0001")
    assert refused.value.code == "channel_not_found"


@pytest.mark.parametrize("channel", ["#general", "general", "C1", "C0AMBER0001\r\n", "C0AMBER0001/../x", ""])
def test_a_channel_that_is_no_id_is_refused_unasked(house, slack, channel):
    assert isinstance(post(slack, channel=channel), Refused)
    assert ledger_of(house) == []


def test_hostile_text_stays_letters(house, slack):
    post(slack, HOSTILE + " <@U123> <https://x.example|click>")
    [text] = said(house)
    assert "<" not in text
    assert "&lt;!channel&gt;" in text
    assert "\\u202e" in text
    assert "\u202e" not in text


@pytest.mark.parametrize("text", ["", " \n", "x" * 4_001, "<" * 1_001])
def test_an_empty_or_a_long_message_is_refused_unasked(house, slack, text):
    assert isinstance(post(slack, text), Refused)
    assert ledger_of(house) == []


def test_a_wrong_token_is_a_matter_of_credentials_and_is_not_repeated_in_the_error(house):
    with pytest.raises(CredentialsError) as refused:
        post(opened(house, secret="xoxb-wrong"))
    assert "xoxb-wrong" not in refused.value.diagnostics()


@pytest.mark.parametrize("code", ["fatal_error", "internal_error"])
def test_a_half_done_answer_is_a_lost_one(house, slack, code):
    body = {"ok": False, "error": code}
    house.faults.add([Fault.of({"match": "chat.postMessage", "kind": "status", "status": 200, "body": body})])
    with pytest.raises(AnswerLost, match=code):
        post(slack)


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 200, "body": {"ok": False, "error": "ratelimited"}}]
)
def test_not_now_is_waited_for_and_the_message_posted_once(house, slack, fault):
    house.faults.add(
        [Fault.of({"match": "chat.postMessage", "kind": "status", "headers": {"Retry-After": "1"}, **fault})]
    )
    assert isinstance(post(slack), Changed)
    assert said(house) == [TEXT]


def test_a_redirect_is_not_followed(house, slack):
    headers = {"Location": f"{house.url}/api/auth.test"}
    house.faults.add(
        [Fault.of({"match": "conversations.info", "kind": "status", "status": 302, "headers": headers})]
    )
    with pytest.raises(ServiceRefused, match="redirect"):
        post(slack)
    assert len(ledger_of(house)) == 1


def test_a_guest_network_in_between_is_not_taken_for_slack(house, slack):
    house.faults.add([Fault.of({"match": "chat.postMessage", "kind": "garbage"})])
    with pytest.raises(AnswerLost):
        post(slack)
    house.faults.add([Fault.of({"match": "conversations.info", "kind": "garbage", "times": 3})])
    with pytest.raises(ServiceError) as broken:
        post(slack)
    assert not isinstance(broken.value, AnswerLost)


def test_a_cut_answer_to_a_post_is_a_lost_one(house, slack):
    house.faults.add([Fault.of({"match": "chat.postMessage", "kind": "truncate"})])
    with pytest.raises(AnswerLost):
        post(slack)


def test_a_workspace_that_is_not_there_took_nothing(house, slack):
    house.stop()
    with pytest.raises(NotReached):
        post(slack)


def test_a_proxy_in_the_environment_is_not_used(house, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert isinstance(post(opened(house)), Changed)


def test_planning_and_a_shut_gate_post_nothing(house, slack):
    assert slack.plan("slack.post_message", CASE_CHANNEL, TEXT)["would"] == "write"
    with pytest.raises(WriteForbidden):
        slack.connection.chat_postMessage(channel=CASE_CHANNEL, text="x")
    with pytest.raises(WriteForbidden):
        slack.connection.conversations_invite(channel=CASE_CHANNEL, users=["U1"])
    assert said(house) == []


def test_the_library_cannot_be_led_to_another_host(house, slack):
    with slack.gate.opened(), pytest.raises(ServiceError, match="another host"):
        slack.connection.api_call(house.url.replace("127.0.0.1", "localhost") + "/api/auth.test")
    assert ledger_of(house) == []


@pytest.mark.parametrize("url", ["http://slack.example/api/", "file:///etc/passwd"])
def test_an_address_not_fit_for_a_token_is_refused(url):
    with pytest.raises(SettingsError):
        Opened("slack", url=url, token="env:X")


def test_doctor_learns_who_we_are_and_posts_nothing(house, slack):
    assert slack.ping() == {"user": "severance", "team": "Fjordlight Systems"}
    assert writes(house) == []


@pytest.mark.parametrize(
    ("channel", "text", "code"),
    [
        ("C0NOWHERE01", "x", "channel_not_found"),
        (CASE_CHANNEL, "x" * 40_001, "msg_too_long"),
        ("C0PUBLIC002", "x", "not_in_channel"),
    ],
)
def test_the_stand_in_refuses_what_slack_refuses(house, channel, text, code):
    house.channels["C0PUBLIC002"] = Channel("random", is_private=False, is_member=False)
    vendor = WebClient(token=SECRET, base_url=f"{house.url}/api/", retry_handlers=[])
    with pytest.raises(SlackApiError) as refused:
        vendor.chat_postMessage(channel=channel, text=text)
    assert refused.value.response["error"] == code
