"""Properties of proposing links: order is nothing, strangers are nothing, and more sharers never convince more."""

from __future__ import annotations

from hypothesis import given, strategies as st

from runner.actions.values import Observation
from runner.people.links.observations import KINDS, weight
from runner.people.links.scoring import propose
from runner.people.links.sightings import Place, Seen, person_keys
from tests.people.test_links import AT_HOME, OWN, SUBJECT, VALUES, okta, row

PLACES = (Place("read", "okta"), Place("file", "payroll.csv", "5e" * 32, 7), Place("item", "log", "7a" * 32))
people = st.integers(2, 9).flatmap(
    lambda number: st.sampled_from([okta(number), okta(number, staff_id=f"FL-{number}"), row(number)])
)
sightings = st.lists(
    st.builds(Seen, people, st.sampled_from(list(VALUES.values())), st.sampled_from(PLACES)), max_size=30
)


def as_kept(found, own=OWN):
    return [each.as_json() for each in propose([SUBJECT], own, found)]


@given(sightings, st.randoms(use_true_random=False))
def test_the_order_of_what_goes_in_changes_nothing(found, random):
    shuffled, own = list(found), list(OWN)
    random.shuffle(shuffled)
    random.shuffle(own)
    assert as_kept(shuffled, own) == as_kept(found)


@given(sightings)
def test_seeing_the_same_twice_changes_nothing(found):
    assert as_kept([*found, *found]) == as_kept(found)


strangers = st.builds(
    Seen,
    st.integers(100, 120).map(lambda number: okta(number, staff_id=f"FL-{number}")),
    st.builds(Observation, st.sampled_from([*KINDS, "nationality"]), st.just("SHA256:" + "Z" * 43)),
    st.sampled_from(PLACES),
)


@given(sightings, st.lists(strangers, max_size=10))
def test_a_person_who_shares_nothing_changes_nothing(found, others):
    assert as_kept([*found, *others]) == as_kept(found)


@given(sightings)
def test_every_candidate_shares_two_categories_one_of_them_strong(found):
    for each in propose([SUBJECT], OWN, found):
        assert len({KINDS[one.kind].category for one in each.because}) >= 2
        assert any(KINDS[one.kind].strength == "strong" and one.weight >= 0.5 for one in each.because)
        assert all(one.weight == weight(one.kind, one.others) for one in each.because)


@given(sightings, st.sets(st.sampled_from(["address", "ip", "vpn-exit", "phone"])))
def test_a_housemate_is_never_proposed_whoever_else_shares_what(found, kinds):
    home = [Seen(okta(50, staff_id="FL-50"), VALUES[kind], PLACES[0]) for kind in kinds]
    assert "okta/00u50" not in {each.key for each in propose([SUBJECT], OWN, [*found, *home])}


@given(sightings, st.sets(st.sampled_from(["payout-account", "referee", "ip", "vpn-exit"])))
def test_a_colleague_of_one_agency_is_never_proposed_whoever_else_shares_what(found, kinds):
    colleague = [Seen(okta(50, staff_id="FL-50"), VALUES[kind], PLACES[0]) for kind in kinds]
    assert "okta/00u50" not in {each.key for each in propose([SUBJECT], OWN, [*found, *colleague])}


@given(st.sampled_from(sorted(KINDS)), st.integers(1, 100), st.integers(1, 100))
def test_sharing_only_ever_discounts(kind, fewer, more):
    low, high = sorted((fewer, more))
    assert weight(kind, low) >= weight(kind, high)


@given(sightings, st.sampled_from(sorted(set(VALUES) - set(AT_HOME))))
def test_one_more_person_on_a_value_raises_nobody_else(found, kind):
    """Values of a household aside: an account paid to three is no couple's any more."""
    before = {each.key: each.score for each in propose([SUBJECT], OWN, found)}
    joined = [*found, Seen(okta(60, staff_id="FL-60"), VALUES[kind], PLACES[0])]
    after = {each.key: each.score for each in propose([SUBJECT], OWN, joined)}
    after.pop("okta/00u60", None)
    assert after.keys() <= before.keys()
    assert all(score <= before[key] for key, score in after.items())


@given(sightings)
def test_every_account_has_one_person_and_accounts_of_one_staff_id_are_one(found):
    accounts = [each.account for each in found]
    persons = person_keys(accounts)
    for each in accounts:
        staff = each.facts.get("staff_id")
        assert not staff or persons[each.service, each.id] == f"staff {staff}"
