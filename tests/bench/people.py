"""Invents a company for the linking benchmark: many strangers who share innocently, and a few operators.

Everything is drawn from one seed. Innocent sharing: households with one address, network address, landline
and now and then one bank account; offices; VPN exits; blocks of flats; agencies paid into one account; laptops
issued again; referees who vouch for many. Each operator reuses some kinds of value and not others, and now and
then forgets; some reuse too little to be found by anybody. What they reuse may be shared with strangers too: a
VPN exit, a forwarding address, the bank account of an agency, a well-known referee.
"""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["COLUMNS", "Company", "busiest", "company", "write"]

COLUMNS = (
    "mfa_device", "device_serial", "ip", "payout_account", "phone", "address", "referee_mail", "cv_sha256",
    "git_key", "handle",
)  # fmt: skip
"""Ten observations a person."""
_REUSED = {
    "mfa_device": 0.5, "device_serial": 0.1, "ip": 0.6, "payout_account": 0.6, "phone": 0.5, "address": 0.5,
    "referee_mail": 0.6, "cv_sha256": 0.3, "git_key": 0.3, "handle": 0.3,
}  # fmt: skip
"""How likely an operator reuses a kind of value at all; our guess, not a measured fact."""
_REMEMBERED = 0.85
"""How likely one persona follows such a habit."""
_WITH_STRANGERS = {
    "ip": (0.6, 3, 40), "address": (0.4, 2, 12), "payout_account": (0.2, 2, 30), "referee_mail": (0.3, 2, 25),
}  # fmt: skip
"""How likely strangers show the operator's value too, and how few and how many."""
_BY_AGENCY = 0.2
"""How likely one persona works through a small agency: account and referee are those of honest colleagues."""
Row = dict[str, str]


@dataclass(frozen=True)
class Company:
    """People by staff id, and whose personas are one operator's."""

    people: dict[str, Row]
    operators: tuple[tuple[str, ...], ...]


def company(size: int, operators: int, seed: int) -> Company:
    """Return a company of this size, its operators' personas included."""
    chance = random.Random(seed)
    people = {f"P{number}": _own(number, chance) for number in range(size)}
    names = list(people)
    chance.shuffle(names)
    fake, honest = [], names
    fake += [tuple(honest.pop() for _ in range(chance.randint(2, 6))) for _ in range(operators)]
    _live(people, honest, chance)
    for number, personas in enumerate(fake):
        _play(people, personas, honest, _own(size + number, chance), chance)
    return Company(people, tuple(fake))


def write(path: Path, people: dict[str, Row]) -> None:
    """Write everybody into one CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["staff_id", *COLUMNS])
        writer.writerows([name, *(row[column] for column in COLUMNS)] for name, row in people.items())


def busiest(made: Company) -> str:
    """Return the first persona of the operator whose personas share most devices, CVs and keys with it."""

    def shared(personas: tuple[str, ...]) -> int:
        telling = [(made.people[personas[0]], made.people[other]) for other in personas[1:]]
        return sum(
            one[each] == two[each] for one, two in telling for each in ("mfa_device", "cv_sha256", "git_key")
        )

    return max(made.operators, key=shared)[0]


def _own(number: int, chance: random.Random) -> Row:
    """Return ten values that nobody else has."""
    digest = hashlib.sha256(f"{number}/{chance.random()}".encode()).hexdigest()
    return {
        "mfa_device": f"pfd{digest[:17]}",
        "device_serial": f"PF{number:08d}",
        "ip": f"{number >> 16 & 31 | 32}.{number >> 8 & 255}.{number & 255}.{int(digest[:2], 16)}",
        "payout_account": f"NO{number % 89 + 10}8601{number:011d}",
        "phone": f"+47 {number:08d}",
        "address": f"{number} Street of {digest[:6]}",
        "referee_mail": f"referee.{digest[:10]}@firm.example",
        "cv_sha256": digest,
        "git_key": f"SHA256:{digest[:43]}",
        "handle": f"platform:{digest[:12]}",
    }


def _play(
    people: dict[str, Row], personas: tuple[str, ...], honest: list[str], operator: Row, chance: random.Random
) -> None:
    habits = [column for column, often in _REUSED.items() if chance.random() < often]
    for name in personas:
        people[name].update({each: operator[each] for each in habits if chance.random() < _REMEMBERED})
    for column, (often, fewest, most) in _WITH_STRANGERS.items():
        if column in habits and chance.random() < often:
            for name in chance.sample(honest, chance.randint(fewest, most)):
                people[name][column] = operator[column]
    if chance.random() < _BY_AGENCY:
        agency = [*chance.sample(honest, chance.randint(2, 10)), personas[0]]
        for name in agency:
            people[name].update({each: operator[each] for each in ("payout_account", "referee_mail")})


def _live(people: dict[str, Row], honest: list[str], chance: random.Random) -> None:
    """Let people who have nothing to do with one another share what people share."""
    rest = iter(honest)
    for home in _groups(rest, len(honest) * 3 // 10, (2, 4), chance):
        _share(people, home, "address", "ip", *(["phone"] if chance.random() < 0.3 else []))
        if chance.random() < 0.3:
            _share(people, home[:2], "payout_account")
    for agency in _groups(rest, len(honest) // 25, (8, 40), chance):
        _share(people, agency, "payout_account", "referee_mail", "ip")
    for house in _groups(rest, len(honest) // 10, (3, 8), chance):
        _share(people, house, "address")
    for office in range(10):
        _share(people, [name for name in honest if hash_of(name, 25) == office], "ip")
    for manager in range(30):
        _share(people, [name for name in honest if hash_of(name + "r", 200) == manager], "referee_mail")
    again = iter(chance.sample(honest, len(honest) // 20 * 2))
    for first, second in zip(again, again, strict=False):
        _share(people, [first, second], "device_serial")


def hash_of(name: str, among: int) -> int:
    """Return a number that is the same in every run; `hash` is not."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % among


def _groups(
    rest: Iterator[str], people: int, sizes: tuple[int, int], chance: random.Random
) -> Iterator[list[str]]:
    while people > 0:
        group = [name for name, _ in zip(rest, range(chance.randint(*sizes)), strict=False)]
        people -= max(len(group), 1)
        if len(group) > 1:
            yield group


def _share(people: dict[str, Row], names: list[str], *columns: str) -> None:
    for name in names[1:]:
        people[name].update({column: people[names[0]][column] for column in columns})
