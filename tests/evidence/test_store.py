"""The evidence store: what is in it is whole, and it is nowhere else."""

from __future__ import annotations

import hashlib
import os
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.errors import StorageError
from runner.evidence.store import Store


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case"


def test_bytes_come_back_as_they_were_received(case: Path) -> None:
    item = Store(case).put("log", b"\x00\xffraw\r\n", "application/octet-stream")
    assert item.sha256 == hashlib.sha256(b"\x00\xffraw\r\n").hexdigest()
    assert item.bytes == 7
    assert Store(case).get(item.sha256).read_bytes() == b"\x00\xffraw\r\n"


def test_a_stream_is_stored_as_one_item(case: Path) -> None:
    item = Store(case).put("log", (bytes([n]) * 70_000 for n in range(5)), "application/jsonl")
    assert item.bytes == 350_000
    assert Store(case).get(item.sha256).suffix == ".jsonl"


def test_nothing_is_a_whole_item_too(case: Path) -> None:
    assert Store(case).put("empty", b"", "text/plain; charset=utf-8").bytes == 0
    assert [path.suffix for path in Store(case).paths()] == [".txt"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/abs", "a\x00b", "con\r\n", "x" * 100_000, ".", "\u202egpj.exe", ""]
)
def test_a_name_from_a_service_is_never_a_path(case: Path, name: str) -> None:
    item = Store(case).put(name, b"x", "text/html")
    assert item.name == name
    assert [path.relative_to(case).as_posix() for path in case.rglob("*") if path.is_file()] == [
        f"items/0001-{item.sha256[:12]}.bin"
    ]


def test_items_are_numbered_in_the_order_they_were_kept(case: Path) -> None:
    store = Store(case)
    for n in range(12):
        store.put("n", str(n).encode(), "text/plain")
    assert [path.read_bytes() for path in Store(case).paths()] == [str(n).encode() for n in range(12)]
    assert store.paths()[-1].name.startswith("0012-")


def test_the_same_bytes_twice_are_one_item(case: Path) -> None:
    first, again = (Store(case).put(name, b"same", "text/plain") for name in ("a", "b"))
    assert (first.sha256, first.bytes) == (again.sha256, again.bytes)
    assert len(Store(case).paths()) == 1


def test_many_threads_get_a_number_each(case: Path) -> None:
    store = Store(case)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.put("n", str(n % 40).encode(), "text/plain"), range(160)))
    assert [int(path.name[:4]) for path in store.paths()] == list(range(1, 41))
    assert list(case.rglob(".part-*")) == []


def test_only_the_owner_can_read(case: Path) -> None:
    store = Store(case)
    store.put("n", b"x", "text/plain")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (case, case / "items")}
    assert modes == {0o700}
    assert stat.S_IMODE(store.paths()[0].stat().st_mode) == 0o600


def test_an_item_changed_on_disk_is_not_given_out(case: Path) -> None:
    store = Store(case)
    item = store.put("n", b"true", "text/plain")
    store.paths()[0].write_bytes(b"lies")
    with pytest.raises(StorageError, match="have changed"):
        store.get(item.sha256)


def test_an_item_changed_on_disk_does_not_stand_for_new_evidence(case: Path) -> None:
    store = Store(case)
    store.put("n", b"true", "text/plain")
    store.paths()[0].write_bytes(b"lies")
    item = store.put("n", b"true", "text/plain")
    assert store.get(item.sha256).read_bytes() == b"true"
    assert len(store.paths()) == 2


def test_an_unknown_digest_is_an_error(case: Path) -> None:
    with pytest.raises(StorageError, match="no item"):
        Store(case).get("0" * 64)


@pytest.mark.parametrize("trouble", [KeyError, TimeoutError])
def test_a_stream_that_breaks_leaves_nothing_and_is_not_called_a_full_disk(
    case: Path, trouble: type[Exception]
) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise trouble

    store = Store(case)
    with pytest.raises(trouble):
        store.put("n", breaks(), "text/plain")
    assert list((case / "items").iterdir()) == []


def test_a_full_disk_is_named_and_leaves_nothing(case: Path) -> None:
    store = Store(case)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # the kernel refuses bytes past this
    try:
        with pytest.raises(StorageError) as caught:
            store.put("n", [b"x" * 4096, b"y" * 9000], "text/plain")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(case / "items") in caught.value.where
    assert caught.value.remedy
    assert list((case / "items").iterdir()) == []


def test_items_that_are_a_link_to_elsewhere_are_refused(case: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    case.mkdir()
    (case / "items").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        Store(case).put("n", b"x", "text/plain")
    assert list(elsewhere.iterdir()) == []


def test_an_item_that_is_a_link_is_not_followed(case: Path, tmp_path: Path) -> None:
    store = Store(case)
    item = store.put("n", b"true", "text/plain")
    path = store.paths()[0]
    (tmp_path / "twin").write_bytes(b"true")
    path.unlink()
    path.symlink_to(tmp_path / "twin")
    with pytest.raises(StorageError):
        store.get(item.sha256)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "case").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        Store(tmp_path / "case")
    assert str(tmp_path / "case") in caught.value.where


def test_a_folder_that_went_away_is_named(case: Path) -> None:
    store = Store(case)
    (case / "items").rmdir()
    with pytest.raises(StorageError) as caught:
        store.put("n", b"x", "text/plain")
    assert str(case / "items") in caught.value.where


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_folder_is_named(case: Path) -> None:
    store = Store(case)
    (case / "items").chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        store.put("n", b"x", "text/plain")
    (case / "items").chmod(0o700)


def test_unfinished_files_are_no_items(case: Path) -> None:
    store = Store(case)
    (case / "items" / ".part-0011").write_bytes(b"half")
    (case / "items" / "0001-XYZ.bin").write_bytes(b"not ours")
    assert store.paths() == []
