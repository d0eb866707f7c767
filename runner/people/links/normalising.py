"""Makes two spellings of one value equal, conservatively: a doubt keeps them apart.

A false match accuses somebody; a missed one leaves a door for the next search. So nothing is guessed: no
country code is added, no street is abbreviated, no letter case is changed where it may matter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping

from runner.written import same_mail

__all__ = ["normal"]

_LONGEST = 1000  # characters; no value of ours is longer but a public key of 16384 bits
_NOTHING = frozenset(
    [
        "-", "?", ".", "0", "00000000", "123456789", "defaultstring", "keine", "n/a", "na", "nil", "none",
        "null", "serialnumber", "systemserialnumber", "tba", "tbd", "tobefilledbyo.e.m.", "unbekannt",
        "unknown", "x",
    ]
)  # fmt: skip
"""What stands where a value is missing; firmware that was never given a serial number says such things."""
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_MASKED = re.compile(r"[*\u2022\u25cf]|[xX]{3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EMPTY_FILE = hashlib.sha256(b"").hexdigest()
_NO_HOUSE = [ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_CARRIER = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598: shared by a provider's customers
_UNIQUE_LOCAL = ipaddress.ip_network("fc00::/7")  # RFC 4193


def normal(kind: str, value: str) -> str:
    """Return a value as it is compared, "" when it is none (empty, a placeholder, masked, malformed).

    kind: of `observations.KINDS`; any other gives "".
    """
    text = unicodedata.normalize("NFKC", value).strip() if len(value) <= _LONGEST else ""
    known = _BY_KIND.get(kind)
    if not text or known is None or "".join(text.lower().split()) in _NOTHING:
        return ""
    return known(text)


def _phone(text: str) -> str:
    """ITU-T E.164: at most 15 digits after +. Without a country code it is compared as it was given."""
    number, _, extension = re.sub(r"(?i)(?:ext\.?|;ext=|x)\s*(\d{1,6})$", r"#\1", text).partition("#")
    international = number.lstrip().startswith(("+", "00"))
    if re.search(r"[^\d\s()+./-]", number):
        return ""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    digits = digits[2:] if number.lstrip().startswith("00") else digits
    if not 7 <= len(digits) <= 15 or len(set(digits)) == 1:
        return ""
    return ("+" if international else "") + digits + (f"x{extension}" if extension else "")


def _ip(text: str) -> str:
    """Canonical; a home has a /64 of IPv6 and changes within it (RFC 8981), so the /64 is compared."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            local = address.is_link_local or address.is_loopback or address in _UNIQUE_LOCAL
            return "" if local else str(ipaddress.ip_network((address, 64), strict=False))
        address = mapped
    alone = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    return "" if alone or address in _CARRIER or any(address in each for each in _NO_HOUSE) else str(address)


def _address(text: str) -> str:
    """Case, accents, punctuation and blanks do not count; without a number it names a town, not a house."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    words = re.sub(r"[^\w]+", " ", "".join(each for each in bare if not unicodedata.combining(each)))
    folded = " ".join(words.replace("_", " ").split())
    return folded if len(folded) >= 6 and any(map(str.isdigit, folded)) else ""


def _mail(text: str) -> str:
    found = text.removeprefix("mailto:")
    return same_mail(found) if _MAIL.fullmatch(found) else ""


def _account(text: str) -> str:
    """IBAN in capitals without blanks (ISO 13616), digits without hyphens; wallets keep their case."""
    bare = "".join(text.split())
    if _MASKED.search(bare) or len(bare) < 6:
        return ""
    if re.fullmatch(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{8,30}", bare):
        return bare.upper()
    return re.sub(r"[-./]", "", bare) if re.fullmatch(r"[\d./-]+", bare) else bare


def _hash(text: str) -> str:
    found = text.lower().removeprefix("sha256:")
    return found if _SHA256.fullmatch(found) and found != _EMPTY_FILE else ""


def _key(text: str) -> str:
    """SHA256 fingerprint of an SSH key, as `ssh-keygen -l` prints it; an OpenPGP fingerprint in lower hex."""
    if re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", text):
        return text.rstrip("=")
    plain = text.replace(" ", "").lower()
    if re.fullmatch(r"(?:0x)?(?:[0-9a-f]{40}|[0-9a-f]{64})", plain):
        return plain.removeprefix("0x")
    fields = text.split()
    if len(fields) < 2 or not re.fullmatch(r"[a-z0-9@.-]+", fields[0]):
        return ""
    try:
        blob = base64.b64decode(fields[1], validate=True)
    except (binascii.Error, ValueError):
        return ""
    named = len(fields[0]).to_bytes(4, "big") + fields[0].encode()  # RFC 4253 section 6.6
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}" if blob.startswith(named) else ""


def _referee(text: str) -> str:
    return _mail(text) if "@" in text else _phone(text)


def _handle(text: str) -> str:
    """`platform:login` or a profile's address; case does not count, nor `https://www.`."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", text.casefold()).strip("/@ ")
    return bare if len(bare) >= 4 and not any(map(str.isspace, bare)) else ""


def _serial(text: str) -> str:
    found = text.upper()
    return found if len(found) >= 5 and len(set(found)) > 1 else ""


def _as_it_is(text: str) -> str:
    return text


_BY_KIND: Mapping[str, Callable[[str], str]] = {
    "mfa-device": _as_it_is,  # an opaque id of the service
    "device": _serial,
    "ip": _ip,
    "vpn-exit": _ip,
    "payout-account": _account,
    "phone": _phone,
    "address": _address,
    "recovery-mail": _mail,
    "referee": _referee,
    "cv-hash": _hash,
    "photo-hash": _hash,
    "git-author": _mail,
    "git-key": _key,
    "handle": _handle,
}
