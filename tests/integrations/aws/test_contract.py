"""Every request we send and every answer of the stand-in, judged by botocore's service models."""

from collections import Counter
from dataclasses import replace

import pytest

from integrations.aws.reads import READS
from integrations.lab.aws import Aws
from integrations.lab.aws.signature import signed
from integrations.lab.aws.spelling import answer, asked, refusal
from integrations.lab.exchange import Reply, Request
from integrations.lab.ledger import Ledger
from runner.actions.values import Changed, Observation, Who
from tests.integrations.aws import judge
from tests.integrations.aws.opened import House

LAYERS = (
    ("find_open_account", "quarantine", "lift_quarantine", "is_quarantined"),
    ("find_keys", "deactivate_key", "activate_key", "keys_are_inactive"),
    ("find_console_password", "delete_console_password", "", "password_is_gone"),
    ("find_sessions", "end_session", "let_session_be", "sessions_are_ended"),
    ("find_assignments", "unassign_account", "assign_account", "assignments_are_gone"),
    ("find_groups", "leave_group", "join_group", "groups_are_left"),
)


class Heard(Aws):
    """A stand-in that remembers what was asked of it and what it answered."""

    def _serve(self, request):
        reply, fault = super()._serve(request)
        self.heard = [*getattr(self, "heard", []), (replace(request, path=asked(request)), reply)]
        return reply, fault


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """Everything we do, done once to an account and once to a directory."""
    lab = Heard("aws", Ledger(tmp_path_factory.mktemp("heard") / "aws.jsonl"))
    lab.start()
    center = {"instance": lab.office.instance, "store": lab.office.store}
    for house in (House(lab.url), House(lab.url, identity_center=center)):
        house.subject = house.person()
        _do_everything(house, lab)
        house.aws.close()
    lab.stop()
    return lab.heard


def _do_everything(house, lab):
    house.do("find_accounts", Who(staff_id="FL-1011"))
    house.do("find_sharers", Observation("phone", "+1"))
    for name in ("find_observations", "find_applications", "keep_state", "keep_log"):
        house.do(name, house.subject)
    house.do("find_administrators")
    closed = []
    for find, close, reopen, proof in LAYERS:
        for thing, outcome in house.close_all(find, close):
            closed.append((reopen, thing, outcome))
        house.do(proof, house.subject)
    lab.act("mint-user", {"name": "spare"})
    lab.act("mint-key", {"of": "clara.weiss"})
    house.do("is_quarantined", house.subject)
    house.do("find_keys", house.subject)
    for reopen, thing, outcome in reversed(closed):
        if reopen and isinstance(outcome, Changed):
            house.do(reopen, house.subject, thing, outcome.before)


def test_every_request_is_as_the_service_describes_it(heard):
    assert [wrong for request, _ in heard for wrong in judge.of_request(request)] == []


def test_every_answer_of_the_stand_in_is_as_the_service_describes_it(heard):
    assert [wrong for request, reply in heard for wrong in judge.of_answer(request.path, reply)] == []


def test_every_operation_that_counts_as_a_read_is_used_and_judged(heard):
    used = Counter(request.path for request, _ in heard)
    declared = {f"/{name}/{operation}" for name, operations in READS.items() for operation in operations}
    assert declared - set(used) == set()
    assert len(used) > len(declared)


def test_every_request_is_signed_for_the_service_it_goes_to(heard):
    names = {"sso-admin": "sso"}
    for request, _ in heard:
        service = request.path.split("/")[1]
        judged = signed(request, {"AKIALABSEVERANCE0001": "lab-aws-secret"})
        assert (judged.fault, judged.service) == ("", names.get(service, service))


FORM = {"content-type": "application/x-www-form-urlencoded"}
WRONG_REQUESTS = {
    "a name with a blank": ("/iam/GetUser", b"Action=GetUser&Version=2010-05-08&UserName=a+b"),
    "a parameter it does not know": ("/iam/GetUser", b"Action=GetUser&Version=2010-05-08&Nobody=x"),
    "a required one left out": ("/iam/PutUserPolicy", b"Action=PutUserPolicy&UserName=a&PolicyName=b"),
    "a status there is not": ("/iam/UpdateAccessKey", b"AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Deleted"),
    "an empty name": ("/iam/GetUser", b"UserName="),
    "a kind of principal there is not": (
        "/sso-admin/ListAccountAssignmentsForPrincipal",
        b'{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "PrincipalId": "x", "PrincipalType": "ROLE"}',
    ),
    "an account number too short": (
        "/sso-admin/ListAccountAssignments",
        b'{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "AccountId": "1", "PermissionSetArn": "x"}',
    ),
    "an attribute nobody looks up by": (
        "/cloudtrail/LookupEvents", b'{"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", WRONG_REQUESTS)
def test_the_judge_rejects_a_request_with(why):
    path, body = WRONG_REQUESTS[why]
    assert judge.of_request(Request("POST", path, {}, FORM, body))


def said(path, result):
    return path, answer(Request("POST", path, {}, FORM, b""), result)


WRONG_ANSWERS = {
    "a user without an id": said("/iam/GetUser", {"User": {"Path": "/", "UserName": "a", "Arn": "arn:aws:iam::1:user/a"}}),
    "a list left out": said("/iam/ListUsers", {"IsTruncated": False}),
    "a member nobody knows": said("/iam/ListUsers", {"Users": [], "Colour": "red"}),
    "a status there is not": said("/iam/ListAccessKeys", {"AccessKeyMetadata": [{"Status": "Gone"}]}),
    "a decision there is not": said(
        "/iam/SimulatePrincipalPolicy", {"EvaluationResults": [{"EvalActionName": "s3:GetObject", "EvalDecision": "no"}]}
    ),
    "an id of another form": said("/identitystore/GetUserId", {"UserId": "jonas", "IdentityStoreId": "d-0123456789"}),
    "an error of somebody else": (
        "/iam/GetUser", refusal(Request("POST", "/iam/GetUser", {}, FORM, b""), 404, "ResourceNotFoundException", "x")
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", WRONG_ANSWERS)
def test_the_judge_rejects_an_answer_with(why):
    path, reply = WRONG_ANSWERS[why]
    assert isinstance(reply, Reply)
    assert judge.of_answer(path, reply)


def test_the_stand_in_refuses_what_is_not_signed_or_signed_by_somebody_else(lab, hands):
    iam = hands(lab.url, "iam", secret="not-the-secret")
    with pytest.raises(iam.exceptions.ClientError, match="SignatureDoesNotMatch"):
        iam.list_users()
    iam = hands(lab.url, "iam", key="AKIANOBODYNOBODYNOBO")
    with pytest.raises(iam.exceptions.ClientError, match="InvalidClientTokenId"):
        iam.list_users()
    bare = Request("POST", "/", {}, FORM, b"Action=ListUsers&Version=2010-05-08")
    assert b"MissingAuthenticationToken" in lab._serve(bare)[0].content()
    half = replace(bare, headers={**FORM, "authorization": "AWS4-HMAC-SHA256 Credential=x"})
    assert b"IncompleteSignature" in lab._serve(half)[0].content()


@pytest.mark.parametrize("part", ["body", "raw_query", "headers"])
def test_a_signature_holds_for_the_request_it_was_made_for_and_no_other(heard, part):
    request = next(each for each, _ in heard if each.path == "/iam/GetUser")
    secrets = {"AKIALABSEVERANCE0001": "lab-aws-secret"}
    bent = {
        "body": request.body + b"x", "raw_query": "a=b", "headers": {**request.headers, "host": "elsewhere.example"}
    }  # fmt: skip
    assert signed(replace(request, **{part: bent[part]}), secrets).fault == "SignatureDoesNotMatch"
    assert signed(request, secrets).fault == ""


def test_a_signature_of_yesterday_is_refused(heard):
    request = next(each for each, _ in heard)
    old = {**request.headers, "x-amz-date": "20250101T000000Z"}
    old["authorization"] = old["authorization"].replace(request.headers["x-amz-date"][:8], "20250101")
    assert signed(replace(request, headers=old), {"AKIALABSEVERANCE0001": "lab-aws-secret"}).fault


def test_the_stand_in_obeys_a_deny_and_an_inactive_key_as_aws_does(house, lab, hands):
    key = lab.world.keys["access/jonas.weber"][0]["AccessKeyId"]
    iam = hands(lab.url, "iam", key=key, secret=lab.world.secrets[key])
    sts = hands(lab.url, "sts", key=key, secret=lab.world.secrets[key])
    assert iam.list_users()["Users"]

    house.close_all("find_open_account", "quarantine")
    with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
        iam.create_access_key()
    assert sts.get_caller_identity()["Arn"].endswith("jonas.weber"), "which is why it proves nothing"

    house.close_all("find_keys", "deactivate_key")
    with pytest.raises(iam.exceptions.ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()


def test_an_operation_the_stand_in_does_not_have_is_said_to_be_unknown(lab, hands):
    iam = hands(lab.url, "iam")
    with pytest.raises(iam.exceptions.ClientError, match="InvalidAction"):
        iam.delete_user(UserName="jonas.weber")
