"""A closed case is deleted by two people and nobody else, when it is due and not held; what is left proves it."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import sqlalchemy as sa

from integrations.lab.company import SUBJECT
from runner.database.heads import Heads
from runner.desk.claim import Claim
from runner.desk.verifying import verify_store
from runner.errors import RefusedError, SettingsError
from runner.evidence.chain import seal
from runner.settings import load
from tests.cases.company import QUIET, Company, playbook_of
from tests.desk.conftest import ROOT
from tests.desk.in_chat import signed
from tests.postgres import postgres_url
from tests.test_settings import REAL, write  # noqa: F401  a fixture

STORE = "\nstore:"
RETENTION = "retention: {keep: 0d, delete: [security-leads, counsel]}"


def as_(person):
    return Claim(person, None)


@pytest.fixture
def keeping(founded):
    def found(retention=RETENTION, run=Company.run):
        company = founded(edit=lambda text: f"{text}\n{retention}\n")
        return company, closed(company, run)

    return found


def closed(company, run=Company.run):
    """Open a case, keep evidence in it, and close it."""
    code = company.open(QUIET)
    run(company, code)
    company.desk.close(code, "a misunderstanding", claim=as_("maren"))
    return code


def run_for_real(company, code):
    """Run a case with the real engine, in a process of its own."""
    words = [sys.executable, "-m", "tests.desk.run_process", str(company.lab.settings_path), code, '{"stay": false}']
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr


def people(company, *roles):
    return [each.id for each in company.settings.people if set(each.roles) & set(roles)]


def ask(company, code, by=None):
    [first, *_] = people(company, "security-leads")
    return company.desk.archive.ask_deletion(code, "seven years are over", claim=as_(by or first))


def confirm(company, code, by=None):
    [first, *_] = people(company, "counsel")
    return company.desk.archive.confirm_deletion(code, claim=as_(by or first))


def mentions(company, code):
    """Return how many rows of each table of the database name the case."""
    with closing(sqlite3.connect(company.settings.store_folder / "severance.db")) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    found = {table: sum(code in str(row) for row in some) for table, some in rows.items()}
    return {table: count for table, count in found.items() if count}


def test_a_deleted_case_leaves_a_tombstone_that_follows_its_last_record_and_nothing_else(keeping):
    company, code = keeping(run=run_for_real)
    assert len(mentions(company, code)) > 2  # of the engine's tables too
    ask(company, code)
    records = company.records(code)
    items = {each["data"]["sha256"] for each in records if each["kind"] == "item.kept"}
    tombstone = confirm(company, code)["tombstone"]
    confirmed = tombstone["prev"]
    assert tombstone == seal({**{k: v for k, v in tombstone.items() if k != "digest"}}, confirmed)
    data = tombstone["data"]
    assert (data["records"], data["last"], tombstone["seq"]) == (len(records) + 1, confirmed, len(records) + 2)
    assert (data["code"], data["items"], data["stays"]) == (code, len(items), [])
    assert data["asked"]["by"] == people(company, "security-leads")[0]
    assert data["confirmed"]["by"] == people(company, "counsel")[0]
    assert data["asked"]["because"] == "seven years are over"
    assert company.desk.archive.retention()["deleted"] == [tombstone]
    assert code not in company.desk.codes()
    assert not (company.settings.store_folder / "cases" / code).exists()
    company.office.database.dispose()
    assert mentions(company, code) == {"severance_cases": 1, "severance_journal": 1}
    words = [b"jonas.weber", *(each.encode() for each in items)]
    kept = [path.read_bytes() for path in company.settings.store_folder.rglob("*") if path.is_file()]
    assert not [word for word in words for each in kept if word in each]  # not even where nothing is any more
    assert verify_store(company.office) == []


def test_on_a_server_that_machines_share_a_deleted_case_leaves_its_tombstone_and_nothing_else(founded):
    there = f"\ndatabase: {postgres_url()}\nstore:"
    company = founded(edit=lambda text: f"{text.replace(STORE, there, 1)}{RETENTION}\n")
    code = closed(company, run_for_real)
    assert rows_of(company, code) > 20
    ask(company, code)
    records = company.records(code)
    tombstone = confirm(company, code)["tombstone"]
    assert (tombstone["data"]["records"], tombstone["seq"]) == (len(records) + 1, len(records) + 2)
    assert rows_of(company, code) == 2  # the tombstone, and the case's place
    assert company.desk.codes() == []
    assert confirm(company, code)["tombstone"] == tombstone


def rows_of(company, code):
    """Return how many rows of the server's database name a case, whichever table they are in."""
    named = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('public', 'dbos')"
    with company.office.database.connect() as connection:
        tables = [f'"{schema}"."{table}"' for schema, table in connection.execute(sa.text(named))]
        counts = (f"SELECT count(*) FROM {table} AS one WHERE one::text LIKE :code" for table in tables)
        return sum(connection.execute(sa.text(each), {"code": f"%{code}%"}).scalar() for each in counts)


def test_what_still_knows_a_deleted_case_records_nothing_more_on_it(keeping):
    company, code = keeping()
    journal = company.office.journal(code)
    ask(company, code)
    confirm(company, code)
    with pytest.raises(RefusedError, match="was deleted"):
        journal.write("note", by="ingrid", text="too late")
    assert [each["kind"] for each in journal.read()] == ["case.forgotten"]


def test_to_everybody_a_deleted_case_is_as_one_that_never_was(keeping):
    company, code = keeping()
    ask(company, code)
    confirm(company, code)
    for deed in (lambda: company.desk.status(code), lambda: company.desk.records(code), lambda: company.desk.report(code)):
        with pytest.raises(RefusedError, match="no such case for you"):
            deed()
    assert company.desk.status() == []


def test_another_case_is_not_touched(keeping):
    company, code = keeping()
    other = closed(company)
    before = company.records(other)
    ask(company, code)
    confirm(company, code)
    assert company.records(other) == before
    assert [(each["case"], each["problems"]) for each in verify_store(company.office)] == [(other, [])]


def test_whoever_follows_the_journals_sees_what_comes_after_a_deletion(keeping):
    company, code = keeping()
    heads = Heads(company.office.database)
    ask(company, code)
    assert list(heads.now()) == [code]
    confirm(company, code)
    other = closed(company)
    assert list(heads.now()) == [other]
    assert heads.now()[other] == len(company.records(other))


def test_a_case_that_is_open_is_not_deleted(keeping):
    company, _ = keeping()
    code = company.open(QUIET)
    assert company.desk.status(code)[0]["kept"]["until"] == ""
    with pytest.raises(RefusedError, match="it is not closed"):
        ask(company, code)


def test_a_case_that_is_too_young_is_not_deleted(keeping):
    company, code = keeping(RETENTION.replace("0d", "7y"))
    with pytest.raises(RefusedError, match="it is to be kept 7y, until 20"):
        ask(company, code)


def test_a_case_on_legal_hold_is_not_deleted_and_a_hold_ends_a_request(keeping):
    company, code = keeping()
    [counsel, *_] = people(company, "counsel")
    ask(company, code)
    company.desk.archive.hold(code, "litigation", claim=as_(counsel))
    for deed in (ask, confirm):
        with pytest.raises(RefusedError, match="put it on legal hold"):
            deed(company, code)
    company.desk.archive.release(code, "settled", claim=as_(counsel))
    with pytest.raises(RefusedError, match="nobody asked for its deletion"):
        confirm(company, code)
    ask(company, code)
    confirm(company, code)


def test_one_person_alone_deletes_nothing(keeping):
    company, code = keeping()
    [both, *_] = people(company, "counsel")
    ask(company, code, by=both)
    with pytest.raises(RefusedError, match="whoever asked does not confirm"):
        confirm(company, code, by=both)
    assert company.office.store(code).held()


@pytest.mark.parametrize("deed", [ask, confirm])
def test_only_people_of_the_roles_the_settings_name_may(keeping, deed):
    company, code = keeping()
    allowed = people(company, "security-leads", "counsel")
    outsider = next(each.id for each in company.settings.people if each.id not in allowed)
    with pytest.raises(RefusedError, match="no such case for you"):
        deed(company, code, by=outsider)


def test_where_the_settings_name_nobody_nothing_is_deleted(keeping):
    company, code = keeping("retention: {keep: 0d}")
    with pytest.raises(RefusedError, match="name nobody"):
        ask(company, code)


def test_away_from_a_lab_both_sign_and_both_signatures_are_on_the_tombstone(founded):
    accepted = hashlib.sha256(playbook_of(QUIET).encode()).hexdigest()
    real = {"claimed_people: true": "claimed_people: false", '"accepted": "any"': f'"accepted": ["{accepted}"]'}
    company = founded(compress=1, edit=lambda text: f"{replaced(text, real)}\n{RETENTION}\n")
    path = str(company.write(QUIET))
    code = signing(company, "ingrid", lambda claim: company.desk.open(path, {"subject": SUBJECT.mail}, claim=claim))
    signing(company, "maren", lambda claim: company.desk.close(code, "a misunderstanding", claim=claim))
    asker, confirmer = people(company, "security-leads")[0], people(company, "counsel")[0]
    signing(company, asker, lambda claim: company.desk.archive.ask_deletion(code, "over", claim=claim))
    done = signing(company, confirmer, lambda claim: company.desk.archive.confirm_deletion(code, claim=claim))
    data = done["tombstone"]["data"]
    assert (data["asked"]["by"], data["confirmed"]["by"]) == (asker, confirmer)
    assert all(data[each]["signature"].startswith("-----BEGIN SSH SIGNATURE") for each in ("asked", "confirmed"))


def replaced(text, pairs):
    for old, new in pairs.items():
        assert old in text
        text = text.replace(old, new)
    return text


def signing(company, name, act):
    """Try unsigned, sign what is asked for, and do it."""
    with pytest.raises(RefusedError) as answer:
        act(Claim(None, None))
    return act(signed(company, answer.value.remedy, name))


def test_status_says_what_is_due_for_deletion_and_what_is_held(keeping):
    company, code = keeping()
    kept = company.desk.status(code)[0]["kept"]
    assert (kept["closed"], kept["due"], kept["held"], kept["asked"]) == (True, True, "", "")
    company.desk.archive.hold(code, "litigation", claim=as_(people(company, "counsel")[0]))
    kept = company.desk.status()[0]["kept"]
    assert (kept["due"], kept["held"]) == (False, "litigation")


WRONG = {
    "no unit": "keep: 7",
    "words": "keep: seven years",
    "weeks": "keep: 7w",
    "less than nothing": "keep: -1d",
    "two noughts": "keep: 00d",
    "a part of a year": "keep: 1.5y",
    "a role that nobody holds": "delete: [security-leads, duty-managers, nobody]",
    "one person for both parts": "delete: [security-leads]",
    "a key that is unknown": "keep_for: 7y",
}


@pytest.mark.parametrize("retention", WRONG.values(), ids=WRONG)
def test_a_retention_that_makes_no_sense_is_blamed_at_its_line(write, retention):  # noqa: F811
    two = "".join(
        f"  - {{id: {name}, name: {name}, mail: {name}@example.com, roles: [{role}]}}\n"
        for name, role in (("ann", "security-leads"), ("bo", "duty-managers"))
    )
    with pytest.raises(SettingsError, match=r"severance.yaml:9:\d+: "):
        load(write(f"{REAL}people:\n{two}retention: {{{retention}}}\n"))


def test_a_deletion_that_is_killed_at_each_of_its_steps_ends_clean(keeping):
    company, code = keeping()
    ask(company, code)
    words = [sys.executable, "-m", "tests.desk.dying", "forget", str(company.lab.settings_path), code]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
    [tombstone] = company.office.tombstones()
    assert (tombstone["data"]["code"], tombstone["data"]["stays"]) == (code, [])
    assert company.desk.codes() == []
    assert not (company.settings.store_folder / "cases" / code).exists()


def test_called_again_it_takes_away_what_another_machine_still_has(keeping):
    company, code = keeping()
    ask(company, code)
    first = confirm(company, code)
    left = company.office.folder(code) / "report.html"
    left.write_text("what this machine had made of it")
    assert confirm(company, code) == first
    assert not left.parent.exists()
