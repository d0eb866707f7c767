from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from runner.company import Person
from runner.people.approvals import Decision, Quorum, Request, electorate, eligible, shortfall, state

ASKED = datetime(2026, 3, 1, 9, tzinfo=UTC)
EXPIRES = ASKED + timedelta(hours=2)
SOON = ASKED + timedelta(minutes=10)
PLAN = "a" * 64
ROLES = ("security-leads", "duty-managers")


def person(name, *roles):
    return Person(id=name, name=name.title(), mail=f"{name}@fjordlight.example", roles=roles)


PEOPLE = [
    person("launcher", "ir-oncall", "security-leads"),
    person("lead", "security-leads"),
    person("lead2", "security-leads"),
    person("manager", "duty-managers"),
    person("both", "security-leads", "duty-managers"),
    person("subject", "security-leads", "duty-managers"),
    person("linked", "duty-managers"),
    person("never", "security-leads"),
    person("counsel", "counsel"),
]
BARRED = frozenset({"subject", "linked", "never"})


def request(need=2, of=ROLES, each_of=()):
    return Request("approve-lockdown", PLAN, Quorum(need, of, each_of, 7200), "launcher", ASKED, EXPIRES)


def yes(by, *, at=SOON, digest=PLAN, request="approve-lockdown"):
    return Decision("given", by, at, request, digest)


def no(by, because="wrong person"):
    return Decision("denied", by, SOON, "approve-lockdown", PLAN, because)


def judge(decisions, asked=None, now=SOON, barred=BARRED):
    asked = asked or request()
    return state(asked, decisions, now, electorate(PEOPLE, asked, barred))


def test_two_people_with_the_role_are_enough():
    standing = judge([yes("lead"), yes("manager")])
    assert standing.met
    assert standing.counted == ("lead", "manager")
    assert standing.missing == ""


def test_one_person_is_not_enough_however_often_they_agree():
    standing = judge([yes("lead"), yes("lead"), yes("lead")])
    assert (standing.status, standing.counted) == ("open", ("lead",))
    assert standing.missing == "1 more of security-leads, duty-managers"


ENTITLED = {"lead", "lead2", "manager", "both"}
EVERYBODY = [*(each.id for each in PEOPLE), "bot", "unknown", ""]


@pytest.mark.parametrize(("one", "other"), list(permutations(EVERYBODY, 2)))
def test_every_pair_counts_only_when_both_are_entitled(one, other):
    assert judge([yes(one), yes(other)]).met == ({one, other} <= ENTITLED)


@pytest.mark.parametrize("name", EVERYBODY)
def test_only_the_entitled_are_eligible(name):
    found = [each for each in PEOPLE if each.id == name]
    assert [eligible(each, request(), BARRED) for each in found] == [name in ENTITLED for _ in found]


def test_the_starter_never_counts_even_when_the_caller_counts_them():
    asked = request(need=1)
    assert not state(asked, [yes("launcher")], SOON, {"launcher": frozenset(ROLES)}).met


def test_each_role_needs_a_person_of_its_own():
    asked = request(of=(), each_of=ROLES)
    assert judge([yes("lead"), yes("manager")], asked).met
    standing = judge([yes("lead"), yes("lead2")], asked)
    assert not standing.met
    assert standing.missing == "one person of their own for duty-managers"
    assert not judge([yes("both")], asked).met


@pytest.mark.parametrize(
    "order", list(permutations(["both", "lead"])) + list(permutations(["both", "manager"]))
)
def test_a_person_of_two_roles_fills_whichever_is_left(order):
    assert judge([yes(each) for each in order], request(of=(), each_of=ROLES)).met


def test_a_quorum_of_each_role_needs_at_least_as_many_people():
    assert Quorum(1, (), ROLES).need == 2


@pytest.mark.parametrize(("minimum", "need"), [(1, 2), (2, 2), (3, 3)])
def test_a_minimum_raises_and_never_lowers(minimum, need):
    assert Quorum(2, ROLES).raised(minimum).need == need


@pytest.mark.parametrize("wrong", [{"need": 0}, {"need": -1}, {"of": ()}, {"within_s": 0}])
def test_a_quorum_that_asks_nobody_is_no_quorum(wrong):
    with pytest.raises(ValueError, match="at least one person"):
        Quorum(**{"need": 2, "of": ROLES, **wrong})


def test_a_yes_to_another_plan_does_not_count():
    standing = judge([yes("lead"), yes("manager", digest="b" * 64)])
    assert standing.counted == ("lead",)


def test_a_yes_to_another_request_does_not_count():
    assert judge([yes("lead"), yes("manager", request="approve-lockdown-2")]).counted == ("lead",)


def test_a_yes_from_before_the_question_does_not_count():
    assert judge([yes("lead"), yes("manager", at=ASKED - timedelta(seconds=1))]).counted == ("lead",)


@pytest.mark.parametrize(("seconds", "status"), [(-1, "met"), (0, "expired"), (1, "expired")])
def test_approval_ends_exactly_at_its_expiry(seconds, status):
    assert judge([yes("lead"), yes("manager")], now=EXPIRES + timedelta(seconds=seconds)).status == status


@pytest.mark.parametrize(("seconds", "count"), [(-1, 2), (0, 1), (1, 1)])
def test_a_yes_given_too_late_does_not_count(seconds, count):
    late = yes("manager", at=EXPIRES + timedelta(seconds=seconds))
    assert len(judge([yes("lead"), late], now=EXPIRES - timedelta(seconds=1)).counted) == count


def test_an_approval_is_used_once():
    standing = judge([yes("lead"), yes("manager"), Decision("used", "", SOON, "approve-lockdown")])
    assert (standing.status, standing.met) == ("used", False)


def test_one_denial_ends_it_and_says_whose():
    standing = judge([yes("lead"), yes("manager"), no("lead2")])
    assert standing.status == "denied"
    assert standing.why == "lead2 denied it: wrong person"


def test_a_denier_cannot_take_the_denial_back_by_agreeing():
    assert judge([no("lead"), yes("lead"), yes("manager")]).status == "denied"


@pytest.mark.parametrize("name", ["subject", "linked", "never", "counsel", "unknown"])
def test_a_denial_of_somebody_not_asked_changes_nothing(name):
    assert judge([no(name), yes("lead"), yes("manager")]).met


def objection(by="counsel"):
    return Decision("objected", by, SOON, because="not before advice")


def overruling(by):
    return Decision("overruled", by, SOON, because="data is leaving")


def test_an_objection_pauses_and_names_itself():
    standing = judge([yes("lead"), objection(), yes("manager")])
    assert (standing.status, standing.why) == ("paused", "counsel objects: not before advice")


@pytest.mark.parametrize(
    ("by", "status"),
    [
        ("lead2", "met"),
        ("counsel", "met"),
        ("launcher", "paused"),
        ("subject", "paused"),
        ("unknown", "paused"),
    ],
)
def test_an_objection_is_lifted_by_a_decider_or_by_who_raised_it(by, status):
    assert judge([yes("lead"), yes("manager"), objection(), overruling(by)]).status == status


def test_a_withdrawn_objection_leaves_those_of_others():
    assert judge(
        [yes("lead"), yes("manager"), objection("counsel"), objection("hr"), overruling("counsel")]
    ).why.startswith("hr")


def test_an_overruling_does_not_cover_what_is_raised_after_it():
    assert judge([yes("lead"), yes("manager"), overruling("lead2"), objection()]).status == "paused"


def test_a_person_barred_after_agreeing_no_longer_counts():
    given = [yes("lead"), yes("manager")]
    assert judge(given).met
    assert judge(given, barred=BARRED | {"manager"}).counted == ("lead",)


def test_a_quorum_nobody_can_reach_is_told_at_once():
    asked = request(need=5)
    assert (
        shortfall(asked.quorum, electorate(PEOPLE, asked, BARRED))
        == "1 more of security-leads, duty-managers"
    )


names = st.sampled_from(EVERYBODY)
moments = st.integers(-60, 180).map(lambda minutes: ASKED + timedelta(minutes=minutes))
decisions = st.builds(
    Decision,
    kind=st.sampled_from(["given", "given", "given", "denied", "objected", "overruled", "used"]),
    by=names,
    at=moments,
    request=st.sampled_from(["approve-lockdown", "approve-lockdown", "other", ""]),
    digest=st.sampled_from([PLAN, PLAN, "b" * 64, ""]),
)


@given(
    st.lists(decisions, max_size=20),
    moments,
    st.integers(1, 4),
    st.sampled_from([(), ROLES]),
    st.frozensets(names),
)
def test_nothing_fires_without_enough_distinct_entitled_people(made, now, need, each_of, barred):
    asked = request(need=need, each_of=each_of)
    standing = judge(made, asked, now, barred)
    entitled = {each.id for each in PEOPLE if set(each.roles) & set(ROLES)} - barred - {"launcher"}
    agreed = {
        each.by
        for each in made
        if each.kind == "given"
        and each.request == asked.id
        and each.digest == PLAN
        and ASKED <= each.at < EXPIRES
    }
    assert set(standing.counted) == agreed & entitled
    if standing.met:
        assert len(agreed & entitled) >= max(need, len(each_of))
        assert now < EXPIRES
        assert all(each.kind != "used" for each in made if each.request == asked.id)
        if each_of:
            held = {each.id: set(each.roles) for each in PEOPLE}
            assert any(
                "security-leads" in held[a] and "duty-managers" in held[b]
                for a, b in permutations(standing.counted, 2)
            )
