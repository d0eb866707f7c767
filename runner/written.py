"""What people write into settings: closed models, clean texts, addresses, keys."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

__all__ = ["Accepted", "Mail", "Name", "Part", "PublicKey", "StaffOrMail", "Text", "same_mail"]


class Part(BaseModel):
    """A part of the settings: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def same_mail(mail: str) -> str:
    """Return a mail address as it is compared: NFC, the domain in lower case, the rest as it is.

    RFC 5321 section 2.4: only the domain is case-insensitive; the local part belongs to its host.
    """
    local, at, domain = unicodedata.normalize("NFC", mail).rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _clean(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("visible characters, without blanks at its ends")
    return unicodedata.normalize("NFC", text)


def _mail(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", text):
        raise ValueError("one mail address, for example ann@example.com")
    return same_mail(text)


def _staff_or_mail(text: str) -> str:
    if "@" in text:
        return _mail(text)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise ValueError("a work mail or a staff id, never a name")
    return text


def _public_key(text: str) -> str:
    """Keep type and key, drop the comment; the key must name its own type (RFC 4253 section 6.6)."""
    kind, _, rest = text.partition(" ")
    blob = rest.partition(" ")[0]
    try:
        inside = base64.b64decode(blob, validate=True)
    except binascii.Error:
        inside = b""
    named = len(kind).to_bytes(4, "big") + kind.encode()
    if not re.fullmatch(r"[a-z0-9@.-]+", kind) or not inside.startswith(named):
        raise ValueError("a public key line, as in a .pub file of ssh-keygen")
    return f"{kind} {blob}"


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_clean)]
Mail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_mail)]
StaffOrMail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_staff_or_mail)]
PublicKey = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_public_key)]
Accepted = Annotated[str, StringConstraints(pattern=r"^(any|[0-9a-f]{64})$")]
