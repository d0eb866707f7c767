"""Order: `after`, circles, what a plan can rest on, and playbooks that play one another."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.expand import circle_of
from runner.language.playbook import AskStep, DoStep, PlayStep
from runner.language.problems import nearest, quoted
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.rules.using import used

__all__: list[str] = []


@rule("unknown-step")
def unknown_step(book: Book) -> Iterator[Finding]:
    """`after` names steps of the same phase; phases themselves run in order."""
    for spot in book.spots:
        ids = [step.id for step in spot.phase.steps if step is not spot.step]
        for index, name in enumerate(spot.step.after):
            if name not in ids and name != spot.step.id:
                where = (
                    spot.at("after", index)
                    if spot.at("after", index) in book.source.values
                    else spot.at("after")
                )
                early = name in book.by_id and book.by_id[name].number < spot.number
                hint = "earlier phases are through anyway: leave it out" if early else nearest(name, ids)
                yield Finding(where, f"expected a step of this phase, found {quoted(name)}", hint)


@rule("cycle")
def cycle(book: Book) -> Iterator[Finding]:
    """Steps that wait for one another never start."""
    for spot in book.spots:
        if book.is_before(spot, spot):
            where = spot.at("after") if spot.step.after else spot.at("id")
            yield Finding(where, f"expected an order, found {quoted(spot.step.id)} waiting for itself")


@rule("play-alone")
def play_alone(book: Book) -> Iterator[Finding]:
    """Another playbook's phases stand in the place of the phase, so it holds nothing else."""
    for spot in book.spots:
        if isinstance(spot.step, PlayStep) and len(spot.phase.steps) > 1:
            yield Finding(
                spot.at("play"), "expected `play` as the phase's only step, found others", on_key=True
            )


@rule("play-circle")
def play_circle(book: Book) -> Iterator[Finding]:
    """A playbook that plays itself, at any distance, never ends."""
    for spot in book.spots:
        if isinstance(spot.step, PlayStep):
            circle = circle_of(book.playbook.playbook, spot.step.play, book.known.playbooks)
            if circle:
                yield Finding(spot.at("play"), f"expected an end, found a circle: {' plays '.join(circle)}")


@rule("plan-unknowable")
def plan_unknowable(book: Book) -> Iterator[Finding]:
    """People approve a plan: nothing in it may rest on what its own phase will find out."""
    help_ = "move what finds it out to an earlier phase, or give the step its own `approve`"
    for spot in book.spots:
        step = spot.step
        if not spot.phase.approve or (isinstance(step, DoStep) and step.approve):
            continue
        for where, reference in used(spot):
            for path in reference.paths:
                other = book.by_id.get(str(path[0]))
                if other is not None and other.number == spot.number:
                    found = f"expected a plan known at approval, found the result of {quoted(path[0])}"
                    yield Finding(where, found, help_)
        if isinstance(step, DoStep) and "linked" in step.accounts and _links_here(book, spot):
            found = "expected accounts known at approval, found linked accounts asked for in this phase"
            yield Finding(spot.at("accounts"), found, help_)


def _links_here(book: Book, spot: Spot) -> bool:
    return any(
        isinstance(each.step, AskStep)
        and isinstance(each.step.choose, str)
        and each.step.choose.endswith(".candidates")
        for each in book.spots
        if each.number == spot.number
    )
