"""Evidence in a folder: private, named by digest alone, and set aside where somebody changed it."""

from __future__ import annotations

import os
import resource
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.errors import StorageError
from runner.evidence.folder import Folder
from tests.evidence.test_every_store import digest
from tests.permissions import run_bound


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case"


def files(case: Path) -> list[str]:
    return sorted(path.relative_to(case).as_posix() for path in case.rglob("*") if path.is_file())


def test_many_threads_keep_each_item_once(case: Path) -> None:
    store = Folder(case)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.put("n", str(n % 40).encode(), "text/plain"), range(160)))
    assert files(case) == sorted(f"items/{digest(str(n).encode())}.txt" for n in range(40))


def test_only_the_owner_can_read(case: Path) -> None:
    item = Folder(case).put("n", b"x", "text/plain")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (case, case / "items")}
    assert modes == {0o700}
    assert stat.S_IMODE(Folder(case).get(item.sha256).stat().st_mode) == 0o600


def test_an_item_changed_on_disk_is_set_aside_where_the_truth_is_put_again(case: Path) -> None:
    store = Folder(case)
    item = store.put("n", b"true", "text/plain")
    store.get(item.sha256).write_bytes(b"lies")
    store.put("n", b"true", "text/plain")
    good, aside = sorted((case / "items").iterdir())
    assert (aside.read_bytes(), good.read_bytes()) == (b"lies", b"true")
    assert aside.name.startswith(f"changed-{item.sha256[:12]}-")
    assert list(store.held()) == [item.sha256]


@pytest.mark.parametrize("old", ["0007-{:.12}.json", "12345-{:.12}.bin"])
def test_items_of_a_store_of_before_are_read_and_not_kept_again(case: Path, old: str) -> None:
    store = Folder(case)
    (case / "items" / old.format(digest(b"old"))).write_bytes(b"old")
    assert store.get(digest(b"old")).read_bytes() == b"old"
    store.put("n", b"old", "text/plain")
    assert list(store.held()) == [digest(b"old")]


def test_a_full_disk_is_named_and_leaves_nothing(case: Path) -> None:
    store = Folder(case)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # the kernel refuses bytes past this
    try:
        with pytest.raises(StorageError) as caught:
            store.put("n", [b"x" * 4096, b"y" * 9000], "text/plain")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(case / "items") in caught.value.where
    assert caught.value.remedy
    assert files(case) == []


def test_items_that_are_a_link_to_elsewhere_are_refused(case: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    case.mkdir()
    (case / "items").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        Folder(case).put("n", b"x", "text/plain")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("deed", ["get", "put"])
def test_an_item_that_is_a_link_is_not_followed(case: Path, tmp_path: Path, deed: str) -> None:
    store = Folder(case)
    item = store.put("n", b"true", "text/plain")
    path = store.get(item.sha256)
    (tmp_path / "twin").write_bytes(b"true")
    path.unlink()
    path.symlink_to(tmp_path / "twin")
    with pytest.raises(StorageError):
        store.get(item.sha256) if deed == "get" else store.put("n", b"true", "text/plain")


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "case").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        Folder(tmp_path / "case")
    assert str(tmp_path / "case") in caught.value.where


def test_a_folder_that_went_away_is_named(case: Path) -> None:
    store = Folder(case)
    (case / "items").rmdir()
    with pytest.raises(StorageError) as caught:
        store.put("n", b"x", "text/plain")
    assert str(case / "items") in caught.value.where


def test_a_read_only_folder_is_named(case: Path) -> None:
    Folder(case)
    (case / "items").chmod(0o500)
    program = (
        "import sys; from pathlib import Path; from runner.evidence.folder import Folder;"
        "Folder(Path(sys.argv[1])).put('n', b'x', 'text/plain')"
    )
    told = run_bound(program, case).stderr.splitlines()[-1]
    (case / "items").chmod(0o700)
    assert told.startswith("runner.errors.StorageError")
    assert "Permission denied" in told
    assert files(case) == []


def test_unfinished_files_are_no_items(case: Path) -> None:
    store = Folder(case)
    (case / "items" / ".part-0011").write_bytes(b"half")
    (case / "items" / "0001-XYZ.bin").write_bytes(b"not ours")
    assert list(store.held()) == []


def test_what_a_killed_writer_left_goes_once_nobody_can_be_writing_it(case: Path) -> None:
    store = Folder(case)
    old, young = (case / "items" / f".part-{age}" for age in ("old", "young"))
    for each in (old, young):
        each.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    store.put("log", b"whole", "text/plain")
    assert (old.exists(), young.exists()) == (False, True)


def test_what_is_destroyed_leaves_what_else_the_case_has(case: Path) -> None:
    store = Folder(case)
    store.put("n", b"x", "text/plain")
    (case / "items" / ".part-0011").write_bytes(b"half")
    (case / "report.html").write_text("x")
    assert store.destroy() == []
    assert files(case) == ["report.html"]
