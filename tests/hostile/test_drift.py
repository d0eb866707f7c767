"""Answers that are not what a vendor documents are that service's failure, in our words, for every action."""

from __future__ import annotations

from contextlib import suppress

import pytest

from runner.actions.contract import ACTIONS, SERVICES
from runner.errors import ServiceError, SeveranceError
from tests.conformance.case import Case
from tests.conformance.cases import CASES, vendor_of
from tests.conformance.world import Watched, World
from tests.corpus.strategies import EXAMPLES, FEW
from tests.hostile.drifting import DRIFTS, Drifting

SERVED = [each for each in CASES if ACTIONS[each.action].vendor not in {"files", "mail"}]
"""Those whose vendor answers over HTTP."""
TOKENS = r"/(token|access_token)$"
"""A spoilt token is kept until it runs out, and would spoil the next case as well."""


@pytest.fixture(scope="module")
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


def drifts_of(at: int) -> list[str]:
    """Return two ways to drift, others for the next case; all of them where more is asked for."""
    names = list(DRIFTS)
    return names if EXAMPLES > FEW else [names[at % 5], names[(at + 2) % 5]]


@pytest.mark.parametrize(("at", "case"), list(enumerate(SERVED)), ids=[str(each) for each in SERVED])
def test_what_is_not_as_documented_ends_in_our_words_and_calls_nobody_else(at, case: Case, world):
    for drift in drifts_of(at):
        given = world.begin(case)
        world.vendor.standin = Drifting(world.standin, drift, case, spared=TOKENS)
        with Watched() as watched:
            try:
                world.run(ACTIONS[case.action], given)
            except SeveranceError as error:
                assert error.what, drift
                assert "evil" not in error.diagnostics(), drift
        assert {each[:2] for each in watched.connected} <= {world.vendor.address()}, drift


@pytest.mark.parametrize("drift", DRIFTS)
@pytest.mark.parametrize("name", [name for name in SERVICES if SERVICES[name].ping and name not in {"files", "mail"}])
def test_a_service_is_looked_at_though_its_first_answers_are_not_as_documented(name, drift, tmp_path):
    vendor = vendor_of(name, tmp_path / name)
    vendor.renew()
    vendor.standin = Drifting(vendor.standin, drift, name)
    with Watched() as watched, suppress(SeveranceError):
        SERVICES[name].ping(vendor.services.open(name)[0])
    vendor.close()
    assert {each[:2] for each in watched.connected} <= {vendor.address()}


@pytest.mark.parametrize("case", [each for each in CASES if each.action == "okta.find_accounts"][:1], ids=str)
def test_a_field_that_is_gone_says_where_it_was_missed_and_repeats_nothing(case, world):
    given = world.begin(case)
    world.vendor.standin = Gone(world.standin)
    with pytest.raises(ServiceError, match=r"has not the form its vendor documents \(KeyError, okta/\w+\.py:\d+\)"):
        world.run(ACTIONS[case.action], given)


class Gone(Drifting):
    """Serves users without ids."""

    def __init__(self, standin):
        super().__init__(standin, "a field is gone", "")

    def _spoilt_json(self, content: bytes) -> bytes:
        return content.replace(b'"id":', b'"ident":')
