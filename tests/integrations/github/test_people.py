import pytest
from pydantic import ValidationError

from integrations.github.connection import Settings
from integrations.github.people import _LINKED
from integrations.lab.company import SUBJECT
from runner.actions.values import Account, Unchanged, Who
from runner.errors import CredentialsError, RefusedError, ServiceError

HOSTILE = [
    "../orgs/fjordlight",
    "1/../2",
    "1\r\nX: y",
    "1%2f2",
    "",
    "jonas-weber-fjl",
    "-1",
    "01",
    "\u0661",
    "9" * 40,
]


def test_a_person_is_found_by_the_e_mail_of_their_single_sign_on_identity(house):
    found = house.do("find_accounts", Who(mail=SUBJECT.mail))

    assert [(each.id, each.login, each.facts["status"]) for each in found] == [
        (house.subject.id, house.subject.login, "active")
    ]


def test_a_person_is_found_by_the_id_the_settings_give_for_this_service(house):
    found = house.do("find_accounts", Who(mail="nobody@elsewhere.example", ids={"github": house.subject.id}))

    assert [each.id for each in found] == [house.subject.id]


def test_nobody_is_found_for_an_unknown_e_mail_or_none(house):
    assert house.do("find_accounts", Who(mail="nobody@elsewhere.example")) == []
    assert house.do("find_accounts", Who()) == []


@pytest.mark.parametrize("number", HOSTILE)
def test_an_id_github_never_issues_is_refused_before_anything_is_sent(house, number):
    with pytest.raises(RefusedError):
        house.do("remove_member", Account("github", number, house.subject.login))

    assert house.requests() == []


@pytest.mark.parametrize("login", ["a/../../user", "x?role=admin", "..", "a\r\nb", "a%2e"])
def test_a_login_that_would_bend_an_address_is_refused_and_nobody_is_removed(house, login):
    house.fault("GET /user/", status=200, body={"id": int(house.subject.id), "login": login})

    with pytest.raises(RefusedError):
        house.do("remove_member", house.subject)

    assert house.writes() == []


def test_the_owners_are_found(house):
    owners = {each.login for each in house.do("find_owners")}

    assert owners == {"severance-fjl", "maren-okafor-fjl", "tomas-arvidsson-fjl"}


def test_a_renamed_person_is_closed_under_the_new_login_and_not_whoever_took_the_old_one(house):
    house.act("rename", to="jw-private")
    stranger = house.lab.world.named("halden-studio")
    stranger.login = house.subject.login
    house.lab.world.members[stranger.id] = house.lab.world.members[int(house.subject.id)]

    house.do("remove_member", house.subject)

    assert not house.is_member(house.subject)
    assert stranger.id in house.lab.world.members


@pytest.mark.parametrize("action", ["remove_member", "reinstate_member"])
def test_a_recycled_login_is_never_acted_on(house, action):
    stranger = house.act("recycle")
    given = [{"state": "active", "role": "member"}] if action == "reinstate_member" else []

    with pytest.raises(RefusedError, match="no account"):
        house.do(action, house.subject, *given)

    assert stranger["id"] in house.lab.world.members
    assert house.writes() == []


def test_a_login_that_changes_hands_between_two_calls_is_refused(house):
    other = house.lab.world.named("clara-weiss-fjl")
    house.fault("GET /user/", status=200, body={"id": int(house.subject.id), "login": other.login})

    with pytest.raises(RefusedError, match="another account now"):
        house.do("remove_member", house.subject)

    assert other.id in house.lab.world.members
    assert house.writes() == []


def test_an_answer_about_another_id_is_not_believed(house):
    house.fault("GET /user/", status=200, body={"id": 1, "login": house.subject.login})

    with pytest.raises(ServiceError, match="another account"):
        house.do("membership_is_gone", house.subject)


def test_nothing_of_a_deleted_account_is_called_closed(house):
    del house.lab.world.users[int(house.subject.id)]
    del house.lab.world.members[int(house.subject.id)]

    for proof in ("membership_is_gone", "grants_are_gone", "keys_are_gone", "collaborations_are_gone"):
        assert house.do(proof, house.subject).verdict == "inferred"


def test_the_only_thing_sent_to_graphql_is_a_query():
    assert _LINKED.startswith("query(")
    assert "mutation" not in _LINKED


def test_the_owners_token_and_an_apps_token_are_both_told_apart_by_ping(house, app_house):
    assert house.github.ping()["owner"] is True
    assert "admin:org" in house.github.ping()["scopes"]
    assert app_house.github.ping() == {"user": None, "org": "fjordlight"}


def test_a_wrong_token_is_named_as_such_and_not_repeated(house):
    house.token = "ghp_wrongwrongwrongwrongwrongwrongwrong"
    stranger = house.opened()

    with pytest.raises(CredentialsError) as caught:
        stranger.do("github.find_owners")

    assert house.token not in caught.value.diagnostics()


@pytest.mark.parametrize("org", ["", "a/b", "..", "-a", "fjordlight\n", "a--b", "x" * 40])
def test_a_name_no_organisation_has_is_refused_in_the_settings(org):
    with pytest.raises(ValidationError):
        Settings(org=org, token="env:T")


@pytest.mark.parametrize(
    ("status", "headers"),
    [(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}), (403, {"retry-after": "3"}), (429, {})],
)
def test_both_ways_github_says_not_now_are_waited_out_on_a_write(house, status, headers):
    house.fault(
        "DELETE ", status=status, headers=headers, body={"message": "API rate limit exceeded"}, times=2
    )

    house.do("remove_member", house.subject)

    assert not house.is_member(house.subject)
    assert isinstance(house.do("remove_member", house.subject), Unchanged)
    assert house.duplicates() == []
