"""A whole case on an account and a directory: found, kept, closed at once, proved, and undone but for what cannot return."""

import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.launch import _DOORED
from integrations.lab.ledger import duplicates, read
from runner.desk.claim import Claim
from tests.cases.company import Cast, Company

BOTH = "accounts: [subject], services: [aws, aws-2]"
PHASES = f"""
  - phase: quiet
    covert: true
    steps:
      - {{id: found, do: doors.find, {BOTH}}}
      - {{id: keep-now, do: doors.keep, {BOTH}, after: found}}
  - phase: lockdown
    approve: {{need: 2, each_of: [security-leads, duty-managers], within: 2h}}
    steps:
      - {{id: doors, do: doors.close, {BOTH}}}
  - phase: shared
    steps:
      - id: shared-doors
        do: doors.close
        accounts: [subject]
        services: [aws, aws-2]
        approve: {{need: 1, of: [system-owners], within: 2h}}
      - {{id: proof, do: doors.prove, {BOTH}, after: shared-doors}}
"""


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """A company whose one case was closed, then undone; yields it with the subject's state at each time."""
    company = Company(tmp_path_factory.mktemp("aws-case"), services=2 * len(_DOORED))
    standins = [company.lab.services[name] for name in ("aws", "aws-2")]

    def look():
        return [{**standin.state()[SUBJECT.mail], "roles": standin.state()["roles"]} for standin in standins]

    seen = [look()]
    code = company.open(PHASES)
    company.play(code)
    doors = dict(company.doors(code))
    seen.append(look())
    company.desk.undo(code, "the wrong person", claim=Claim("rohan", None))
    with Cast(company.settings, code, company.folder):
        company.run(code, stay=True)
    seen.append(look())
    yield company, doors, seen
    company.close()


def test_every_door_is_shut_inferred_or_left_to_hands(over):
    _, doors, (_, closed, _) = over
    verdicts = {key: door.verdict for key, door in doors.items() if key[0] in {"aws", "aws-2"}}
    assert {layer for (name, layer), verdict in verdicts.items() if verdict == "closed" and name == "aws"} == {
        "account", "key", "token", "role", "membership",
    }  # fmt: skip
    assert verdicts[("aws", "session")] == verdicts[("aws-2", "session")] == "inferred"
    assert verdicts[("aws", "shared")] == "by-hand"
    assert {name for (name, layer) in doors if layer == "app"} >= {"AWS access portal", "Grafana", "Notebooks"}
    assert (closed[0]["denied"], closed[1]["reached"]) == (True, [])


def test_the_role_others_use_was_closed_in_the_phase_of_its_owner(over):
    company, _, (_, closed, _) = over
    assert closed[0]["roles"]["support"] == ["severance-older-sessions"]
    changed = [each["changed"] or "" for each in read(company.lab.services["aws"].ledger.path)]
    assert sum("role/support" in each for each in changed) == 2, "written once, taken off once"


def test_nothing_was_changed_twice(over):
    company, _, _ = over
    for name in ("aws", "aws-2"):
        assert duplicates(read(company.lab.services[name].ledger.path)) == []


def test_undone_all_is_as_it_was_but_the_password_and_the_access_keys(over):
    _, _, (before, _, after) = over
    assert after[1] == before[1]
    assert {key for key in before[0] if before[0][key] != after[0][key]} == {"password", "access"}
    assert (after[0]["password"], after[0]["access"]) == (False, ["Inactive", "Inactive"])
