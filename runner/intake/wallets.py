"""Finds addresses to pay to, by chain, and says which have a checksum that fits.

A checksum tells a copied address from a mistyped or invented one. It tells nothing about whose it is, and a
fresh address stands on no list. Keccak-256 is pycryptodome's: hashlib's SHA-3 pads differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from Crypto.Hash import keccak

from runner.intake.base58 import BITCOIN, RIPPLE, checked, in_blocks, plain
from runner.intake.bech32 import segwit
from runner.intake.demand import Verdict, Wallet
from runner.intake.passages import Passage

__all__ = ["MOST", "memos", "wallets"]

MOST = 100
_WORD = re.compile(r"[A-Za-z0-9]+")
_SHORTEST, _LONGEST = 25, 110  # letters of any address below
_MEMO = re.compile(
    r"\b(?:memo|destination tag|dest tag|payment id)(?: id)?\s{0,3}[:=#]?\s{0,3}#?"
    r"([0-9]{3,20}|[0-9a-f]{16,64})\b",
    re.IGNORECASE,
)
_SOLANA_NAMED = re.compile(r"\b(?:solana|SOL|phantom)\b")


@dataclass(frozen=True, slots=True)
class _Chain:
    name: str
    form: re.Pattern[str]
    judge: Callable[[str], Verdict]


def wallets(passages: Iterable[Passage]) -> tuple[tuple[Wallet, ...], int]:
    """Return the addresses the texts name, each once, and how many more there are than are kept."""
    found: dict[str, Wallet] = {}
    for passage in passages:
        solana = _SOLANA_NAMED.search(passage.text) is not None
        for word in _WORD.finditer(passage.text):
            if _SHORTEST <= len(word[0]) <= _LONGEST:
                for chain, verdict in _judged(word[0], solana=solana):
                    wallet = Wallet(chain, word[0], verdict, passage.where, word.start())
                    found.setdefault(word[0], wallet)
    kept = tuple(found.values())[:MOST]
    return kept, len(found) - len(kept)


def memos(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return the memos, tags and payment ids the texts name: on some chains one address serves many."""
    found = (match[1] for passage in passages for match in _MEMO.finditer(passage.text))
    return tuple(dict.fromkeys(found))[:MOST]


def _judged(word: str, *, solana: bool) -> Iterator[tuple[str, Verdict]]:
    """Yield what a word can be: the chain whose checksum fits, else the first whose form does."""
    fitting = [(chain.name, chain.judge(word)) for chain in _CHAINS if chain.form.fullmatch(word)]
    yield from sorted(fitting, key=lambda each: each[1] == "invalid checksum")[:1]
    if solana and not fitting and _SOLANA.fullmatch(word) and len(plain(word) or b"") == 32:
        yield "solana", "form only"


def _verdict(*, fits: bool) -> Verdict:
    return "valid" if fits else "invalid checksum"


def _versioned(*versions: bytes, size: int = 20, alphabet: str = BITCOIN) -> Callable[[str], Verdict]:
    """Return a judge of base58check addresses: one of the versions in front of a hash of this size."""

    def judge(word: str) -> Verdict:
        payload = checked(word, alphabet)
        fits = payload is not None and any(
            payload.startswith(each) and len(payload) == len(each) + size for each in versions
        )
        return _verdict(fits=fits)

    return judge


def _segwit(prefix: str) -> Callable[[str], Verdict]:
    return lambda word: _verdict(fits=segwit(prefix, word) is not None)


def _keccak(content: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=content).digest()


def _ethereum(word: str) -> Verdict:
    """Judge the case of the letters (EIP-55); letters of one case carry no checksum."""
    digits = word[2:]
    if digits in (digits.lower(), digits.upper()):
        return "form only"
    nibbles = _keccak(digits.lower().encode()).hex()
    spelled = "".join(
        each.upper() if int(nibble, 16) >= 8 else each
        for each, nibble in zip(digits.lower(), nibbles, strict=False)
    )
    return _verdict(fits=spelled == digits)


def _monero(word: str) -> Verdict:
    """Judge a Monero address: network byte, two keys (and a payment id), four bytes of Keccak-256."""
    content = in_blocks(word)
    known = content is not None and content[0] in (18, 19, 42)  # standard, integrated, subaddress
    return _verdict(fits=bool(known and content and _keccak(content[:-4])[:4] == content[-4:]))


_B58 = "[1-9A-HJ-NP-Za-km-z]"
_SOLANA = re.compile(rf"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z]){_B58}{{43,44}}")
_MIXED = r"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])"  # a long word without them is a word
_CHAINS = (
    _Chain("bitcoin", re.compile(rf"{_MIXED}[13]{_B58}{{25,34}}"), _versioned(b"\x00", b"\x05")),
    _Chain("bitcoin", re.compile(r"bc1[a-z0-9]{11,87}|BC1[A-Z0-9]{11,87}"), _segwit("bc")),
    _Chain("ethereum", re.compile(r"0x[0-9a-fA-F]{40}"), _ethereum),
    _Chain("tron", re.compile(rf"{_MIXED}T{_B58}{{33}}"), _versioned(b"\x41")),
    _Chain("litecoin", re.compile(rf"{_MIXED}[LM]{_B58}{{25,33}}"), _versioned(b"\x30", b"\x32")),
    _Chain("litecoin", re.compile(r"ltc1[a-z0-9]{11,87}|LTC1[A-Z0-9]{11,87}"), _segwit("ltc")),
    _Chain("dogecoin", re.compile(rf"{_MIXED}[DA9]{_B58}{{25,33}}"), _versioned(b"\x1e", b"\x16")),
    _Chain("zcash", re.compile(rf"{_MIXED}t[13]{_B58}{{33}}"), _versioned(b"\x1c\xb8", b"\x1c\xbd")),
    _Chain("xrp", re.compile(rf"{_MIXED}r{_B58}{{24,34}}"), _versioned(b"\x00", alphabet=RIPPLE)),
    _Chain("monero", re.compile(rf"[48]{_B58}{{94}}|4{_B58}{{105}}"), _monero),
)
"""BIP 13, 173 and 350; EIP-55; Tron's developer documentation; xrpl.org; the other chains' parameters."""
