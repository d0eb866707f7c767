"""Closing and reopening: one change in the world, read back, refused before anything is sent, safe to repeat."""

import pytest

from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, SUBJECT, person
from integrations.lab.slack_org import GUEST, RUNNER, STRANGER
from runner.actions.values import Account, Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, CredentialsError, RefusedError, ServiceError, ServiceRefused

KATARINA = person("katarina.vuk@fjordlight.example")
CLOSES = {
    "deactivate_user": "admin.users.deactivate",
    "end_sessions": "admin.users.session.reset",
}


def role(house):
    house.act("make-admin", level="owner")
    (thing,) = house.do("find_roles", house.subject)
    return thing


def test_deactivating_shuts_the_account_and_says_what_it_took(house):
    outcome = house.do("deactivate_user", house.subject)

    assert isinstance(outcome, Changed)
    assert outcome.after == {"deleted": True}
    assert {each["name"] for each in outcome.before["channels"]} == {
        "general", "random", "platform", "labs-general", "customers-shared", "incident-room",
    }  # fmt: skip
    assert outcome.before["teams"] == [house.lab.world.main, house.lab.world.labs]
    assert house.held() == {**house.held(), "deleted": True, "sessions": 0, "channels": [], "teams": []}


def test_a_private_channel_without_one_of_ours_is_not_among_what_slack_lists(house):
    assert "side-project" in house.held()["channels"]
    before = house.do("deactivate_user", house.subject).before

    assert "side-project" not in {each["name"] for each in before["channels"]}


def test_what_was_closed_already_is_left_alone(house):
    house.act("deactivate")

    assert isinstance(house.do("deactivate_user", house.subject), Unchanged)
    assert isinstance(house.do("end_sessions", house.subject), Unchanged)
    assert house.writes() == []


def test_ending_sessions_ends_every_one_in_every_workspace(house):
    assert house.held()["sessions"] == 2
    outcome = house.do("end_sessions", house.subject)

    assert {each["team_id"] for each in outcome.before["sessions"]} == {
        house.lab.world.main,
        house.lab.world.labs,
    }
    assert outcome.after == {"sessions": []}
    assert house.held()["sessions"] == 0
    assert isinstance(house.do("end_sessions", house.subject), Unchanged)
    assert len(house.writes()) == 1


@pytest.mark.parametrize(
    ("mail", "word"),
    [(STRANGER, "another organisation"), (BREAK_GLASS[0].mail, "cannot_reset_primary_owner")],
)
@pytest.mark.parametrize("close", CLOSES)
def test_strangers_and_the_primary_owner_are_refused_with_the_reason(house, close, mail, word):
    outcome = house.do(close, house.found(mail))

    assert isinstance(outcome, Refused)
    assert word in outcome.why
    assert house.writes() == []


def test_a_bot_goes_with_its_app_and_not_by_itself(house):
    bot = house.lab.world.named(SUBJECT.mail)
    house.lab.world.users[bot]["is_bot"] = True

    assert "goes with its app" in house.do("deactivate_user", house.subject).why
    assert house.writes() == []


def test_a_guest_is_told_apart_and_deactivated_as_well(house):
    guest = house.found(GUEST)
    assert guest.facts["kind"] == "guest"
    assert [each.label for each in house.do("find_open_account", guest)] == ["auditor (guest)"]

    assert house.do("deactivate_user", guest).before["kind"] == "guest"
    assert house.held(GUEST)["deleted"]


def test_slacks_own_refusal_of_the_primary_owner_comes_with_its_code(house):
    house.says("session.reset", "cannot_reset_primary_owner")

    with pytest.raises(ServiceRefused) as refused:
        house.do("end_sessions", house.subject)
    assert refused.value.code == "cannot_reset_primary_owner"


@pytest.mark.parametrize(("close", "method"), CLOSES.items())
@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(house, close, method, kind):
    house.fault(f"{method}$", kind)
    with pytest.raises(AnswerLost):
        house.do(close, house.subject)

    house.do(close, house.subject)
    assert len(house.writes()) == 1
    assert house.duplicates() == []


@pytest.mark.parametrize(("close", "method"), CLOSES.items())
def test_a_close_slack_accepts_without_doing_it_is_no_success(house, close, method):
    house.fault(f"{method}$", status=200, body={"ok": True})

    with pytest.raises(ServiceError, match=r"after the call$"):
        house.do(close, house.subject)


@pytest.mark.parametrize("code", ["fatal_error", "internal_error"])
def test_a_half_done_write_is_a_lost_one(house, code):
    house.says("deactivate$", code)

    with pytest.raises(AnswerLost, match=code):
        house.do("deactivate_user", house.subject)


def test_a_token_without_the_scope_says_which_one_is_missing(house):
    house.act("take-scope", scope="admin.users:write")

    with pytest.raises(CredentialsError, match=r"missing_scope; it needs admin\.users:write"):
        house.do("deactivate_user", house.subject)
    assert not house.held()["deleted"]


@pytest.mark.parametrize("how", ["status", "body"])
def test_not_now_is_waited_out_and_the_write_happens_once(house, how):
    if how == "status":
        house.fault("deactivate$", status=429, headers={"Retry-After": "1"}, times=2)
    else:
        house.says("deactivate$", "ratelimited", times=2, **{"Retry-After": "1"})

    assert isinstance(house.do("deactivate_user", house.subject), Changed)
    assert len(house.writes()) == 1


def test_a_broken_answer_to_a_reading_method_is_read_again(house):
    house.fault("users.info$", status=500, times=2)

    assert house.do("account_is_deactivated", house.subject).verdict == "open"


def test_a_role_is_taken_and_given_back_once(house):
    thing = role(house)
    outcome = house.do("remove_role", house.subject, thing)

    assert outcome.before == {"scope": house.lab.world.org, "role": "owner"}
    assert house.held()["roles"] == {}
    assert isinstance(house.do("remove_role", house.subject, thing), Unchanged)
    assert house.do("restore_role", house.subject, thing, outcome.before).after == outcome.before
    assert isinstance(house.do("restore_role", house.subject, thing, outcome.before), Unchanged)
    assert house.held()["roles"] == {house.lab.world.org: "owner"}
    assert len(house.writes()) == 2


def test_a_role_in_the_organisation_stands_for_those_below_it(house):
    house.act("make-admin", level="admin", where=house.lab.world.labs)
    assert [each.id for each in house.do("find_roles", house.subject)] == [house.lab.world.labs]

    thing = role(house)
    assert thing.id == house.lab.world.org
    house.do("remove_role", house.subject, thing)
    assert house.do("roles_are_removed", house.subject).verdict == "open"


def test_the_primary_owner_keeps_the_role(house):
    owner = house.found(BREAK_GLASS[0].mail)
    (thing,) = house.do("find_roles", owner)

    assert "transfer the ownership" in house.do("remove_role", owner, thing).why
    assert house.writes() == []


def test_a_deactivated_administrator_needs_no_further_call_and_may_come_back_as_one(house):
    thing = role(house)
    admin = house.found(SUBJECT.mail)
    assert admin.facts["admin"] is True
    house.act("deactivate")

    assert isinstance(house.do("remove_role", admin, thing), Unchanged)
    proof = house.do("roles_are_removed", admin)
    assert (proof.verdict, "may return" in proof.why) == ("inferred", True)
    assert house.do("roles_are_removed", house.subject).verdict == "closed"
    assert isinstance(house.do("restore_role", admin, thing, thing.state), Refused)


def test_an_app_is_shared_and_uninstalled_once(house, app):
    assert app.shared
    assert app.label == "Build Notifier (installed by the person)"
    outcome = house.do("uninstall_app", house.subject, app)

    assert (outcome.before["change_type"], outcome.after["change_type"]) == ("added", "removed")
    assert house.lab.state()["apps"]["Build Notifier"] == []
    assert house.do("find_apps", house.subject) == []
    assert isinstance(house.do("uninstall_app", house.subject, app), Unchanged)
    assert len(house.writes()) == 1


def test_an_app_outlives_the_account_and_is_still_found(house, app):
    house.do("deactivate_user", house.subject)

    assert [each.id for each in house.do("find_apps", house.subject)] == [app.id]
    assert house.do("apps_are_uninstalled", house.subject).verdict == "open"


def test_somebody_elses_app_is_refused(house):
    (theirs,) = house.do("find_apps", house.found(KATARINA.mail))

    assert "neither installed nor approved" in house.do("uninstall_app", house.subject, theirs).why
    assert house.lab.state()["apps"]["Release Train"] == [house.lab.world.main]


def test_an_app_the_person_let_in_is_theirs_too(house):
    house.act("approve-app", name="Release Train")

    labels = [each.label for each in house.do("find_apps", house.subject)]
    assert "Release Train (approved by the person)" in labels


def test_an_app_somebody_else_brought_back_is_no_longer_theirs(house, app):
    world = house.lab.world
    gone = world.apps[app.id.partition(".")[2]]
    world.change(world.named(RUNNER), gone, world.main, "removed")
    world.change(world.named(KATARINA.mail), gone, world.main, "added")

    assert house.do("find_apps", house.subject) == []


@pytest.mark.parametrize("code", ["can_not_uninstall", "must_revoke_access"])
def test_an_app_slack_will_not_uninstall_is_refused_with_its_code(house, app, code):
    house.says("uninstall$", code)

    with pytest.raises(ServiceRefused, match=code):
        house.do("uninstall_app", house.subject, app)


def test_a_removal_the_log_does_not_show_is_no_success(house, app):
    house.fault("uninstall$", status=200, body={"ok": True})

    with pytest.raises(ServiceError, match="shows no removal"):
        house.do("uninstall_app", house.subject, app)


def test_what_no_call_ends_is_a_task_for_a_person_and_named_apart(house):
    house.act("add-webhook", name="old-bot")

    found = house.do("find_legacy_integrations", house.subject)
    assert {each.label.partition(" ")[0] for each in found} == {"incoming-webhook", "old-bot"}
    assert len({each.label for each in found}) == len(found)
    assert "token" in house.declared.by_hand


def test_the_way_back_gives_workspaces_and_channels_and_lists_the_rest(house):
    before = house.do("deactivate_user", house.subject).before
    outcome = house.do("reactivate_user", house.subject, before)

    assert outcome.before == {"deleted": True}
    assert outcome.after["deleted"] is False
    assert [each["name"] for each in outcome.after["by_hand"]] == ["customers-shared"]
    assert set(house.held()["channels"]) == {
        "general", "random", "platform", "labs-general", "incident-room",
    }  # fmt: skip
    assert isinstance(house.do("reactivate_user", house.subject, before), Unchanged)
    assert house.duplicates() == []


def test_a_channel_slack_will_not_invite_to_is_left_to_a_person(house):
    before = house.do("deactivate_user", house.subject).before
    house.says("conversations.invite$", "restricted_action")

    left = house.do("reactivate_user", house.subject, before).after["by_hand"]
    assert {each["name"] for each in left} == {"random", "customers-shared"}


def test_without_scim_nothing_reactivates_and_the_list_is_given(make):
    house = make(scim_token="")
    before = house.do("deactivate_user", house.subject).before
    outcome = house.do("reactivate_user", house.subject, before)

    assert isinstance(outcome, Refused)
    assert "platform" in outcome.why
    assert house.held()["deleted"]


def test_an_account_that_was_deactivated_before_is_not_reactivated(house):
    assert isinstance(house.do("reactivate_user", house.subject, {"deleted": True}), Refused)


def test_the_others_stay_as_they_are(house, app):
    before = house.held(NEIGHBOUR.mail), house.held(KATARINA.mail)
    house.do("deactivate_user", house.subject)
    house.do("end_sessions", house.subject)
    house.do("uninstall_app", house.subject, app)

    assert (house.held(NEIGHBOUR.mail), house.held(KATARINA.mail)) == before


def test_planning_names_the_write_and_makes_none(house, app):
    thing = role(house)
    for name, *given in (
        ("deactivate_user",), ("end_sessions",), ("remove_role", thing), ("uninstall_app", app),
        ("keep_state",), ("keep_log",), ("hold_messages",),
    ):  # fmt: skip
        assert house.plan(name, house.subject, *given)["would"] == "write"
    assert house.writes() == []
    assert house.items() == {}


@pytest.mark.parametrize(
    "hostile", ["W1/../W2", "WABCDEFGH/", "me", "jonas.weber", "WABC\r\nX: y", "", "wabcdefghi"]
)
def test_an_id_slack_does_not_issue_is_refused_before_anything_is_sent(house, hostile):
    before = house.entries()
    for name in (
        "deactivate_user",
        "end_sessions",
        "account_is_deactivated",
        "keep_state",
        "keep_log",
        "find_apps",
    ):
        with pytest.raises(RefusedError):
            house.do(name, Account("slack_org", hostile, "x"))
    assert house.entries() == before


@pytest.mark.parametrize("hostile", ["T1.A1/..", "TABCDEFGH.A1,TOTHERTEAM", "x", "", "TABCDEFGH.1234567"])
def test_a_thing_that_is_none_of_ours_is_refused(house, hostile):
    before = house.entries()
    for name in ("uninstall_app", "remove_role"):
        with pytest.raises(RefusedError):
            house.do(name, house.subject, Thing(hostile, "x"))
    assert house.entries() == before
