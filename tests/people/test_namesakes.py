"""Right person: of everybody who looks like the one who was meant, no other is ever taken."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from runner.actions.values import Account
from runner.errors import RefusedError
from runner.people.subject import known_by, read_who, resolve

CASES = yaml.safe_load(Path(__file__).with_name("namesakes.yaml").read_text("utf-8"))
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])


def offered(case):
    return {
        service: [
            Account(
                row.get("service", service), row["id"], row.get("login", row.get("mail", "")),
                {key: value for key, value in row.items() if key not in {"id", "login", "service"}},
            )
            for row in rows
        ]
        for service, rows in case["offered"].items()
    }  # fmt: skip


def target(case):
    """Return whom the program would act on, as it opens a case; raises RefusedError."""
    who, found = read_who(case["who"]), offered(case)
    if who.ids:
        who = known_by(who, [account for accounts in found.values() for account in accounts])
    return resolve(who, found)


@EVERY
def test_the_right_accounts_are_taken_and_no_other(case):
    if case["right"] == "refused":
        with pytest.raises(RefusedError) as refused:
            target(case)
        assert refused.value.remedy
        return
    resolved = target(case)
    assert [f"{each.service}:{each.id}" for each in resolved.accounts] == case["right"]
    assert [each.service for each in resolved.left_out] == case.get("left_out", [])
    assert all(each.why for each in resolved.left_out)


@EVERY
def test_the_order_in_which_services_answer_decides_nothing(case):
    turned = {**case, "offered": {name: rows[::-1] for name, rows in reversed(case["offered"].items())}}
    if case["right"] == "refused":
        with pytest.raises(RefusedError):
            target(turned)
    else:
        assert sorted(f"{each.service}:{each.id}" for each in target(turned).accounts) == sorted(case["right"])


def test_the_list_is_long_and_says_each_thing_once():
    assert len(CASES) >= 30
    assert len({case["case"] for case in CASES}) == len(CASES)
    assert {case["right"] == "refused" for case in CASES} == {True, False}
    for case in CASES:
        known = {f"{service}:{row['id']}" for service, rows in case["offered"].items() for row in rows}
        assert case["right"] == "refused" or set(case["right"]) <= known
