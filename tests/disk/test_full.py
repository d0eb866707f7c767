"""A disk that takes no more, at every write: said in words, nothing half written, and gone on with once there is room.

Where the kernel lets an ordinary user have a file system of their own, a small one is filled; everywhere, the kernel's
limit on the size of files stands in for it. `python -m tests.disk` fills it more often.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cases.company import CLOSE, Company
from tests.disk.life import live
from tests.disk.writers import WRITERS, forward, full_files
from tests.signals.life import ROOT

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]


@pytest.fixture(scope="module")
def looked(tmp_path_factory):
    """A company with a case that looked, kept evidence, and waits for its approval."""
    company = Company(tmp_path_factory.mktemp("company"))
    code = company.open(CLOSE)
    company.run(code)
    yield company, code
    company.close()


@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_finds_the_disk_full_at_any_place_leaves_nothing_half_and_goes_through_later(looked, name):
    failures, wrong = forward(*looked, WRITERS[name], full_files)
    assert wrong == []
    assert failures > 0


def test_a_small_file_system_that_fills_up_is_met_like_that_too(tmp_path):
    mounting = f"mount -t tmpfs none {tmp_path}"
    if subprocess.run([*ALONE, "sh", "-c", mounting], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system of their own")
    words = [*ALONE, sys.executable, "-m", "tests.disk.small_disk", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, text=True, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: wrong for name, (_, wrong) in found.items() if wrong} == {}
    assert {name for name, (failures, _) in found.items() if not failures} == set()


def test_a_disk_that_fills_up_under_a_run_ends_it_before_anything_more_goes_out_and_the_case_goes_on_later(tmp_path):
    met, wrong = live(tmp_path, 3, "suite", small=True)
    assert wrong == []
    assert met >= 2
