"""Settings, secrets and the journal: refused at the start, by name and never by value; rows 43 and 44."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing

import pytest

from integrations.client import Http
from runner.actions.gate import Gate
from runner.desk.claim import Claim
from runner.errors import CredentialsError, SettingsError, SeveranceError
from runner.secrets import resolve
from runner.settings import load, locate, service_settings
from tests.cases.company import Company
from tests.corpus.entries import into
from tests.test_settings import REAL

PLAYBOOK = """\
playbook: rehearsal
shown_as: Rehearsal
version: 1
owner: security-leads
people: {start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel, hr]}
phases:
  - phase: quiet
    covert: true
    steps:
      - {id: say, ask: What else?, choose: text, by: [ir-oncall], within: 1h}
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "config"
    made.mkdir(mode=0o700)
    return made


def put(folder, text):
    path = folder / "severance.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("entry", into("secret"), ids=str)
def test_a_secret_that_no_header_can_carry_is_refused_before_anything_is_sent_and_not_shown(entry, folder):
    path = folder / "token"
    path.write_bytes(entry.content)
    path.chmod(0o600)
    with pytest.raises(CredentialsError) as refused:
        secret = resolve(f"file:{path}", folder)
        Http("https://okta.example", service="okta", gate=Gate(), user_agent="x", auth={"Authorization": f"SSWS {secret}"})
    told = refused.value.diagnostics() + repr(refused.value)
    assert entry.value == "" or entry.value not in told


@pytest.mark.parametrize("entry", into("settings-edit"), ids=str)
def test_settings_that_weaken_or_mean_nothing_are_refused_by_the_name_of_what_is_wrong(entry, folder, monkeypatch):
    monkeypatch.setenv("OKTA", "0123456789abcdef")
    old, new = entry.value
    assert old in REAL
    with pytest.raises(SeveranceError) as refused:
        settings = load(put(folder, REAL.replace(old, new)))
        options = service_settings(settings, "okta")
        Http(str(options.url), service="okta", gate=Gate(), user_agent="x")
    told = refused.value.diagnostics() + repr(refused.value)
    assert entry.expected in told
    assert "canary-7Qz9" not in told


def _placed(folder, name, monkeypatch):
    path = put(folder, REAL)
    match name:
        case "mode-0644-is-fine":
            path.chmod(0o644)
        case "mode-0666":
            path.chmod(0o666)
        case "mode-0620":
            path.chmod(0o620)
        case "folder-0777":
            folder.chmod(0o777)
        case "link":
            (folder / "link.yaml").symlink_to(path)
            return folder / "link.yaml"
        case "pipe":
            os.mkfifo(folder / "pipe.yaml", 0o600)
            return folder / "pipe.yaml"
        case "in-the-current-folder":
            monkeypatch.chdir(folder)
            monkeypatch.delenv("SEVERANCE_CONFIG", raising=False)
            monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "elsewhere"))
            return locate(None)
        case _:
            raise AssertionError(name)
    return path


@pytest.mark.parametrize("entry", into("settings-place"), ids=str)
def test_settings_somebody_else_could_have_put_there_are_not_read(entry, folder, monkeypatch):
    if entry.expected == "read":
        assert load(_placed(folder, entry.make, monkeypatch)).company
        return
    with pytest.raises(SettingsError) as refused:
        load(_placed(folder, entry.make, monkeypatch))
    assert refused.value.remedy


@pytest.fixture
def company(tmp_path):
    with closing(Company(tmp_path / "keeping")) as company:
        path = company.folder / "rehearsal.yaml"
        path.write_text(PLAYBOOK)
        company.code = company.desk.open(str(path), {}, claim=Claim("ingrid", None))
        company.run(company.code)
        for each in ("first", "second", "third"):
            company.desk.note(company.code, each)
        yield company


@pytest.fixture
def edited(company):
    """Give a function that edits the journal's table behind our back; what it did is undone at the end."""
    path = next(company.folder.rglob("severance.db"))
    saved = _rows(path)

    def edit(make):
        with closing(sqlite3.connect(path)) as database, database:
            EDITS[make](database, len(saved))
        assert _rows(path) != saved

    yield edit
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM severance_journal")
        database.executemany("INSERT INTO severance_journal VALUES (?, ?, ?, ?)", saved)


def _rows(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT case_code, seq, kind, record FROM severance_journal ORDER BY seq").fetchall()


def _record(text):
    return lambda database, last: database.execute("UPDATE severance_journal SET record = ? WHERE seq = ?", (text, last - 1))


def _swap(database, last):
    pairs = database.execute("SELECT seq, record FROM severance_journal WHERE seq >= ?", (last - 1,)).fetchall()
    for (seq, _), (_, record) in zip(pairs, reversed(pairs), strict=True):
        database.execute("UPDATE severance_journal SET record = ? WHERE seq = ?", (record, seq))


def _twice(database, last):
    database.execute(
        "UPDATE severance_journal SET record = (SELECT record FROM severance_journal WHERE seq = ?) WHERE seq = ?", (last - 1, last)
    )


def _nothing(database, last):
    [(text,)] = database.execute("SELECT record FROM severance_journal WHERE seq = ?", (last - 1,)).fetchall()
    _record(json.dumps({**json.loads(text), "data": None}))(database, last)


EDITS = {
    "edited-record": lambda database, last: database.execute(
        "UPDATE severance_journal SET record = replace(record, 'second', 'another') WHERE seq = ?", (last - 1,)
    ),
    "record-that-is-no-json": _record("{"),
    "record-of-brackets": _record("[" * 100_000),
    "record-that-is-a-list": _record("[]"),
    "data-of-nothing": _nothing,
    "deleted-row": lambda database, last: database.execute("DELETE FROM severance_journal WHERE seq = ?", (last - 1,)),
    "deleted-last-row": lambda database, last: database.execute("DELETE FROM severance_journal WHERE seq = ?", (last,)),
    "older-copy": lambda database, last: database.execute("DELETE FROM severance_journal WHERE seq > ?", (last - 2,)),
    "swapped-rows": _swap,
    "record-twice": _twice,
}


@pytest.mark.parametrize("entry", into("journal"), ids=str)
def test_an_edited_journal_is_not_gone_on_with(entry, company, edited):
    before = company.records(company.code)
    edited(entry.make)
    if entry.expected == "seen beside an earlier bundle":
        # A chain cut at its end is whole: only a digest that was kept elsewhere tells (see VERIFY.txt).
        assert before[-1]["digest"] not in [each["digest"] for each in company.records(company.code)]
        return
    with pytest.raises(SeveranceError, match=entry.expected) as refused:
        company.work(company.code)
    assert "bundle" in refused.value.remedy
    for look in (lambda: company.desk.status(company.code), lambda: company.desk.status(None), lambda: company.desk.report(company.code)):
        try:
            look()
        except SeveranceError as error:
            assert error.what
