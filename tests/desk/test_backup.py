"""A store is backed up while it is at work, restored elsewhere, and goes on there: once, and from whole copies only."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.lab.ledger import duplicates
from runner.desk.backing_up import back_up
from runner.desk.cast import Cast
from runner.desk.restoring import restore
from runner.desk.verifying import verify_store
from runner.errors import SeveranceError, StorageError, UsageError
from runner.evidence.chain import broken
from runner.settings import load
from tests.cases.company import QUIET
from tests.desk.conftest import ROOT, Beside
from tests.postgres import postgres_url


def elsewhere(path: Path, store: str = "elsewhere") -> Path:
    """Write settings beside these that name another store; return their path."""
    other = path.with_name(f"{store}.yaml")
    other.write_text(path.read_text().replace('store: "state"', f'store: "{store}"'))
    other.chmod(0o600)
    assert load(other).store_folder != load(path).store_folder
    return other


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def kept(company):
    """A company with a case whose evidence is kept, and its code name."""
    code = company.open(QUIET)
    company.run(code)
    return company, code


@pytest.fixture
def backup(kept, tmp_path):
    company, code = kept
    back_up(company.office, tmp_path / "backup")
    return company, code, tmp_path / "backup"


def test_a_backup_is_whole_private_and_checked_with_everybodys_tools(backup):
    company, code, folder = backup
    done = subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=folder, check=False)
    assert done.returncode == 0
    named = {line.split("  ")[1] for line in (folder / "manifest-sha256.txt").read_text().splitlines()}
    assert named == {name for name in files(folder) if not name.startswith("manifest-")}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert modes == {0o700, 0o600}
    items = {path.name.partition(".")[0] for path in (folder / "cases" / code / "items").iterdir()}
    assert items == {each["data"]["sha256"] for each in company.records(code, "item.kept")}
    assert [path.name for path in folder.parent.glob(".backup-*")] == []


def test_what_is_restored_is_what_was_backed_up_and_says_so(backup):
    company, code, folder = backup
    settings = load(elsewhere(company.lab.settings_path))
    restore(settings, folder)
    other = Beside(settings.path)
    *before, last = other.records(code)
    assert before == company.records(code)
    assert last["kind"] == "store.restored"
    assert last["data"]["made_at"] == json.loads((folder / "backup.json").read_text())["made_at"]
    assert [each["problems"] for each in verify_store(other.office)] == [[]]
    assert stat.S_IMODE((settings.store_folder / "severance.db").stat().st_mode) == 0o600
    other.close()


def test_nothing_is_restored_over_a_store(backup):
    company, _, folder = backup
    before = files(company.settings.store_folder)
    with pytest.raises(UsageError, match="a store here already"):
        restore(company.settings, folder)
    assert files(company.settings.store_folder) == before


def test_nothing_is_backed_up_over_anything(kept, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="something here already"):
        back_up(kept[0].office, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_what_a_server_holds_is_backed_up_and_restored_by_its_own_tools(founded, backup, tmp_path):
    """The command that verifies is the same: every chain, every item."""
    shared = founded(edit=lambda text: text.replace("\nstore:", f"\ndatabase: {postgres_url()}\nstore:", 1))
    code = shared.open(QUIET)
    shared.run(code)
    with pytest.raises(UsageError, match="backed up by its own tools") as caught:
        back_up(shared.office, tmp_path / "other")
    assert "pg_dump" in caught.value.remedy
    assert list(tmp_path.glob("*other*")) == []
    with pytest.raises(UsageError, match="name a database server"):
        restore(shared.settings, backup[2])
    assert [(each["case"], each["problems"]) for each in verify_store(shared.office)] == [(code, [])]


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def an_item(folder: Path) -> Path:
    return next(iter(sorted(folder.glob("cases/*/items/*"))))


def signed_again(folder: Path) -> None:
    """Write the manifests anew, as somebody who wants a change to go unseen."""
    for algorithm in ("sha256", "sha512"):
        named = (folder / f"manifest-{algorithm}.txt").read_text().splitlines()
        paths = [line.split("  ")[1] for line in named]
        told = subprocess.run([f"{algorithm}sum", *paths], cwd=folder, capture_output=True, check=True).stdout
        (folder / f"manifest-{algorithm}.txt").write_bytes(told)


def edited(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "severance.db") as database:
        database.execute(statement)
    database.close()
    signed_again(folder)


DAMAGE = {
    "a bit of the database": lambda folder: flip(folder / "severance.db", 5000),
    "a bit of an item": lambda folder: flip(an_item(folder), 0),
    "a bit of a manifest": lambda folder: flip(folder / "manifest-sha512.txt", 3),
    "an item is gone": lambda folder: an_item(folder).unlink(),
    "the database is cut short": lambda folder: os.truncate(folder / "severance.db", 8192),
    "a file more": lambda folder: (folder / "cases" / "more").write_text("x"),
    "a manifest is gone": lambda folder: (folder / "manifest-sha256.txt").unlink(),
    "it says nothing of itself": lambda folder: (folder / "backup.json").write_text("{}"),
    "a record was edited, and the manifests with it": lambda folder: edited(
        folder, "UPDATE severance_journal SET record = replace(record, 'item.kept', 'note') WHERE seq > 3"
    ),
    "a record was taken out, and the manifests with it": lambda folder: edited(
        folder, "DELETE FROM severance_journal WHERE seq = 3"
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_backup_is_refused_and_no_store_is_there_afterwards(backup, damage):
    company, _, folder = backup
    damage(folder)
    settings = load(elsewhere(company.lab.settings_path))
    with pytest.raises(SeveranceError) as caught:
        restore(settings, folder)
    assert caught.value.remedy
    assert not (settings.store_folder / "severance.db").exists()


def test_an_item_that_is_missing_is_found_by_verifying_and_stops_a_backup(kept, tmp_path):
    company, code = kept
    sha256 = company.records(code, "item.kept")[0]["data"]["sha256"]
    company.office.store(code).get(sha256).unlink()
    assert verify_store(company.office)[0]["problems"] == [f"the item {sha256} is missing, or its bytes have changed"]
    with pytest.raises(StorageError, match="no item has the digest"):
        back_up(company.office, tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []




def test_a_restore_that_is_killed_at_each_of_its_steps_ends_whole(backup):
    company, code, folder = backup
    path = elsewhere(company.lab.settings_path)
    words = [sys.executable, "-m", "tests.desk.dying", "restore", str(path), str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
    other = Beside(path)
    assert [each["problems"] for each in verify_store(other.office)] == [[]]
    assert [each["kind"] for each in other.records(code)].count("store.restored") == 1
    other.close()


@pytest.mark.parametrize("moment", [pytest.param("phase.planned", marks=pytest.mark.long), "lockdown.fired"])
def test_a_backup_of_a_live_case_goes_on_elsewhere_and_does_nothing_twice(beside_us, tmp_path, moment):
    """The first store acts on after its backup, and dies: what it did is unknown to the second, and found done."""
    company = beside_us()
    code = company.open()
    with Cast(company.settings, code, company.path.parent):
        run = company.begin(code)
        company.until(lambda: company.records(code, moment))
        back_up(company.office, tmp_path / "backup")
        recorded = len(company.records(code))
        company.until(lambda: company.records(code, "lockdown.measured"))
        run.send_signal(signal.SIGKILL)
        company.wait(run)
    assert len(company.records(code)) > recorded
    path = elsewhere(company.path)
    restore(load(path), tmp_path / "backup")
    other = Beside(path)
    with Cast(other.settings, code, tmp_path):
        run = other.begin(code)
        out, err = other.wait(run)
    assert run.returncode == 0, err
    document = json.loads(out)
    assert (document["outcome"], document["left"]) == ("done", [])
    assert broken(other.records(code)) is None
    assert [each["problems"] for each in verify_store(other.office)] == [[]]
    assert duplicates(company.ledger()) == []
    other.close()
