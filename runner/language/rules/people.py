"""People: roles that exist, approvals that can be reached, nobody approving their own start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.language.playbook import ClockStep, PageStep, Quorum
from runner.language.problems import nearest, quoted
from runner.language.rules.arguments import quorums
from runner.language.rules.book import Book, Finding, rule
from runner.language.source import Where

__all__: list[str] = []


def _roles(book: Book) -> Iterator[tuple[Where, tuple[str, ...]]]:
    """Yield every list of roles, with its place."""
    for where, quorum in quorums(book):
        yield _within(book, where, "of"), quorum.of
        yield _within(book, where, "each_of"), quorum.each_of
    for spot in book.spots:
        if isinstance(spot.step, PageStep):
            yield spot.at("page"), spot.step.page
    if book.playbook.emergency:
        yield ("emergency", "confirm", "by"), book.playbook.emergency.confirm.by
        yield ("emergency", "review", "by"), book.playbook.emergency.review.by


def _within(book: Book, where: Where, key: str) -> Where:
    """`by: [hr]` has no key `of` of its own."""
    return (*where, key) if (*where, key) in book.source.values else where


@rule("unknown-role", alone=True)
def unknown_role(book: Book) -> Iterator[Finding]:
    """Whoever is asked is listed under `people`: nobody else learns that a case exists."""
    known = book.playbook.people.all
    for where, roles in _roles(book):
        for index, role in enumerate(roles):
            if role not in known:
                place = (*where, index) if (*where, index) in book.source.values else where
                yield Finding(
                    place, f"expected a role of `people`, found {quoted(role)}", nearest(role, known)
                )


@rule("self-approval")
def self_approval(book: Book) -> Iterator[Finding]:
    """Who opens a case does not approve it, so no role does both."""
    for where, quorum in quorums(book):
        if where[-1] == "approve":
            for role in quorum.roles:
                if role in book.playbook.people.start:
                    found = f"expected approvers who cannot start a case, found {quoted(role)} under `start`"
                    yield Finding(where, found, "let another role approve")


@rule("approval-unreachable")
def approval_unreachable(book: Book) -> Iterator[Finding]:
    """With the people of the settings, whatever is asked can be answered."""
    if book.people is None:
        return
    for where, quorum in quorums(book):
        yield from _reachable(book, book.people, where, quorum)
    yield from _clocks(book, book.people)
    if book.playbook.emergency:
        confirm = book.playbook.emergency.confirm
        quorum = Quorum(need=confirm.need, of=confirm.by)
        yield from _reachable(book, book.people, ("emergency", "confirm"), quorum)


def _reachable(book: Book, people: Mapping[str, int], where: Where, quorum: Quorum) -> Iterator[Finding]:
    for role in quorum.each_of:
        if not people.get(role):
            yield Finding(where, f"expected a person with the role {quoted(role)}, found none")
    there = sum(people.get(role, 0) for role in quorum.roles)
    starts = where[-1] != "by" and any(role in book.playbook.people.start for role in quorum.roles)
    able = max(0, there - 1) if starts else there  # whoever opened the case never approves it
    if able < quorum.needed and not (quorum.each_of and there < len(quorum.each_of)):
        found = f"expected {quorum.needed} who can say yes, found {able} in the settings"
        yield Finding(where, found, "name more people or other roles; the starter never counts")


def _clocks(book: Book, people: Mapping[str, int]) -> Iterator[Finding]:
    """Only counsel starts a clock, whatever `by` says: so somebody of counsel must know of the case."""
    able = sum(people.get(role, 0) for role in book.counsel if role in book.playbook.people.all)
    for spot in book.spots if not able else ():
        if isinstance(spot.step, ClockStep):
            found = f"expected a person of counsel who starts it, found none: {', '.join(book.counsel)}"
            yield Finding(spot.at("clock"), found, "list counsel's role under `people`, usually as `advise`")
