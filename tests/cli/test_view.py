"""What a person sees of a run: nothing that a record holds may steer the terminal or stop the run."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from rich.console import Console

from runner.cli.board import Board
from runner.cli.live import Screen
from runner.cli.output import Terminal
from runner.cli.view import watching
from tests.cli.conftest import ROOT, environment

HOSTILE = "eve\x1b[2J\u202e[bold red]x[/]\nroot: all doors closed"
AT = "2026-11-22T09:00:00.000Z"


def record(kind, **data):
    return {"seq": 1, "at": AT, "kind": kind, "class": "fact", "data": data}


def door(kind, verdict, *, login="dana", layer="token"):
    return record(kind, service="crm", layer=layer, account="u1", login=login, verdict=verdict, why=HOSTILE)


def write(kind, thing="t", **data):
    return record(kind, op="o", action="crm.revoke", service="crm", account="u1", thing=thing, **data)


def drawn(board, width=120, height=24, **how):
    screen = io.StringIO()
    console = Console(file=screen, width=width, height=height, markup=False, **how)
    console.print(Screen(board))
    return screen.getvalue()


def board(*records):
    made = Board("amber-falcon-7", {"crm.revoke": "token"})
    for each in records:
        made.take(each)
    return made


def word(*records):
    return board(*records).rows()[0].words["token"]


def test_off_a_terminal_every_event_is_one_line_with_its_time(capsys):
    with watching(Terminal()) as listen:
        listen(door("door.seen", "open", login=HOSTILE))
        listen(record("note", by="maren", text=HOSTILE))
        listen(record("thing.nobody.knows", text=HOSTILE, **{"{by}": "{text}", "odd name": 1}))
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.startswith(AT) for line in err.splitlines()] == [True, True, True]
    assert "\x1b" not in err
    assert "\u202e" not in err
    assert "\\x1b[2J" in err
    assert "[bold red]" in err


def test_only_verbose_repeats_what_has_not_changed(capsys):
    records = [
        door("door.verdict", "closed"),
        door("door.verdict", "closed"),
        write("write.intent", what="w", attempt=1),
    ]
    for wish, lines in ((Terminal(), 1), (Terminal(verbose=True), 3), (Terminal(quiet=True), 0)):
        with watching(wish) as listen:
            for each in records:
                listen(each)
        assert len(capsys.readouterr().err.splitlines()) == lines


def test_quiet_still_says_what_needs_a_person(capsys):
    with watching(Terminal(quiet=True)) as listen:
        listen(
            record(
                "approval.asked", need=2, of=["leads"], each_of=[], expires=AT, command="severance approve x"
            )
        )
    assert "severance approve x" in capsys.readouterr().err


def test_a_record_that_cannot_be_shown_never_reaches_the_run(capsys):
    with watching(Terminal()) as listen:
        listen({"kind": "note"})
        listen(record("note", by="maren", text="later"))
    assert capsys.readouterr().err == "severance: this view failed (KeyError); the run goes on\n"


def test_a_name_cannot_steer_the_live_view():
    shown = drawn(
        board(door("door.seen", "open", login=HOSTILE)), force_terminal=True, color_system="truecolor"
    )
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "eve\\x1b[2J\\u202e[bold red]x[/]" in shown


def test_no_color_is_honoured(monkeypatch):
    full = board(door("door.verdict", "closed"), door("door.verdict", "open", layer="key"))
    assert "\x1b[1;32m" in drawn(full, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "32m" not in drawn(full, force_terminal=True, color_system="standard")


def test_a_door_goes_from_waiting_over_calling_and_closed_to_proved():
    seen, intent = door("door.seen", "open"), write("write.intent", what="w", attempt=1)
    closed, proved = write("write.outcome", outcome="changed", why=""), door("door.verdict", "closed")
    assert [word(seen), word(seen, intent), word(seen, intent, closed), word(seen, intent, closed, proved)] == [
        "waiting", "calling", "closed", "proved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("failed", "failed"), ("refused", "failed"), ("unknown", "unknown"), ("unchanged", "closed")],
)
def test_an_outcome_is_shown_as_what_it_means_for_the_door(outcome, said):
    assert word(door("door.seen", "open"), write("write.outcome", outcome=outcome, why="")) == said


def test_one_failed_object_keeps_its_door_from_looking_closed_until_it_is_closed_too():
    def outcome(thing, said):
        return write("write.outcome", thing=thing, outcome=said, why="")

    records = [door("door.seen", "open"), outcome("a", "failed"), outcome("b", "changed")]
    assert word(*records) == "failed"
    assert word(*records, outcome("a", "changed")) == "closed"


def test_a_write_that_closes_no_door_makes_no_row():
    told = record(
        "write.outcome",
        op="o",
        action="mail.send",
        service="mail",
        account="",
        thing="",
        outcome="changed",
        why="",
    )
    assert board(told).rows() == []


def test_what_people_are_asked_stands_with_its_command_until_it_is_settled():
    asked = record(
        "approval.asked", request="a", phase="lockdown", need=2, of=["leads"], each_of=[], expires=AT,
        command="severance approve amber-falcon-7 --plan 12345678", digest="1", lines=[],
    )  # fmt: skip
    given = record("approval.given", request="a", by="maren")
    shown = drawn(board(asked, given))
    assert "(1 of 2): approve lockdown" in shown
    assert "severance approve amber-falcon-7 --plan 12345678" in shown
    assert "severance approve" not in drawn(board(asked, given, record("approval.used", request="a")))


def test_a_small_screen_shows_what_is_not_settled_first_and_counts_the_rest():
    records = [
        record(
            "door.verdict",
            service=f"s{number}",
            layer="token",
            account="u",
            login="dana",
            verdict=verdict,
            why="",
        )
        for number, verdict in enumerate(["closed"] * 30 + ["open"])
    ]
    shown = drawn(board(*records), height=10)
    assert "s30" in shown
    assert "and 25 more accounts" in shown
    assert len(shown.splitlines()) <= 10


@pytest.mark.parametrize(("term", "live"), [("xterm-256color", True), ("dumb", False)])
def test_a_terminal_gets_the_live_view_unless_it_is_dumb(tmp_path, term, live):
    program = """
import json, sys
from runner.cli.output import Terminal
from runner.cli.view import watching
with watching(Terminal(), "amber-falcon-7") as listen:
    listen(json.loads(sys.argv[1]))
"""
    ours, theirs = os.openpty()
    event = json.dumps(door("door.seen", "open"))
    done = subprocess.run(
        [sys.executable, "-c", program, event], env=environment(tmp_path / "home", TERM=term), stderr=theirs,
        stdout=subprocess.PIPE, cwd=ROOT, check=True,
    )  # fmt: skip
    os.close(theirs)
    seen = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.stdout == b""
    assert ("amber-falcon-7" in seen, seen.startswith(AT)) == (live, not live)


LAYERS = ("device", "grant", "token", "role", "session", "account", "app", "key", "membership")


def test_at_120_columns_every_layer_is_read_in_full_and_only_a_login_is_cut_short():
    doors = [
        door("door.verdict", "inferred", layer=layer, login="a.very.long.login.indeed@company.example")
        for layer in LAYERS
    ]
    header, row = [line for line in drawn(board(*doors)).splitlines() if line.startswith(("service", "crm"))]
    assert all(layer in header for layer in LAYERS)
    assert row.count("inferred") == len(LAYERS)
    assert "…" in row


def test_doors_are_counted_and_what_happened_last_stands_below_where_there_is_room():
    full = board(door("door.verdict", "closed"), record("note", by="maren", text=HOSTILE))
    assert "1 proved" in drawn(full)
    assert "09:00:00  note" in drawn(full)
    assert "\x1b" not in drawn(full)
    assert "note" not in drawn(full, height=6)


def test_an_approval_is_shown_with_its_five_lines_where_there_is_room():
    asked = record(
        "approval.asked", request="a", phase="lockdown", need=2, of=["leads"], each_of=[], expires=AT,
        command="severance approve x", lines=["Who: dana", "Stays open: miro"],
    )  # fmt: skip
    assert "Stays open: miro" in drawn(board(asked))
    assert "Stays open: miro" not in drawn(board(asked), height=7)


def test_the_live_view_never_hides_the_cursor_that_a_killed_run_could_not_bring_back(tmp_path):
    program = """
import os
from runner.cli.output import Terminal
from runner.cli.view import watching
with watching(Terminal(), "amber-falcon-7"):
    os._exit(130)
"""
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path / "home", TERM="xterm"), stderr=theirs,
        cwd=ROOT, check=False,
    )  # fmt: skip
    os.write(theirs, b".")
    os.close(theirs)
    seen = os.read(ours, 65536)
    os.close(ours)
    assert done.returncode == 130
    assert b"\x1b[?25l" not in seen


def test_a_door_with_nothing_behind_it_does_not_look_like_one_we_closed():
    assert word(door("door.seen", "closed")) == "none"
    assert word(door("door.seen", "closed"), door("door.verdict", "closed")) == "proved"


def test_a_case_taken_up_again_does_not_tell_its_history_again(capsys):
    first, second = (
        record("note", by="maren", text="old"),
        {**record("note", by="maren", text="new"), "seq": 2},
    )
    with watching(Terminal(), "amber-falcon-7", [first]) as listen:
        listen(first)
        listen(second)
    err = capsys.readouterr().err
    assert "new" in err
    assert "old" not in err
