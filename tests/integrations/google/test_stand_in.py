"""The stand-in: what it holds, what it refuses, and that its ledger would show what must never be asked."""

import json

import httpx2
import pytest

from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PERSONAS, SUBJECT
from integrations.lab.google import Google, google_id
from integrations.lab.ledger import Ledger, read
from tests.integrations.google.conftest import House

ME = f"/admin/directory/v1/users/{google_id(SUBJECT.staff_id)}"
MINE = "customers/my_customer"


@pytest.fixture
def ask(house):
    """Ask the stand-in as another program would, with our token of one API."""

    def asked(path, api="directory", verb="GET", **given):
        headers = {**getattr(house.google, api)._auth(), "User-Agent": "another program"}
        return httpx2.request(verb, house.lab.url + path, headers=headers, **given)

    return asked


def test_the_subject_holds_something_in_every_layer_we_close(house):
    held = house.held()

    assert (held["suspended"], held["sessions"], held["codes"]) == (False, 1, 10)
    assert all(held["recovery"])
    for layer in ("tokens", "app_passwords", "roles", "devices"):
        assert held[layer]


def test_one_hand_shows_and_the_neighbour_shares_a_house_and_nothing_else(lab):
    users = {each["primaryEmail"]: each for each in lab.world.users.values()}
    twins, neighbour = [users[each.mail] for each in PERSONAS], users[NEIGHBOUR.mail]

    assert len({each["recoveryPhone"] for each in twins}) == 1
    assert len({lab.world.addresses[each["id"]] for each in twins}) == 1
    assert neighbour["addresses"] == twins[1]["addresses"]
    assert neighbour["recoveryPhone"] != twins[1]["recoveryPhone"]
    assert lab.world.addresses[neighbour["id"]] != lab.world.addresses[twins[1]["id"]]
    assert all(lab.state()[each.mail]["roles"] == [["_SEED_ADMIN_ROLE", ""]] for each in BREAK_GLASS)


def test_another_organisation_has_other_ids_and_another_key(tmp_path, lab, make):
    clone = Google("google-2", Ledger(tmp_path / "clone.jsonl"))
    clone.start()
    assert set(clone.world.users).isdisjoint(lab.world.users)

    house = House(clone)
    with pytest.raises(Exception, match="invalid_grant"):
        house.do("find_open_account", house.subject)
    house.google.close()
    clone.stop()


def test_the_ledger_would_show_that_backup_codes_were_listed(house, ask):
    answer = ask(f"{ME}/verificationCodes")

    assert len(answer.json()["items"]) == 10
    assert read(house.lab.ledger.path)[-1]["path"] == f"{ME}/verificationCodes"


def test_without_a_token_nothing_is_told(lab):
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = httpx2.get(lab.url + ME, headers=header)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
    ],
)
def test_a_token_needs_an_assertion(lab, form):
    answer = httpx2.post(lab.url + "/token", data=form)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_grant", "unsupported_grant_type"}


@pytest.mark.parametrize(
    ("path", "api", "query"),
    [
        ("/admin/directory/v1/users", "directory", {"customer": "my_customer", "maxResults": "501"}),
        ("/admin/directory/v1/users", "directory", {"customer": "my_customer", "maxResults": "0"}),
        ("/admin/directory/v1/users", "directory", {"customer": "my_customer", "query": "recoveryPhone='1'"}),
        ("/admin/directory/v1/users", "directory", {"customer": "my_customer", "query": "email='a"}),
        ("/admin/directory/v1/users", "directory", {}),
        ("/admin/reports/v1/activity/users/all/applications/weather", "reports", {}),
        ("/admin/reports/v1/activity/users/all/applications/admin", "reports", {"filters": "A==b,C==d"}),
        ("/admin/reports/v1/activity/users/nobody/applications/admin", "reports", {}),
        ("/v1/devices", "devices", {"customer": MINE, "filter": "anything"}),
    ],
)
def test_what_google_does_not_take_is_refused(ask, path, api, query):
    assert ask(path, api, params=query).status_code == 400


def test_devices_are_told_to_their_own_organisation_only(ask):
    assert ask("/v1/devices", "devices").status_code == 403


def test_a_page_token_serves_its_own_question_only(ask):
    asked = {"customer": "my_customer", "maxResults": "10"}
    first = ask("/admin/directory/v1/users", params=asked).json()
    token = first["nextPageToken"]
    second = ask("/admin/directory/v1/users", params={**asked, "pageToken": token}).json()

    assert len(first["users"]) == len(second["users"]) == 10
    assert first["users"][-1] != second["users"][0]
    other = ask(
        "/admin/directory/v1/users",
        params={"customer": "my_customer", "maxResults": "20", "pageToken": token},
    )
    assert other.status_code == 400


def test_a_page_of_the_newer_lists_is_cut_and_its_size_is_small_unless_asked_for(ask):
    uses = [
        len(
            ask("/v1/devices/-/deviceUsers", "devices", params={"customer": MINE, **size}).json()[
                "deviceUsers"
            ]
        )
        for size in ({}, {"pageSize": "50"})
    ]

    assert uses == [5, 20]


@pytest.mark.parametrize(
    "body", [{"password": "x"}, {"suspended": "true"}, {"recoveryPhone": "0123"}, {"isAdmin": True}]
)
def test_only_what_may_be_written_is_written(house, ask, body):
    assert ask(ME, verb="PUT", json=body).status_code == 400
    assert house.writes() == []


@pytest.mark.parametrize(
    "hold",
    [
        {},
        {"name": "x", "corpus": "GROUPS", "accounts": [{"accountId": google_id(SUBJECT.staff_id)}]},
        {"name": "x", "corpus": "MAIL", "accounts": []},
        {"name": "x", "corpus": "MAIL", "accounts": [{"accountId": "1"}]},
        {"name": "x", "corpus": "VOICE", "accounts": [{"accountId": google_id(SUBJECT.staff_id)}]},
        {
            "name": "x", "corpus": "MAIL", "accounts": [{"accountId": google_id(SUBJECT.staff_id)}],
            "query": {"driveQuery": {}},
        },
    ],
)  # fmt: skip
def test_a_hold_that_holds_nothing_is_refused(ask, hold):
    matter = ask("/v1/matters", "vault", "POST", json={"name": "x"}).json()["matterId"]

    assert ask(f"/v1/matters/{matter}/holds", "vault", "POST", json=hold).status_code == 400


def test_a_super_administrator_who_loses_the_role_is_none_any_more(house, lab):
    chief = lab.world.named("maren.okafor@fjordlight.example")
    [mine] = [key for key, each in lab.world.assignments.items() if each["assignedTo"] == chief]
    with house.gate.opened():
        house.google.directory.delete(f"/admin/directory/v1/customer/my_customer/roleassignments/{mine}")

    assert lab.world.users[chief]["isAdmin"] is False


def test_an_unknown_act_names_the_known_ones(lab):
    answer = httpx2.post(f"{lab.url}/_lab/act", json={"act": "dance", "mail": SUBJECT.mail})

    assert answer.status_code == 400
    assert "suspend-by-google" in answer.json()["message"]
    assert httpx2.post(f"{lab.url}/_lab/act", json={"act": "sign-in", "mail": "nobody"}).status_code == 400


def test_its_state_shows_no_secret(lab):
    codes = [code for each in lab.world.codes.values() for code in each]
    shown = json.dumps(httpx2.get(f"{lab.url}/_lab/state").json())

    assert codes
    assert not [each for each in codes if each in shown]
