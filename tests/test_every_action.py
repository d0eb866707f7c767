"""The contract: what every registered action promises, tried on real loopback services, SDK-backed ones included."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import replace

import pytest

from integrations.lab.faults import Fault
from integrations.lab.ledger import duplicates
from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.live import Live
from runner.actions.planning import foresee
from runner.actions.values import Changed, Refused, Unchanged, as_json
from runner.errors import RefusedError, SeveranceError, WriteForbidden
from tests.conformance.case import Case
from tests.conformance.cases import CASES, vendor_of
from tests.conformance.world import Fuse, Killed, Silent, Watched, World, every, takes

LOOKING, ACTING = {"find", "prove"}, {"keep", "close", "reopen", "tell", "make"}
SERVED = sorted(set(SERVICES) - {"files", "mail"})
"""Vendors that could send us elsewhere: they answer over HTTP."""


def on(*names: str):
    cases = [each for each in CASES if each.action in names]
    return pytest.mark.parametrize("case", cases, ids=str)


@pytest.fixture(scope="session")
def vendors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendors")
    opened = {name: vendor_of(name, folder / name) for name in SERVICES}
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture
def world(vendors, tmp_path, case):
    world = World(vendors[case.action.partition(".")[0]], tmp_path)
    yield world
    world.close()


@pytest.fixture
def action(case):
    return ACTIONS[case.action]


def test_no_action_goes_without_a_case():
    assert {case.action for case in CASES} == set(ACTIONS)


@on(*every(LOOKING))
def test_it_finds_or_proves_what_is_so(case: Case, action, world):
    given = world.begin(case)
    assert case.goal(world.standin, world.look(action, given))


@on(*every({"prove"}))
def test_a_door_that_nobody_closed_is_not_proved_closed(case, action, world):
    given = world.begin(replace(case, closing=()))
    assert world.look(action, given).verdict in {"open", "unknown"}


@on(*every(ACTING))
def test_it_reaches_its_goal_and_says_so(case, action, world):
    given = world.begin(case)
    outcome = world.perform(action, given)
    assert outcome["outcome"] == ("kept" if action.kind == "keep" else "changed"), outcome["why"]
    assert case.goal(world.standin, outcome)


@on(*every(LOOKING | ACTING))
def test_planning_changes_nothing(case, action, world):
    given = world.begin(case)
    if action.kind in LOOKING:
        world.look(action, given)
    else:
        planning = world.vendor.services.planning(world.vendor.name)
        foreseen = foresee(action, planning, *given.positional(), **given.arguments)
        assert foreseen["would"] == "write"
        assert foreseen["what"]
    assert world.mutating() == []


class Ungated(Live):
    """A context of bad manners: it makes the call without opening the gate."""

    def write(self, what, call, *, before=None):
        return call()


@on(*every(ACTING - {"keep"}))
def test_a_write_that_goes_around_the_context_never_leaves(case, action, world):
    given = world.begin(case)
    whole = world.vendor.services.live(world.vendor.name, "k", Silent())
    rude = Ungated(
        whole.case, whole.key, whole.service, whole.opened, whole.gate, whole.recorder, whole.patience
    )
    with pytest.raises(WriteForbidden):
        action.run(rude, *given.positional(), **given.arguments)
    assert world.mutating() == []


@on(*every(ACTING))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_and_run_again_the_world_changes_once(case, action, world, after):
    given = world.begin(case)
    whole = world.perform(action, given)
    once = len(world.changes())
    at = 0
    while True:
        at, fuse = at + 1, Fuse(at + 1, after)
        given = world.begin(case)
        try:
            world.perform(action, given, fuse)
        except Killed:
            outcome = world.perform(action, given)
        if not fuse.burnt:
            break
        assert outcome["outcome"] == whole["outcome"], f"killed at call {at}: {outcome['why']}"
        assert bool(outcome["before"]) == bool(whole["before"]), "undo needs what was there before us"
        assert case.goal(world.standin, outcome)
        assert len(world.changes()) == once, f"killed at call {at}: {world.changes()}"
        assert duplicates(world.requests()) == []
    assert at > 1


@on(*every({"close", "reopen", "tell", "make"}))
def test_a_repeat_finds_it_done(case, action, world):
    given = world.begin(case)
    world.perform(action, given)
    changed = world.changes()
    outcome = world.again(action, given)
    assert world.changes() == changed
    assert isinstance(outcome, Unchanged if action.repeat == "guarded" else Unchanged | Changed)
    if isinstance(outcome, Unchanged):
        assert outcome.why


@on(*every(LOOKING))
def test_looking_twice_shows_the_same(case, action, world):
    given = world.begin(case)
    assert as_json(world.look(action, given)) == as_json(world.look(action, given))


@on(*every(LOOKING | ACTING))
def test_a_bent_id_is_refused_with_nothing_sent(case, action, world):
    given = world.begin(case)
    for worse in case.bent(world, given):
        try:
            outcome = world.look(action, worse) if action.kind in LOOKING else world.again(action, worse)
        except RefusedError:
            outcome = Refused("")
        assert isinstance(outcome, Refused), worse
    assert world.requests() == []


@on(*[name for name in every({"close", "reopen"}) if takes(ACTIONS[name], "thing")])
def test_a_bent_id_of_a_thing_reaches_no_address(case, action, world):
    given = world.begin(case)
    for worse in case.bent_things(given):
        with suppress(RefusedError):  # or the action looks for such a thing, and finds none
            world.again(action, worse)
    assert not [each["path"] for each in world.requests() if re.search(r"\.\.|%2f|%0d|%0a|evil", each["path"])]


@on(*every(LOOKING | ACTING))
def test_it_calls_its_own_service_and_nothing_else(case, action, world):
    given = world.begin(case)
    with Watched() as watched:
        world.run(action, given)
    assert {each[:2] for each in watched.connected} <= {world.vendor.address()}
    assert {str(each) for each in watched.named} <= {"127.0.0.1"}
    assert {each["service"] for each in world.requests()} <= {world.vendor.name}


@on(*[name for name in ACTIONS if ACTIONS[name].vendor in SERVED])
def test_an_answer_that_sends_us_elsewhere_is_not_followed(case, action, world):
    given = world.begin(case)
    elsewhere = {"Location": "http://127.0.0.1:9/api", "Link": '<http://127.0.0.1:9/api>; rel="next"'}
    moved = {"match": ".", "kind": "status", "status": 307, "times": None, "headers": elsewhere}
    world.standin.faults.add([Fault.of(moved)])
    with Watched() as watched, suppress(SeveranceError):  # one way to say so; a failed outcome is the other
        world.run(action, given)
    assert {each[:2] for each in watched.connected} <= {world.vendor.address()}
    assert world.changes() == []


def test_the_watch_sees_a_call_to_another_host(vendors):
    with Watched() as watched, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    assert ("127.0.0.1", 9) in [tuple(each) for each in watched.connected]
