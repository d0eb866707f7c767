import pytest

from integrations.lab.company import PERSONAS
from runner.actions.contract import ACTIONS
from runner.actions.values import Changed, Refused, Unchanged
from runner.errors import AnswerLost, RefusedError, ServiceError


def test_removal_ends_the_membership_tells_the_person_and_costs_their_private_forks(house):
    outcome = house.do("remove_member", house.subject)

    assert isinstance(outcome, Changed)
    assert (outcome.before["state"], outcome.after) == ("active", None)
    assert not house.is_member(house.subject)
    assert [each["to"] for each in house.lab.world.mails] == [house.subject.login]
    assert not [each for each in house.lab.world.forks.values() if each.owner == int(house.subject.id)]
    assert house.do("membership_is_gone", house.subject).verdict == "closed"


def test_a_second_removal_changes_nothing(house):
    house.do("remove_member", house.subject)

    assert isinstance(house.do("remove_member", house.subject), Unchanged)
    assert len(house.writes()) == 1


def test_a_removal_whose_answer_is_lost_is_settled_by_reading(house):
    house.fault("DELETE ", "lose-answer")

    with pytest.raises(AnswerLost):
        house.do("remove_member", house.subject)

    assert isinstance(house.do("remove_member", house.subject), Unchanged)
    assert len(house.writes()) == 1


def test_a_removal_that_never_arrived_is_made_on_the_next_attempt(house):
    house.fault("DELETE ", "reset")

    with pytest.raises(AnswerLost):
        house.do("remove_member", house.subject)

    assert isinstance(house.do("remove_member", house.subject), Changed)
    assert len(house.writes()) == 1


def test_the_last_owner_stays(house):
    for member in house.lab.world.members.values():
        member.role = "member"
    house.act("set-role", role="admin")

    outcome = house.do("remove_member", house.subject)

    assert isinstance(outcome, Refused)
    assert "last owner" in outcome.why
    assert house.is_member(house.subject)


def test_one_of_several_owners_can_be_removed(house):
    house.act("set-role", role="admin")

    assert isinstance(house.do("remove_member", house.subject), Changed)


def test_a_membership_that_an_enterprise_team_gives_stays_open_and_names_the_team(house):
    house.act("enterprise-team", team="ent:contractors")

    house.do("remove_member", house.subject)

    proof = house.do("membership_is_gone", house.subject)
    assert (proof.verdict, "ent:contractors" in proof.why) == ("open", True)
    again = house.do("remove_member", house.subject)
    assert isinstance(again, Refused)
    assert len(house.writes()) == 1


def test_a_caller_outside_the_organisation_proves_nothing(house):
    house.do("remove_member", house.subject)
    house.act("caller", login="halden-studio")

    assert house.do("membership_is_gone", house.subject).verdict == "unknown"


def test_one_of_two_readings_saying_member_keeps_the_door_open(house):
    house.do("remove_member", house.subject)
    house.fault("GET /orgs/fjordlight/members/", status=204)

    assert house.do("membership_is_gone", house.subject).verdict == "open"


def test_a_standing_invitation_is_a_door_and_is_cancelled_like_a_membership(house):
    before = house.do("remove_member", house.subject).before
    house.do("reinstate_member", house.subject, before)

    assert house.do("membership_is_gone", house.subject).verdict == "open"
    cancelled = house.do("remove_member", house.subject)

    assert cancelled.before["state"] == "pending"
    assert house.do("membership_is_gone", house.subject).verdict == "closed"


def test_reinstating_invites_and_gives_role_teams_and_forks_back_once_accepted(house):
    world = house.lab.world
    forks = dict(world.forks)
    before = house.do("remove_member", house.subject).before

    outcome = house.do("reinstate_member", house.subject, before)

    assert outcome.after["state"] == "pending"
    assert isinstance(house.do("reinstate_member", house.subject, before), Unchanged)
    house.act("accept")
    assert world.members[int(house.subject.id)].state == "active"
    assert int(house.subject.id) in world.teams["platform"]
    assert world.forks == forks
    assert house.duplicates() == []


def test_after_four_months_the_person_is_invited_with_the_role_alone_and_what_is_gone_is_named(house):
    before = house.do("remove_member", house.subject).before
    house.act("leave-long-ago")

    outcome = house.do("reinstate_member", house.subject, before)

    assert (outcome.after["state"], outcome.after["role"]) == ("pending", "member")
    assert "forks" in outcome.after["gone"]
    assert house.duplicates() == []


def test_an_invitation_back_says_what_it_waits_for_and_how_long(house):
    before = house.do("remove_member", house.subject).before

    made, again = (house.do("reinstate_member", house.subject, before) for _ in range(2))

    assert (made.after["waits_within"], again.state["waits_within"]) == ("7d", "7d")
    house.act("accept")
    assert "waits_for" not in house.do("reinstate_member", house.subject, before).state


def test_a_person_github_knows_no_more_is_not_invited(house):
    before = house.do("remove_member", house.subject).before
    house.lab.world.users.pop(int(house.subject.id))

    with pytest.raises(RefusedError, match="knows no account"):
        house.do("reinstate_member", house.subject, before)


def test_an_invitation_we_cancelled_is_made_again_with_its_role(house):
    house.do("remove_member", house.subject)

    outcome = house.do("reinstate_member", house.subject, {"state": "pending", "role": "admin"})

    assert (outcome.after["state"], outcome.after["role"]) == ("pending", "admin")


def test_linked_people_are_removed_each_by_their_own_id(house):
    second = house.person(PERSONAS[1])

    house.do("remove_member", second)

    assert not house.is_member(second)
    assert house.is_member(house.subject)


def test_credentials_are_closed_before_the_membership_that_lists_them():
    after = ACTIONS["github.remove_member"].comes_after

    assert set(after) == {"github.revoke_token", "github.revoke_grant", "github.remove_key"}
    assert all(each in ACTIONS for each in after)


def test_a_read_that_breaks_off_is_not_taken_for_absence(house):
    house.fault("GET /orgs/fjordlight/memberships/", "truncate", times=3)

    with pytest.raises(ServiceError):
        house.do("membership_is_gone", house.subject)
