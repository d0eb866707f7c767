"""Signing in as an app: by secret or by certificate, renewed in time, and no secret in any error."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from integrations.lab.entra import CLIENT, TENANT
from runner.actions.contract import SERVICES
from runner.errors import CredentialsError, NotReached, RateLimited, ServiceError, SettingsError
from tests.integrations.entra.conftest import TOKEN, House
from tests.integrations.telling import ledger_of


def self_signed(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "severance")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def ours():
    return self_signed(rsa.generate_private_key(65537, 2048))


def bought(lab):
    return [each for each in ledger_of(lab) if f"{each['method']} {each['path']}" == TOKEN]


def test_nothing_is_sent_before_the_first_question(house):
    assert house.requests() == []


def test_one_token_serves_many_questions(house):
    for _ in range(3):
        house.do("user_is_disabled", house.subject)

    assert house.requests()[0] == TOKEN
    assert len(bought(house.lab)) == 1


def test_a_token_is_renewed_before_it_expires(house, lab):
    lab.lifetime_s = 0
    for _ in range(3):
        with pytest.raises(CredentialsError, match="the token was refused"):
            house.do("user_is_disabled", house.subject)
    lab.lifetime_s = 3599
    house.do("user_is_disabled", house.subject)
    house.do("user_is_disabled", house.subject)

    assert len(bought(lab)) == 4


def test_many_threads_buy_one_token(house, lab):
    lab.latency_ms = 20
    threads = [threading.Thread(target=house.do, args=("user_is_disabled", house.subject)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(bought(lab)) == 1


def test_buying_a_token_is_a_read_and_passes_planning(house):
    assert house.plan("disable_user", house.subject)["would"] == "write"
    assert len(bought(house.lab)) == 1


def test_a_certificate_signs_us_in(make, lab, ours):
    lab.certificate = ours[1]
    house = make(secret=ours[0] + ours[1], certificate="file:x")

    assert house.do("user_is_disabled", house.subject).verdict == "open"
    form = bought(lab)[0]["body"]
    assert "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer" in form
    assert "client_secret" not in form


def test_a_certificate_of_somebody_else_does_not(make, lab, ours):
    lab.certificate = self_signed(rsa.generate_private_key(65537, 2048))[1]
    house = make(secret=ours[0] + ours[1], certificate="file:x")

    with pytest.raises(CredentialsError, match="the token was refused"):
        house.do("user_is_disabled", house.subject)


@pytest.mark.parametrize("content", ["no PEM at all", "only the key", "only the certificate", "another kind of key"])
def test_a_certificate_secret_that_is_none_is_refused_without_showing_it(make, ours, content):
    pem = {
        "only the key": ours[0],
        "only the certificate": ours[1],
        "another kind of key": "".join(self_signed(ec.generate_private_key(ec.SECP256R1()))),
    }.get(content, content)
    with pytest.raises(CredentialsError, match="no PEM of an RSA private key") as error:
        make(secret=pem, certificate="file:x")
    assert pem.splitlines()[0] not in error.value.diagnostics()


def test_a_wrong_secret_says_what_to_check_and_not_what_it_was(make):
    house = make(secret="wrong-secret-wrong-secret")

    with pytest.raises(CredentialsError, match="AADSTS7000215: Invalid client secret") as error:
        house.ping()
    assert "wrong-secret" not in error.value.diagnostics()


@pytest.mark.parametrize("wrong", [{"tenant": "other.example"}, {"client_id": "00000000-0000-4000-8000-000000000000"}])
def test_a_wrong_tenant_or_app_is_a_matter_of_credentials(make, wrong):
    house = make(**wrong)

    with pytest.raises(CredentialsError, match="AADSTS") as error:
        house.ping()
    assert "client_id" in error.value.remedy


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_lost_answer_of_the_sign_in_service_is_asked_for_again(house, kind):
    house.fault(TOKEN.replace(".", r"\."), kind)

    assert house.do("user_is_disabled", house.subject).verdict == "open"


def test_a_sign_in_service_that_stays_silent_leaves_the_write_certainly_undone(house):
    house.fault("oauth2", status=500, times=None)

    with pytest.raises(NotReached):
        house.do("disable_user", house.subject)
    assert len(bought(house.lab)) == 3
    assert house.sent() == []


def test_a_token_that_cannot_be_renewed_in_the_middle_of_a_write_leaves_it_certainly_undone(house, lab):
    lab.lifetime_s = 1  # half a second of use
    before = house.plan("disable_user", house.subject)["before"]
    assert before["accountEnabled"] is True
    house.fault("oauth2", status=500, times=None)
    house.entra.connection.directory._auth.__self__._until = 0  # the clock runs out here

    with house.entra.gate.opened(), pytest.raises(NotReached):
        house.entra.connection.directory.patch(f"/users/{house.subject.id}", {"accountEnabled": False})
    assert house.sent() == []


def test_not_now_of_the_sign_in_service_is_waited_out(house):
    house.fault("oauth2", status=429, headers={"Retry-After": "1"}, times=2)
    assert house.do("user_is_disabled", house.subject).verdict == "open"

    house.fault("oauth2", status=429, headers={"Retry-After": "3600"}, times=None)
    house.entra.connection.directory._auth.__self__._until = 0
    with pytest.raises(RateLimited):
        house.do("user_is_disabled", house.subject)


@pytest.mark.parametrize("body", [{}, [], {"access_token": ""}])
def test_an_answer_without_a_token_is_none(house, body):
    house.fault("oauth2", status=200, body=body)

    with pytest.raises(CredentialsError, match="gave no token"):
        house.ping()


def test_a_token_no_header_can_carry_is_refused(house):
    house.fault("oauth2", status=200, body={"access_token": "a\r\nX: y", "expires_in": 3599})

    with pytest.raises(CredentialsError, match="characters no token has"):
        house.ping()


def test_doctor_learns_who_we_are_and_what_we_may(house):
    told = house.ping()

    assert told["user"] == "severance"
    assert told["id"] == house.lab.world.principal("severance")
    assert told["permissions"] == (
        "AuditLog.Read.All, User.EnableDisableAccount.All, User.Read.All, User.RevokeSessions.All"
    )


def test_doctor_says_when_the_tenant_does_not_know_our_app(house, lab):
    lab.world.principals[lab.world.principal("severance")]["appId"] = "elsewhere"

    with pytest.raises(ServiceError, match="no principal of the app"):
        house.ping()


@pytest.mark.parametrize(
    "options",
    [
        {"secret": "", "certificate": ""},
        {"secret": "env:A", "certificate": "env:B"},
        {"tenant": "a/../b"},
        {"tenant": "common"},
        {"client_id": "me"},
        {"tier": "p3"},
        {"token_minutes": 1441},
        {"token": "env:X"},
    ],
)
def test_settings_that_make_no_sense_are_refused(options):
    good = {"tenant": TENANT, "client_id": CLIENT, "secret": "env:A"}
    SERVICES["entra"].settings(**good)
    with pytest.raises(ValidationError):
        SERVICES["entra"].settings(**{**good, **options})


@pytest.mark.parametrize("name", ["url", "login_url"])
@pytest.mark.parametrize("url", ["http://graph.example", "graph.example", "https://u:p@graph.example", ""])
def test_a_url_unfit_to_carry_a_secret_is_refused(lab, name, url):
    with pytest.raises(SettingsError):
        House(lab, **{name: url})


def test_the_scope_asks_for_what_was_granted_on_the_very_graph_that_is_asked(lab):
    house = House(lab, url="https://graph.microsoft.us/v1.0", login_url="https://login.microsoftonline.us")

    form = house.entra.connection.directory._auth.__self__._form
    assert form["scope"] == "https://graph.microsoft.us/.default"
