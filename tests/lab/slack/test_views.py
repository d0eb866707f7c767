"""Triggers, modals and Home tabs."""

import pytest

from integrations.lab.slack import LEAVER
from tests.lab.slack.conftest import ME, OTHER, asking, modal, plain, refusal, section

HOME = {"type": "home", "blocks": [section()]}


@pytest.fixture
def trigger(house):
    return lambda user=ME: house.world.trigger(user)


def test_a_trigger_opens_one_view_within_three_seconds(house, web, trigger, clock):
    first, late = trigger(), trigger()
    clock.now += 3
    view = web.views_open(trigger_id=first, view=modal())["view"]
    assert refusal(web.views_open, trigger_id=first, view=modal()) == "exchanged_trigger_id"
    clock.now += 0.1
    assert refusal(web.views_open, trigger_id=late, view=modal()) == "expired_trigger_id"
    assert refusal(web.views_open, trigger_id="1.2.abc", view=modal()) == "invalid_trigger_id"
    seen = house.state()["views"][ME]
    assert (seen["id"], seen["callback_id"], seen["closed"]) == (view["id"], "approve", False)


def test_a_view_slack_refuses_spends_no_trigger(web, trigger):
    mine = trigger()
    assert refusal(web.views_open, trigger_id=mine, view=modal(title="x" * 25)) == "invalid_arguments"
    assert web.views_open(trigger_id=mine, view=modal())["ok"]


def test_a_view_changes_under_its_hash_only(house, web, trigger):
    view = web.views_open(trigger_id=trigger(), view=modal(title="Loading"))["view"]
    newer = web.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="Loaded"))["view"]
    assert (newer["id"], newer["hash"] == view["hash"]) == (view["id"], False)
    assert refusal(web.views_update, view_id=view["id"], hash=view["hash"], view=modal()) == "hash_conflict"
    assert web.views_update(view_id=view["id"], view=modal(title="Without a hash"))["ok"]
    assert house.state()["views"][ME]["title"]["text"] == "Without a hash"


def test_a_view_is_also_known_by_the_apps_own_id(web, trigger):
    web.views_open(trigger_id=trigger(), view=modal(external_id="mine"))
    assert web.views_update(external_id="mine", view=modal(external_id="mine"))["ok"]
    assert refusal(web.views_update, external_id="other", view=modal()) == "not_found"


def test_a_closed_view_cannot_be_changed(house, web, trigger):
    view = web.views_open(trigger_id=trigger(), view=modal())["view"]
    house.act("close_view", {"user": ME, "view_id": view["id"]})
    assert refusal(web.views_update, view_id=view["id"], view=modal()) == "not_found"
    assert house.state()["views"][ME]["closed"]


def test_three_views_stand_on_each_other(house, web, trigger):
    first = web.views_open(trigger_id=trigger(), view=modal())["view"]
    for title in ("two", "three"):
        pushed = web.views_push(trigger_id=trigger(), view=modal(title=title))["view"]
        assert pushed["root_view_id"] == first["id"]
    assert refusal(web.views_push, trigger_id=trigger(), view=modal()) == "push_limit_reached"
    house.act("close_view", {"user": ME, "view_id": pushed["id"]})
    seen = house.state()["views"][ME]
    assert (seen["title"]["text"], seen["closed"]) == ("two", False)
    with pytest.raises(ValueError, match="no view"):
        house.act("close_view", {"user": ME, "view_id": first["id"]})


def test_each_person_has_a_view_of_their_own(house, web, trigger):
    mine = web.views_open(trigger_id=trigger(ME), view=modal())["view"]
    web.views_open(trigger_id=trigger(OTHER), view=modal())
    with pytest.raises(ValueError, match="no view"):
        house.act("submit", {"user": OTHER, "view_id": mine["id"], "values": {"code": "x"}})


def test_a_home_tab_is_published_and_changed_under_its_hash(house, web):
    home = web.views_publish(user_id=ME, view=HOME)["view"]
    again = web.views_publish(user_id=ME, view=HOME, hash=home["hash"])["view"]
    assert again["id"] == home["id"]
    assert refusal(web.views_publish, user_id=ME, view=HOME, hash=home["hash"]) == "hash_conflict"
    assert refusal(web.views_publish, user_id=LEAVER, view=HOME) == "user_not_found"
    assert refusal(web.views_publish, user_id=ME, view=modal()) == "invalid_arguments"
    assert house.state()["homes"][ME]["hash"] == again["hash"]


@pytest.mark.parametrize("view", ["{", "", "[]", '{"type": "modal"}', '{"type": "popup", "blocks": []}'])
def test_what_is_no_view(web, trigger, view):
    assert refusal(web.views_open, trigger_id=trigger(), view=view) == "invalid_arguments"


CHOICE = {
    "type": "static_select",
    "options": [{"text": plain("Okta"), "value": "okta"}, {"text": plain("GitHub"), "value": "github"}],
}


def fill(house, web, trigger, view, values):
    opened = web.views_open(trigger_id=trigger(), view=view)["view"]
    return house.act("submit", {"user": ME, "view_id": opened["id"], "values": values})


@pytest.mark.parametrize(
    ("block", "value", "told"),
    [
        (asking("x"), "typed", {"type": "plain_text_input", "value": "typed"}),
        (asking("x", optional=True), None, {"type": "plain_text_input", "value": None}),
        (
            asking("x", {"type": "plain_text_input", "initial_value": "as it was"}),
            None,
            {"type": "plain_text_input", "value": "as it was"},
        ),
        (asking("x", CHOICE), "github", {"type": "static_select", "selected_option": CHOICE["options"][1]}),
        (
            asking("x", {**CHOICE, "type": "checkboxes"}),
            ["okta"],
            {"type": "checkboxes", "selected_options": CHOICE["options"][:1]},
        ),
        (
            asking("x", {"type": "datepicker"}),
            "2026-11-25",
            {"type": "datepicker", "selected_date": "2026-11-25"},
        ),
        (
            asking("x", {"type": "datetimepicker"}),
            1_795_000_000,
            {"type": "datetimepicker", "selected_date_time": 1_795_000_000},
        ),
    ],
)
def test_what_is_filled_in_arrives_as_slack_shapes_it(house, web, trigger, connected, block, value, told):
    app = connected()
    fill(house, web, trigger, modal(block), {} if value is None else {"x": value})
    [envelope] = app.envelopes
    payload = envelope["payload"]
    assert (payload["type"], payload["user"]["id"]) == ("view_submission", ME)
    assert payload["view"]["state"]["values"] == {"x": {"value": told}}


@pytest.mark.parametrize(
    ("block", "values", "why"),
    [
        (asking("x"), {}, "required"),
        (asking("x"), {"y": "1"}, "has no"),
        (asking("x", CHOICE), {"x": "slack"}, "none of"),
        (asking("x", {"type": "plain_text_input", "max_length": 3}), {"x": "1234"}, "0 to 3"),
    ],
)
def test_the_client_refuses_what_the_form_does_not_take(house, web, trigger, block, values, why):
    with pytest.raises(ValueError, match=why):
        fill(house, web, trigger, modal(block), values)


def test_a_view_without_submit_is_not_submitted(house, web, trigger):
    view = {**modal(section()), "submit": None}
    with pytest.raises(ValueError, match="nothing to submit"):
        fill(house, web, trigger, view, {})


def test_callback_and_metadata_can_be_forged(house, web, trigger, connected):
    app = connected()
    opened = web.views_open(trigger_id=trigger(), view=modal(private_metadata="mine"))["view"]
    house.act(
        "submit",
        {
            "user": ME,
            "view_id": opened["id"],
            "values": {"code": "x"},
            "callback_id": "deny",
            "private_metadata": "{}",
        },
    )
    view = app.envelopes[0]["payload"]["view"]
    assert (view["callback_id"], view["private_metadata"]) == ("deny", "{}")


@pytest.mark.parametrize(
    ("answer", "title", "closed", "errors"),
    [
        (None, "Approve", True, {}),
        ({"response_action": "clear"}, "Approve", True, {}),
        ({"response_action": "update", "view": modal(title="Done")}, "Done", False, {}),
        ({"response_action": "push", "view": modal(title="Next")}, "Next", False, {}),
        (
            {"response_action": "errors", "errors": {"code": "no such case"}},
            "Approve",
            False,
            {"code": "no such case"},
        ),
    ],
)
def test_the_acknowledgement_of_a_submission_decides_what_the_person_sees(
    house, web, trigger, connected, answer, title, closed, errors
):
    connected(answer)
    fill(house, web, trigger, modal(), {"code": "x"})
    seen = house.state()["views"][ME]
    assert (seen["title"]["text"], seen["closed"], seen["errors"]) == (title, closed, errors)
    assert house.state()["failures"] == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "explode"},
        {"response_action": "errors", "errors": {"elsewhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": modal(title="x" * 25)},
        {"response_action": "update"},
    ],
)
def test_an_answer_slack_does_not_understand_is_a_failure_before_the_person(
    house, web, trigger, connected, answer
):
    connected(answer)
    fill(house, web, trigger, modal(), {"code": "x"})
    [failure] = house.state()["failures"]
    assert failure["user"] == ME
    assert not house.state()["views"][ME]["closed"]


def test_a_close_is_told_only_when_the_view_asks_for_it(house, web, trigger, connected):
    app = connected()
    for wanted in (False, True):
        view = web.views_open(trigger_id=trigger(), view=modal(notify_on_close=wanted))["view"]
        house.act("close_view", {"user": ME, "view_id": view["id"]})
    [envelope] = app.envelopes
    assert (envelope["payload"]["type"], envelope["payload"]["is_cleared"]) == ("view_closed", False)
