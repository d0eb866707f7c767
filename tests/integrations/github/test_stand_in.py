"""The simulated GitHub refuses what GitHub refuses, so that a test against it means something."""

import httpx2
import pytest

from integrations.lab.company import PERSONAS, SUBJECT, github_id
from integrations.lab.github import GitHub
from integrations.lab.ledger import Ledger

PERSON = SUBJECT.github


@pytest.fixture
def ask(lab):
    def ask(method, path, token=lab.token, version="2022-11-28", **rest):
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": version}
        return httpx2.request(method, lab.url + path, headers=headers, trust_env=False, **rest)

    return ask


def test_a_second_removal_is_404(ask):
    path = f"/orgs/fjordlight/memberships/{PERSON}"

    assert [ask("DELETE", path).status_code for _ in range(2)] == [204, 404]


def test_logins_are_not_case_sensitive(ask):
    assert ask("GET", f"/orgs/fjordlight/members/{PERSON.upper()}").status_code == 204


def test_a_wrong_token_and_an_unknown_version_are_refused(ask):
    assert ask("GET", "/user", token="ghp_wrong").status_code == 401
    assert ask("GET", "/user", version="2019-01-01").status_code == 400


def test_a_caller_outside_the_organisation_is_redirected(ask, lab):
    lab.act("caller", {"login": "halden-studio"})

    assert ask("GET", f"/orgs/fjordlight/members/{PERSON}").status_code == 302
    assert ask("GET", f"/orgs/fjordlight/memberships/{PERSON}").status_code == 403
    assert ask("DELETE", f"/orgs/fjordlight/memberships/{PERSON}").status_code == 403


def test_fine_grained_tokens_are_for_apps_and_apps_have_no_user(ask, lab):
    path = "/orgs/fjordlight/personal-access-tokens"

    assert [ask("GET", path).status_code, ask("GET", path, token=lab.app_token).status_code] == [403, 200]
    assert ask("GET", "/user", token=lab.app_token).status_code == 403


@pytest.mark.parametrize("role", ["reinstate", "direct_member"])
def test_a_member_cannot_be_invited_again(ask, role):
    asked = {"invitee_id": int(github_id(SUBJECT)), "role": role}

    assert ask("POST", "/orgs/fjordlight/invitations", json=asked).status_code == 422


def test_somebody_who_never_was_a_member_cannot_be_reinstated(ask, lab):
    asked = {"invitee_id": lab.world.named("halden-studio").id, "role": "reinstate"}

    assert ask("POST", "/orgs/fjordlight/invitations", json=asked).status_code == 422


def test_the_last_owner_cannot_be_removed(ask, lab):
    for login in ("maren-okafor-fjl", "tomas-arvidsson-fjl"):
        lab.act("set-role", {"login": login, "role": "member"})

    assert ask("DELETE", "/orgs/fjordlight/memberships/severance-fjl").status_code == 403


def test_an_archive_is_there_only_once_exported_and_for_nobody_with_a_token(ask, lab):
    asked = {"repositories": [f"{PERSON}/ledger-core"], "lock_repositories": False}
    number = ask("POST", "/orgs/fjordlight/migrations", json=asked).json()["id"]
    where = f"/orgs/fjordlight/migrations/{number}"

    assert ask("GET", where + "/archive").status_code == 404
    assert [ask("GET", where).json()["state"] for _ in range(2)] == ["exporting", "exported"]
    target = ask("GET", where + "/archive").headers["location"]
    assert ask("GET", target.removeprefix(lab.url)).status_code == 400
    assert httpx2.get(target, trust_env=False).status_code == 200
    assert httpx2.get(target + "0", trust_env=False).status_code == 403


def test_an_export_of_something_unknown_is_refused(ask):
    asked = {"repositories": ["fjordlight/nothing"], "lock_repositories": False}

    assert ask("POST", "/orgs/fjordlight/migrations", json=asked).status_code == 422


def test_git_events_end_after_seven_days_and_the_log_records_the_runner_too(ask, lab):
    ask("DELETE", f"/orgs/fjordlight/memberships/{PERSON}")

    git = ask("GET", f"/orgs/fjordlight/audit-log?include=git&phrase=actor:{PERSON}").json()
    web = ask("GET", f"/orgs/fjordlight/audit-log?phrase=user:{PERSON}").json()

    assert (
        0 < len(git) < sum(each["actor"] == PERSON and "git." in each["action"] for each in lab.world.events)
    )
    assert [(each["action"], each["actor"]) for each in web] == [("org.remove_member", "severance-fjl")]


def test_every_answer_tells_what_is_left_of_the_hour(ask):
    first, second = (int(ask("GET", "/user").headers["x-ratelimit-remaining"]) for _ in range(2))

    assert second == first - 1


def test_a_clone_has_ids_of_its_own_and_the_same_ones_every_time(lab, tmp_path):
    clone = GitHub("github-2", Ledger(tmp_path / "clone.jsonl"))
    again = GitHub("github-2", Ledger(tmp_path / "again.jsonl"))

    assert not set(lab.world.users) & set(clone.world.users)
    assert not set(lab.world.authorizations) & set(clone.world.authorizations)
    assert set(clone.world.authorizations) == set(again.world.authorizations)


def test_each_persona_holds_a_token_and_a_key_and_the_first_a_private_fork(lab):
    for someone in PERSONAS:
        user = lab.world.user_of(someone).id
        types = {each.type for each in lab.world.authorizations.values() if each.user == user}
        assert {"personal access token", "SSH key"} <= types
    assert [each.owner for each in lab.world.forks.values()] == [lab.world.user_of(SUBJECT).id]


def test_an_unknown_act_or_person_is_refused(lab):
    with pytest.raises(ValueError, match="no act"):
        lab.act("erase", {"login": PERSON})
    with pytest.raises(ValueError, match="no act"):
        lab.act("mint", {"login": "nobody"})


def test_the_state_shown_names_memberships_and_holds_no_token(lab):
    shown = str(lab.state())

    assert lab.token not in shown
    assert str(lab.world.user_of(SUBJECT).id) in lab.state()["members"]
