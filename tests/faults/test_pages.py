"""Lists of many pages: one that fails is missed by name, and pages without an end hold nobody."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

import pytest

from integrations.answers import Answer
from integrations.aws.asking import Pages as AwsPages
from integrations.lab.faults import Fault
from integrations.pages import Pages
from runner.actions.contract import ACTIONS
from runner.actions.values import Json, as_json
from runner.errors import ServiceError, SeveranceError
from tests.conformance.cases import CASES
from tests.conformance.world import every

READING = [case for case in CASES if case.action in every({"find", "keep"}) and case.action.partition(".")[0] != "files"]
MOST = 150
"""Requests of one look that does not end by itself; the longest honest one here makes half as many."""


def looked(world, case):
    """Look, or keep; returns what was found, as far as two looks at the same world can be compared."""
    action, given = ACTIONS[case.action], world.begin(case)
    return _found(world, action, given)


def _found(world, action, given) -> Json:
    if action.kind == "find":
        return [(each.get("id") or each["value"], each["label" if "label" in each else "login"]) for each in as_json(world.look(action, given))]
    outcome = world.perform(action, given)
    if outcome["outcome"] != "kept":
        raise ServiceError(outcome["why"])
    return {"items": len(outcome["after"]), "missing": outcome["why"]}


@pytest.mark.parametrize("case", READING, ids=str)
def test_what_lacks_a_part_is_never_taken_for_the_whole(world, case):
    whole = looked(world, case)
    asked = len(world.requests())
    for passed in sorted({0, asked // 2, asked - 1} & set(range(asked))):
        given = world.begin(case)
        world.standin.faults.add([Fault.of({"match": ".", "kind": "status", "times": None, "skip": passed})])
        try:
            found = _found(world, ACTIONS[case.action], given)
        except SeveranceError:
            continue
        said = isinstance(found, dict) and found["missing"] != whole["missing"]
        assert found == whole or said, f"request {passed + 1} of {asked} failed, and nothing tells so"


@pytest.mark.parametrize("case", READING, ids=str)
def test_a_list_that_begins_again_and_again_ends(world, case):
    given = world.begin(case)
    world.standin.faults.add([Fault.of({"match": ".", "kind": "repeat", "times": None})])
    with suppress(SeveranceError):
        _found(world, ACTIONS[case.action], given)
    assert len(world.requests()) <= MOST


class Endless:
    """A service with a new cursor on every page."""

    service = where = "shop"

    def __init__(self) -> None:
        self.pages = count(1)

    def page(self, _url: str, _path: str, *, parse: bool = True) -> Answer:
        return Answer(200, [], {"link": f'<https://shop.example/list?page={next(self.pages)}>; rel="next"'}, b"[]")

    def call(self, _operation: str, _given: Json, _region: str) -> Answer:
        return Answer(200, {"IsTruncated": True, "Marker": str(next(self.pages))}, {}, b"")


def test_a_million_pages_by_link_are_not_read():
    shop = Endless()
    with pytest.raises(ServiceError, match="never end"):
        list(Pages(shop, "https://shop.example/list", "/list", by_link_of_the_shop))
    assert next(shop.pages) <= 10_001


def by_link_of_the_shop(page: Answer, _url: str, _service: str) -> str:
    return page.headers["link"].partition(">")[0][1:]


def test_a_million_pages_of_aws_are_not_read():
    shop = Endless()
    with pytest.raises(ServiceError, match="never end"):
        list(AwsPages(shop, "iam.ListUsers"))
    assert next(shop.pages) <= 10_002
