"""Judges bech32 addresses of Bitcoin and its kin: BIP 173 for version 0, BIP 350 (bech32m) after it.

Written here: the reference library was last released in 2020 and does not know bech32m. The BIPs' own
vectors are in the tests.
"""

from __future__ import annotations

__all__ = ["segwit"]

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3
_LONGEST = 90


def segwit(prefix: str, address: str) -> tuple[int, bytes] | None:
    """Return version and program of a segregated witness address, or None when it is none.

    prefix: `bc` for Bitcoin, `tb` for its test network, `ltc` for Litecoin.
    """
    if len(address) > _LONGEST or address not in (address.lower(), address.upper()):
        return None
    text = address.lower()
    data = [_LETTERS.find(each) for each in text[len(prefix) + 1 :]]
    if not text.startswith(f"{prefix}1") or len(data) < 7 or -1 in data:
        return None
    version, program = data[0], _bytes(data[1:-6])
    expected = _BECH32 if version == 0 else _BECH32M
    if _remainder([*_expanded(prefix), *data]) != expected or program is None or version > 16:
        return None
    fits = len(program) in (20, 32) if version == 0 else 2 <= len(program) <= 40
    return (version, program) if fits else None


def _expanded(prefix: str) -> list[int]:
    return [*(ord(each) >> 5 for each in prefix), 0, *(ord(each) & 31 for each in prefix)]


def _remainder(values: list[int]) -> int:
    found = 1
    for value in values:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                found ^= generator
    return found


def _bytes(fives: list[int]) -> bytes | None:
    """Return groups of five bits as bytes; None when over four bits, or other than zeros, are left."""
    number, bits = 0, 5 * len(fives)
    for five in fives:
        number = number << 5 | five
    spare = bits % 8
    if spare > 4 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(bits // 8)
