"""A service answers about somebody else than it was asked about: nothing is proved by that, and nothing is called done."""

from __future__ import annotations

import pytest

from integrations.lab.faults import Fault
from runner.actions.contract import ACTIONS
from runner.errors import SeveranceError
from tests.conformance.cases import CASES
from tests.conformance.world import every

USER_ACTIONS = {"okta.suspend_user", "entra.disable_user", "google.suspend_user", "slack_org.deactivate_user"}
"""Whoever reads the user for certain; in others the read may be of something else."""
ABOUT_SOMEBODY = [case for case in CASES if case.action in every({"prove", "close"})]


def another(account_id: str) -> str:
    """Return an id of the same form that nobody has."""
    last = account_id[-1]
    return account_id[:-1] + ("1" if last != "1" else "2" if last.isdigit() else "a")


@pytest.mark.parametrize("case", ABOUT_SOMEBODY, ids=str)
def test_an_answer_about_somebody_else_closes_no_door(world, case):
    action, given = ACTIONS[case.action], world.begin(case)
    asked = rf"/{given.account.id}$|users\.info$|DescribeUser$"  # the read of one user by id; IAM reads by name, then lists
    swapped = {"old": given.account.id, "new": another(given.account.id)}
    world.standin.faults.add([Fault.of({"match": asked, "kind": "swap", "times": None, "body": swapped})])
    try:
        said = world.look(action, given).verdict if action.kind == "prove" else world.perform(action, given)["outcome"]
    except SeveranceError:
        said = "unknown"
    met = [each for each in world.requests() if each["fault"]]
    assert met or case.action not in USER_ACTIONS
    assert not met or said in {"unknown", "open", "failed", "refused"}
