"""boto3 on our terms: gate, pins, no retries, nothing from this machine, and errors that say who may have acted."""

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import botocore.session
import pytest

from integrations.aws.asking import Pages
from integrations.aws.reads import READS
from integrations.lab.ledger import read
from runner.actions.contract import SERVICES, Opening
from runner.actions.gate import Gate
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    RateLimited,
    RefusedError,
    ServiceError,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)
from tests.integrations.aws.opened import AGENT, KEY, SECRET, House

ROOT = Path(__file__).parents[3]
WRITE = {"UserName": "jonas.weber", "PolicyName": "x", "PolicyDocument": '{"Statement": []}'}


def xml(code: str, message: str = "words") -> bytes:
    text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"<ErrorResponse>{text}<RequestId>1</RequestId></ErrorResponse>".encode()


def put(house):
    """Write past the context, as `ctx.write` would: the gate open."""
    with house.gate.opened():
        return house.aws.call("iam.PutUserPolicy", WRITE)


def look(house):
    return house.aws.call("iam.GetUser", {"UserName": "jonas.weber"})


def trail(house):
    attributes = [{"AttributeKey": "Username", "AttributeValue": "x"}]
    return house.aws.call("cloudtrail.LookupEvents", {"LookupAttributes": attributes})


@pytest.mark.parametrize("name", READS)
def test_what_counts_as_a_read_is_an_operation_and_its_name_says_that_it_reads(name):
    model = botocore.session.Session().get_service_model(name)
    assert set(READS[name]) <= set(model.operation_names)
    readers = ("Get", "List", "Describe", "Lookup", "Simulate")
    assert [each for each in READS[name] if not each.startswith(readers)] in ([], ["GenerateCredentialReport"])


def test_nothing_that_hands_out_credentials_counts_as_a_read():
    named = {each for operations in READS.values() for each in operations}
    assert not named & {"GetSessionToken", "GetFederationToken", "GetRoleCredentials", "GetAccessKeyInfo"}


def test_a_write_does_not_leave_while_the_gate_is_shut(house):
    house.mark()
    with pytest.raises(WriteForbidden, match="POST /iam/PutUserPolicy"):
        house.aws.call("iam.PutUserPolicy", WRITE)
    assert house.asked() == []


def test_the_gate_is_asked_when_nothing_is_left_to_do_but_send(house):
    order = []
    house.mark()
    with house.gate.opened(lambda: order.append(len(house.asked()))):
        house.aws.call("iam.PutUserPolicy", WRITE)
    assert order == [0]
    assert house.asked() == ["/iam/PutUserPolicy"]


def test_what_the_gate_raises_reaches_the_caller_as_it_is(house):
    class Halt(Exception):
        pass

    def halt():
        raise Halt

    with pytest.raises(Halt), house.gate.opened(halt):
        house.aws.call("iam.PutUserPolicy", WRITE)


def test_a_request_bent_to_another_host_is_stopped(house):
    look(house)
    [client] = [each for (name, _), each in house.aws._calls._clients.items() if name == "iam"]

    def bend(request, **_):
        request.url = "http://127.0.0.2:9/"

    client.meta.events.register_last("request-created", bend)
    house.mark()
    with pytest.raises(ServiceError, match="another host"):
        look(house)
    assert house.asked() == []


def test_the_case_is_named_in_every_call(house):
    assert {each["user_agent"].startswith(AGENT) for each in house.lines()} == {True}


def test_nothing_on_this_machine_changes_what_is_called_or_by_whom(lab, tmp_path, monkeypatch):
    home = tmp_path / "home" / ".aws"
    models = home / "models" / "iam" / "2010-05-08"
    models.mkdir(parents=True)
    (home / "config").write_text(
        "[default]\nendpoint_url = http://127.0.0.2:9\nregion = eu-west-9\nretry_mode = adaptive\nmax_attempts = 9\n"
    )
    (home / "credentials").write_text("[default]\naws_access_key_id = other\naws_secret_access_key = other\n")
    (models / "service-2.json").write_text("{}")
    for name, value in {
        "HOME": str(tmp_path / "home"), "AWS_CONFIG_FILE": str(home / "config"), "AWS_PROFILE": "nobody",
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"), "AWS_ACCESS_KEY_ID": "other",
        "AWS_SECRET_ACCESS_KEY": "other", "AWS_SESSION_TOKEN": "other", "AWS_ENDPOINT_URL": "http://127.0.0.2:9",
        "AWS_ENDPOINT_URL_IAM": "http://127.0.0.2:9", "AWS_DEFAULT_REGION": "eu-west-9", "AWS_MAX_ATTEMPTS": "9",
        "AWS_CA_BUNDLE": str(tmp_path / "none.pem"), "AWS_DATA_PATH": str(tmp_path), "HTTP_PROXY": "http://127.0.0.2:9",
        "http_proxy": "http://127.0.0.2:9", "ALL_PROXY": "http://127.0.0.2:9", "AWS_USE_FIPS_ENDPOINT": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    house = House(lab.url, lab.key_id, lab.secret)
    assert SERVICES["aws"].ping(house.aws)["user"].endswith(":user/severance")
    lab.faults.add([])
    assert house.do("find_administrators")
    house.aws.close()


def test_real_endpoints_are_awss_own_whatever_the_variables_say(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.2:9")
    house = House("", settles_s=10, lags_s=900)
    urls = {name: house.aws._calls._client(name, "eu-west-1").meta.endpoint_url for name in READS}
    house.aws.close()
    assert urls == {
        "iam": "https://iam.amazonaws.com", "sts": "https://sts.eu-west-1.amazonaws.com",
        "organizations": "https://organizations.us-east-1.amazonaws.com",
        "cloudtrail": "https://cloudtrail.eu-west-1.amazonaws.com",
        "identitystore": "https://identitystore.eu-west-1.amazonaws.com",
        "sso-admin": "https://sso.eu-west-1.amazonaws.com",
    }  # fmt: skip


def test_temporary_credentials_are_signed_with_their_token(lab):
    house = House(lab.url, lab.key_id, lab.secret, session_token="env:TOKEN")
    assert SERVICES["aws"].ping(house.aws)["account"] == lab.world.account
    house.aws.close()


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_write_without_a_whole_answer_may_have_acted_and_is_sent_once(house, kind):
    house.fault("PutUserPolicy$", kind)
    house.mark()
    with pytest.raises(AnswerLost, match="POST /iam/PutUserPolicy"):
        put(house)
    assert house.asked() == ["/iam/PutUserPolicy"]


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
@pytest.mark.parametrize("call", [look, trail], ids=["xml", "json"])
def test_a_read_without_a_whole_answer_changed_nothing(house, kind, call):
    house.fault("GetUser$|LookupEvents$", kind)
    with pytest.raises(ServiceError) as broken:
        call(house)
    assert type(broken.value) is ServiceError


def test_an_empty_answer_is_not_taken_for_an_empty_list(directory):
    directory.fault("ListGroupMembershipsForMember$", status=200, body={}, times=None)
    with pytest.raises(ServiceError, match="has no GroupMemberships"):
        directory.do("groups_are_left", directory.subject)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "Throttling", RateLimited), (400, "RequestLimitExceeded", RateLimited), (429, "X", RateLimited),
        (409, "EntityTemporarilyUnmodifiable", RateLimited), (409, "ConcurrentModification", RateLimited),
        (403, "InvalidClientTokenId", CredentialsError), (403, "SignatureDoesNotMatch", CredentialsError),
        (403, "ExpiredToken", CredentialsError), (403, "AccessDenied", CredentialsError),
        (401, "Strange", CredentialsError), (500, "ServiceFailure", AnswerLost), (503, "ServiceUnavailable", AnswerLost),
        (502, "BadGateway", AnswerLost), (501, "NotImplemented", ServiceRefused), (409, "LimitExceeded", ServiceRefused),
        (404, "NoSuchEntity", ServiceRefused), (400, "MalformedPolicyDocument", ServiceRefused),
        (307, "TemporaryRedirect", ServiceRefused),
    ],
)  # fmt: skip
def test_an_answer_becomes_one_error_that_says_whether_it_may_have_acted(house, status, code, error):
    house.fault("PutUserPolicy$", status=status, body=xml(code))
    house.mark()
    with pytest.raises(ServiceError if error is not CredentialsError else CredentialsError) as refused:
        put(house)
    assert type(refused.value) is error
    assert house.asked() == ["/iam/PutUserPolicy"]
    if isinstance(refused.value, ServiceRefused):
        assert (refused.value.status, refused.value.code) == (status, code)


def test_503_is_not_now_for_a_read_and_for_a_write_that_is_told_when_to_come_back(house):
    house.fault("GetUser$", status=503, body=xml("ServiceUnavailable"))
    with pytest.raises(RateLimited):
        look(house)
    house.fault("PutUserPolicy$", status=503, body=xml("ServiceUnavailable"), headers={"Retry-After": "7"})
    with pytest.raises(RateLimited) as limited:
        put(house)
    assert limited.value.wait_s == 7


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", RateLimited), ("AccessDeniedException", CredentialsError),
        ("UnrecognizedClientException", CredentialsError), ("ValidationException", ServiceRefused),
        ("ConflictException", ServiceRefused),
    ],
)  # fmt: skip
def test_the_json_services_errors_are_told_apart_too(house, code, error):
    house.fault("LookupEvents$", status=400, body={"__type": code, "message": "words"})
    with pytest.raises((ServiceError, CredentialsError)) as refused:
        trail(house)
    assert type(refused.value) is error


def test_a_conflict_of_identity_center_is_waited_for(directory):
    directory.fault("DeleteAccountAssignment$", status=400, body={"__type": "ConflictException", "message": "busy"}, times=2)
    thing = directory.do("find_assignments", directory.subject)[0]
    directory.do("unassign_account", directory.subject, thing)
    assert directory.pauses[:2] == [1.0, 1.0]
    assert directory.held()["assigned"] == 1


def test_a_limit_is_waited_out_by_the_context_and_the_write_happens_once(house):
    house.fault("PutUserPolicy$", status=400, body=xml("Throttling"), times=3)
    [thing] = house.do("find_open_account", house.subject)
    house.do("quarantine", house.subject, thing)
    assert house.pauses == [1.0, 1.0, 1.0]
    assert len(house.writes()) == 1


def test_a_page_that_is_refused_for_now_cuts_no_list_short(house):
    whole = house.do("find_administrators")
    house.fault("GetAccountAuthorizationDetails$", status=400, body=xml("Throttling"), times=2)
    assert house.do("find_administrators") == whole


def test_pages_that_never_end_are_an_error(house):
    page = (
        "<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated><Marker>same</Marker>"
        "</ListUsersResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListUsersResponse>"
    )
    house.fault("ListUsers$", status=200, body=page.encode(), times=None)
    pages = Pages(house.aws, "iam.ListUsers")
    next(pages)
    with pytest.raises(ServiceError, match="never end"):
        next(pages)


def test_nobody_there_means_nothing_was_sent():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = House(f"http://127.0.0.1:{port}")
    with pytest.raises(NotReached, match=rf"127\.0\.0\.1:{port}"):
        put(house)
    house.aws.close()


def test_a_wrong_secret_is_a_missing_credential_and_is_not_shown(lab):
    house = House(lab.url, lab.key_id, "another-secret-of-ours")
    with pytest.raises(CredentialsError) as refused:
        look(house)
    house.aws.close()
    assert "another-secret" not in refused.value.diagnostics()
    assert lab.key_id not in refused.value.diagnostics()


def test_a_refused_signature_is_told_without_the_request_awss_answer_repeats(house):
    repeated = "The Canonical String should have been 'POST x-amz-security-token:session-token-of-ours'"
    house.fault("GetUser$", status=403, body=xml("SignatureDoesNotMatch", repeated))
    with pytest.raises(CredentialsError) as refused:
        look(house)
    assert "session-token" not in refused.value.diagnostics()


def test_a_value_aws_has_no_form_for_is_refused_before_it_is_sent(house):
    house.mark()
    with pytest.raises(RefusedError):
        house.aws.call("iam.GetUser", {"UserName": ""})
    with pytest.raises(RefusedError):
        house.aws.call("iam.GetUser", {"Nobody": "x"})
    assert house.asked() == []


def test_many_threads_share_one_connection(house):
    start, failed = threading.Barrier(24), []

    def ask():
        start.wait(timeout=20)
        try:
            assert house.aws.call("identitystore.ListUsers", {"IdentityStoreId": house.lab.office.store}).json["Users"]
            assert look(house).json["User"]["UserName"] == "jonas.weber"
            assert b"jonas.weber" in look(house).body
        except Exception as error:  # noqa: BLE001  counted by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []


@pytest.mark.parametrize(
    "given",
    [
        {"settles_s": 9}, {"lags_s": 899}, {"url": "http://aws.fjordlight.example"}, {"regions": []},
        {"regions": ["us-east-1/../x"]}, {"unknown": 1}, {"regions": ["eu-west-1", "us-east-1"]},
        {"identity_center": {"instance": "arn:aws:sso:::instance/x", "store": "d-0123456789"}},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(given):
    with pytest.raises((SettingsError, ValueError)):
        House(**{"url": "", "settles_s": 10, "lags_s": 900, **given})


WITHOUT = """
import sys
sys.modules["boto3"] = None
from runner.actions.registry import discover
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.errors import SettingsError
discover()
assert any(name.startswith("aws.") for name in ACTIONS)
assert not [name for name in sys.modules if name.partition(".")[0] == "botocore"]
declared = SERVICES["aws"]
settings = declared.settings(access_key_id="env:A", access_key_secret="env:B")
try:
    declared.connect(settings, Opening("aws", Gate(declared.reads), "x", str))
except SettingsError as error:
    print(error.diagnostics())
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)


def test_without_boto3_everything_but_opening_works_and_opening_says_how_to_install_it():
    done = run(WITHOUT)
    assert "aws: boto3 is not installed" in done.stdout
    assert "pip install 'severance[aws]'" in done.stdout


@pytest.mark.parametrize("words", [["--help"], ["actions"], ["lint", "playbooks/suspected-dprk-worker.yaml"]])
def test_verbs_that_need_no_service_do_without_boto3(words):
    code = "import sys; sys.modules['boto3'] = None; from runner.cli import main; sys.argv[0] = 'severance'; main()"
    assert run(code, *words).returncode == 0


def test_a_lab_without_boto3_leaves_aws_out_and_says_so(tmp_path):
    code = """
import sys
if sys.argv[2] == "without":
    sys.modules["boto3"] = None
from pathlib import Path
from integrations.lab.launch import _DOORED, start
lab = start(Path(sys.argv[1]), services=len(_DOORED))
lab.stop()
print(" ".join(lab.services))
"""
    with_it, without = (run(code, str(tmp_path / each), each) for each in ("with", "without"))
    assert "aws" in with_it.stdout.split()
    assert with_it.stderr == ""
    assert "aws" not in without.stdout.split()
    assert re.fullmatch(r"lab: aws is left out: boto3 is not installed \(pip install 'severance\[aws\]'\)\n", without.stderr)


def test_a_small_lab_without_boto3_says_nothing(tmp_path):
    code = "import sys; sys.modules['boto3'] = None; from pathlib import Path; from integrations.lab.launch import start; start(Path(sys.argv[1]), services=1).stop()"
    assert run(code, str(tmp_path / "lab")).stderr == ""


def test_opening_sends_nothing(lab):
    House(lab.url, KEY, SECRET).aws.close()
    assert read(lab.ledger.path) == []


def test_an_opening_without_its_secret_says_which(lab):
    declared = SERVICES["aws"]
    settings = declared.settings(url=lab.url, access_key_id="env:A", access_key_secret="env:B")

    def missing(reference):
        raise CredentialsError(f"{reference} is not there")

    with pytest.raises(CredentialsError, match="env:A"):
        declared.connect(settings, Opening("aws", Gate(declared.reads), "x", missing))
