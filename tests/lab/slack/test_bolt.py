"""The real Bolt and the real client of Socket Mode against the stand-in, from the command to the changed card."""

import logging

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from integrations.lab.control import Control
from integrations.lab.launch import start
from integrations.lab.ledger import Ledger
from integrations.lab.slack import SlackStandIn
from tests.lab.slack.conftest import (
    APP_TOKEN,
    ME,
    ROOM,
    TOKEN,
    actions,
    button,
    modal,
    plain,
    section,
    until,
)


def desk(app):
    """Let an app do what a case's channel does: a card, a modal, a decision."""

    @app.command("/ops")
    def command(ack, body, client):
        ack("one moment")
        client.chat_postMessage(channel=ROOM, text="amber-falcon-7", blocks=[section(), actions(button())])

    @app.action("review")
    def review(ack, body, client):
        ack()
        loading = client.views_open(
            trigger_id=body["trigger_id"], view={**modal(section("…")), "submit": None}
        )
        client.views_update(
            view_id=loading["view"]["id"],
            hash=loading["view"]["hash"],
            view=modal(private_metadata=body["message"]["ts"]),
        )

    @app.view("approve")
    def approve(ack, view, client):
        if view["state"]["values"]["code"]["value"]["value"] != "amber-falcon-7":
            ack(response_action="errors", errors={"code": "that is not its code name"})
            return
        ack(response_action="update", view={**modal(section("Approved.")), "submit": None})
        client.chat_update(
            channel=ROOM, ts=view["private_metadata"], text="decided", blocks=[section("Approved by Okafor")]
        )

    @app.event("app_home_opened")
    def home(event, client):
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Nothing.")]})


@pytest.fixture
def patient(tmp_path):
    house = SlackStandIn("slack", Ledger(tmp_path / "slack.jsonl"), token=TOKEN, app_token=APP_TOKEN)
    house.start()
    yield house
    house.stop()


@pytest.fixture
def bolt(patient, caplog):
    caplog.set_level(logging.ERROR, logger="slack_bolt")  # until the test ends: others hear what it says
    app = App(client=WebClient(token=TOKEN, base_url=f"{patient.url}/api/"))
    desk(app)
    handler = SocketModeHandler(app, APP_TOKEN)
    handler.connect()
    until(lambda: patient.link.count == 1)
    yield handler
    handler.close()
    app.listener_runner.listener_executor.shutdown()


def test_a_card_is_posted_reviewed_approved_and_changed(patient, bolt):
    [ack] = patient.act("command", {"user": ME, "text": "open"})["acks"]
    assert ack["body"] == {"text": "one moment"}
    until(lambda: patient.channels[ROOM].messages)
    [card] = patient.state()["channels"][ROOM]["messages"]

    assert patient.act("click", {"user": ME, "channel": ROOM, "ts": card["ts"], "action_id": "review"})[
        "acks"
    ]
    until(lambda: patient.state()["views"].get(ME, {}).get("submit") == plain("Approve"))
    view = patient.state()["views"][ME]

    patient.act("submit", {"user": ME, "view_id": view["id"], "values": {"code": "amber-falcon-8"}})
    assert patient.state()["views"][ME]["errors"] == {"code": "that is not its code name"}
    patient.act("submit", {"user": ME, "view_id": view["id"], "values": {"code": "amber-falcon-7"}})
    seen = patient.state()["views"][ME]
    assert (seen["id"], seen["blocks"][0]["text"]["text"]) == (view["id"], "Approved.")

    until(lambda: patient.state()["edits"])
    [card] = patient.state()["channels"][ROOM]["messages"]
    assert (card["text"], card["edits"], len(card["blocks"])) == ("decided", 1, 1)
    assert patient.state()["failures"] == []


def test_the_client_comes_back_after_a_refresh(patient, bolt):
    patient.act("disconnect", {"reason": "refresh_requested"})
    until(lambda: patient.link.count == 1, patience=15)
    assert patient.act("home", {"user": ME})["acks"]
    until(lambda: ME in patient.state()["homes"])


def test_the_labs_settings_open_the_socket_and_its_control_acts(tmp_path):
    lab = start(tmp_path / "lab")
    try:
        secrets = lab.settings_path.parent / "secrets"
        token, app_token = ((secrets / each).read_text().strip() for each in ("slack", "slack-app"))
        app = App(client=WebClient(token=token, base_url=f"{lab.urls['slack']}/api/"))
        desk(app)
        handler = SocketModeHandler(app, app_token)
        handler.connect()
        try:
            until(lambda: lab.services["slack"].link.count == 1)
            told = Control(tmp_path / "lab").act("slack", "command", {"user": ME, "text": "help"})
            assert [each["body"] for each in told["acks"]] == [{"text": "one moment"}]
        finally:
            handler.close()
            app.listener_runner.listener_executor.shutdown()
    finally:
        lab.stop()
