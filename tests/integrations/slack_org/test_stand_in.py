"""The stand-in, driven by Slack's own library: what it refuses, and how it says so."""

import pytest
from slack_sdk import WebClient
from slack_sdk.audit_logs.v1.client import AuditLogsClient
from slack_sdk.errors import SlackApiError
from slack_sdk.scim.v1.client import SCIMClient

from integrations.lab.company import BREAK_GLASS, SUBJECT
from integrations.lab.slack_org import STRANGER, SlackOrg, slack_id


@pytest.fixture
def web(lab):
    return WebClient(token=lab.tokens["api"], base_url=f"{lab.url}/api/", retry_handlers=[])


def refused(call, *given, **named):
    with pytest.raises(SlackApiError) as error:
        call(*given, **named)
    return error.value.response["error"]


def test_the_library_reads_people_sessions_and_logs(lab, web):
    user = lab.world.named(SUBJECT.mail)

    assert web.users_info(user=user)["user"]["profile"]["email"] == SUBJECT.mail
    assert web.users_lookupByEmail(email=SUBJECT.mail)["user"]["id"] == user
    listed = web.admin_users_session_list(user_id=user, team_id=lab.world.main)
    assert len(listed["active_sessions"]) == 1
    sizes = [len(page["members"]) for page in web.users_list(team_id=lab.world.main, limit=20)]
    assert sizes[:3] == [20, 20, 20]
    assert sum(sizes) > 60


def test_the_library_deactivates_and_a_repeat_changes_nothing(lab, web):
    user = lab.world.named(SUBJECT.mail)
    for _ in range(2):
        assert web.api_call("admin.users.deactivate", params={"user_id": user})["ok"]

    assert web.users_info(user=user)["user"]["deleted"]
    assert refused(web.users_lookupByEmail, email=SUBJECT.mail) == "users_not_found"
    assert refused(web.admin_users_session_list, user_id=user, team_id=lab.world.main) == "no_active_sessions"


def test_it_refuses_with_slacks_codes(lab, web):
    user, owner = lab.world.named(SUBJECT.mail), lab.world.named(BREAK_GLASS[0].mail)
    stranger = lab.world.named(STRANGER)

    assert refused(web.users_info, user="W0NOBODY00") == "user_not_found"
    assert refused(web.admin_users_session_reset, user_id=owner) == "cannot_reset_primary_owner"
    assert (
        refused(web.admin_users_setRegular, team_id=lab.world.org, user_id=owner)
        == "cannot_modify_primary_owner"
    )
    assert refused(web.api_call, "admin.users.deactivate", params={"user_id": stranger}) == "user_not_found"
    assert refused(web.admin_users_session_list, user_id=user) == "missing_team"
    assert refused(web.users_list) == "missing_argument"
    assert refused(web.users_list, team_id=lab.world.main, limit=5000) == "invalid_limit"
    assert refused(web.users_list, team_id="T0NOWHERE0") == "team_not_found"
    assert (
        refused(web.admin_apps_uninstall, app_id="A0NOTHING0", team_ids=[lab.world.main]) == "app_not_found"
    )
    assert refused(web.admin_apps_uninstall, app_id="A0NOTHING0") == "specify_enterprise_or_teams"
    assert refused(web.api_call, "admin.users.vanish") == "unknown_method"
    lab.act("make-admin", {"mail": SUBJECT.mail})
    lab.act("make-admin", {"mail": SUBJECT.mail, "where": lab.world.labs})
    below = {"team_id": lab.world.labs, "user_id": user}
    assert (
        refused(web.admin_users_setRegular, **below) == "cannot_set_org_admin_to_regular_at_workspace_level"
    )


def test_a_scope_that_is_missing_is_named(lab, web):
    lab.act("take-scope", {"scope": "users:read.email"})
    with pytest.raises(SlackApiError) as error:
        web.users_lookupByEmail(email=SUBJECT.mail)

    assert error.value.response["error"] == "missing_scope"
    assert error.value.response["needed"] == "users:read.email"


def test_a_plan_without_admin_methods_says_so(lab, web):
    lab.act("set-plan", {"plan": "business"})

    assert refused(web.admin_users_list) == "feature_not_enabled"
    assert refused(web.api_call, "admin.legalHold.policies.list") == "unknown_method"
    assert "enterprise_user" not in web.users_info(user=lab.world.named(SUBJECT.mail))["user"]


def test_the_librarys_scim_and_audit_clients_read_it(lab):
    scim = SCIMClient(token=lab.tokens["scim"], base_url=f"{lab.url}/scim/v2/", retry_handlers=[])
    audit = AuditLogsClient(token=lab.tokens["audit"], base_url=f"{lab.url}/audit/v1/", retry_handlers=[])
    user = lab.world.named(SUBJECT.mail)

    assert scim.read_user(user).user.active is True
    assert scim.read_user("W0NOBODY00").status_code == 404
    assert audit.logs(actor=user, limit=1).typed_body.entries[0].actor.user.id == user


def test_an_act_it_does_not_know_is_refused(lab):
    with pytest.raises(ValueError, match="knows no act 'vanish'"):
        lab.act("vanish", {"mail": SUBJECT.mail})


def test_a_clone_has_other_ids_and_a_second_run_the_same(tmp_path):
    from integrations.lab.ledger import Ledger  # noqa: PLC0415

    clone = SlackOrg("slack_org-2", Ledger(tmp_path / "clone.jsonl"))
    again = SlackOrg("slack_org-2", Ledger(tmp_path / "again.jsonl"))
    first = SlackOrg("slack_org", Ledger(tmp_path / "first.jsonl"))

    assert clone.state() == again.state()
    assert not {each["id"] for each in clone.state()["people"].values()} & {
        each["id"] for each in first.state()["people"].values()
    }
    assert slack_id("slack_org", SUBJECT.staff_id, "W") == first.world.named(SUBJECT.mail)
