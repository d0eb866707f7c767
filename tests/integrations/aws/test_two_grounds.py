"""One body, two grounds: what we do to IAM and Identity Center, on our stand-in and on moto, read by boto3 itself.

moto obeys no deny and lets an Inactive key work: what is asserted of it is what it lists and gives back.
"""

import json
from xml.etree import ElementTree as ET

import pytest

from integrations.lab.aws import Aws
from integrations.lab.company import SUBJECT, person
from integrations.lab.ledger import Ledger
from runner.actions.values import Changed, Refused, Unchanged, Who
from tests.integrations.aws.furnished import ADMINS, USER, LabGround, MotoFurnished
from tests.integrations.aws.moto_ground import MotoGround

OTHER = person("clara.weiss@fjordlight.example")


@pytest.fixture(params=["stand-in", "moto"])
def ground(request, tmp_path):
    if request.param == "moto":
        moto = MotoGround(request.getfixturevalue("moto_server"))
        made, stop = MotoFurnished(moto), moto.stop
    else:
        lab = Aws("aws", Ledger(tmp_path / "aws.jsonl"))
        lab.start()
        made, stop = LabGround(lab), lab.stop
    yield made
    made.close()
    stop()


@pytest.fixture
def directory(ground):
    house = ground.directory()
    house.subject = house.person()
    yield house
    house.aws.close()


def gone(iam, operation, **given) -> bool:
    try:
        getattr(iam, operation)(**given)
    except iam.exceptions.NoSuchEntityException:
        return True
    return False


def test_who_we_are_is_read_and_that_no_organisation_is_managed(ground):
    me = ground.hand("sts").get_caller_identity()
    said = {"user": me["Arn"], "id": me["UserId"], "account": me["Account"], "manages": False}
    assert {"user": ground.house.aws.me()["Arn"], **said} == said
    assert ground.house.aws.manages() is False


def test_a_person_is_found_by_mail_and_by_staff_id_and_nobody_else_is(ground):
    user = ground.hand("iam").get_user(UserName=USER)["User"]
    by_mail = ground.house.do("find_accounts", Who(mail=SUBJECT.mail))
    by_staff_id = ground.house.do("find_accounts", Who(staff_id=SUBJECT.staff_id))
    by_id = ground.house.do("find_accounts", Who(ids={"aws": user["UserId"]}))

    assert by_mail == by_staff_id == by_id
    assert [(each.id, each.login) for each in by_mail] == [(user["UserId"], USER)]
    assert by_mail[0].facts["mail"] == SUBJECT.mail
    assert by_mail[0].facts["staff_id"] == SUBJECT.staff_id
    assert by_mail[0].facts["admin"] is False
    assert ground.house.do("find_accounts", Who(mail="nobody@fjordlight.example")) == []


def test_administrators_are_found_through_their_group(ground):
    found = {each.facts["mail"] for each in ground.house.do("find_administrators")}
    assert set(ADMINS) <= found
    assert SUBJECT.mail not in found
    assert ground.house.person(person(ADMINS[0])).facts["admin"] is True


def test_a_quarantine_stands_reads_closed_and_goes_back(ground):
    iam, account = ground.hand("iam"), ground.person()
    where = {"UserName": USER, "PolicyName": "severance-quarantine"}
    [thing] = ground.house.do("find_open_account", account)
    assert ground.house.do("is_quarantined", account).verdict == "open"

    outcome = ground.house.do("quarantine", account, thing)
    [statement] = iam.get_user_policy(**where)["PolicyDocument"]["Statement"]
    assert isinstance(outcome, Changed)
    assert {key: statement[key] for key in ("Effect", "Action", "Resource")} == {
        "Effect": "Deny", "Action": "*", "Resource": "*",
    }  # fmt: skip
    assert ground.house.do("is_quarantined", account).verdict == "closed"
    assert isinstance(ground.house.do("quarantine", account, thing), Unchanged)
    assert ground.house.do("find_open_account", account) == []
    assert "build-bucket" in iam.list_user_policies(UserName=USER)["PolicyNames"]

    back = ground.house.do("lift_quarantine", account, thing, outcome.before)
    assert isinstance(back, Changed)
    assert gone(iam, "get_user_policy", **where)
    assert ground.house.do("is_quarantined", account).verdict == "open"


def test_the_proof_says_how_it_was_read(ground):
    account = ground.person()
    ground.house.close_all("find_open_account", "quarantine", account)
    why = ground.house.do("is_quarantined", account).why
    simulated = isinstance(ground, LabGround)
    assert ("simulation denies 5 probes" in why) == simulated
    assert ("was not simulated" in why) == (not simulated)


def test_keys_of_every_kind_become_inactive_and_only_an_access_key_stays_so(ground):
    account = ground.person()
    before = ground.statuses()
    closed = ground.house.close_all("find_keys", "deactivate_key", account)

    assert all(isinstance(outcome, Changed) for _, outcome in closed)
    assert ground.statuses() == {kind: ["Inactive"] * len(each) for kind, each in before.items()}
    assert ground.house.do("keys_are_inactive", account).verdict == "closed"
    assert ground.house.do("find_keys", account) == []

    back = {
        thing.state["kind"]: ground.house.do("activate_key", account, thing, outcome.before) for thing, outcome in closed
    }
    assert isinstance(back.pop("access key"), Refused)
    assert all(isinstance(each, Changed) for each in back.values())
    now = ground.statuses()
    assert set(now["access key"]) == {"Inactive"}
    assert set(now["SSH key"] + now["signing certificate"]) == {"Active"}
    assert ground.house.do("keys_are_inactive", account).verdict == "open"


def test_the_keys_of_others_stay_active(ground):
    iam = ground.hand("iam")
    ground.house.close_all("find_keys", "deactivate_key", ground.person())
    theirs = iam.list_access_keys(UserName=OTHER.mail.partition("@")[0])["AccessKeyMetadata"]
    assert [each["Status"] for each in theirs] == ["Active"]


def test_the_console_password_is_deleted_once(ground):
    iam, account = ground.hand("iam"), ground.person()
    [thing] = ground.house.do("find_console_password", account)
    outcome = ground.house.do("delete_console_password", account, thing)

    assert isinstance(outcome, Changed)
    assert outcome.before["CreateDate"]
    assert gone(iam, "get_login_profile", UserName=USER)
    assert ground.house.do("password_is_gone", account).verdict == "closed"
    assert isinstance(ground.house.do("delete_console_password", account, thing), Unchanged)
    assert ground.house.do("find_console_password", account) == []


def test_a_session_ends_by_a_deny_on_its_role_and_returns(ground):
    iam, account = ground.hand("iam"), ground.person()
    thing = next(each for each in ground.house.do("find_sessions", account) if each.state["role"] == "deploy")
    outcome = ground.house.do("end_session", account, thing)

    [name] = iam.list_role_policies(RoleName="deploy")["PolicyNames"]
    document = iam.get_role_policy(RoleName="deploy", PolicyName=name)["PolicyDocument"]
    condition = document["Statement"][0]["Condition"]
    assert condition["StringEquals"] == {"aws:userid": thing.id}
    assert set(condition["DateLessThan"]) == {"aws:TokenIssueTime"}
    assert thing.id not in {each.id for each in ground.house.do("find_sessions", account)}
    assert isinstance(ground.house.do("end_session", account, thing), Unchanged)

    assert isinstance(ground.house.do("let_session_be", account, thing, outcome.before), Changed)
    assert iam.list_role_policies(RoleName="deploy")["PolicyNames"] == []


def test_policies_and_groups_stay_and_grant_nothing_under_the_deny(ground):
    iam, account = ground.hand("iam"), ground.person()
    assert {each.label for each in ground.house.do("find_assignments", account)} >= {"policy PowerUserAccess"}
    assert [each.label for each in ground.house.do("find_groups", account)] == ["group developers"]
    assert ground.house.do("assignments_are_gone", account).verdict == "open"
    assert ground.house.do("groups_are_left", account).verdict == "open"
    for find, close in (("find_assignments", "unassign_account"), ("find_groups", "leave_group")):
        outcomes = ground.house.close_all(find, close, account)
        assert all(isinstance(each, Unchanged) for _, each in outcomes)

    ground.house.close_all("find_open_account", "quarantine", account)
    assert ground.house.do("assignments_are_gone", account).verdict == "closed"
    assert ground.house.do("groups_are_left", account).verdict == "closed"
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=USER)["Groups"]] == ["developers"]
    assert len(iam.list_attached_user_policies(UserName=USER)["AttachedPolicies"]) == 1


def test_the_state_is_kept_as_received(ground):
    kept = ground.house.do("keep_state", ground.person())
    items = ground.house.recorder.items
    names = {name.rpartition("-")[0] for name in items}

    assert kept.missing == ""
    assert {"GetUser", "ListAccessKeys", "GetLoginProfile", "ListMFADevices", "ListGroupsForUser", "GetUserPolicy-1"} <= names
    for name, raw in items.items():
        if name.endswith(".xml"):
            assert ET.fromstring(raw).tag.endswith("Response")
    report = items["credential-report-row.csv"].decode().splitlines()
    assert len(report) == 2
    assert report[1].startswith(USER)
    assert OTHER.mail.partition("@")[0] not in items["credential-report-row.csv"].decode()


def test_a_person_of_the_directory_is_found_by_address(ground, directory):
    account = directory.subject
    described = ground.hand("identitystore").describe_user(
        IdentityStoreId=directory.aws.directory.store, UserId=account.id
    )
    assert described["UserName"] == account.login == SUBJECT.mail
    assert account.facts["mail"] == SUBJECT.mail
    assert account.facts["name"] == SUBJECT.name
    phones = [each.value for each in directory.do("find_observations", account) if each.kind == "phone"]
    assert phones == [SUBJECT.phone.replace(" ", "")]
    assert account.id in {
        each.id for seen in directory.do("find_observations", account) for each in directory.do("find_sharers", seen)
    }


def test_groups_of_the_directory_are_left_and_joined_again(ground, directory):
    people, store = ground.hand("identitystore"), directory.aws.directory.store

    def groups():
        found = people.list_group_memberships_for_member(
            IdentityStoreId=store, MemberId={"UserId": directory.subject.id}
        )
        return [each["GroupId"] for each in found["GroupMemberships"]]

    before = groups()
    [(thing, outcome)] = directory.close_all("find_groups", "leave_group")
    assert thing.label == "group Platform"
    assert isinstance(outcome, Changed)
    assert groups() == []
    assert directory.do("groups_are_left", directory.subject).verdict == "closed"

    assert isinstance(directory.do("join_group", directory.subject, thing, outcome.before), Changed)
    assert groups() == before
    assert isinstance(directory.do("join_group", directory.subject, thing, outcome.before), Unchanged)


def test_accounts_are_taken_away_and_assigned_again(ground, directory):
    sets, instance = ground.hand("sso-admin"), directory.aws.directory.instance

    def assigned():
        found = sets.list_account_assignments_for_principal(
            InstanceArn=instance, PrincipalId=directory.subject.id, PrincipalType="USER"
        )
        direct = [each for each in found["AccountAssignments"] if each["PrincipalType"] == "USER"]
        return sorted((each["AccountId"], each["PermissionSetArn"]) for each in direct)

    before = assigned()
    closed = directory.close_all("find_assignments", "unassign_account")
    assert len(before) == len(closed) == 2
    assert all(isinstance(outcome, Changed) for _, outcome in closed)
    assert assigned() == []
    assert directory.do("assignments_are_gone", directory.subject).verdict == "closed"

    for thing, outcome in closed:
        assert isinstance(directory.do("assign_account", directory.subject, thing, outcome.before), Changed)
    assert assigned() == before


def test_a_person_is_denied_in_each_permission_set_and_what_stood_there_stays(ground, directory):
    sets, instance = ground.hand("sso-admin"), directory.aws.directory.instance

    def policy(arn):
        found = sets.get_inline_policy_for_permission_set(InstanceArn=instance, PermissionSetArn=arn)
        return json.loads(found.get("InlinePolicy") or '{"Statement": []}')

    things = directory.do("find_open_account", directory.subject)
    builder = next(each for each in things if each.label == "permission set Builder")
    closed = {thing.label: (thing, directory.do("quarantine", directory.subject, thing)) for thing in things}
    guard, ours = policy(builder.state["arn"])["Statement"]
    assert guard["Sid"] == "NoBilling"
    assert ours["Condition"] == {"StringEquals": {"identitystore:UserId": directory.subject.id}}
    assert directory.do("is_quarantined", directory.subject).verdict == "closed"
    assert directory.do("sessions_are_ended", directory.subject).verdict == "inferred"

    for thing, outcome in closed.values():
        assert isinstance(directory.do("lift_quarantine", directory.subject, thing, outcome.before), Changed)
    assert policy(builder.state["arn"])["Statement"] == [guard]
    reader = next(thing for label, (thing, _) in closed.items() if label == "permission set Reader")
    assert policy(reader.state["arn"])["Statement"] == []
    assert directory.do("is_quarantined", directory.subject).verdict == "open"
