"""Checks a playbook against every rule, the rules of single values and those across steps alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from runner.language.known import Known, known_from
from runner.language.loading import Loaded
from runner.language.problems import Problem, in_order
from runner.language.rules import (
    arguments,
    discretion,
    evidence,
    linking,
    names,
    order,
    papers,
    people,
    secrecy,
    using,
)
from runner.language.rules.book import ALONE, RULES, Book, Finding
from runner.language.source import Source

__all__ = ["check"]

_FAMILIES = (
    arguments,
    discretion,
    evidence,
    linking,
    names,
    order,
    papers,
    people,
    secrecy,
    using,
)  # importing declares


def check(
    loaded: Loaded,
    people: Mapping[str, int] | None = None,
    *,
    counsel: Collection[str] = ("counsel",),
    known: Known | None = None,
) -> tuple[Problem, ...]:
    """Return every problem of a file, in order.

    people: how many people hold each role, where the settings are known; they decide whether an
    approval can be reached. counsel: the roles whose people start and stop clocks. known: the names it
    may use; those of its folder when not given. Raises UsageError when the folder's clocks.yaml is broken.
    """
    problems = [*loaded.problems, *secrecy.secrets(loaded.source)]
    playbook = loaded.playbook or loaded.rest
    if playbook is not None:
        known = known or known_from(loaded.path.parent.resolve())
        book = Book(playbook, loaded.source, known, people, counsel)
        rules = RULES if loaded.playbook else {name: RULES[name] for name in RULES if name in ALONE}
        problems += [
            _placed(finding, name, loaded.source) for name, rule in rules.items() for finding in rule(book)
        ]
    return in_order(problems)


def _placed(finding: Finding, rule: str, source: Source) -> Problem:
    at = source.at(finding.where, key=finding.on_key)
    return Problem(source.name, at, finding.message, rule, finding.help)
