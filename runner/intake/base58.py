"""Decodes base58 as wallets use it: with a checksum behind (Bitcoin and its kin), or in blocks (Monero).

Written here, in the thirty lines it takes: the library of that name was last released in 2021, and none
knows Monero's blocks. The vectors of the specifications are in the tests.
"""

from __future__ import annotations

import hashlib

__all__ = ["BITCOIN", "RIPPLE", "checked", "in_blocks", "plain"]

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"  # xrpl.org, base58 encodings
_FULL = 11
"""Letters of a whole block of eight bytes."""
_BYTES = {0: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}
"""Bytes of a block by its letters (Monero, cryptonote base58); other numbers of letters do not occur."""


def plain(text: str, alphabet: str = BITCOIN) -> bytes | None:
    """Return the bytes a text spells, or None when it holds a letter the alphabet has not."""
    number = _number(text, alphabet)
    if number is None:
        return None
    zeros = len(text) - len(text.lstrip(alphabet[0]))  # each first letter in front is a byte of zero
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def checked(text: str, alphabet: str = BITCOIN) -> bytes | None:
    """Return version and payload of a base58check text, or None when its checksum does not fit."""
    content = plain(text, alphabet)
    if content is None or len(content) < 5:
        return None
    payload, checksum = content[:-4], content[-4:]
    twice = hashlib.sha256(hashlib.sha256(payload).digest()).digest()
    return payload if twice[:4] == checksum else None


def in_blocks(text: str) -> bytes | None:
    """Return the bytes of Monero's form: eleven letters for every eight bytes, fewer for the last."""
    content = b""
    for start in range(0, len(text), _FULL):
        block = text[start : start + _FULL]
        size, number = _BYTES.get(len(block)), _number(block, BITCOIN)
        if size is None or number is None or number >= 1 << 8 * size:
            return None
        content += number.to_bytes(size)
    return content


def _number(text: str, alphabet: str) -> int | None:
    number = 0
    for letter in text:
        value = alphabet.find(letter)
        if value < 0:
            return None
        number = number * 58 + value
    return number
