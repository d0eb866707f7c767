"""References: well formed, to something that exists, and that is known by then."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.known import DEADLINE, DEMAND
from runner.language.operations import OPERATIONS
from runner.language.playbook import DoStep, PlayStep
from runner.language.problems import nearest, quoted
from runner.language.references import BadReference, Reference
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.source import Where
from runner.language.waits import references_of, uses

__all__ = ["used"]


def used(spot: Spot) -> Iterator[tuple[Where, Reference]]:
    """Yield the well-formed references of a step, each with the place of the text it stands in."""
    for keys, text, bare in uses(spot.step):
        try:
            for reference in references_of(text, bare=bare):
                yield spot.at(*keys), reference
        except BadReference:
            continue  # `bad-reference` reports it


@rule("bad-reference", alone=True)
def bad_reference(book: Book) -> Iterator[Finding]:
    """References name and compare; they do not call, filter or compute."""
    for spot in book.spots:
        for keys, text, bare in uses(spot.step):
            try:
                references_of(text, bare=bare)
            except BadReference as why:
                yield Finding(spot.at(*keys), str(why))


@rule("unknown-reference")
def unknown_reference(book: Book) -> Iterator[Finding]:
    """A reference names an input, the demand, an earlier step's result, or `each`."""
    played = any(isinstance(spot.step, PlayStep) for spot in book.spots)
    for spot in book.spots:
        roots = {
            "inputs",
            *(("demand", "demands") if book.playbook.takes_demands else ()),
            *book.by_id,
            *(["each"] if isinstance(spot.step, DoStep) and spot.step.each else []),
        }
        for where, reference in used(spot):
            for path in reference.paths:
                root = str(path[0])
                if root not in roots and not played:  # steps of a played playbook are checked with it
                    yield Finding(
                        where, f"expected an input or a step, found {quoted(root)}", nearest(root, roots)
                    )
                elif root in roots:
                    yield from _field(book, where, path)


def _field(book: Book, where: Where, path: tuple[str | int, ...]) -> Iterator[Finding]:
    root, name = str(path[0]), str(path[1]) if len(path) > 1 else ""
    fields: frozenset[str] = frozenset()
    if root == "inputs":
        fields = frozenset(book.playbook.inputs)
    elif root == "demand":
        fields = DEMAND
    elif root in book.by_id and isinstance(book.by_id[root].step, DoStep):
        step = book.by_id[root].step
        operation = OPERATIONS.get(step.do) if isinstance(step, DoStep) else None
        fields = operation.results if operation else fields
    whole = root not in ("inputs", "demand")  # a step's whole result may be named
    if (fields or root == "inputs") and name not in fields and (name or not whole):
        yield Finding(where, f"expected a value of {root}, found {quoted(name)}", nearest(name, fields))
    if path[:2] == ("demand", "deadline") and len(path) > 2 and path[2] not in DEADLINE:
        found = f"expected a value of demand.deadline, found {quoted(path[2])}"
        yield Finding(where, found, nearest(str(path[2]), DEADLINE))


@rule("not-an-ancestor")
def not_an_ancestor(book: Book) -> Iterator[Finding]:
    """A result is known once its step is through: in an earlier phase, or before it in this one."""
    for spot in book.spots:
        for where, reference in used(spot):
            for path in reference.paths:
                other = book.by_id.get(str(path[0]))
                if other is not None and other is not spot and not book.is_before(other, spot):
                    found = f"expected a step that is through by then, found {quoted(path[0])}"
                    yield Finding(
                        where, found, f"add `after: {path[0]}`" if other.number == spot.number else ""
                    )
