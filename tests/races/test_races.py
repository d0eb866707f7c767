"""Several who start the same at once, in processes of their own: one does it, and the others are told who (threats.md R11).

Of many who open a case about one person at once, see `tests/fleet/test_claims.py`.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.errors import CaseBusy, Exit
from tests.races.run import race
from tests.signals.life import ROOT, command, founded


@pytest.fixture
def opened(tmp_path):
    """A company, and the code name of a case that was just opened there."""
    with founded(tmp_path, small=True) as found:
        yield found


def at_once(company, *verbs):
    """Start the command with each of these words, all at once; returns how each ended."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command(company, *words), cwd=ROOT, **streams) for words in verbs]
    said = [each.communicate(timeout=240) for each in started]
    return [(each.returncode, out, complaint) for each, (out, complaint) in zip(started, said, strict=True)]


def test_a_case_that_three_want_has_one_runner_at_a_time_and_outlives_those_who_die_with_it(tmp_path):
    taken, wrong = race(tmp_path / "state", 12, "suite")
    assert wrong == []
    assert taken >= 12


def test_of_three_who_run_a_case_at_once_one_does_and_the_others_are_told_where_to_look(opened):
    company, code = opened
    with Cast(company.settings, code, company.path.parent):
        ended = at_once(company, *[("run", code, "--json")] * 3)
    done = [each for each in ended if each[0] == Exit.DONE]
    busy = [each for each in ended if each[0] == Exit.REFUSED]
    assert (len(done), len(busy)) == (1, 2), ended
    for _, _, complaint in busy:
        assert "another runner has this case" in complaint
        assert f"severance status {code}" in complaint
    assert len(company.records(code, "run.started")) == 1
    assert duplicates(company.ledger()) == []


def test_of_a_terminal_and_a_program_that_run_a_case_at_once_one_does(opened):
    company, code = opened
    with company.desk._office.holding(code):
        [(ended, _, complaint)] = at_once(company, ("run", code, "--no-input"))
        with pytest.raises(CaseBusy):
            company.desk.run(code, stay=False, listen=lambda _: None)
    assert ended == Exit.REFUSED, complaint
    assert company.records(code, "run.started") == []


def test_approvals_given_at_once_count_one_a_person_and_fire_once(opened):
    company, code = opened
    first = at_once(company, ("run", code, "--no-input", "--json"))[0]
    assert first[0] == Exit.WAITING
    [asked] = json.loads(first[1])["waiting"]
    assert asked["kind"] == "approval"
    people = ["maren", "maren", "ingrid"]  # one of the two it takes, twice, and who started it
    at_once(company, *[("approve", code, "--as", each) for each in people])
    assert at_once(company, ("run", code, "--no-input"))[0][0] == Exit.WAITING
    assert company.records(code, "lockdown.fired") == []
    at_once(company, *[("approve", code, "--as", "beatriz")] * 2)
    at_once(company, *[("run", code, "--no-input")] * 2)
    assert len(company.records(code, "approval.used")) == len(company.records(code, "lockdown.fired")) == 1
    assert duplicates(company.ledger()) == []
