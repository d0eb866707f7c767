"""Says a link in words: which value, on what evidence, how many share it, and what else would explain it.

Works on reasons as the journal keeps them (`Reason.as_json`). Values are shown in part: enough for two
people to compare with the evidence, too little to be copied out of a report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from runner.actions.values import Account
from runner.people.links.circumstances import Shared, shared_at_home, shared_by_agency
from runner.people.links.observations import KINDS
from runner.people.links.sightings import FILES

__all__ = ["label", "sentences", "shown"]

Reason = Mapping[str, Any]

_WHOLE = frozenset({"address", "ip", "vpn-exit", "handle"})
_TAIL, _HEAD = 4, 16  # characters


def shown(kind: str, value: str) -> str:
    """Return a value as people may see it: whole, its end, or a mail without most of its first half."""
    if kind in _WHOLE:
        return value
    if "@" in value:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}…@{domain}"
    if kind in ("cv-hash", "photo-hash", "git-key"):
        return f"{value[:_HEAD]}…"
    return f"…{value[-_TAIL:]}"


def label(account: Account, because: Sequence[Reason]) -> str:
    """Return a candidate in one line, for a question: who, and every shared value with its strength."""
    shared = ", ".join(f"{_named(each)} ({each['strength']} {each['category']})" for each in because)
    return f"{_who(account.service, account.login)}: the same {shared}"


def sentences(because: Sequence[Reason]) -> list[str]:
    """Return one sentence a reason, then what speaks against taking it for more than it is."""
    return [*map(_sentence, because), *_caution(because)]


def _sentence(each: Reason) -> str:
    return (
        f"The same {_named(each)}: {each['strength']}, {each['category']}, counts {each['weight']:g}. "
        f"On the subject: {_places(each['own'])}. Here: {_places(each['there'])}. "
        f"{_shared_by(each['others'] - 1)}"
    )


def _shared_by(besides: int) -> str:
    if besides == 0:
        return "Nobody else shows it."
    return "1 other person shows it too." if besides == 1 else f"{besides} other people show it too."


def _caution(because: Sequence[Reason]) -> Iterator[str]:
    shared = [(each["kind"], each["others"]) for each in because]
    if home := _called(because, shared_at_home(shared)):
        yield f"People under one roof share these as well, so they count as one: {home}."
    if agency := _called(because, shared_by_agency(shared)):
        yield f"People of one agency share these as well, so they count as one: {agency}."
    for kind in dict.fromkeys(each["kind"] for each in because):
        called = KINDS[kind].called
        yield f"{called[0].upper()}{called[1:]}: {KINDS[kind].why}."


def _called(because: Sequence[Reason], together: Collection[Shared]) -> str:
    """Return what is explained together, in words; "" for one kind alone, which counts as it is."""
    mine = (each["kind"] for each in because if (each["kind"], each["others"]) in together)
    called = dict.fromkeys(KINDS[kind].called for kind in mine)
    return ", ".join(called) if len(called) > 1 else ""


def _named(each: Reason) -> str:
    return " ".join(part for part in (each["called"], each["label"], each["shown"]) if part)


def _places(places: Sequence[Mapping[str, Any]]) -> str:
    """Return accounts with what shows the value on each, no more than a reader takes in."""
    by_account: dict[str, list[str]] = {}
    for each in sorted(places, key=lambda one: bool(one["service"] == FILES)):
        who = each["login"] if each["service"] == FILES else _who(each["service"], each["login"])
        by_account.setdefault(who, []).append(_place(each))
    said = [f"{who} ({', '.join(_few(proofs))})" for who, proofs in by_account.items()]
    return "; ".join(_few(said))


def _few(parts: Sequence[str], most: int = 6) -> list[str]:
    return [*parts[:most], f"{len(parts) - most} more"] if len(parts) > most else list(parts)


def _place(each: Mapping[str, Any]) -> str:
    if each["via"] == "read":
        return "read"
    line = f" line {each['line']}" if each.get("line") else ""
    return f"{each['via']} {each['name']}{line}, SHA-256 {each['sha256'][:12]}"


def _who(service: str, login: str) -> str:
    return f"{login} in the files" if service == FILES else f"{login} on {service}"
