"""What a person hands in is kept as it is, or refused in words; it never hangs, fills memory or is followed."""

from __future__ import annotations

import os

import pytest

from runner.desk.handed_in import LARGEST, chunks_of
from runner.errors import UsageError


def test_a_file_is_read_whole(tmp_path):
    proof = tmp_path / "proof.png"
    proof.write_bytes(b"p" * 3_000_000)
    assert b"".join(chunks_of(proof)) == b"p" * 3_000_000


def sparse(path):
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


def link(path):
    path.with_suffix(".real").write_bytes(b"x")
    path.symlink_to(path.with_suffix(".real"))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda _: None, "No such file"),
        (lambda path: path.mkdir(), "Is a directory"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "symbolic link"),
        (link, "symbolic link"),
        (sparse, "larger than"),
    ],
)
def test_what_is_no_file_of_a_sane_size_is_refused(tmp_path, make, why):
    make(tmp_path / "item")
    with pytest.raises(UsageError, match=why) as refused:
        list(chunks_of(tmp_path / "item"))
    assert refused.value.where == str(tmp_path / "item")


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path):
    growing = tmp_path / "log"
    growing.write_bytes(b"1" * 2_000_000)
    reading = chunks_of(growing)
    next(reading)
    with growing.open("ab") as file:
        file.write(b"2")
    with pytest.raises(UsageError, match="changed while it was read"):
        list(reading)
