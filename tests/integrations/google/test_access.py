"""Signing in: an assertion for a token, one token an API, one thread that asks; and no secret anywhere."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from integrations.google.access import Access, key_of
from integrations.lab.google import service_account
from runner.actions.contract import SERVICES
from runner.actions.values import Changed
from runner.errors import (
    CredentialsError,
    NotReached,
    RateLimited,
    ServiceError,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)

OURS = service_account("google")
DIRECTORY = "https://www.googleapis.com/auth/admin.directory."


def tokens_asked(house):
    return house.requests(tokens=True).count("POST /token")


def ping(house):
    return SERVICES["google"].ping(house.google)


def test_doctor_learns_whom_we_act_as(house):
    assert ping(house) == {"user": "severance@fjordlight.example", "super_admin": True}


def test_nothing_is_sent_before_something_is_asked(house):
    assert house.requests(tokens=True) == []


def test_a_token_is_asked_for_once_an_api_and_used_until_it_ends(house):
    for _ in range(3):
        house.do("find_open_account", house.subject)
    assert tokens_asked(house) == 1

    house.do("find_devices", house.subject)
    house.do("find_apps", house.subject)
    house.do("place_holds", house.subject)
    assert tokens_asked(house) == 4


def test_many_threads_ask_for_one_token(house):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: house.do("find_open_account", house.subject), range(24)))

    assert all(len(each) == 1 for each in found)
    assert tokens_asked(house) == 1


def test_a_token_that_ends_soon_is_renewed_before_it_ends(house):
    good = house.google.directory._auth()["Authorization"].removeprefix("Bearer ")
    house.fault("/token$", status=200, body={"access_token": good, "expires_in": 60})
    fresh = Access(house.google.token, key_of(OURS.file(), "google"), admin="severance@fjordlight.example",
                   audience=f"{house.lab.url}/token", scopes=[f"{DIRECTORY}user"])  # fmt: skip
    asked = tokens_asked(house)

    assert fresh.headers() == {"Authorization": f"Bearer {good}"}  # a minute left: less than a head may wait
    assert fresh.headers() != {"Authorization": f"Bearer {good}"}
    fresh.headers()
    assert tokens_asked(house) == asked + 2


@pytest.mark.parametrize("ends", [(float("inf"), 0.0), (0.0, float("inf"))])
def test_a_laptop_that_slept_or_whose_clock_was_set_asks_anew(house, ends):
    house.do("find_open_account", house.subject)
    house.google.directory._auth.__self__._ends = ends
    house.do("find_open_account", house.subject)

    assert tokens_asked(house) == 2


def test_the_assertion_says_who_for_whom_and_for_how_long(house):
    key, before = key_of(OURS.file(), "google"), int(time.time())
    claims = {"iss": key.mail, "sub": "a@b.example", "exp": before + 300}
    read = jwt.decode(key.signed(claims), OURS.public, algorithms=["RS256"])

    assert read == claims
    assert jwt.get_unverified_header(key.signed(claims))["kid"] == OURS.key_id


@pytest.mark.parametrize(
    "file",
    [
        "nonsense",
        "[]",
        "{}",
        json.dumps({"client_email": "a", "private_key_id": "b", "private_key": "canary-of-a-key"}),
        json.dumps({**json.loads(OURS.file()), "private_key": OURS.public}),
    ],
)
def test_a_file_that_is_no_key_is_refused_without_showing_it(make, file):
    with pytest.raises(CredentialsError) as refused:
        make(key=file)
    assert "canary" not in refused.value.diagnostics()
    assert "service account" in refused.value.diagnostics()
    assert refused.value.__cause__ is None


def test_a_key_google_does_not_know_opens_nothing(lab, make):
    house = make(key=service_account("another").file())

    with pytest.raises(CredentialsError, match=r"act as severance@fjordlight\.example \(invalid_grant\)"):
        house.do("find_open_account", house.subject)
    assert house.requests() == []


def test_an_administrator_who_is_suspended_opens_nothing(lab, make):
    lab.world.users[lab.world.named("severance@fjordlight.example")]["suspended"] = True
    house = make()

    with pytest.raises(CredentialsError, match="invalid_grant"):
        house.do("find_open_account", house.subject)


def test_acting_for_somebody_without_a_role_reads_nothing(make):
    house = make(admin="clara.weiss@fjordlight.example")

    with pytest.raises(ServiceRefused, match="Not Authorized"):
        house.do("find_open_account", house.subject)


def test_a_missing_delegation_is_named_and_leaves_the_other_apis_alone(lab, make):
    lab.delegated.remove("https://www.googleapis.com/auth/ediscovery")
    house = make()

    with pytest.raises(CredentialsError) as refused:
        house.do("place_holds", house.subject)
    assert "https://www.googleapis.com/auth/ediscovery" in refused.value.remedy
    assert house.do("find_open_account", house.subject)


def test_a_token_is_good_for_its_own_scopes_only(house):
    with pytest.raises(CredentialsError, match="lacks a permission"):
        house.google.reports.get(f"/admin/directory/v1/users/{house.subject.id}")
    with pytest.raises(CredentialsError, match="lacks a permission"):
        house.google.directory.get("/v1/matters")


def test_a_token_of_nobody_is_refused(lab, house):
    house.fault("/token$", status=200, body={"access_token": "ya29.made-up", "expires_in": 3600})

    with pytest.raises(CredentialsError) as refused:
        house.do("find_open_account", house.subject)
    assert "ya29" not in refused.value.diagnostics()


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_lost_token_is_asked_for_again(house, kind):
    house.fault("/token$", kind)

    assert house.do("find_open_account", house.subject)


@pytest.mark.parametrize(
    "body",
    [
        {"id_token": "x"},
        {"access_token": "a b", "expires_in": 1},
        {"access_token": "a", "expires_in": "soon"},
        ["x"],
    ],
)
def test_an_answer_without_a_token_is_an_error(house, body):
    house.fault("/token$", status=200, body=body, times=None)

    with pytest.raises(ServiceError, match="without a token"):
        house.do("find_open_account", house.subject)


def test_a_token_lost_at_the_moment_of_a_write_means_the_write_was_not_made(house):
    house.google.directory.get(f"/admin/directory/v1/users/{house.subject.id}")
    house.google.directory._auth.__self__._ends = (0.0, 0.0)
    house.fault("/token$", "reset", times=None)

    with house.gate.opened(), pytest.raises(ServiceError) as error:
        house.google.directory.put(f"/admin/directory/v1/users/{house.subject.id}", {"suspended": True})
    assert type(error.value) is ServiceError
    assert house.writes() == []


def test_asking_for_a_token_is_no_write(house):
    with pytest.raises(WriteForbidden):
        house.google.token.post("/tokens", {})
    assert house.do("find_open_account", house.subject)
    assert house.intents() == []


def test_not_now_from_the_token_endpoint_is_waited_out(house):
    house.fault("/token$", status=429, times=2)

    assert house.do("find_open_account", house.subject)
    house.google.directory._auth.__self__._ends = (0.0, 0.0)
    house.fault("/token$", status=429, headers={"Retry-After": "3600"}, times=None)
    with pytest.raises(RateLimited):
        house.do("find_open_account", house.subject)


def test_no_secret_is_in_any_ledger_or_error(house):
    house.do("suspend_user", house.subject)
    house.fault(
        "/users/",
        status=403,
        body={"error": {"code": 403, "message": house.google.directory._auth()["Authorization"]}},
    )
    with pytest.raises(ServiceRefused) as refused:
        house.do("find_open_account", house.subject)

    told = house.lab.ledger.path.read_text() + refused.value.diagnostics() + repr(house.google)
    token = house.google.directory._auth()["Authorization"].removeprefix("Bearer ")
    assert token not in told
    assert "assertion" not in told
    assert "PRIVATE KEY" not in told
    assert [each["body"] for each in house.entries() if each["path"] == "/token"] == ["(not kept)"]


def test_our_key_shows_nothing_of_itself():
    assert "PRIVATE" not in repr(key_of(OURS.file(), "google"))


@pytest.mark.parametrize(
    "changed",
    [
        {"sign_in_url": "https://oauth2.googleapis.com/elsewhere"},
        {"sign_in_url": "https://oauth2.googleapis.com/token?x=1"},
        {"admin": "nobody"},
        {"unknown": "x"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(make, changed):
    with pytest.raises(ValueError, match="validation error"):
        make(**changed)


def test_a_url_that_would_carry_tokens_in_the_clear_is_refused(make):
    with pytest.raises(SettingsError):
        make(vault_url="http://vault.example")


def test_an_endpoint_that_is_not_there_is_said(make):
    house = make(sign_in_url="http://127.0.0.1:9/token")

    with pytest.raises(NotReached):
        house.do("find_open_account", house.subject)


def test_a_close_asks_for_no_second_token(house):
    assert isinstance(house.do("suspend_user", house.subject), Changed)
    assert tokens_asked(house) == 1
