"""Decodes bytes by the charset a stranger names, from a list of charsets that only ever decode text.

Python knows codecs that are no charsets: some compress, some escape, and `idna` and `punycode` take quadratic
time (CVE-2022-45061). A name outside the list, or one that does not fit its bytes, is no reason to lose them.
"""

from __future__ import annotations

import codecs
import re
from email.errors import MessageError
from email.header import decode_header
from typing import Any

from runner.intake.passages import clean

__all__ = ["decoded", "header_bytes", "unfolded", "words"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
_CHARSETS = re.compile(
    r"ascii|utf-(7|8|8-sig|16|16-be|16-le|32|32-be|32-le)|iso8859-\d{1,2}|cp\d{3,5}|koi8-[rtu]|kz1048"
    r"|mac-(roman|cyrillic|greek|latin2|turkish|iceland)|gb2312|gbk|gb18030|hz|big5|big5hkscs|tis-620|johab"
    r"|euc_(jp|jis_2004|jisx0213|kr)|shift_jis(_2004|x0213)?|iso2022_(jp|jp_1|jp_2|jp_2004|jp_3|jp_ext|kr)"
)
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,2000}\?=")
_MOST_WORDS = 2000


def decoded(content: bytes, charset: str, *, whole: bool = True) -> tuple[str, bool]:
    """Return the text and whether the charset was one, and fitted. It never raises.

    charset: as named, or empty. What does not fit is read as UTF-8, and as Windows-1252 where that fails.
    whole: False for the start of a longer text, which may end inside a letter.
    """
    named = _known(charset)
    for each in dict.fromkeys([named or "utf-8", "utf-8"]):
        try:
            text = codecs.getincrementaldecoder(each)().decode(content, final=whole)
            return clean(text), each == named or not charset
        except (UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace"), False


def words(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) decoded, once, and its folds undone."""
    plain = unfolded(value)
    parts: list[tuple[bytes, str]] = []
    at = 0
    for count, match in enumerate(_WORD.finditer(plain)):
        if count == _MOST_WORDS:
            break
        between = plain[at : match.start()]
        if between.strip() or not parts or not parts[-1][1]:  # blanks between two encoded words are no text
            parts.append((between.encode(), ""))
        parts.append(_word(match[0]))
        at = match.end()
    parts.append((plain[at:].encode(), ""))
    return "".join(decoded(content, charset)[0] for content, charset in _joined(parts))


def unfolded(value: str) -> str:
    """Return a header's value on one line (RFC 5322 section 2.2.3)."""
    return re.sub(r"\r?\n(?=[ \t])", "", value).strip()


def header_bytes(value: Any) -> str:
    """Return a header's value as `email` gives it, its raw bytes read as UTF-8."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _word(word: str) -> tuple[bytes, str]:
    try:
        [(content, charset)] = decode_header(word)
    except (MessageError, ValueError):  # base64 that is none
        return word.encode(), ""
    if isinstance(content, str):
        return content.encode(), ""
    return content, (charset or "utf-8").partition("*")[0]  # RFC 2231 section 5: a language may follow


def _joined(parts: list[tuple[bytes, str]]) -> list[tuple[bytes, str]]:
    """Join neighbours of one charset: many senders split a letter's bytes over two words."""
    joined: list[tuple[bytes, str]] = []
    for content, charset in parts:
        if joined and joined[-1][1] == charset and charset:
            joined[-1] = (joined[-1][0] + content, charset)
        else:
            joined.append((content, charset))
    return joined


def _known(charset: str) -> str:
    if not _NAME.fullmatch(charset):
        return ""
    try:
        found = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return found if _CHARSETS.fullmatch(found) else ""
