"""Reads from the journal who was proposed as the same person, why, who confirmed it, and what was searched.

`graph` turns that into nodes and edges for whoever draws: the subject's accounts, values, candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from runner.reports.graph import Edge, Graph, Node
from runner.reports.views import Link

__all__ = ["MOST_CANDIDATES", "MOST_VALUES", "graph", "links", "searches"]

Record = Mapping[str, Any]

MOST_CANDIDATES, MOST_VALUES = 12, 24  # a picture of more is no picture; the table beside it holds all
_FILES = "@people"
"""The `service` of a person known from a file only."""


def links(seen: Sequence[Record]) -> list[Link]:
    """Return every proposed link as last known, in the order first proposed."""
    known: dict[str, Link] = {}
    numbers: dict[tuple[str, str], int] = {}
    for each in seen:
        if each["kind"] == "link.proposed":
            link = _proposed(each, numbers)
            known[link.key] = replace(link, at=known[link.key].at) if link.key in known else link
    for each in seen:
        if each["kind"] == "link.confirmed":
            for key, by in _confirmed(each["data"]).items():
                if key in known:
                    known[key] = replace(known[key], confirmed_by=tuple(by), confirmed_at=each["at"])
    return list(known.values())


def searches(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return what was searched, and for how many values, in order."""
    return [{"at": each["at"], **each["data"]} for each in seen if each["kind"] == "link.searched"]


def _proposed(record: Record, numbers: dict[tuple[str, str], int]) -> Link:
    """numbers: stand for values, which a report shows in part only; equal values have one number."""
    data, account = record["data"], record["data"]["account"]
    because = [
        {**each, "value": numbers.setdefault((each["kind"], each["value"]), len(numbers))}
        for each in data["because"]
    ]
    return Link(
        key=f"{account['service']}/{account['id']}",
        at=record["at"],
        login=account["login"],
        service="the files" if account["service"] == _FILES else account["service"],
        accounts=tuple(data.get("accounts", [account])),
        because=tuple(because),
        words=tuple(data.get("words", ())),
    )


def _confirmed(data: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return who confirmed each link; a record without `links` names accounts and people together."""
    if "links" in data:
        return {each["key"]: each["by"] for each in data["links"]}
    return {f"{each['service']}/{each['id']}": data["by"] for each in data["accounts"]}


def graph(found: Sequence[Link]) -> Graph:
    """Return the picture of these links, the confirmed ones first; the same for the same links.

    A value is one node for all who show it, and an edge is as heavy as the value counts.
    """
    drawn = sorted(found, key=lambda link: not link.confirmed_by)[:MOST_CANDIDATES]
    reasons = {_id(each): each for link in drawn for each in link.because}
    heaviest = sorted(reasons.values(), key=lambda each: (-_weight(each), each["value"]))[:MOST_VALUES]
    shown = {_id(each) for each in heaviest}
    owners = {owner.id: owner for each in heaviest for owner in _owners(each)}
    edges = [
        *(_edge(owner.id, _id(each), each) for each in heaviest for owner in _owners(each)),
        *(_edge(_id(each), link.key, each) for link in drawn for each in link.because if _id(each) in shown),
    ]
    return Graph(
        left=tuple(owners.values()),
        middle=tuple(map(_value, heaviest)),
        right=tuple(Node(each.key, each.login, each.service, bool(each.confirmed_by)) for each in drawn),
        edges=tuple(dict.fromkeys(edges)),
        left_out=len(found) - len(drawn),
    )


def _id(reason: Mapping[str, Any]) -> str:
    return f"value {reason['value']}"


def _weight(reason: Mapping[str, Any]) -> float:
    return float(reason.get("weight", 0))


def _edge(start: str, end: str, reason: Mapping[str, Any]) -> Edge:
    return Edge(start, end, _weight(reason), str(reason.get("strength", "")))


def _owners(reason: Mapping[str, Any]) -> Iterator[Node]:
    """Yield the accounts of the subject that show a value."""
    seen = {f"{each['service']}/{each['id']}": each for each in reason.get("own", ())}
    for key, each in seen.items():
        yield Node(f"own {key}", each["login"], "the files" if each["service"] == _FILES else each["service"])
    if not seen:
        yield Node("own", "the subject", "")


def _value(reason: Mapping[str, Any]) -> Node:
    text = " ".join(part for part in (reason["label"], reason.get("shown", "")) if part)
    return Node(_id(reason), text or reason["kind"], reason.get("called", reason["kind"]))
