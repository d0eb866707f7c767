"""Proposes accounts of one hand: two different categories must agree, and one value must be strong.

A value counts less the more people share it. What one household shares (address, network, phone, the account
of a couple), or one agency (account, referee, network), is one category however much of it there is: so a
housemate is no candidate, nor is a colleague of the same agency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from runner.actions.values import Account, Json, as_json
from runner.people.links.circumstances import Shared, shared_at_home, shared_by_agency
from runner.people.links.observations import KINDS, STRONG_FROM, weight
from runner.people.links.sightings import FILES, Place, Seen, Token, person_keys, token_of
from runner.people.links.words import label, sentences, shown

__all__ = ["Candidate", "Reason", "propose"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One value that the subject and a candidate both show."""

    kind: str
    value: str
    """As it is compared."""
    label: str
    """What a service calls it; a stranger's text."""
    others: int
    """How many people besides the subject show it, this candidate included."""
    weight: float
    own: tuple[Seen, ...]
    """Where it was seen on the subject."""
    there: tuple[Seen, ...]
    """Where it was seen on the candidate."""

    @property
    def strong(self) -> bool:
        """True when it is a strong kind and sharing has left it enough weight."""
        return KINDS[self.kind].strength == "strong" and self.weight >= STRONG_FROM

    def as_json(self) -> Json:
        """Return the reason as the journal keeps it."""
        kind = KINDS[self.kind]
        return {
            "kind": self.kind,
            "called": kind.called,
            "value": self.value,
            "shown": shown(self.kind, self.value),
            "label": self.label,
            "category": kind.category,
            "strength": kind.strength,
            "weight": self.weight,
            "others": self.others,
            "own": [each.where for each in self.own],
            "there": [each.where for each in self.there],
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be the subject under another name, and why. Left open until people confirm it."""

    accounts: tuple[Account, ...]
    """Accounts first, then rows of files; at least one."""
    because: tuple[Reason, ...]
    """What counts most comes first."""
    score: float
    """The weight of the best reason of each category, added up; for the order, it proves nothing."""

    @property
    def key(self) -> str:
        """`service/id` of the first account: what people choose by."""
        return f"{self.accounts[0].service}/{self.accounts[0].id}"

    @property
    def label(self) -> str:
        """The candidate in one line; holds text of services and files, so each surface encodes it."""
        return label(self.accounts[0], [each.as_json() for each in self.because])

    def as_json(self) -> Json:
        """Return `{key, account, accounts, score, because, words}`, as the journal keeps it."""
        because = [each.as_json() for each in self.because]
        return {
            "key": self.key,
            "account": as_json(self.accounts[0]),
            "accounts": as_json(self.accounts),
            "score": self.score,
            "because": because,
            "words": sentences(because),
        }


def propose(
    subject: Iterable[Account], own: Iterable[Seen], found: Iterable[Seen], crowded: Collection[Token] = ()
) -> list[Candidate]:
    """Return candidates, the highest score first, accounts before rows; the order of what goes in is nothing.

    subject: the accounts known to be this person's. own: values seen on them; no other value counts.
    found: where these values were seen elsewhere. crowded: values that so many people show that nobody
    counted them.
    """
    mine, accounts = _by_token(own), list(subject)
    hits = [(token, each) for each in found if (token := token_of(each.observation)) in mine]
    seen = [*accounts, *(each.account for sightings in mine.values() for each in sightings)]
    people = person_keys([*seen, *(each.account for _, each in hits)])
    selves = {people[each.service, each.id] for each in seen}
    shared: dict[Token, dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for token, each in hits:
        person = people[each.account.service, each.account.id]
        if token is not None and token not in crowded and person not in selves:
            shared[token][person].append(each)
    reasons: dict[str, list[Reason]] = defaultdict(list)
    for token, sightings in shared.items():
        if counts := weight(token[0], len(sightings)):
            for person, there in sightings.items():
                reasons[person].append(_reason(token, len(sightings), counts, mine[token], there))
    candidates = [_candidate(each) for each in reasons.values() if _convinces(each)]
    return sorted(candidates, key=lambda each: (-each.score, each.accounts[0].service == FILES, each.key))


def _by_token(own: Iterable[Seen]) -> dict[Token | None, list[Seen]]:
    mine: dict[Token | None, list[Seen]] = {}
    for each in own:
        if token := token_of(each.observation):
            mine.setdefault(token, []).append(each)
    return mine


def _reason(token: Token, others: int, counts: float, own: list[Seen], there: list[Seen]) -> Reason:
    labels = sorted({each.observation.label for each in (*own, *there)} - {""})
    return Reason(*token, labels[0] if labels else "", others, counts, _once(own), _once(there))


def _once(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Return each account and place once, in an order that does not depend on who came first."""
    places: dict[tuple[str, str, Place], Seen] = {}
    for each in sorted(seen, key=repr):
        places.setdefault((each.account.service, each.account.id, each.place), each)
    return tuple(each for _, each in sorted(places.items(), key=lambda one: one[0]))


def _best(reasons: Sequence[Reason], together: Collection[Shared]) -> dict[str, float]:
    """Return the best weight by category; what one circumstance explains is one."""
    best: dict[str, float] = {}
    for each in reasons:
        category = "together" if (each.kind, each.others) in together else KINDS[each.kind].category
        best[category] = max(best.get(category, 0.0), each.weight)
    return best


def _categories(reasons: Sequence[Reason]) -> list[dict[str, float]]:
    """Return the best weights under each innocent circumstance: two categories must remain under both."""
    shared = [(each.kind, each.others) for each in reasons]
    return [_best(reasons, together) for together in (shared_at_home(shared), shared_by_agency(shared))]


def _convinces(reasons: Sequence[Reason]) -> bool:
    return any(each.strong for each in reasons) and all(len(each) >= 2 for each in _categories(reasons))


def _candidate(reasons: Sequence[Reason]) -> Candidate:
    seen = sorted((each.account for reason in reasons for each in reason.there), key=repr)
    accounts: dict[tuple[bool, str, str], Account] = {}
    for each in seen:
        accounts.setdefault((each.service == FILES, each.service, each.id), each)
    because = sorted(reasons, key=lambda one: (-one.weight, one.kind, one.value))
    score = round(min(sum(each.values()) for each in _categories(reasons)), 3)
    return Candidate(tuple(each for _, each in sorted(accounts.items())), tuple(because), score)
