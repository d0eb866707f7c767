"""Tells what a file is by what is in it: a mail, a text or a picture. Names and endings count for nothing."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from runner.errors import UsageError
from runner.intake.demand import Kind

__all__ = ["Found", "kind_of", "start_of_mail"]

_MAIL_HEADERS = (
    "from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version", "delivered-to",
    "content-type", "reply-to", "sender", "x-original-to",
)  # fmt: skip
_FIRST_LINE = re.compile(rb"[!-9;-~]{1,76}:")
_MBOX_LINE = re.compile(rb"From [^\n]{0,998}\n")  # what mailboxes put before a mail; it is no header
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12
_OTHERS = {
    b"\xd0\xcf\x11\xe0": ("an Outlook file (.msg)", "export the mail as .eml from its server"),
    b"PK\x03\x04": ("an archive or Office document", "hand in the message; archives are kept, never opened"),
    b"Rar!": ("an archive", "hand in the message; archives are kept, never opened"),
    b"7z\xbc\xaf": ("an archive", "hand in the message; archives are kept, never opened"),
    b"\x1f\x8b": ("an archive", "hand in the message; archives are kept, never opened"),
    b"%PDF": ("a PDF", "hand in the mail it came with, or a picture of what it shows"),
}  # fmt: skip
_REMEDY = "hand in the mail as .eml, a plain text file, or a picture (PNG, JPEG, GIF, WebP, HEIC)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a file is."""

    kind: Kind
    media: str
    text: str = ""
    """Of a plain text: the text itself."""
    doubt: str = ""


def kind_of(content: bytes, name: str) -> Found:
    """Return what these bytes are.

    name: shown in a refusal. Raises UsageError for what is neither a mail nor a text nor a picture.
    """
    if not content.strip():
        raise UsageError("the file is empty", where=name, remedy=_REMEDY)
    if media := _picture(content):
        return Found("image", media)
    for start, (what, remedy) in _OTHERS.items():
        if content.startswith(start):
            raise UsageError(f"it is {what}, not a message", where=name, remedy=remedy)
    if _is_mail(content):
        return Found("e-mail", "message/rfc822")
    return _text(content, name)


def start_of_mail(content: bytes) -> bytes:
    """Return a mail from its first header on, without what editors and mailboxes put in front of it."""
    start = content.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    mbox = _MBOX_LINE.match(start)
    return start[mbox.end() :] if mbox else start


def _picture(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/heic"
    return ""


def _is_mail(content: bytes) -> bool:
    """Tell whether it begins with headers, at least two of them a mail's."""
    start = start_of_mail(content)
    if not _FIRST_LINE.match(start):
        return False
    ends = [at for at in (start.find(b"\n\n"), start.find(b"\r\n\r\n")) if at >= 0]
    head = b"\n" + start[: min(ends, default=len(start))].lower()
    return sum(b"\n%s:" % known.encode() in head for known in _MAIL_HEADERS) >= 2


def _text(content: bytes, name: str) -> Found:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return Found("text", "text/plain", content.decode(encoding, "replace"))
    controls = sum(content.count(byte) for byte in (*range(9), 11, *range(14, 27), *range(28, 32)))
    if controls * 50 <= len(content):  # an escape or two may stand in an honest text
        try:
            return Found("text", "text/plain", content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            legible = sum(content.count(byte) for byte in (9, 10, 13, *range(32, 127)))
            if legible * 10 >= len(content) * 7:
                doubt = "the text is not UTF-8; it was read as Windows-1252, and some letters may be wrong"
                return Found("text", "text/plain", content.decode("cp1252", "replace"), doubt)
    raise UsageError("it is neither a mail, nor a text, nor a picture", where=name, remedy=_REMEDY)
