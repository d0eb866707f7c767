"""What holds of every store of evidence, wherever it keeps it: tried on each, with real processes beside us."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import StorageError
from tests.evidence.places import ROOT, Place

BLOCK = 1 << 20


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path_factory):
    root = tmp_path_factory.mktemp(request.param)
    url = request.getfixturevalue("object_store") if request.param == "bucket" else ""
    return Place(request.param, str(root), url)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def run(place, *words):
    return subprocess.run(place.command(*words), cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_bytes_come_back_as_they_were_received_on_this_host_and_on_another(place):
    item = place.open().put("log", b"\x00\xffraw\r\n", "application/octet-stream")
    assert (item.sha256, item.bytes, item.name) == (digest(b"\x00\xffraw\r\n"), 7, "log")
    for host in ("here", "there"):
        assert place.open(host).get(item.sha256).read_bytes() == b"\x00\xffraw\r\n"


def test_a_stream_is_one_item_and_so_is_nothing(place):
    store = place.open()
    whole = store.put("log", (bytes([n]) * 70_000 for n in range(5)), "application/jsonl")
    empty = store.put("empty", b"", "text/plain; charset=utf-8")
    assert [store.get(each.sha256).suffix for each in (whole, empty)] == [".jsonl", ".txt"]
    assert (whole.bytes, empty.bytes) == (350_000, 0)
    assert sorted(store.held()) == sorted({whole.sha256, empty.sha256})


def test_the_same_bytes_are_one_item_whoever_puts_them_and_whatever_they_are_called(place):
    for host in ("here", "there"):
        for media in ("text/plain", "application/json"):
            place.open(host).put(f"{host} {media}", b"same", media)
    assert list(place.open().held()) == [digest(b"same")]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "a\x00b", "con\r\n", "x" * 100_000, "\u202egpj.exe", ""])
def test_a_name_from_a_service_is_never_a_name_here(place, name):
    item = place.open().put(name, b"x", "text/html")
    assert item.name == name
    files = {path.name for path in Path(place.root).rglob("*") if path.is_file()}
    assert files == {f"{digest(b'x')}.bin"}
    if place.kind == "bucket":
        assert [each.key for each in place.objects().versions("")] == [f"{place.case}/{digest(b'x')}"]


def test_an_unknown_digest_is_an_error(place):
    with pytest.raises(StorageError, match="has the digest 0000"):
        place.open().get("0" * 64)


@pytest.mark.parametrize("trouble", [KeyError, TimeoutError])
def test_a_stream_that_breaks_leaves_nothing(place, trouble):
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise trouble

    store = place.open()
    with pytest.raises(trouble):
        store.put("n", breaks(), "text/plain")
    assert list(store.held()) == []
    assert [path for path in Path(place.root).rglob("*") if path.is_file()] == []


def test_what_somebody_changed_is_not_given_out_or_not_for_the_truth(place):
    """Below an object's newest version the one that was put still is; a file that is written over is gone."""
    item = place.open().put("n", b"true", "text/plain")
    place.overwrite(item.sha256, b"lies")
    if place.kind == "bucket":
        assert place.open("there").get(item.sha256).read_bytes() == b"true"
    else:
        with pytest.raises(StorageError, match="have changed"):
            place.open("there").get(item.sha256)
    assert digest(b"lies") in set(place.open().held())


def test_what_somebody_changed_does_not_stand_for_new_evidence(place):
    item = place.open().put("n", b"true", "text/plain")
    place.overwrite(item.sha256, b"lies")
    assert place.open("there").put("n", b"true", "text/plain") == item
    assert place.open("elsewhere").get(item.sha256).read_bytes() == b"true"


def test_two_processes_that_put_at_once_lose_nothing_and_keep_nothing_twice(place):
    words = [str(number) for number in range(12)]
    commands = [place.command(*words), place.command(*words[::-1])]
    both = [subprocess.Popen(each, cwd=ROOT, stdout=subprocess.PIPE, text=True) for each in commands]
    told = [writer.communicate(timeout=120)[0].split() for writer in both]
    expected = [digest(word.encode()) for word in words]
    assert [writer.returncode for writer in both] == [0, 0]
    assert [told[0], told[1][::-1]] == [expected, expected]
    assert sorted(place.open().held()) == sorted(expected)


def test_a_death_in_the_middle_of_an_item_leaves_no_item(place):
    died = run(place, "first", "half")
    assert died.returncode == -signal.SIGKILL
    assert list(place.open().held()) == [digest(b"first")]


def test_a_death_before_the_record_leaves_an_item_that_the_next_life_puts_again(place):
    died = run(place, "first", "die")
    assert died.returncode == -signal.SIGKILL
    assert place.open().put("first", b"first", "text/plain").sha256 in died.stdout
    assert list(place.open().held()) == [digest(b"first")]


def test_what_is_larger_than_memory_is_never_in_it_whole(place):
    here, there = place.open(), place.open("there")
    there.get(here.put("n", b"x", "text/plain").sha256)  # whatever it loads when first used
    tracemalloc.start()
    try:
        item = here.put("image", (bytes(BLOCK) for _ in range(40)), "application/octet-stream")
        there.get(item.sha256)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert item.bytes == 40 * BLOCK
    assert peak < 16 * BLOCK


def test_what_is_destroyed_is_gone_unless_a_lock_holds_it_and_that_is_said(place):
    store = place.open()
    item = store.put("n", b"x", "text/plain")
    stays = store.destroy()
    assert [each.split()[0] for each in stays] == ([f"{place.case}/{item.sha256}"] if place.kind == "bucket" else [])
    assert all("governance until 20" in each for each in stays)
    assert [path for path in Path(place.root).rglob("*") if path.is_file()] == []
    assert place.open().destroy() == stays
