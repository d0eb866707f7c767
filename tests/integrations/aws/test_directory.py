"""People of Identity Center: denied in permission sets, taken out of groups and accounts, and what is left to hands."""

import json
import threading

import pytest

from integrations.lab.company import PERSONAS, SUBJECT
from runner.actions.values import Account, Changed, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError, ServiceRefused


def sets(lab):
    return {row["Name"]: row for row in lab.office.sets.values()}


def statements(lab, name):
    text = sets(lab)[name]["inline"]
    return json.loads(text)["Statement"] if text else []


def test_a_deny_reaches_every_account_of_the_set_before_it_counts(directory, lab):
    things = directory.do("find_open_account", directory.subject)
    builder = next(each for each in things if each.state["name"] == "Builder")
    assert directory.held()["reached"]
    directory.do("quarantine", directory.subject, builder)

    row = sets(lab)["Builder"]
    assert set(row["provided"].values()) == {row["inline"]}
    assert [each["Sid"][:9] for each in statements(lab, "Builder")] == ["NoBilling", "Severance"]
    assert directory.pauses == [1.0], "providing works behind the answer"


def test_a_set_that_denies_but_was_not_brought_to_its_accounts_is_open(directory, lab):
    directory.close_all("find_open_account", "quarantine")
    row = sets(lab)["Builder"]
    row["provided"] = dict.fromkeys(row["provided"], "")
    proof = directory.do("is_quarantined", directory.subject)
    assert (proof.verdict, proof.why) == ("open", "not denied in permission set Builder")

    directory.mark()
    [(_, outcome)] = directory.close_all("find_open_account", "quarantine")
    assert isinstance(outcome, Changed)
    assert directory.sent() == ["/sso-admin/ProvisionPermissionSet"]


def test_two_people_denied_in_the_same_set_at_once_are_both_denied(directory, lab):
    people = [directory.person(each) for each in PERSONAS]
    start, outcomes = threading.Barrier(len(people)), []

    def close(account):
        [thing] = [each for each in directory.do("find_open_account", account) if each.state["name"] == "Reader"]
        start.wait(timeout=20)
        outcomes.append(directory.do("quarantine", account, thing))

    threads = [threading.Thread(target=close, args=(each,)) for each in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all(isinstance(each, Changed) for each in outcomes)
    denied = {each["Condition"]["StringEquals"]["identitystore:UserId"] for each in statements(lab, "Reader")}
    assert denied == {each.id for each in people}


def test_lifting_one_deny_leaves_the_others(directory, lab):
    other = directory.person(PERSONAS[1])
    for account in (directory.subject, other):
        directory.close_all("find_open_account", "quarantine", account)
    [thing] = [Thing(arn.rpartition("/")[2], "", None) for arn, row in lab.office.sets.items() if row["Name"] == "Reader"]
    before = {"kind": "permission set", "arn": next(arn for arn in lab.office.sets if arn.endswith(thing.id)), "name": "Reader", "denied": False}
    assert isinstance(directory.do("lift_quarantine", directory.subject, thing, before), Changed)
    assert isinstance(directory.do("lift_quarantine", directory.subject, thing, before), Unchanged)
    [left] = statements(lab, "Reader")
    assert left["Condition"]["StringEquals"] == {"identitystore:UserId": other.id}


def test_a_policy_that_cannot_be_read_is_an_error_and_is_not_written_over(directory, lab):
    sets(lab)["Builder"]["inline"] = "not json"
    with pytest.raises(ServiceError, match="cannot be read"):
        directory.do("find_open_account", directory.subject)
    assert directory.sent() == []


def test_sets_reached_through_a_group_are_denied_too(directory):
    names = {each.state["name"] for each in directory.do("find_open_account", directory.subject)}
    assert names == {"Builder", "Reader"}
    assert {each.label.split(" in ")[0] for each in directory.do("find_assignments", directory.subject)} == {"Builder"}


def test_work_that_fails_is_said_to_have_failed(directory, lab):
    thing = directory.do("find_assignments", directory.subject)[0]
    failed = {"AccountAssignmentDeletionStatus": {"Status": "FAILED", "RequestId": "1", "FailureReason": "no\x1b[31mway"}}
    directory.fault("DeleteAccountAssignment$", status=200, body=failed)
    with pytest.raises(ServiceRefused, match=r"it failed: 'no\\x1b\[31mway'"):
        directory.do("unassign_account", directory.subject, thing)
    assert directory.held()["assigned"] == 2


def test_work_that_does_not_end_is_no_success_and_the_next_look_tells(directory):
    thing = directory.do("find_assignments", directory.subject)[0]
    going = {"AccountAssignmentDeletionStatus": {"Status": "IN_PROGRESS", "RequestId": "1"}}
    directory.fault("DescribeAccountAssignmentDeletionStatus$", status=200, body=going, times=None)
    with pytest.raises(ServiceError, match="still IN_PROGRESS"):
        directory.do("unassign_account", directory.subject, thing)
    assert isinstance(directory.do("unassign_account", directory.subject, thing), Unchanged)
    assert len(directory.writes()) == 1


def test_a_write_identity_center_accepts_without_doing_it_is_no_success(directory):
    group = directory.do("find_groups", directory.subject)[0]
    directory.fault("DeleteGroupMembership$", status=200, body={})
    with pytest.raises(ServiceError, match="is still in the group"):
        directory.do("leave_group", directory.subject, group)


def test_the_portal_is_left_to_hands_until_the_person_is_disabled(directory):
    labels = [each.label for each in directory.do("find_applications", directory.subject)]
    assert labels == ["AWS access portal", "Grafana", "Notebooks"]
    directory.act("disable", mail=SUBJECT.mail)
    assert [each.label for each in directory.do("find_applications", directory.subject)] == ["Grafana", "Notebooks"]


def test_two_applications_of_one_name_are_told_apart(directory, lab):
    for arn in lab.office.applications:
        lab.office.applications[arn] = "Grafana"
    labels = {each.label for each in directory.do("find_applications", directory.subject)} - {"AWS access portal"}
    assert len(labels) == 2
    assert all(label.startswith("Grafana apl-") for label in labels)


def test_what_iam_has_is_not_there_for_a_person_of_the_directory(directory):
    assert directory.do("find_keys", directory.subject) == []
    assert directory.do("find_console_password", directory.subject) == []
    assert directory.do("keys_are_inactive", directory.subject).verdict == "closed"
    assert directory.do("password_is_gone", directory.subject).verdict == "closed"
    thing = Thing("AKIAIOSFODNN7EXAMPLE", "x", {"kind": "access key"})
    for name in ("deactivate_key", "delete_console_password"):
        assert isinstance(directory.do(name, directory.subject, thing), Refused)
    assert isinstance(directory.do("end_session", directory.subject, thing), Unchanged)


@pytest.mark.parametrize("hostile", ["c5e18b92/../x", "c5e18b92-da1f-1071-0572-f6fd82e5c662\r\n", "", "AIDAEXAMPLEEXAMPLE000"])
def test_an_id_that_is_no_persons_is_refused_before_anything_is_asked(directory, hostile):
    directory.mark()
    for name in ("find_open_account", "find_groups", "find_assignments", "find_applications", "keep_state"):
        with pytest.raises(RefusedError):
            directory.do(name, Account("aws", hostile, "x"))
    assert directory.asked() == []


def test_a_person_is_refused_where_an_iam_user_is_meant_and_the_other_way_round(house, directory):
    for ours, account in ((house, directory.subject), (directory, house.subject)):
        with pytest.raises(RefusedError):
            ours.do("find_open_account", account)


@pytest.mark.parametrize("arn", ["arn:aws:sso:::permissionSet/x/ps-other00000000000", "nonsense", "arn:aws:sso:::permissionSet/../ps-x"])
def test_a_permission_set_that_is_not_what_it_is_said_to_be_is_refused(directory, arn):
    thing = directory.do("find_open_account", directory.subject)[0]
    directory.mark()
    bent = Thing(thing.id, "x", {**thing.state, "arn": arn})
    assert isinstance(directory.do("quarantine", directory.subject, bent), Refused)
    assert directory.asked() == []


def test_an_assignment_or_group_of_somebody_else_is_not_given_back(directory):
    thing, outcome = directory.close_all("find_assignments", "unassign_account")[0]
    foreign = {**outcome.before, "PrincipalId": directory.person(PERSONAS[1]).id}
    assert isinstance(directory.do("assign_account", directory.subject, thing, foreign), Refused)
    group, left = directory.close_all("find_groups", "leave_group")[0]
    other = Thing("00000000-0000-0000-0000-000000000000", "x", left.before)
    assert isinstance(directory.do("join_group", directory.subject, other, left.before), Refused)
    assert isinstance(directory.do("join_group", directory.subject, group, left.before), Changed)
