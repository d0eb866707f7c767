"""Makes the hostile inputs that are too large, or too odd, for a file of the corpus."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.intake.hostile import HOSTILE

__all__ = ["MADE"]


def _alias_bomb() -> str:
    levels = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))]
    return "\n".join(levels)


def _nested_delivery() -> dict[str, Any]:
    """A press without an id of its own, so that its key is made of all of it."""
    inner: Any = {}
    for _ in range(2000):
        inner = {"a": inner}
    user = {"id": "U0MAREN", "team_id": "T0FJORDLIGHT"}
    return {"type": "block_actions", "user": user, "api_app_id": "A0SEVERANCE", "actions": [], "more": inner}


def _zip(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in files:
            at = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)) if isinstance(name, str) else name
            file.writestr(at, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _zip_link() -> bytes:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    return _zip((link, b"/etc/passwd"), ("link/x", b"through it"))


def _encrypted_zip() -> bytes:
    """The flag alone says so (APPNOTE 4.4.4): whoever opens it must be asked for a password."""
    plain = bytearray(_zip(("x", b"secret")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = plain.index(mark) + place
        plain[at : at + 2] = struct.pack("<H", 1)
    return bytes(plain)


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        for name, kind in (("a", tarfile.LNKTYPE), ("b", tarfile.SYMTYPE), ("../c", tarfile.LNKTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            file.addfile(entry)
    return made.getvalue()


def _polyglot() -> bytes:
    """A PDF, a page and a zip in one (Albertini, "Corkami")."""
    return b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + _zip(("x.exe", b"MZ"))


_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{}]><x>&a9;</x>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)

MADE: dict[str, Callable[[], Any]] = {
    "alias-bomb": _alias_bomb,
    "body-of-braces": lambda: '{"a":' * 10_000 + "1" + "}" * 10_000,
    "body-of-brackets": lambda: "[" * 10_000 + "]" * 10_000,
    "braces": lambda: "{" * 3_000,
    "brackets": lambda: "[" * 20_000,
    "dashes": lambda: "- " * 3_000,
    "empty-file": bytes,
    "encrypted-zip": _encrypted_zip,
    "fifty-megabytes": lambda: b"a: " + b"x" * 50_000_000,
    "forty-kilobytes-of-command": lambda: "note amber-falcon-7 " + "x" * 40_000,
    "link-of-semicolons": lambda: "<https://shop.example/2>" + "; a" * 20_000,
    "nested-delivery": _nested_delivery,
    "one-megabyte": lambda: "m" * 1_000_000,
    "one-scalar": lambda: "a: " + "x" * 1_000_000,
    "polyglot": _polyglot,
    "question-marks": lambda: "? " * 3_000,
    "reference-brackets": lambda: "{{ " + "(" * 5_000 + "a" + ")" * 5_000 + " }}",
    "tar-with-hard-links": _tar,
    "ten-kilobytes": lambda: "A" * 10_000,
    "utf-16": lambda: "a: b\n".encode("utf-16"),
    "xml-bomb": _BOMB.encode,
    "zip-bomb": lambda: _zip(("zeros", bytes(30_000_000))),
    "zip-in-zip": lambda: _zip(("inner.zip", _zip(("zeros", bytes(1_000_000))))),
    "zip-slip": lambda: _zip(("../../../../tmp/owned", b"x"), ("/abs", b"x"), ("a\\..\\b", b"x")),
    "zip-with-a-link": _zip_link,
    **{f"mail/{name}": partial(bytes, content) for name, content in HOSTILE.items()},
}
"""By the name an entry gives in `make`."""
