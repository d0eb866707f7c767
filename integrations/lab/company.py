"""Meet Fjordlight Systems: the same sixty-odd invented people on every simulated service.

Nothing here is drawn at random: every run, every stand-in and every clone of one agree on who works
there. One operator stands behind three of the people (`PERSONAS`: same MFA device, same phone); one
innocent colleague shares a household address, and nothing else, with one of them (`NEIGHBOUR`), and
another is called as the subject is, and shares nothing (`NAMESAKE`).
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass, replace

__all__ = [
    "BREAK_GLASS",
    "COMPANY",
    "DOMAIN",
    "NAMESAKE",
    "NEIGHBOUR",
    "PEOPLE",
    "PERSONAS",
    "RESPONDERS",
    "SUBJECT",
    "Person",
    "github_id",
    "okta_id",
    "person",
    "stable_id",
]

COMPANY = "Fjordlight Systems"
DOMAIN = "fjordlight.example"  # RFC 2606: a name nobody can own

_GIVEN = """
Aino Bastian Camille Dario Elif Farid Greta Hugo Ines Jakub Kirsten Lorenzo Mireille Nikolai Oriana
Pavel Quentin Rosalind Stefan Tereza Ulrik Valeria Wanda Xavier Yasmin Zoltan Amara Bjarne Chiara
Desmond Esra Fiona Gustav Hana Ivo Jelena Kofi Leonie Mateo Nadia Oskar Petra Rafael Sunniva Timon
Una Viggo Wren
""".split()  # noqa: SIM905  # forty quoted words are harder to read
_FAMILY = """
Aalto Brandt Castellan Dimitrov Eriksen Falk Grimaldi Hallberg Ibsen Jansen Kowalczyk Lefevre Moreau
Novak Oduya Petrov Quintero Rasmussen Silva Tanaka Urban Vasquez Wallin Yilmaz Zeman Andrade Bello
Carvalho Delacroix Engel
""".split()  # noqa: SIM905  # forty quoted words are harder to read
_TEAMS = {
    "Platform": ("Platform engineer", "Site reliability engineer", "Release engineer"),
    "Product": ("Software engineer", "Senior software engineer", "Product designer"),
    "Data": ("Data engineer", "Analyst", "Machine learning engineer"),
    "Customers": ("Support engineer", "Solutions engineer", "Account manager"),
    "Finance": ("Accountant", "Payroll specialist", "Controller"),
}
_STREETS = ("Havnegata", "Lindenweg", "Rue des Tilleuls", "Harbour Street", "Via dei Mulini", "Kastanjevej")
_TOWNS = ("Bergen", "Leipzig", "Nantes", "Cork", "Trieste", "Aarhus")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone Fjordlight pays, or an account it keeps for emergencies."""

    staff_id: str
    name: str
    mail: str
    title: str
    team: str
    manager: str
    """Staff id; empty for the head of the company and for break-glass accounts."""
    phone: str
    mfa_device: str
    """Key id of the device that answers the push: the same on several accounts means one hand."""
    address: str
    engaged: str
    """employee, contractor, agency or break-glass."""
    github: str
    """GitHub login; empty for people who have none."""
    roles: tuple[str, ...] = ()
    """Roles in an incident: ir-oncall, security-leads, duty-managers, counsel, hr, system-owners."""


def stable_id(service: str, staff_id: str, prefix: str, length: int) -> str:
    """Return a base-62 id that is the same in every run, and another one on every service."""
    number = int.from_bytes(hashlib.sha256(f"{service}/{prefix}/{staff_id}".encode()).digest())
    alphabet = string.digits + string.ascii_letters
    tail = "".join(alphabet[number // 62**place % 62] for place in range(length - len(prefix)))
    return prefix + tail


def okta_id(someone: Person, service: str = "okta") -> str:
    """Return the Okta user id (`00u…`, 20 characters) on one configured service."""
    return stable_id(service, someone.staff_id, "00u", 20)


def github_id(someone: Person, service: str = "github") -> str:
    """Return GitHub's numeric account id, as text, on one configured service."""
    digest = hashlib.sha256(f"{service}/github/{someone.staff_id}".encode()).digest()
    return str(10_000_000 + int.from_bytes(digest[:4]) % 90_000_000)


def person(mail: str) -> Person:
    """Return the person with this work e-mail. Raises KeyError."""
    return {each.mail: each for each in (*PEOPLE, *BREAK_GLASS)}[mail]


def _make(
    number: int, name: str, title: str, team: str, *, engaged: str = "employee", roles: tuple[str, ...] = ()
) -> Person:
    login = name.lower().replace(" ", ".")
    staff_id = f"FL-{1000 + number}"
    coder = team in {"Platform", "Product", "Data", "Security"}
    return Person(
        staff_id=staff_id,
        name=name,
        mail=f"{login}@{DOMAIN}",
        title=title,
        team=team,
        manager="" if number == 1 else "FL-1001",
        phone=f"+1 202 555 {100 + number:04d}",  # 555-0100 to 555-0199 are kept for fiction
        mfa_device=stable_id("mfa", staff_id, "pfd", 20),
        address=f"{_STREETS[number % 6]} {3 + number}, {_TOWNS[(number // 6) % 6]}",
        engaged=engaged,
        github=login.replace(".", "-") + "-fjl" if coder else "",
        roles=roles,
    )


def _responders() -> tuple[Person, ...]:
    return (
        _make(2, "Maren Okafor", "Head of security", "Security", roles=("security-leads",)),
        _make(3, "Tomas Arvidsson", "Security engineer", "Security", roles=("security-leads",)),
        _make(4, "Ingrid Solheim", "Incident responder", "Security", roles=("ir-oncall",)),
        _make(5, "Rohan Mistry", "Incident responder", "Security", roles=("ir-oncall",)),
        _make(6, "Beatriz Nogueira", "Head of operations", "Operations", roles=("duty-managers",)),
        _make(7, "Anselm Richter", "Head of customers", "Customers", roles=("duty-managers",)),
        _make(8, "Helene Dubois", "General counsel", "Legal", roles=("counsel",)),
        _make(9, "Samuel Adeyemi", "Head of people", "People", roles=("hr",)),
        _make(10, "Katarina Vuk", "Owner of the build system", "Platform", roles=("system-owners",)),
    )


def _personas() -> tuple[Person, ...]:
    """Return three names, one hand: the device and the phone of the first are on all of them."""
    first = _make(11, "Jonas Weber", "Senior software engineer", "Platform", engaged="contractor")
    others = (
        _make(12, "Milan Horvat", "Software engineer", "Product", engaged="agency"),
        _make(13, "Elias Lindgren", "Data engineer", "Data", engaged="contractor"),
    )
    return (first, *(replace(each, mfa_device=first.mfa_device, phone=first.phone) for each in others))


def _colleagues() -> tuple[Person, ...]:
    people = []
    for number in range(15, 63):
        name = f"{_GIVEN[number - 15]} {_FAMILY[number * 7 % len(_FAMILY)]}"
        team = list(_TEAMS)[number % len(_TEAMS)]
        title = _TEAMS[team][number % 3]
        people.append(_make(number, name, title, team))
    return tuple(people)


RESPONDERS = _responders()
PERSONAS = _personas()
SUBJECT = PERSONAS[0]
NEIGHBOUR = replace(
    _make(14, "Clara Weiss", "Product designer", "Product"), address=PERSONAS[1].address
)  # a flat in the same house: no more
NAMESAKE = replace(
    _make(63, SUBJECT.name, "Chief financial officer", "Finance"), mail=f"jonas.m.weber@{DOMAIN}"
)
PEOPLE = (
    _make(1, "Sigrid Haugen", "Chief executive", "Operations"),
    *RESPONDERS,
    *PERSONAS,
    NEIGHBOUR,
    *_colleagues(),
    NAMESAKE,
)
BREAK_GLASS = tuple(
    replace(
        _make(90 + at, f"Break Glass {at}", "Emergency access", "Security", engaged="break-glass"), manager=""
    )
    for at in (1, 2)
)
