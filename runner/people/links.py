"""Proposes accounts that may belong to the same person, from values seen on the subject's accounts.

First form: a shared MFA device, a shared phone (Microsoft on Jasper Sleet, June 2025: one device completing
MFA for several accounts of a tenant). Only values seen on the subject are looked for, and what does not match
is not kept. Names, origin, language and faces are no observations here and never will be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from runner.actions.values import Account, Json, Observation, as_json

__all__ = ["MOST_SHARERS", "Candidate", "Seen", "Strength", "confirmed", "propose"]

Strength = Literal["strong", "medium"]

_STRENGTH: Mapping[str, Strength] = {
    "mfa-device": "strong",  # it answers a challenge: whoever holds it signs in
    "phone": "medium",  # families and front desks share one
}
"""Kinds that can propose a link; others, an address first of all, count for nothing: homes are shared."""

MOST_SHARERS = 5  # a value on more accounts than this is a switchboard or a pool device, not a person


@dataclass(frozen=True, slots=True)
class Seen:
    """A value of the subject, seen on an account."""

    account: Account
    observation: Observation


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be the same person's, and why. Left open until people confirm it."""

    account: Account
    because: tuple[Observation, ...]
    strength: Strength

    @property
    def key(self) -> str:
        """`service/id`: what people choose by."""
        return f"{self.account.service}/{self.account.id}"

    @property
    def label(self) -> str:
        """The candidate in words; holds text of a service, so each surface encodes it."""
        shared = ", ".join(dict.fromkeys(each.label or each.kind for each in self.because))
        return f"{self.account.login} on {self.account.service} ({self.strength}: {shared})"

    def as_json(self) -> Json:
        """Return `{account, because}`, as the journal keeps it."""
        return {"account": as_json(self.account), "because": as_json(self.because)}


def propose(subject: Iterable[Account], seen: Iterable[Seen], most: int = MOST_SHARERS) -> list[Candidate]:
    """Return candidates, strongest first, then by how many values they share.

    subject: the accounts already known to be this person's. seen: where the subject's values were found. A
    value found on more than `most` accounts besides is dropped, wherever they are.
    """
    own = {(each.service, each.id) for each in subject}
    hits: dict[tuple[str, str], dict[tuple[str, str], Seen]] = {}
    for each in seen:
        account = (each.account.service, each.account.id)
        if each.observation.kind in _STRENGTH and each.observation.value.strip() and account not in own:
            hits.setdefault((each.observation.kind, each.observation.value), {})[account] = each
    telling = [each for sharers in hits.values() if len(sharers) <= most for each in sharers.values()]
    found: dict[tuple[str, str], list[Seen]] = {}
    for each in telling:
        found.setdefault((each.account.service, each.account.id), []).append(each)
    return sorted(
        map(_candidate, found.values()),
        key=lambda one: (one.strength != "strong", -len(one.because), one.key),
    )


def confirmed(
    candidates: Sequence[Candidate],
    chosen: Mapping[str, Collection[str]],
    electors: Collection[str],
    need: int = 2,
) -> tuple[Account, ...]:
    """Return the accounts that at least `need` different people each named.

    chosen: keys by person id, the last answer of each. electors: person ids who may answer now. need: never
    fewer than two, whatever is asked for: one person's suspicion links nobody.
    """
    enough = max(2, need)
    return tuple(
        each.account
        for each in candidates
        if sum(each.key in keys for person, keys in chosen.items() if person in electors) >= enough
    )


def _candidate(seen: Sequence[Seen]) -> Candidate:
    strong = any(_STRENGTH[each.observation.kind] == "strong" for each in seen)
    because = tuple(
        sorted(
            (each.observation for each in seen), key=lambda one: (_STRENGTH[one.kind] != "strong", one.value)
        )
    )
    return Candidate(seen[0].account, because, "strong" if strong else "medium")
