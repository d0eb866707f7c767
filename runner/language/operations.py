"""What `do:` may name besides the actions of services: operations over every configured service.

They expand at planning into the actions of each service, so that one playbook fits every company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from runner.actions.contract import Kind
from runner.actions.values import Verdict
from runner.language.signatures import Parameter

__all__ = ["COMPARE", "COUNSEL", "OPERATIONS", "Operation"]

COMPARE = "links.compare"
COUNSEL = "counsel"
"""The role whose recorded yes it takes to compare one person with files about everybody."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation over all services."""

    kind: Kind
    about: str
    results: frozenset[str]
    """Fields of its result, for references; empty when it gives none."""
    arguments: Mapping[str, Parameter] = field(default_factory=dict)
    """What `with` holds, by name."""


OPERATIONS: Mapping[str, Operation] = {
    "doors.find": Operation(
        "find",
        "Look at every door of the accounts, and for other accounts of the same person. Reads only.",
        frozenset({"accounts", "doors", "candidates", "eu_data", "unreadable"}),
    ),
    "doors.keep": Operation(
        "keep",
        "Keep the state of every door and all that closing it would destroy; bulk logs go on by themselves.",
        frozenset({"kept", "items", "failed", "later", "ordered"}),
    ),
    "doors.close": Operation(
        "close",
        "Close every door that harms nobody else and destroys nothing unkept; the others come back held.",
        frozenset({"closed", "inferred", "open", "held", "by-hand", "late", "failed"}),
    ),
    "doors.prove": Operation(
        "prove",
        "Read every door back, now and, with `recheck`, later.",
        frozenset(get_args(Verdict)),
    ),
    "doors.reopen": Operation(
        "reopen",
        "Reopen what this case closed and nobody changed since, in reverse order.",
        frozenset(),
    ),
    COMPARE: Operation(
        "find",
        "Look for the person's own values in services, kept evidence and files handed in; keep matches only.",
        frozenset({"candidates", "files", "rows", "unreadable"}),
        {
            "files": Parameter(
                "files", list[str], "Earlier tasks with `bring:`; each brought one CSV file.", required=True
            ),
            "allowed": Parameter(
                "allowed", str, "The earlier yes/no question in which counsel allowed it.", required=True
            ),
            "encoding": Parameter(
                "encoding", Literal["utf-8", "cp1252"], "Of the files; utf-8 when not given.", required=False
            ),
        },
    ),
}
