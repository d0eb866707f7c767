"""Arguments of a `do` step against the signature of its action, and keys that need one another."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.operations import OPERATIONS
from runner.language.playbook import AskStep, ClockStep, DoStep, Quorum, TaskStep
from runner.language.problems import nearest, quoted
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.rules.papers import given
from runner.language.signatures import takes_account
from runner.language.source import Where

__all__: list[str] = []


@rule("unknown-argument", alone=True)
def unknown_argument(book: Book) -> Iterator[Finding]:
    """`with` holds what the action takes, nothing else."""
    for spot, step in book.dos():
        allowed = [*book.parameters(step), *given(book, step)]
        for name in step.with_ if book.kind(step) else ():
            if name not in allowed:
                found = f"expected an argument of {step.do}, found {quoted(name)}"
                yield Finding(spot.at("with", name), found, nearest(name, allowed), on_key=True)
    for spot, handing in book.handing():
        allowed = list(given(book, handing))
        for name in handing.with_ if handing.document in book.known.documents else ():
            if name not in allowed:
                found = f"expected what {handing.document} is filled with, found {quoted(name)}"
                yield Finding(spot.at("with", name), found, nearest(name, allowed), on_key=True)


@rule("missing-argument", alone=True)
def missing_argument(book: Book) -> Iterator[Finding]:
    """What an action cannot do without must be given."""
    for spot, step in book.dos():
        for name, parameter in book.parameters(step).items():
            given = name in step.with_ or (parameter.is_document and step.document)
            if parameter.required and not given:
                place = spot.at("with") if step.with_ else spot.at("do")
                yield Finding(
                    place, f'expected the argument "{name}" of {step.do}, found none', parameter.about
                )


@rule("bad-argument", alone=True)
def bad_argument(book: Book) -> Iterator[Finding]:
    """Each argument has the type the action declares; what a reference yields is judged at planning."""
    for spot, step in book.dos():
        for name, parameter in book.parameters(step).items():
            value = step.with_.get(name, "{{")
            if "{{" not in str(value) and not parameter.fits(value):
                found = f'expected {parameter.expected} for "{name}", found {quoted(value)}'
                hint = nearest(str(value), parameter.choices) if parameter.choices else ""
                yield Finding(spot.at("with", name), found, hint)
    for spot, papered in [*book.dos(), *book.handing()]:
        for name, field in given(book, papered).items():
            value = papered.with_.get(name, "{{")
            if field.choices and "{{" not in str(value) and value not in field.choices:
                found = f'expected one of {", ".join(field.choices)} for "{name}", found {quoted(value)}'
                yield Finding(spot.at("with", name), found, nearest(str(value), field.choices))


@rule("missing-accounts")
def missing_accounts(book: Book) -> Iterator[Finding]:
    """What acts on accounts must say whose."""
    for spot, step in book.dos():
        action = book.action(step)
        if not step.accounts and (
            step.do in OPERATIONS or (action and takes_account(action) and not step.each)
        ):
            hint = "accounts: [subject] or [subject, linked]"
            yield Finding(spot.at("do"), f'expected "accounts" beside {step.do}, found none', hint)


@rule("out-of-place")
def out_of_place(book: Book) -> Iterator[Finding]:
    """A key that would do nothing where it stands misleads the reader."""
    for spot, step in book.dos():
        if (step.services or step.except_) and step.do not in OPERATIONS:
            key = "services" if step.services else "except"
            yield _lost(spot, key, "doors.* operations")
        if step.recheck and book.kind(step) not in ("prove", "find", ""):
            yield _lost(spot, "recheck", "what reads: doors.prove, doors.find")
        if step.fire and not step.approve:
            yield _lost(spot, "fire", "a step with `approve`")
    for spot, handing in book.handing():
        if handing.with_ and not handing.document:
            yield _lost(spot, "with", "a step with `document`")
    for number, phase in enumerate(book.playbook.phases):
        if phase.fire and not phase.approve:
            found = "expected `fire` in a phase with `approve`, found it alone"
            yield Finding(("phases", number, "fire"), found, on_key=True)


def _lost(spot: Spot, key: str, place: str) -> Finding:
    return Finding(spot.at(key), f"expected `{key}` on {place}, found it on {spot.step.id}", on_key=True)


@rule("bad-quorum", alone=True)
def bad_quorum(book: Book) -> Iterator[Finding]:
    """A quorum names roles one way, and asks for no fewer people than roles."""
    for where, quorum in quorums(book):
        if bool(quorum.of) == bool(quorum.each_of):
            yield Finding(where, "expected one of `of` and `each_of`, found both or none")
        elif quorum.need < len(quorum.each_of) and (*where, "need") in book.source.values:
            found = f"expected at least {len(quorum.each_of)}, one person a role, found {quorum.need}"
            yield Finding((*where, "need"), found)


def quorums(book: Book) -> Iterator[tuple[Where, Quorum]]:
    """Yield every `approve` and `by`, with its place."""
    for number, phase in enumerate(book.playbook.phases):
        if phase.approve:
            yield ("phases", number, "approve"), phase.approve
    for spot in book.spots:
        step = spot.step
        if isinstance(step, DoStep) and step.approve:
            yield spot.at("approve"), step.approve
        if isinstance(step, AskStep | TaskStep | ClockStep) and step.by:
            yield spot.at("by"), step.by


@rule("bad-silence")
def bad_silence(book: Book) -> Iterator[Finding]:
    """Silence needs a deadline, and counts as an answer that could have been given."""
    for spot in book.spots:
        step = spot.step
        if not isinstance(step, AskStep | TaskStep | ClockStep) or step.if_silent is None:
            continue
        if not step.within and not (step.by and step.by.within):
            yield Finding(
                spot.at("if_silent"), "expected `within` beside `if_silent`, found none", on_key=True
            )
        allowed = _answers(step)
        if step.if_silent not in allowed:
            found = f"expected one of {', '.join(allowed)}, found {quoted(step.if_silent)}"
            yield Finding(spot.at("if_silent"), found)


def _answers(step: AskStep | TaskStep | ClockStep) -> list[str]:
    if isinstance(step, AskStep) and step.answer == "yes-no":
        return ["yes", "no", "none"]
    options = step.choose if isinstance(step, AskStep) and isinstance(step.choose, tuple) else ()
    return [*options, "none"]


@rule("bad-demand", alone=True)
def bad_demand(book: Book) -> Iterator[Finding]:
    """What steps name as `demand` is the input of that name and type; there is one."""
    for name, one in book.playbook.inputs.items():
        if (one.type == "demand") != (name == "demand"):
            found = f"expected an input called demand of type demand, found {quoted(name)} of type {one.type}"
            yield Finding(("inputs", name), found, on_key=True)


@rule("bad-choice", alone=True)
def bad_choice(book: Book) -> Iterator[Finding]:
    """An input of type choice has choices; no other has."""
    for name, one in book.playbook.inputs.items():
        if one.type == "choice" and not one.of:
            yield Finding(("inputs", name), 'expected the key "of" with the choices, found none')
        if one.type != "choice" and one.of:
            yield Finding(
                ("inputs", name, "of"), f"expected no choices for a {one.type}, found some", on_key=True
            )
