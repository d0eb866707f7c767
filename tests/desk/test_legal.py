"""What a signature of counsel covers."""

from __future__ import annotations

import hashlib

from runner.desk.legal import Answer


def test_a_bare_answer_is_signed_as_its_word() -> None:
    assert Answer("start").digest == hashlib.sha256(b"start").hexdigest()


def test_the_moment_and_the_reason_are_signed_with_the_word() -> None:
    said = [
        Answer("start"),
        Answer("start", "2026-11-25T09:14Z"),
        Answer("start", "2026-11-25T09:15Z"),
        Answer("start", "", "2026-11-25T09:14Z"),
        Answer("start", "2026-11-25T09:14Z", "the log"),
        Answer("stop", "2026-11-25T09:14Z", "the log"),
    ]
    assert len({each.digest for each in said}) == len(said)
