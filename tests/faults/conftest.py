"""Each vendor opened once, impatient; a world of its own for each test."""

from __future__ import annotations

import pytest

from runner.actions.contract import SERVICES
from tests.conformance.world import World
from tests.faults.trial import impatient


@pytest.fixture(scope="session")
def vendors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendors")
    opened = {name: impatient(name, folder / name) for name in SERVICES}
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture
def world(vendors, tmp_path, case):
    world = World(vendors[case.action.partition(".")[0]], tmp_path)
    yield world
    world.standin.faults.clear()
    world.close()
