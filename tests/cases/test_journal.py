from __future__ import annotations

import json
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.casefile.following import Following
from runner.cases.waiting import Watch
from runner.database.heads import Heads
from runner.database.journal import Entry, Journal
from runner.database.opening import open_database
from runner.errors import SettingsError, StorageError
from runner.evidence.chain import broken
from tests.permissions import run_bound

ROOT = Path(__file__).parents[2]
CASE = "amber-falcon-7"
APPENDER = """
import sys
from pathlib import Path
from runner.database.opening import open_database
from runner.database.journal import Journal
journal = Journal(open_database(Path(sys.argv[1])), "amber-falcon-7", redact=lambda text: text)
for number in range(40):
    journal.write("note", by=sys.argv[2], number=number)
"""


@pytest.fixture
def store(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def database(store):
    engine = open_database(store)
    yield engine
    engine.dispose()


def journal_in(database, redact=lambda text: text):
    return Journal(database, CASE, redact=redact)


def test_threads_that_append_at_once_leave_one_whole_chain_with_each_batch_together(database):
    journal = journal_in(database)

    def one(number):
        return journal.append(*(Entry("note", {"batch": number, "place": place}) for place in range(3)))

    with ThreadPoolExecutor(16) as pool:
        batches = list(pool.map(one, range(40)))
    records = journal.read()
    assert broken(records) is None
    assert len(records) == 120
    for batch in batches:
        first = batch[0]["seq"]
        assert batch == records[first - 1 : first + 2]
        assert [each["data"]["place"] for each in batch] == [0, 1, 2]


def test_two_processes_that_append_to_one_case_leave_one_whole_chain(store, database):
    command = [sys.executable, "-c", APPENDER, str(store)]
    writers = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("one", "two")]
    assert [each.wait(60) for each in writers] == [0, 0]
    records = journal_in(database).read()
    assert broken(records) is None
    for name in ("one", "two"):
        assert [each["data"]["number"] for each in records if each["data"]["by"] == name] == list(range(40))


def test_a_watch_hears_every_record_once_whichever_process_wrote_it(store, database):
    other, heard = open_database(store), []
    mine, theirs = journal_in(database), Journal(other, CASE, redact=str)
    watch = Watch(Following(mine), heard.append)
    mine.write("note", text="mine")
    watch.refresh()
    theirs.write("note", text="theirs")
    watch.refresh()
    watch.refresh()
    assert [record["data"]["text"] for record in heard] == ["mine", "theirs"]
    other.dispose()


def test_opening_the_store_once_more_loses_neither_our_locks_nor_what_is_appended_afterwards(store, database):
    """https://sqlite.org/howtocorrupt.html section 2.2: closing a file drops every lock a process has on it."""
    journal = journal_in(database)
    journal.write("note", by="us", number=0)
    open_database(store).dispose()  # a second desk in this process
    subprocess.run([sys.executable, "-c", APPENDER, str(store), "them"], cwd=ROOT, check=True, timeout=60)
    journal.write("note", by="us", number=1)
    database.dispose()
    anew = open_database(store)
    written = [each["data"]["by"] for each in journal_in(anew).read()]
    anew.dispose()
    assert written == ["us", *["them"] * 40, "us"]


def test_secrets_are_taken_out_at_the_sink_wherever_they_stand(database):
    journal = journal_in(database, redact=lambda text: text.replace("hunter2-hunter2", "[secret]"))
    journal.write("note", text="it is hunter2-hunter2", deep=[{"in": "hunter2-hunter2!"}])
    [record] = journal.read()
    assert record["data"] == {"text": "it is [secret]", "deep": [{"in": "[secret]!"}]}
    assert "hunter2-hunter2" not in json.dumps(record)


def test_what_is_no_json_is_refused_and_nothing_of_its_batch_is_recorded(database):
    journal = journal_in(database)
    with pytest.raises(StorageError):
        journal.append(Entry("note", {"text": "fine"}), Entry("note", {"text": object()}))
    assert journal.read() == []
    journal.write("note", text="the next one is fine")
    assert broken(journal.read()) is None


def test_a_disk_that_takes_no_more_is_a_storage_error_and_nothing_is_recorded(store, database):
    journal = journal_in(database)
    journal.write("note", text="before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    wal = (store / "severance.db-wal").stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal, before[1]))
        with pytest.raises(StorageError) as failed:
            journal.append(*(Entry("note", {"text": "x" * 5000}) for _ in range(20)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "resume" in failed.value.remedy
    assert [each["data"]["text"] for each in journal.read()] == ["before"]
    journal.write("note", text="after")
    assert broken(journal.read()) is None


def test_a_store_that_cannot_be_made_is_a_storage_error_that_names_it(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError) as failed:
        open_database(tmp_path / "file" / "state")
    assert str(tmp_path / "file" / "state") in failed.value.where


def test_a_store_in_a_folder_that_forbids_writing_is_a_storage_error(tmp_path):
    tmp_path.chmod(0o500)
    program = (
        "import sys; from pathlib import Path; from runner.database.opening import open_database;"
        "open_database(Path(sys.argv[1]))"
    )
    told = run_bound(program, tmp_path / "state").stderr.splitlines()[-1]
    tmp_path.chmod(0o700)
    assert told.startswith("runner.errors.StorageError")
    assert list(tmp_path.iterdir()) == []


def test_folder_database_and_what_sqlite_puts_beside_it_are_for_their_owner_alone(store, database):
    journal_in(database).write("note", text="so that there is a log")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in store.iterdir()}
    assert modes.keys() >= {"severance.db", "severance.db-wal", "severance.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


def test_every_connection_logs_ahead_and_waits_for_the_disk(store, database):
    with database.connect() as connection, database.connect() as other:
        for each in (connection, other):
            found = [
                each.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
            ]
            assert found == ["wal", 2]  # 2 is FULL: https://sqlite.org/pragma.html#pragma_synchronous


@pytest.mark.parametrize("part", ["folder", "database"])
def test_what_others_can_read_is_refused_by_name_with_the_command_that_mends_it(store, part):
    open_database(store).dispose()
    target = store if part == "folder" else store / "severance.db"
    target.chmod(0o750 if part == "folder" else 0o640)
    with pytest.raises(SettingsError) as refused:
        open_database(store)
    assert refused.value.where == str(target)
    assert refused.value.remedy == f"chmod {'700' if part == 'folder' else '600'} {target}"


def test_a_database_that_is_a_link_is_not_followed(store, tmp_path):
    store.mkdir(mode=0o700)
    (store / "severance.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError):
        open_database(store)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_no_database_is_a_storage_error(store):
    store.mkdir(mode=0o700)
    path = store / "severance.db"
    path.touch(mode=0o600)
    path.write_text("this is a letter to my grandmother, and no database\n" * 40)
    with pytest.raises(StorageError) as failed:
        open_database(store)
    assert failed.value.where == str(path)


def test_cases_are_listed_oldest_first_and_do_not_mix(database):
    for name in ("umber-wren-31", "amber-kite-10"):
        Journal(database, name, redact=str).write("note", text=name)
    assert list(Heads(database).now()) == ["umber-wren-31", "amber-kite-10"]
    assert [each["data"]["text"] for each in Journal(database, "amber-kite-10", redact=str).read()] == [
        "amber-kite-10"
    ]


def test_a_record_that_was_changed_in_the_database_no_longer_fits_its_digest(store, database):
    journal = journal_in(database)
    journal.write("note", text="as it was")
    with sqlite3.connect(store / "severance.db") as raw:
        raw.execute("UPDATE severance_journal SET record = replace(record, 'as it was', 'as it suits')")
    raw.close()
    assert broken(journal.read()) == "record 1: its digest does not fit its content"


def test_a_store_that_is_a_link_is_refused_without_advice_that_would_change_its_target(tmp_path):
    (tmp_path / "target").mkdir(mode=0o755)
    (tmp_path / "store").symlink_to(tmp_path / "target")
    with pytest.raises(SettingsError) as refused:
        open_database(tmp_path / "store")
    assert "symbolic link" in refused.value.what
    assert "chmod" not in refused.value.remedy


def test_each_look_at_the_heads_reads_what_was_added_since_by_whichever_process(database):
    heads = Heads(database)
    assert heads.now() == {}
    mine, theirs = Journal(database, "umber-wren-31", redact=str), Journal(database, "amber-kite-10", redact=str)
    mine.append(Entry("note", {}), Entry("note", {}))
    assert heads.now() == {"umber-wren-31": 2}
    theirs.write("note")
    mine.write("note")
    assert heads.now() == {"umber-wren-31": 3, "amber-kite-10": 1} == Heads(database).now()
    assert list(heads.now()) == list(Heads(database).now()) == ["umber-wren-31", "amber-kite-10"]


def test_a_journal_that_is_only_read_has_no_thread(database):
    before = threading.active_count()
    assert [Journal(database, f"amber-kite-{at}", redact=str).read() for at in range(5)] == [[]] * 5
    assert threading.active_count() == before
