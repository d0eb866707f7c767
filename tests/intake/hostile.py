"""Mail that is meant to hang, crash or mislead whoever parses it, made in code; nothing of it lies on disk.

Each is a few megabytes at most, and took quadratic time, deep recursion or an exception in some parser.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

HEAD = b"From: a@mailbox.example\r\nTo: b@fjordlight.example\r\nSubject: x\r\n"
BODY = b"\r\nPay 2 BTC within 72 hours.\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def typed(media: bytes, body: bytes) -> bytes:
    return HEAD + b"Content-Type: " + media + b"\r\n\r\n" + body


def nested(depth: int) -> bytes:
    start = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    return HEAD + start + PLAIN + b"Pay 2 BTC within 72 hours."


def mails_in_mails(depth: int) -> bytes:
    return HEAD + b"".join(b"Content-Type: message/rfc822\r\n\r\n" + HEAD for _ in range(depth)) + BODY


def parts(count: int) -> bytes:
    return typed(
        b"multipart/mixed; boundary=b", b"".join(b"--b\r\n" + PLAIN + b"x\r\n" for _ in range(count))
    )


def html(page: bytes) -> bytes:
    return typed(b"text/html; charset=utf-8", page)


HOSTILE: dict[str, bytes] = {
    "a header of ten megabytes": HEAD + b"X-Long: " + b"a" * 10_000_000 + b"\r\n" + BODY,
    "ten thousand headers": HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + BODY,
    "a subject folded over a hundred thousand lines": HEAD + b"Subject:" + b" a\r\n" * 100_000 + BODY,
    "a header injected through a fold": HEAD + b"X: y\r\n\tBcc: c@evil.example\r\n" + BODY,
    "a header injected through an encoded word": (
        b"From: a@mailbox.example\r\nTo: b@c.example\r\nSubject: =?utf-8?q?x=0D=0ABcc:_c=40evil.example?=\r\n" + BODY
    ),
    "fifty thousand encoded words": HEAD.replace(b"x\r\n", b"=?utf-8?b?QUFB?= " * 50_000 + b"\r\n") + BODY,
    "encoded words that never end": HEAD.replace(b"x\r\n", b"=?utf-8?q?" * 50_000 + b"\r\n") + BODY,
    "an encoded word in a codec that is no charset": HEAD.replace(b"x\r\n", b"=?zlib?b?eJwDAAAAAAE=?=\r\n") + BODY,
    "an encoded word in utf-7": HEAD.replace(b"x\r\n", b"=?utf-7?q?+2AA-+ADw-script+AD4-?=\r\n") + BODY,
    "an encoded word in idna": HEAD.replace(b"x\r\n", b"=?idna?q?" + b"a" * 2000 + b"?=\r\n") + BODY,
    "a charset with a NUL": typed(b'text/plain; charset="a\0b"', b"x"),
    "a charset nobody knows": typed(b"text/plain; charset=klingon", "Zahlen Sie 2 BTC. Überlegen Sie.".encode()),
    "a charset that lies": typed(b"text/plain; charset=us-ascii", "Zahlen Sie €500 bis morgen.".encode()),
    "utf-16 said to be ascii": typed(b"text/plain; charset=ascii", "Pay 2 BTC".encode("utf-16")),
    "NUL bytes everywhere": HEAD + b"X: \0\0\r\n\r\n" + b"\0" * 1000 + b"Pay 2 BTC",
    "control characters": HEAD + b"\r\n\x1b[2J\x07\x9b31m\r\x08Pay 2 BTC",
    "direction marks": typed(b"text/plain; charset=utf-8", "Pay \u202e2 BTC\u202c \u2066x\u2069 \u200bnow".encode()),
    "five hundred levels": nested(500),
    "five thousand levels": nested(5000),
    "a mail in a mail, a thousand times": mails_in_mails(1000),
    "ten thousand parts": parts(10_000),
    "a multipart without end": typed(b"multipart/mixed; boundary=b", b"--b\r\n" + PLAIN + b"Pay 2 BTC"),
    "a multipart without a boundary": typed(b"multipart/mixed", b"Pay 2 BTC within 72 hours."),
    "a multipart whose boundary never comes": typed(b"multipart/mixed; boundary=zz", b"Pay 2 BTC"),
    "an empty boundary": typed(b'multipart/mixed; boundary=""', b"--\r\n\r\nx\r\n----"),
    "a boundary of metacharacters": typed(b'multipart/mixed; boundary="(a+)+$"', b"--(a+)+$\r\n\r\nx\r\n--(a+)+$--"),
    "a boundary inside its own boundary": typed(
        b"multipart/mixed; boundary=b",
        b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b--",
    ),
    "a parameter of semicolons": typed(b"text/plain" + b";" * 200_000, b"Pay 2 BTC"),
    "a parameter of quotes": typed(b'text/plain; name="' + b'\\"' * 100_000, b"Pay 2 BTC"),
    "a name in pieces without number": typed(b"text/plain; name*0*=a; name*x*=b; name*99999999999=c", b"Pay"),
    "a filename in a false charset": typed(b"application/zip; name*=idna'en'%FF%FE", b"x"),
    "comments ten thousand deep": HEAD + b"Received: " + b"(" * 10_000 + b"\r\n" + BODY,
    "an address of brackets": b"To: b@c.example\r\nSubject: x\r\nFrom: " + b"<" * 50_000 + b"\r\n" + BODY,
    "an address of comments": b"To: b@c.example\r\nSubject: x\r\nFrom: " + b"(" * 50_000 + b"\r\n" + BODY,
    "a date of the year 99999": HEAD + b"Date: Wed, 25 Nov 99999 09:14:02 +9999\r\n" + BODY,
    "a date of nothing": HEAD + b"Date: \xff\xfe ; ;\r\nReceived: ;\r\nReceived: by ; from ; Wed\r\n" + BODY,
    "five thousand hops": HEAD + b"Received: by a; Wed, 25 Nov 2026 09:14:02 +0000\r\n" * 5000 + BODY,
    "results that never end": HEAD + b"Authentication-Results: mx; " + b"spf=pass;" * 50_000 + b"\r\n" + BODY,
    "base64 that is none": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"%%%=\r\n" * 1000,
    "uuencode that is none": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n\xff\xff\r\nend",
    "a transfer encoding nobody knows": HEAD + b"Content-Transfer-Encoding: x-rot13\r\n\r\nCnl 2 OGP",
    "a million empty lines": HEAD + b"\r\n" * 1_000_000 + b"Pay 2 BTC",
    "a line of five megabytes": HEAD + b"\r\n" + b"within " * 700_000,
    "lines ending in carriage returns": HEAD + b"\r\n" + b"Pay 2 BTC\r" * 100_000,
    "a zip bomb": typed(
        b"application/zip; name=bomb.zip\r\nContent-Transfer-Encoding: base64", base64.b64encode(b"PK\x03\x04" + b"\0" * 99)
    ),
    "an image bomb inline": typed(b"image/svg+xml\r\nContent-Disposition: inline", b"<svg>&lol9;</svg>"),
    "winmail.dat": typed(b"application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22" + b"\xff" * 100),
    "an invitation": typed(b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nATTACH:http://evil.example/x"),
    "a page of open tags": html(b"<a " * 200_000),
    "a page of comments": html(b"<!--" * 200_000),
    "a page of declarations": html(b"<![CDATA[" * 100_000),
    "a page of quotes": html(b"<a \"'" * 200_000),
    "a page of ends": html(b"</" * 200_000),
    "a page of ampersands": html(b"&" * 200_000),
    "a page of long numbers": html(b"&#" + b"9" * 100_000 + b";&#x" + b"f" * 100_000 + b";"),
    "a page of scripts": html(b"<script>" * 100_000 + b"Pay 2 BTC"),
    "a page of addresses": html(b'<a href="http://evil.example">x</a>' * 10_000),
    "a page that loads": html(
        b'<img src="http://169.254.169.254/p.png"><link href="http://evil.example/c.css"><iframe src=//evil.example>'
    ),
    "headers only": HEAD,
    "a byte order mark in front": b"\xef\xbb\xbf" + HEAD + BODY,
    "a mailbox line in front": b"From a@mailbox.example Wed Nov 25 09:14:02 2026\n" + HEAD + BODY,
}  # fmt: skip


def _many(text: str) -> Callable[[int], str]:
    return lambda size: (text * (size // len(text) + 1))[:size]


PATTERNS: dict[str, Callable[[int], str]] = {
    name: _many(name)
    for name in (
        "1", "1 ", "1.", "1.1.1.", "$", "$1 ", "a", "@", "a@", "a@b.", "@a ", "x@x.x", "+1", "+1 (", ".", ". ", "! ",
        "by ", "by 1 ", "by Friday ", "within ", "within a a a ", "within 7", "12:00 ", "12.12.", "2026-", "Friday ",
        "UTC+1", "http:", "http://", "www.", "javascript:", "[.]", "0x", "bc1", "1A1z", "T1", "r1", "t.me/", "x.com/",
        "kill ", "your ", "sell ", "publish", "veröffentlich", "\u00a0", "\n", "\n\n", "\t", "é", "유출", "까지", "=?", "=?a?q?",
        "(", "<", "<a ", "<!--", "&", "&#", "\u202e", "\0", "\ud7ff",
    )
}  # fmt: skip
"""Texts that patterns with backtracking choke on, to any length."""
