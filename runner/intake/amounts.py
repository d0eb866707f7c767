"""Finds sums of money in a text, as stated: a number with a currency beside it.

The number is read only where its marks leave no doubt. `50,000` is fifty thousand of any money with cents;
`1.500 BTC` may be one and a half, or fifteen hundred, and stays unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from runner.intake.demand import Amount
from runner.intake.passages import Passage, one_line

__all__ = ["MOST", "amounts"]

MOST = 100
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₿": "BTC", "Ξ": "ETH"}
_SHARED = {"$", "¥", "dollar", "dollars", "dólares", "원"}
"""Signs and words of more than one currency."""
_WORDS = {
    "dollar": "USD", "dollars": "USD", "dólares": "USD", "euro": "EUR", "euros": "EUR", "eur": "EUR",
    "usd": "USD",
    "gbp": "GBP", "chf": "CHF", "jpy": "JPY", "krw": "KRW", "cad": "CAD", "aud": "AUD", "sgd": "SGD",
    "brl": "BRL",
    "mxn": "MXN", "cny": "CNY", "rmb": "CNY", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN",
    "inr": "INR",
    "pounds": "GBP", "pfund": "GBP", "btc": "BTC", "bitcoin": "BTC", "bitcoins": "BTC", "xbt": "BTC",
    "eth": "ETH",
    "ether": "ETH", "ethereum": "ETH", "usdt": "USDT", "tether": "USDT", "usdc": "USDC", "xmr": "XMR",
    "monero": "XMR", "ltc": "LTC", "litecoin": "LTC", "solana": "SOL", "trx": "TRX", "xrp": "XRP",
    "doge": "DOGE",
    "bnb": "BNB", "zec": "ZEC", "비트코인": "BTC", "달러": "USD", "유로": "EUR", "원": "KRW",
}  # fmt: skip
_CRYPTO = {"BTC", "ETH", "USDT", "USDC", "XMR", "LTC", "SOL", "TRX", "XRP", "DOGE", "BNB", "ZEC"}
_TIMES = {
    "k": 1_000, "thousand": 1_000, "tausend": 1_000, "mille": 1_000, "mil": 1_000, "m": 1_000_000,
    "mio": 1_000_000,
    "million": 1_000_000, "millionen": 1_000_000, "millions": 1_000_000, "millones": 1_000_000,
    "millón": 1_000_000,
    "milhões": 1_000_000, "milhão": 1_000_000,
}  # fmt: skip
_SIGN = "|".join(re.escape(each) for each in sorted(_SIGNS, key=len, reverse=True))
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_GROUPS = r"(?:[.,'\u2019][0-9]{1,12}|[\u00a0\u202f ][0-9]{3}(?![0-9])){0,4}"
_NUMBER = rf"(?>[0-9]{{1,12}}{_GROUPS})"  # atomic: a list of numbers is not tried in every cut
_MANY = "|".join(sorted(_TIMES, key=len, reverse=True))
_BEFORE = rf"(?:(?P<sign>{_SIGN})|\b(?P<code>{_WORD}))[\s\u00a0]{{0,2}}"
_NAMED = rf"(?P<word>{_WORD})(?![^\W\d_])"
_BEHIND = rf"(?:(?P<after>{_SIGN})|(?:de\s|d['\u2019]|of\s)?{_NAMED})"
_TIMES_BEHIND = rf"(?:[\s\u00a0]{{0,2}}(?P<times>{_MANY})\b\.?)?"
_AMOUNTS = (
    re.compile(rf"{_BEFORE}(?P<number>{_NUMBER}){_TIMES_BEHIND}(?:\s?{_NAMED})?", re.IGNORECASE),
    re.compile(rf"(?<![\w.,])(?P<number>{_NUMBER}){_TIMES_BEHIND}[\s\u00a0]{{0,2}}{_BEHIND}", re.IGNORECASE),
)


def amounts(passages: Iterable[Passage]) -> tuple[tuple[Amount, ...], int]:
    """Return the sums the texts state, each once, and how many more there are than are kept."""
    found: dict[str, Amount] = {}
    for passage in passages:
        for amount in sorted(_all(passage), key=lambda each: each.at):
            found.setdefault(amount.stated.lower(), amount)
    kept = tuple(found.values())[:MOST]
    return kept, len(found) - len(kept)


def _all(passage: Passage) -> Iterator[Amount]:
    taken: set[int] = set()
    for form in _AMOUNTS:
        for match in form.finditer(passage.text):
            at = match.start("number")
            if at not in taken:  # `$50,000 USD` is one sum
                taken.add(at)
                yield _amount(match, passage.where)


def _amount(match: re.Match[str], where: str) -> Amount:
    groups = match.groupdict()
    sign = groups.get("sign") or groups.get("after") or ""
    word = (groups.get("word") or groups.get("code") or "").lower()
    currency = _WORDS[word] if word else _SIGNS[sign.upper()]  # `$50,000 CAD` is Canadian
    number = _value(match["number"], currency)
    times = _TIMES.get((groups.get("times") or "").lower(), 1)
    value = "" if number is None else f"{(number * times).normalize():f}"
    return Amount(
        stated=one_line(match[0]),
        currency=currency,
        value=value,
        assumed=(word or sign) in _SHARED,
        where=where,
        at=match.start(),
    )


def _value(number: str, currency: str) -> Decimal | None:
    """Return what a number with marks means, or None when it can mean two things."""
    digits = re.split(r"[.,'\u2019\u00a0\u202f ]", number)
    marks = [each for each in number if not each.isdigit()]
    if not marks:
        return Decimal(number)
    grouped = len(digits[0]) <= 3 and digits[0] != "0" and all(len(each) == 3 for each in digits[1:])
    if len(set(marks)) == 1 and grouped:
        # One mark before three digits: thousands where there are cents, either where coins have many places.
        alone = len(marks) == 1 and marks[0] in ".,"
        return None if alone and currency in _CRYPTO else Decimal("".join(digits))
    decimal = marks[-1] in ".," and marks[-1] not in marks[:-1] and len(set(marks[:-1])) <= 1
    if decimal and all(len(each) == 3 for each in digits[1:-1]):
        return Decimal("".join(digits[:-1]) + "." + digits[-1])
    return None
