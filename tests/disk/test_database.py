"""The database locked, read-only, gone, cut off or damaged: said in words, and nothing is done on a record that is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager

import pytest

from integrations.lab.ledger import duplicates
from runner.database.journal import Journal
from runner.database.opening import open_database
from runner.desk.cast import Cast
from runner.desk.office import Office
from runner.errors import Exit, RefusedError, SeveranceError, StorageError
from runner.evidence.chain import broken
from runner.settings import load
from tests.cases.company import QUIET, Company
from tests.signals.life import ROOT, founded, struck

CASE = "amber-falcon-7"
NOBODY = 65534


@pytest.fixture
def store(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def journal(store):
    engine = open_database(store)
    yield Journal(engine, CASE, redact=str)
    engine.dispose()


@contextmanager
def held(store):
    """Hold SQLite's write lock as another program does; yields what lets go of it."""
    with closing(sqlite3.connect(store / "severance.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield lambda: other.execute("ROLLBACK")


def test_a_record_waits_for_whoever_holds_the_database_and_is_there_once(store, journal):
    with held(store) as let_go:
        written = journal.queue()
        threading.Timer(0.5, let_go).start()
        journal.write("note", text="late")
        written.result()
    assert [each["data"]["text"] for each in journal.read()] == ["late"]


def test_a_database_that_stays_locked_is_said_in_words_and_nothing_of_the_record_is_there(store, journal):
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")  # instead of half a minute
    with held(store) as let_go:
        with pytest.raises(StorageError) as failed:
            journal.write("note", text="never")
        let_go()
    assert "locked" in failed.value.what
    assert "end whoever holds the database" in failed.value.remedy
    journal.write("note", text="after")
    assert [each["data"]["text"] for each in journal.read()] == ["after"]


def test_a_run_rides_out_another_program_that_holds_the_database(tmp_path):
    with founded(tmp_path, small=True) as (company, code), Cast(company.settings, code, company.path.parent):
        with held(company.settings.store_folder) as let_go:
            threading.Timer(3, let_go).start()
            ended = struck(company, code, 10**6, 0, lambda _: None)
        assert ended.returncode == Exit.DONE, ended.stderr
        assert duplicates(company.ledger()) == []
        assert broken(company.records(code)) is None


WRITING = """
import os, sys, tempfile
from pathlib import Path
from runner.database.opening import open_database
from runner.database.journal import Journal
from runner.errors import SeveranceError
with tempfile.TemporaryDirectory() as folder:
    open_database(Path(folder) / "state").dispose()  # so that everything is imported
if os.geteuid() == 0:
    os.setuid(int(sys.argv[2]))
try:
    Journal(open_database(Path(sys.argv[1])), "amber-falcon-7", redact=str).write("note", text="x")
except SeveranceError as error:
    print(error.diagnostics())
"""


def test_a_database_that_may_only_be_read_is_said_in_words(store, journal):
    journal.write("note", text="before")
    journal._engine.dispose()
    for each in (store, *store.iterdir()):
        os.chown(each, NOBODY, NOBODY) if os.geteuid() == 0 else None
        each.chmod(0o500 if each.is_dir() else 0o400)
    for each in list(store.parents)[:-1]:
        if os.geteuid() == 0 and str(each).startswith("/tmp/"):
            each.chmod(0o711)  # pytest's folders are root's alone
    command = [sys.executable, "-c", WRITING, str(store), str(NOBODY)]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert "severance.db" in done.stdout, done.stderr
    assert "= next:" in done.stdout
    store.chmod(0o700)
    for each in store.iterdir():
        each.chmod(0o600)


@pytest.mark.parametrize("how", ["deleted", "replaced by a copy"])
def test_a_store_that_goes_away_under_a_run_ends_it_before_anything_more_is_done(tmp_path, how):
    """SQLite would write on into a file without a name, and doors would close on no record."""
    with founded(tmp_path, small=True) as (company, code):
        state, aside = company.settings.store_folder, tmp_path / "aside"
        with Cast(company.settings, code, company.path.parent):
            def away(_):
                shutil.copytree(state, aside)
                (state / "severance.db").unlink()
                if how != "deleted":
                    shutil.copy(aside / "severance.db", state / "severance.db")

            before = len(company.ledger())
            ended = struck(company, code, len(company.records(code)) + 20, 0, away)
        assert ended.returncode == Exit.OUR_FAULT, ended.stderr
        assert "was deleted, moved or replaced" in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        assert [each for each in company.ledger()[before:] if each["service"] in ("okta", "github") and each["changed"]] == []


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A company, its store, and a case that looked."""
    company = Company(tmp_path_factory.mktemp("company"))
    code = company.open(QUIET)
    company.run(code)
    yield company, code
    company.close()


def judged(company, code, spoil):
    """Spoil a copy of the store, and return what today's code says of the case: its records, or why not."""
    twin = company.lab.settings_path.with_name("twin.yaml")
    folder = company.lab.settings_path.parent / "twin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(company.settings.store_folder / "severance.db")) as kept:
        kept.execute(f"VACUUM INTO '{folder / 'severance.db'}'")
    (folder / "severance.db").chmod(0o600)
    spoil(folder / "severance.db")
    twin.write_text(company.lab.settings_path.read_text().replace('store: "state"', 'store: "twin"'))
    twin.chmod(0o600)
    return said(twin, code)


def said(settings, code):
    try:
        office = Office(load(settings))
    except SeveranceError as error:
        return error
    try:
        return office.work(code).journal.read()
    except SeveranceError as error:
        return error
    finally:
        office.database.dispose()


def test_a_database_cut_off_at_any_page_is_refused_in_words(small):
    company, code = small

    def cut(to):
        return judged(company, code, lambda path: os.truncate(path, to))

    size = (company.settings.store_folder / "severance.db").stat().st_size
    for to in [1, 100, *range(4096, size - 4095, 4 * 4096)]:
        answer = cut(to)
        assert isinstance(answer, StorageError | RefusedError), f"cut off at {to}: {answer}"
        assert answer.remedy, f"cut off at {to}"


def test_a_page_that_is_garbage_is_refused_or_holds_nothing_of_the_case(small):
    company, code = small
    whole = company.records(code)
    pages = (company.settings.store_folder / "severance.db").stat().st_size // 4096
    refused = 0
    for page in range(pages):

        def garble(path, page=page):
            with path.open("r+b") as file:
                file.seek(page * 4096)
                file.write(b"\xa5" * 4096)

        answer = judged(company, code, garble)
        refused += isinstance(answer, StorageError | RefusedError)
        assert isinstance(answer, StorageError | RefusedError) or answer == whole, f"page {page}: {answer!r}"
    assert refused > 1


EDITS = {
    "the last record is deleted": "DELETE FROM severance_journal WHERE seq = (SELECT max(seq) FROM severance_journal)",
    "the first record is deleted": "DELETE FROM severance_journal WHERE seq = 1",
    "a record in between is deleted": "DELETE FROM severance_journal WHERE seq = 5",
    "two records change places": "UPDATE severance_journal SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6)",
    "a word is changed": "UPDATE severance_journal SET record = replace(record, 'fact', 'fakt') WHERE seq = 3",
    "a record is no JSON": "UPDATE severance_journal SET record = substr(record, 2) WHERE seq = 4",
    "a record is nothing": "UPDATE severance_journal SET record = '' WHERE seq = 4",
    "a record is no text": "UPDATE severance_journal SET record = x'ff00' WHERE seq = 4",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_journal_is_refused(small, edit):
    company, code = small

    def change(path):
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute(edit).rowcount

    answer = judged(company, code, change)
    assert isinstance(answer, StorageError | RefusedError), answer
    assert "backup" in answer.remedy


def test_every_byte_of_a_journal_counts(journal):
    """Flipped in its lowest bit, each byte of a record either breaks its digest or is no JSON any more."""
    journal.write("case.opened", code=CASE, by="ingrid")
    journal.write("note", text="åtte")
    rows = [(each["seq"], text) for each, text in zip(journal.read(), _texts(journal), strict=True)]
    unseen = []
    for seq, text in rows:
        raw = text.encode()
        for at in range(len(raw)):
            spoilt = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            _put(journal, seq, spoilt)
            if not _noticed(journal):
                unseen.append((seq, at, spoilt))
        _put(journal, seq, raw)
    assert unseen == []


def _texts(journal):
    with journal._engine.connect() as connection:
        return [text for (text,) in connection.exec_driver_sql("SELECT record FROM severance_journal ORDER BY seq")]


def _put(journal, seq, raw):
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE severance_journal SET record = CAST(? AS TEXT) WHERE seq = ?", (raw, seq))


def _noticed(journal):
    try:
        return broken(journal.read()) is not None
    except RefusedError:
        return True
