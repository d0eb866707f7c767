"""Mail made to hang, crash or mislead its reader is read within its limits, and asks nobody anything."""

from __future__ import annotations

import hashlib
import json
import signal
from contextlib import contextmanager

import pytest
from hypothesis import given, settings, strategies as st

from runner.errors import UsageError
from runner.intake.charsets import decoded, words
from runner.intake.message import DEEPEST, MOST_PARTS
from runner.intake.reading import LONGEST_QUOTE, Read
from tests.conformance.world import Watched
from tests.intake.conftest import reading, said
from tests.intake.hostile import BODY, HEAD, HOSTILE, PATTERNS, typed

AT_MOST_S = 30
"""An alarm and no measure: what takes quadratic time here takes hours."""


@contextmanager
def ending():
    """Let a reading that does not end fail instead of standing still."""

    def ring(*_):
        raise AssertionError(f"it was not read within {AT_MOST_S} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(AT_MOST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_or_refused(content: bytes) -> Read | UsageError:
    try:
        return reading(content)
    except UsageError as refused:
        return refused


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_and_kept_as_it_is(name):
    content = HOSTILE[name]
    with ending(), Watched() as watched:
        read = reading(content)
    assert (watched.connected, watched.named) == ([], [])
    assert (read.demand.kind, read.demand.bytes) == ("e-mail", len(content))
    assert read.demand.sha256 == hashlib.sha256(content).hexdigest()
    assert [len(each) for each in read.parts] == [each.bytes for each in read.demand.attachments]
    text = json.dumps(read.demand.as_json(), ensure_ascii=False)
    assert json.loads(text.encode("utf-8")) == read.demand.as_json()  # no lone surrogate anywhere
    assert len(text) < 500_000
    assert len(read.demand.quote) <= LONGEST_QUOTE


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_makes_a_pattern_backtrack(name):
    text = f"x {PATTERNS[name](50_000)}"
    with ending():
        found = read_or_refused(text.encode("utf-8", "replace"))
    assert isinstance(found, UsageError) == (name == "\0")


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("a header of ten megabytes", "the end of a very long header (X-Long)"),
        ("ten thousand headers", "9603 of 10003 headers"),
        ("five hundred levels", f"parts more than {DEEPEST} levels deep"),
        ("ten thousand parts", f"parts after the first {MOST_PARTS}"),
        ("a million empty lines", "what follows the first 1000000 lines"),
        ("a line of five megabytes", "a text after its first 400000 bytes"),
    ],
)
def test_what_is_beyond_a_limit_is_left_and_said(name, left_out):
    assert left_out in reading(HOSTILE[name]).demand.left_out


@pytest.mark.parametrize(
    "name",
    [
        "a header of ten megabytes",
        "ten thousand headers",
        "a subject folded over a hundred thousand lines",
        "comments ten thousand deep",
        "an address of brackets",
        "five thousand hops",
        "results that never end",
        "a byte order mark in front",
        "a mailbox line in front",
        "a multipart without a boundary",
        "a multipart without end",
        "NUL bytes everywhere",
        "lines ending in carriage returns",
    ],
)
def test_the_demand_is_found_behind_what_hides_it(name):
    assert {each.stated for each in reading(HOSTILE[name]).demand.amounts} == {"2 BTC"}


def test_a_header_injected_by_an_encoded_word_makes_no_header():
    demand = reading(HOSTILE["a header injected through an encoded word"]).demand
    assert demand.subject == "x\r\nBcc: c@evil.example"
    assert [each.name for each in demand.headers] == ["From", "To", "Subject"]


def test_a_mail_in_a_mail_in_a_mail_is_one_part():
    demand = reading(HOSTILE["a mail in a mail, a thousand times"]).demand
    assert [each.media for each in demand.attachments] == ["message/rfc822"]
    assert [each.name for each in demand.attachments[0].headers] == ["From", "To", "Subject", "Content-Type"]


def test_marks_that_turn_the_reading_stay_data_and_are_counted():
    demand = reading(HOSTILE["direction marks"]).demand
    assert demand.quote == "Pay \u202e2 BTC\u202c \u2066x\u2069 \u200bnow"
    assert demand.doubts == ("the text holds 5 invisible or direction-changing characters",)


def test_a_charset_that_lies_costs_no_letter():
    for name in ("a charset nobody knows", "a charset that lies"):
        demand = reading(HOSTILE[name]).demand
        assert demand.quote.startswith("Zahlen Sie ")
        assert "\ufffd" not in demand.quote
        assert "not in the charset it names" in demand.doubts[0]


@pytest.mark.parametrize(
    "charset",
    ["idna", "punycode", "zlib", "rot13", "unicode_escape", "undefined", "../x", "a\0b", "x" * 9999, "mbcs"],
)
def test_what_is_no_charset_decodes_nothing(charset):
    assert decoded(b"caf\xc3\xa9", charset) == ("café", False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=?utf-8?q?caf=C3=A9?= =?utf-8?q?_au_lait?=", "café au lait"),
        ("=?utf-8?b?w?= =?utf-8?q?=C3?= =?utf-8?q?=A9?=", "=?utf-8?b?w?= é"),
        ("a =?iso-8859-1*en?q?=E9?= b", "a é b"),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=", "=?utf-8?q?x?="),
        ("one\r\n\ttwo", "one\ttwo"),
    ],
)
def test_encoded_words_are_decoded_once(value, shown):
    assert words(value) == shown


def test_a_boundary_of_metacharacters_separates_literally():
    assert reading(HOSTILE["a boundary of metacharacters"]).demand.quote == "x"


def test_a_tie_of_attachments_and_texts_keeps_the_order_of_the_file():
    part = b"--b\r\nContent-Type: application/x; name=%d\r\n\r\n%d\r\n"
    content = typed(b"multipart/mixed; boundary=b", b"".join(part % (n, n) for n in range(9)) + b"--b--")
    read = reading(content)
    assert [each.name for each in read.demand.attachments] == [str(n) for n in range(9)]
    assert list(read.parts) == [b"%d" % n for n in range(9)]


def survives(content: bytes) -> None:
    """Hold that any bytes are read or refused in our words, and that what is read can be recorded."""
    read = read_or_refused(content)
    if isinstance(read, UsageError):
        assert read.what
        assert read.remedy
        return
    assert read.demand.sha256 == hashlib.sha256(content).hexdigest()
    json.dumps(read.demand.as_json(), ensure_ascii=False).encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused_in_words(content):
    survives(content)


LINE = st.one_of(
    st.sampled_from([
        b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: message/rfc822", b"--b", b"--b--", b"",
        b"Content-Type: text/html; charset=utf-16", b"Content-Transfer-Encoding: base64", b"MIME-Version: 1.0",
        b"Content-Transfer-Encoding: quoted-printable", b"Content-Disposition: attachment; filename*=utf-8''%ff",
        b"Received: from [::1] by mx.fjordlight.example; Wed, 25 Nov 2026 09:14:02 -0000", b" folded",
        b"Authentication-Results: mx.fjordlight.example; spf=pass smtp.mailfrom=a", b"Date: Wed, 99 Foo 2026 99:99",
        b'From: "a" <b@c>, d', b"Subject: =?utf-8?b?/w==?=", b"by Friday 18:00 CET we publish $5,0 BTC",
        b"<a href='http://a.example'>x</a>", b"within 9999 weeks",
    ]),
    st.binary(max_size=40),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(LINE, max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_mail_made_of_mail_like_lines_is_read_or_refused(lines, end):
    survives(HEAD.replace(b"\r\n", end) + end.join(lines) + BODY)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_read_and_comes_out_as_it_was_said(text):
    content = text.encode("utf-8", "replace")
    read = read_or_refused(content)
    if isinstance(read, UsageError):
        return
    demand = read.demand
    if demand.kind == "text" and not content.startswith(b"\xef\xbb\xbf"):
        assert demand.quote == content.decode()
        assert all(text[each.at :].startswith(each.address) for each in demand.wallets)
        assert said(text)[0].sentence(0, len(text)) == " ".join(text.split())
