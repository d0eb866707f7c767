import pytest

from runner.actions.values import Changed, Unchanged
from runner.errors import AnswerLost


@pytest.fixture
def outsider(house):
    """The subject as an outside collaborator of two repositories, no member."""
    house.do("remove_member", house.subject)
    house.act("collaborate", repo="ledger-web")
    house.act("collaborate", repo="payout-engine", invited=True)
    return house


def reached(house):
    number = int(house.subject.id)
    repos = house.lab.world.repos.values()
    invited = {each.name for each in repos if number in {user for user, _ in each.invitations.values()}}
    return {each.name for each in repos if number in each.outside} | invited


def test_every_repository_a_person_reaches_or_is_invited_to_from_outside_is_closed(outsider):
    assert outsider.do("collaborations_are_gone", outsider.subject).verdict == "open"

    outcomes = [
        outsider.do("remove_collaborator", outsider.subject, each)
        for each in outsider.things("find_collaborations")
    ]

    assert [type(each) for each in outcomes] == [Changed, Changed]
    assert reached(outsider) == set()
    assert outsider.do("collaborations_are_gone", outsider.subject).verdict == "closed"


def test_other_outside_collaborators_stay(outsider):
    for each in outsider.things("find_collaborations"):
        outsider.do("remove_collaborator", outsider.subject, each)

    assert outsider.lab.world.named("halden-studio").id in outsider.lab.world.repos["handbook"].outside


def test_a_lost_answer_is_settled_by_reading(outsider):
    things = outsider.things("find_collaborations")
    for thing in things:
        outsider.fault("DELETE ", "lose-answer")
        with pytest.raises(AnswerLost):
            outsider.do("remove_collaborator", outsider.subject, thing)

    assert [type(outsider.do("remove_collaborator", outsider.subject, each)) for each in things] == [
        Unchanged
    ] * 2
    assert outsider.duplicates() == []


def test_a_role_is_given_back_as_an_invitation_with_the_same_role(outsider):
    thing = next(
        each for each in outsider.things("find_collaborations") if each.state["type"] == "collaborator"
    )
    before = outsider.do("remove_collaborator", outsider.subject, thing).before

    outcome = outsider.do("restore_collaborator", outsider.subject, before)

    held = {"type": "invitation", "repo": "ledger-web", "role_name": "write"}
    assert outcome.after == {**held, "waits_for": outcome.after["waits_for"], "waits_within": "7d"}
    assert isinstance(outsider.do("restore_collaborator", outsider.subject, before), Unchanged)
    assert outsider.duplicates() == []


def test_a_members_own_roles_are_no_doors_of_this_layer(house):
    assert house.things("find_collaborations") == []
    assert house.do("collaborations_are_gone", house.subject).verdict == "closed"
