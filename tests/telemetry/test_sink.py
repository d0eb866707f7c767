"""The log is lines of JSON, ours alone, whatever is logged; and one sink takes what libraries say as well."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE

import pytest

from runner.errors import ServiceRefused, SettingsError
from runner.redaction import MARK
from runner.telemetry.fields import WITHHELD
from runner.telemetry.sink import Sink, install, logged, said, serving, withdraw
from runner.telemetry_settings import Log
from tests.corpus.entries import TEXTS

ROOT = Path(__file__).parents[2]
FORGED = [
    *(pytest.param(each.value, id=each.id) for each in TEXTS),
    pytest.param('x\n{"at": "2026-01-01", "event": "approved", "by": "ciso"}', id="forged-line"),
    pytest.param("x\u2028y\u2029z\x85\x1b[2J\x9b", id="other-line-ends"),
    pytest.param("\ud800 half", id="lone-surrogate"),
    pytest.param("A" * 1_000_000, id="a-million-characters"),
]


@pytest.fixture
def log(tmp_path):
    """The whole process logs into a file for the length of a test; returns the file."""
    tmp_path.chmod(0o700)
    before = threading.excepthook
    with serving(Log(to="log.jsonl"), tmp_path, {"okta"}):
        yield tmp_path / "log.jsonl"
    assert threading.excepthook is before
    assert not [each for each in logging.getLogger().handlers if isinstance(each, Sink)]


def lines(path):
    raw = path.read_bytes()
    assert raw.isascii()
    return [json.loads(line) for line in raw.decode().split("\n")[:-1]]


def refuse(text):
    raise ValueError(text)


class TestNothingIsForged:
    @pytest.mark.parametrize("text", FORGED)
    def test_whatever_is_said_in_whatever_place_is_one_line_without_its_words(self, log, text):
        other, ours = logging.getLogger("urllib3.connectionpool"), logging.getLogger("severance.chat")
        fields = ("case", "kind", "phase", "step", "service", "action", "layer", "outcome", "verdict", "delivery")
        other.warning(text)
        other.warning("broken by %s", text)
        other.error("broken", extra={"wanted": text})
        logging.getLogger(f"dbos.{text[:50]}").warning("x")
        ours.warning("a channel is not up to date", extra=logged(dict.fromkeys((*fields, "by", "login"), text)))
        try:
            refuse(text)
        except ValueError as error:
            ours.exception("a delivery was not done", extra=said(error=error))
        found = lines(log)
        assert len(found) == 6
        assert [each["event"] for each in found[:3]] == ["a library spoke"] * 3
        assert {each["level"] for each in found} == {"warning", "error"}
        told = found[4]
        assert {told[each] for each in fields if each in told} <= {WITHHELD}  # an empty one is left out
        assert not {"by", "login"} & set(told)
        assert (found[5]["error"], len(found[5]["trace"])) == ("ValueError", 2)
        if len(text) > 12:  # a shorter one may be a piece of a word of ours
            assert json.dumps(text)[1:-1] not in log.read_text()

    def test_a_text_that_is_too_long_is_cut_and_says_how_long_it_was(self, log):
        logging.getLogger("severance.chat").warning("x" * 5000)
        [told] = lines(log)
        assert told["event"].startswith("x" * 300 + "... [5000 characters, sha256 ")
        assert len(told["event"]) < 400

    def test_a_traceback_names_places_and_shows_no_values(self, log):
        def deep(token):
            held_here = token[::-1]
            raise ServiceRefused(f"refused {held_here}", status=403)

        try:
            deep("s3cret-value-of-nobody")
        except ServiceRefused as error:
            logging.getLogger("severance.chat").exception("a delivery was not done", extra=said(error=error))
        [told] = lines(log)
        assert (told["error"], told["exit"], told["http"]) == ("ServiceRefused", 3, 403)
        assert [each.partition(" ")[2] for each in told["trace"]] == [
            "test_a_traceback_names_places_and_shows_no_values", "deep",
        ]  # fmt: skip
        assert "nobody" not in log.read_text()
        assert "nobody"[::-1] not in log.read_text()

    def test_a_secret_is_taken_out_even_where_no_secret_can_stand(self, log, secret):
        logging.getLogger("severance.chat").warning(f"a sentence with {secret}")  # noqa: G004  the defect meant
        logging.getLogger("severance.chat").warning(f"and of a known shape: ghp_{'a' * 36}")  # noqa: G004  as above
        first, second = lines(log)
        assert first["event"] == f"a sentence with {MARK}"
        assert second["event"] == "and of a known shape: " + "*" * 40


@pytest.fixture
def secret():
    from runner.redaction import remember  # noqa: PLC0415

    remember("canary-4Kq8-of-the-sink")
    return "canary-4Kq8-of-the-sink"


class TestOneSink:
    @pytest.mark.parametrize("name", ["dbos", "slack_bolt.chat", "urllib3.util.retry", "botocore.auth", "sqlalchemy.pool", "asyncio"])
    def test_libraries_are_heard_from_warning_on_with_the_place_that_spoke(self, log, name):
        import integrations.aws.sdk  # noqa: PLC0415  each sets what its library may say
        import integrations.slack_web  # noqa: F401, PLC0415
        import runner.cases.engine  # noqa: PLC0415
        import runner.chat.receiving  # noqa: PLC0415

        runner.chat.receiving._quiet_logger()
        if name == "dbos":
            runner.cases.engine.quiet_library()
        logging.getLogger(name).info("not this")
        logging.getLogger(name).warning("connecting to %s", "jonas.weber@fjordlight.example")
        [told] = lines(log)
        assert (told["logger"], told["level"]) == (name, "warning")
        assert told["code"].startswith("test_sink.py:")
        assert told["function"] == "test_libraries_are_heard_from_warning_on_with_the_place_that_spoke"

    def test_an_error_that_ends_a_thread_of_a_server_is_a_line(self, log):
        def end():
            raise LookupError("jonas.weber@fjordlight.example")

        thread = threading.Thread(target=end)
        thread.start()
        thread.join()
        [told] = lines(log)
        assert (told["level"], told["error"], told["trace"][-1].partition(" ")[2]) == ("error", "LookupError", "end")
        assert "jonas" not in log.read_text()

    def test_another_installed_takes_the_place_of_the_first(self, log, tmp_path):
        second = install(Log(to="second.jsonl"), tmp_path, ())
        logging.getLogger("severance").warning("once")
        assert (len(lines(log)), len(lines(tmp_path / "second.jsonl"))) == (0, 1)
        withdraw(second)


class TestTheFile:
    def test_it_is_ours_alone_and_added_to(self, log):
        log.write_text("before\n")
        logging.getLogger("severance").error("one")
        assert log.stat().st_mode & 0o777 == 0o600
        assert [each[:6] for each in log.read_text().splitlines()] == ["before", '{"at":']

    @pytest.mark.parametrize("what", ["link", "open to others", "folder", "pipe", "no folder"])
    def test_what_is_no_file_of_ours_alone_is_refused_with_what_to_do(self, tmp_path, what):
        tmp_path.chmod(0o700)
        path = tmp_path / "log.jsonl"
        if what == "link":
            (tmp_path / "elsewhere").touch(0o600)
            path.symlink_to(tmp_path / "elsewhere")
        elif what == "open to others":
            path.touch()
            path.chmod(0o644)
        elif what == "folder":
            path.mkdir()
        elif what == "pipe":
            os.mkfifo(path, 0o600)
        else:
            path = tmp_path / "none" / "log.jsonl"
        with pytest.raises(SettingsError) as refused:
            Sink(path)
        assert refused.value.remedy
        assert refused.value.where == str(path)

    def test_once_it_was_moved_away_another_is_begun(self, log):
        logging.getLogger("severance").error("one")
        log.rename(log.with_suffix(".1"))
        logging.getLogger("severance").error("two")
        assert [each["event"] for each in lines(log)] == ["two"]
        assert log.stat().st_mode & 0o777 == 0o600

    def test_lines_that_could_not_be_written_are_counted_by_the_next_one(self, log, capsys):
        log.unlink()
        log.mkdir()
        for _ in range(3):
            logging.getLogger("severance").error("lost")
        log.rmdir()
        logging.getLogger("severance").error("back")
        logging.getLogger("severance").error("and on")
        assert [(each["event"], each.get("lost")) for each in lines(log)] == [("back", 3), ("and on", None)]
        assert capsys.readouterr().err == "severance: the log cannot be written (SettingsError)\n"

    def test_several_processes_in_an_old_locale_write_whole_lines(self, tmp_path):
        tmp_path.chmod(0o700)
        program = f"""
import logging, sys
from pathlib import Path
from runner.telemetry.sink import install
from runner.telemetry_settings import Log
install(Log(to="log.jsonl"), Path({str(tmp_path)!r}), ())
print("ready", flush=True)
sys.stdin.read()
for _ in range(1000):
    logging.getLogger("severance").info("M\\u00fcller \\u2028" + sys.argv[1] * 200)
"""
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT)}
        with ExitStack() as running:
            writers = [
                running.enter_context(
                    subprocess.Popen([sys.executable, "-c", program, each], env=env, stdin=PIPE, stdout=PIPE)
                )
                for each in "abcd"
            ]
            assert [each.stdout.readline() for each in writers] == [b"ready\n"] * 4
            for each in writers:
                each.stdin.close()  # all at once
            assert [each.wait(timeout=60) for each in writers] == [0] * 4
        assert len(lines(tmp_path / "log.jsonl")) == 4000
