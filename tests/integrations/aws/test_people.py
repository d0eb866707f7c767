"""Who is who: by tags and addresses, never by names; who administers; what ties accounts together."""

import json

import pytest

from integrations.lab.aws import Aws
from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PERSONAS, SUBJECT, person
from integrations.lab.ledger import Ledger
from runner.actions.values import Observation, Who
from runner.errors import CredentialsError, RefusedError, ServiceRefused

ADMINS = {"maren.okafor@fjordlight.example", "tomas.arvidsson@fjordlight.example", *(each.mail for each in BREAK_GLASS)}


def test_a_user_who_is_only_called_like_the_mail_is_offered_without_that_fact(house, lab):
    lab.world.users["jonas.weber"]["Tags"] = []
    [offered] = house.do("find_accounts", Who(mail=SUBJECT.mail))
    assert offered.login == "jonas.weber"
    assert offered.facts["mail"] == offered.facts["staff_id"] == ""


def test_a_namesake_is_told_apart_by_the_mail(house, lab):
    lab.world.user("weber", {"mail": "jonas.weber@elsewhere.example", "name": SUBJECT.name})
    assert [each.login for each in house.do("find_accounts", Who(mail=SUBJECT.mail))] == ["jonas.weber"]


def test_a_user_name_that_is_an_address_is_the_mail_and_tags_are_found_in_any_case(house, lab):
    lab.world.user(SUBJECT.mail, {})
    lab.world.users["jonas.weber"]["Tags"] = [{"Key": "Mail", "Value": SUBJECT.mail}, {"Key": "Staff-ID", "Value": "FL-1011"}]
    found = {each.login: each.facts["mail"] for each in house.do("find_accounts", Who(mail=SUBJECT.mail))}
    assert found == {"jonas.weber": SUBJECT.mail, SUBJECT.mail: SUBJECT.mail}


def test_a_company_that_tags_otherwise_says_so(make, lab):
    lab.world.users["jonas.weber"]["Tags"] = [{"Key": "owner", "Value": SUBJECT.mail}, {"Key": "hr", "Value": "FL-1011"}]
    [found] = make(mail_tag="owner", staff_id_tag="hr").do("find_accounts", Who(staff_id="FL-1011"))
    assert found.facts["mail"] == SUBJECT.mail


@pytest.mark.parametrize("who", [Who(), Who(mail="*"), Who(staff_id="FL-9999"), Who(mail=".*@fjordlight.example")])
def test_nobody_is_found_by_nothing_or_by_a_pattern(house, directory, who):
    assert house.do("find_accounts", who) == []
    assert directory.do("find_accounts", who) == []


def test_hostile_tags_stay_text(house, lab):
    evil = "\u202eexe<script>'&amp;]]>"
    tags = [each for each in lab.world.users["jonas.weber"]["Tags"] if each["Key"] != "name"]
    lab.world.users["jonas.weber"]["Tags"] = [*tags, {"Key": "name", "Value": evil}]
    [found] = house.do("find_accounts", Who(mail=SUBJECT.mail))
    assert found.facts["name"] == evil


def test_an_id_that_is_none_is_refused_before_anything_is_asked(house, directory):
    for ours in (house, directory):
        ours.mark()
        with pytest.raises(RefusedError):
            ours.do("find_accounts", Who(ids={"aws": "x/../y"}))
    assert house.asked() == []


def test_an_id_nobody_has_finds_nobody(house, directory):
    assert house.do("find_accounts", Who(ids={"aws": "AIDANOBODYNOBODY00000"})) == []
    assert directory.do("find_accounts", Who(ids={"aws": "00000000-0000-0000-0000-000000000000"})) == []


def test_a_person_of_the_directory_is_found_by_user_name_address_and_staff_id(directory, lab):
    row = lab.office.people[directory.subject.id]
    row["UserName"] = "jweber"
    for who in (Who(mail=SUBJECT.mail), Who(staff_id=SUBJECT.staff_id), Who(ids={"aws": directory.subject.id})):
        [found] = directory.do("find_accounts", who)
        assert (found.id, found.login) == (directory.subject.id, "jweber")
        assert found.facts["staff_id"] == SUBJECT.staff_id
        assert found.facts["created"] == "2025-03-03T08:00:00Z"
        assert found.facts["status"] == "ENABLED"


def test_administrators_of_both_kinds_are_found_through_groups(house, directory):
    assert {each.facts["mail"] for each in house.do("find_administrators")} == ADMINS
    assert {each.facts["mail"] for each in directory.do("find_administrators")} == ADMINS


@pytest.mark.parametrize(
    ("statement", "administers"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": ["*"]}, True),
        ({"Effect": "Allow", "Action": "IAM:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::x"}, False),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, False),
    ],
)  # fmt: skip
def test_who_may_do_everything_by_an_inline_policy_is_an_administrator(house, lab, statement, administers):
    for form in (statement, [statement]):
        text = json.dumps({"Version": "2012-10-17", "Statement": form})
        lab.world.inline["user/clara.weiss"]["x"] = text
        names = {each.login for each in house.do("find_administrators")}
        assert ("clara.weiss" in names) == administers


def test_a_policy_of_the_companys_own_that_is_called_like_awss_makes_nobody_an_administrator(house, lab):
    lab.world.attached["user/clara.weiss"] = [f"arn:aws:iam::{lab.world.account}:policy/AdministratorAccess"]
    assert "clara.weiss" not in {each.login for each in house.do("find_administrators")}


@pytest.mark.parametrize(("actions", "administers"), [("*", True), ("ec2:*", False)])
def test_a_policy_of_the_companys_own_counts_by_the_version_in_force(house, lab, actions, administers):
    arn = f"arn:aws:iam::{lab.world.account}:policy/operators"
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    lab.world.local[arn] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    lab.world.attached["group/developers"] = [arn]
    names = {each.login for each in house.do("find_administrators")}
    assert ("clara.weiss" in names) == administers


def test_where_people_came_from_is_seen_and_awss_own_services_are_not_addresses(house, lab):
    subject = lab.history.user("jonas.weber")
    lab.history.note("Decrypt", subject, ip="AWS Internal")
    lab.history.note("Decrypt", subject, ip="2001:db8::7")
    lab.history.note("Decrypt", lab.history.user("clara.weiss"), ip="198.51.100.9")
    stranger = lab.history.session("support", "jonas.weber", "ASIASTRANGER")  # of the person's name, not of theirs
    lab.history.note("Decrypt", stranger, ip="198.51.100.66")
    seen = {each.value for each in house.do("find_observations", house.subject) if each.kind == "ip"}
    assert seen == {"203.0.113.77", "2001:db8::7", "192.0.2.14"}  # the last is where roles were assumed


def test_the_newest_events_are_looked_at_and_no_more(house):
    house.mark()
    house.do("find_observations", house.subject)
    assert house.asked().count("/cloudtrail/LookupEvents") <= 8


def test_the_three_names_of_one_hand_share_a_phone_and_the_neighbour_only_a_house(directory):
    seen = directory.do("find_observations", directory.person(PERSONAS[1]))
    phone, home = (next(each for each in seen if each.kind == kind) for kind in ("phone", "address"))
    assert {each.facts["mail"] for each in directory.do("find_sharers", phone)} == {each.mail for each in PERSONAS}
    assert {each.facts["mail"] for each in directory.do("find_sharers", home)} == {PERSONAS[1].mail, NEIGHBOUR.mail}
    assert directory.do("find_sharers", Observation("ip", "203.0.113.77")) == []


def test_a_person_who_shows_nothing_shows_nothing(directory, lab):
    row = lab.office.people[directory.subject.id]
    for key in ("PhoneNumbers", "Addresses"):
        del row[key]
    assert directory.do("find_observations", directory.subject) == []


def test_a_missing_permission_is_told_as_one(house):
    denied = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn is not authorized to perform: iam:X</Message></Error></ErrorResponse>"
    house.fault("GetAccountAuthorizationDetails$", status=403, body=denied, times=None)
    with pytest.raises(CredentialsError, match="a permission is missing: User: arn is not authorized"):
        house.do("find_administrators")


def test_who_manages_the_organisation_must_be_known_before_anything_is_closed(make):
    house = make()
    house.subject = house.person()
    house.fault("DescribeOrganization$", status=400, body={"__type": "ServiceException", "message": "no"}, times=None)
    thing = house.do("find_open_account", house.subject)[0]
    with pytest.raises(ServiceRefused):
        house.do("quarantine", house.subject, thing)
    assert house.writes() == []


def test_without_an_organisation_there_is_nothing_to_spare(make, lab):
    lab.managed_by = ""
    house = make()
    house.subject = house.person()
    assert house.aws.manages() is False
    house.close_all("find_open_account", "quarantine")
    assert house.held()["denied"]


@pytest.mark.parametrize(("name", "key"), [("aws", "id"), ("aws-2", "person"), ("aws-3", "id")])
def test_the_lab_knows_people_by_the_ids_it_tells_the_settings(tmp_path, name, key):
    state = Aws(name, Ledger(tmp_path / "aws.jsonl")).state()
    for someone in (*BREAK_GLASS, SUBJECT, person("maren.okafor@fjordlight.example")):
        assert state[someone.mail][key] == Aws.id_of(someone, name)


def test_a_directory_has_everybody_and_an_account_only_those_who_write_code():
    counsel = person("helene.dubois@fjordlight.example")
    assert Aws.id_of(counsel, "aws") == ""
    assert Aws.id_of(counsel, "aws-2")
