"""Finds the ways a text names to reach somebody: mail, messengers, profiles, hidden services.

Only where the form or a word beside it says what it is: `@name` alone could be anything, and says so.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32decode
from collections.abc import Iterable, Iterator

from runner.intake.demand import Contact, Verdict
from runner.intake.passages import Passage

__all__ = ["MOST", "contacts"]

MOST = 200
_LOCAL = re.compile(r"[A-Za-z0-9._%+-]{1,64}\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_HANDLE = re.compile(r"(?<![\w@./])@([A-Za-z0-9_]{3,32})(?![\w@/]|\.\w)")
_PHONE = re.compile(r"(?<![\w+])\+[1-9][0-9](?:[ ().-]{0,2}[0-9]){6,13}(?!\w)")
_SIGNAL_NAME = re.compile(r"(?<![\w.])[A-Za-z_][A-Za-z0-9_]{2,31}\.[0-9]{2,9}(?!\w)")
_HEX = re.compile(r"(?<!\w)[0-9A-Fa-f]{66}(?:[0-9A-Fa-f]{10})?(?!\w)")
_ONION = re.compile(r"(?<![A-Za-z0-9])([a-z2-7]{56}|[a-z2-7]{16})\.onion(?!\w)", re.IGNORECASE)
_NEAR = 40  # characters before a handle in which its messenger may be named
_HOSTS = {
    "telegram": r"(?:t|telegram)\.me/(?:s/|\+|joinchat/)?",
    "signal": r"signal\.(?:me/#(?:p|eu)/|group/#)",
    "whatsapp": r"(?:wa\.me|api\.whatsapp\.com/send\?phone=)/?",
    "linkedin": r"linkedin\.com/in/",
    "github": r"github\.com/",
    "x": r"(?:x|twitter)\.com/",
    "discord": r"discord\.(?:gg|com/invite)/",
}
_PROFILES = {
    kind: re.compile(rf"(?<![A-Za-z0-9-]){host}([A-Za-z0-9_+.%-]{{2,100}})", re.IGNORECASE)
    for kind, host in _HOSTS.items()
}
_NAMED = re.compile(
    r"\b(telegram|tg|signal|discord|twitter|whatsapp|wechat|skype|instagram|x)\b", re.IGNORECASE
)
_SHORT = {"tg": "telegram", "twitter": "x"}

_Found = tuple[str, str, Verdict, int]


def contacts(passages: Iterable[Passage]) -> tuple[tuple[Contact, ...], int]:
    """Return the contacts the texts name, each once, and how many more there are than are kept."""
    found: dict[tuple[str, str], Contact] = {}
    for passage in passages:
        for kind, value, verdict, at in sorted(_all(passage.text), key=lambda each: each[3]):
            found.setdefault((kind, value.lower()), Contact(kind, value, verdict, passage.where, at))
    kept = tuple(found.values())[:MOST]
    return kept, len(found) - len(kept)


def _all(text: str) -> Iterator[_Found]:
    yield from _mails(text)
    yield from _handles(text)
    yield from _keys(text)
    for match in _PHONE.finditer(text):
        yield "phone", match[0], "form only", match.start()
    for kind, profile in _PROFILES.items():
        for match in profile.finditer(text):
            yield kind, match[1].rstrip("."), "form only", match.start()


def _handles(text: str) -> Iterator[_Found]:
    """Yield names behind an `@`, and Signal's, which end in a dot and digits."""
    for match in _HANDLE.finditer(text):
        named = _NAMED.findall(text[max(0, match.start() - _NEAR) : match.start()])
        kind = named[-1].lower() if named else "handle"
        yield _SHORT.get(kind, kind), f"@{match[1]}", "form only", match.start()
    for match in _SIGNAL_NAME.finditer(text):
        if re.search(r"\bsignal\b", text[max(0, match.start() - _NEAR) : match.start()], re.IGNORECASE):
            yield "signal", match[0], "form only", match.start()


def _keys(text: str) -> Iterator[_Found]:
    """Yield addresses that are public keys: Tox, Session, hidden services."""
    for match in _HEX.finditer(text):
        if len(match[0]) == 76:
            yield "tox", match[0], _tox(match[0]), match.start()
        elif match[0].startswith("05"):  # the prefix of a Session account id
            yield "session", match[0], "form only", match.start()
    for match in _ONION.finditer(text):
        yield "onion", match[0].lower(), _onion(match[1]), match.start()


def _mails(text: str) -> Iterator[_Found]:
    """Yield mail addresses, found from their `@` outwards: one pass, however many letters stand around."""
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text[max(0, at - 64) : at]), _DOMAIN.match(text, at + 1)
        if local and domain and re.search(r"\.[A-Za-z]{2,24}\Z", domain[0]):
            yield "mail", f"{local[0].lstrip('.')}@{domain[0]}", "form only", at - len(local[0])
        at = text.find("@", at + 1)


def _tox(address: str) -> Verdict:
    """Judge a Tox id: its last two bytes are the others, exclusive-ored in pairs (Tox specification)."""
    content = bytes.fromhex(address)
    even = odd = 0
    for first, second in zip(content[::2], content[1::2], strict=True):
        even, odd = even ^ first, odd ^ second
    return "valid" if even == odd == 0 else "invalid checksum"


def _onion(label: str) -> Verdict:
    """Judge the name of a hidden service by its checksum (Tor rend-spec-v3, 6); version 2 had none."""
    if len(label) == 16:
        return "form only"
    content = b32decode(label.upper())
    key, checksum, version = content[:32], content[32:34], content[34:]
    expected = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    return "valid" if version == b"\x03" and checksum == expected else "invalid checksum"
