"""Discretion: what the subject could notice, and what watches instead of reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.actions.values import Json
from runner.language.playbook import AskStep, DoStep
from runner.language.references import BadReference, references_in
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.signatures import parameters

__all__: list[str] = []

_ADDRESSED = frozenset({"to", "cc", "bcc", "recipients", "channel", "user"})
_GROUPS = re.compile(
    r"[#@]?(all|everyone|everybody|staff|team|company|employees|general|here|channel|dev|devs)\b",
    re.IGNORECASE,
)
_HOW = {
    "on-next-use": "when they next use it",
    "at-once": "at once",
    "e-mail": "by an e-mail the service sends",
}


@rule("noticeable")
def noticeable(book: Book) -> Iterator[Finding]:
    """In a covert phase the subject notices nothing; and no ticket or notice ever reaches them."""
    for spot, step in book.dos():
        if spot.phase.covert:
            yield from _covert(book, spot, step)
        yield from _ticket(book, spot, step)
        yield from _notice(book, spot, step)


def _covert(book: Book, spot: Spot, step: DoStep) -> Iterator[Finding]:
    action, kind = book.action(step), book.kind(step)
    help_ = "move it to a phase that is not covert"
    if action and action.noticed != "none":
        found = f"expected nothing the subject could notice, found {step.do}: noticed {_HOW[action.noticed]}"
        yield Finding(spot.at("do"), found, help_)
    elif kind in ("close", "reopen"):
        yield Finding(spot.at("do"), f"expected nothing the subject could notice, found {step.do}", help_)


def _ticket(book: Book, spot: Spot, step: DoStep) -> Iterator[Finding]:
    action = book.action(step)
    seen_by = parameters(action).get("visible_to") if action else None
    if seen_by and step.with_.get("visible_to") in set(seen_by.choices) - {"restricted"}:
        found = "expected a ticket only the case's people see, found one others see"
        yield Finding(spot.at("with", "visible_to"), found, "visible_to: restricted")


def _notice(book: Book, spot: Spot, step: DoStep) -> Iterator[Finding]:
    action = book.action(step)
    if not action or action.kind not in ("tell", "make"):
        return
    persons = {name for name, one in book.playbook.inputs.items() if one.type == "person"}
    for name in _ADDRESSED & step.with_.keys():
        for text in _strings(step.with_[name]):
            if _names_person(text, persons) or _GROUPS.match(text):
                found = "expected a notice that cannot reach the subject, found one that could"
                yield Finding(spot.at("with", name), found, "use `page:` with a role, or name one person")


def _strings(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _names_person(text: str, persons: set[str]) -> bool:
    try:
        paths = [path for reference in references_in(text) for path in reference.paths]
    except BadReference:
        return False  # `bad-reference` reports it
    return any(
        path[0] == "each" or (path[0] == "inputs" and path[1:2] and path[1] in persons) for path in paths
    )


@rule("new-monitoring")
def new_monitoring(book: Book) -> Iterator[Finding]:
    """Watching a person from now on needs counsel's recorded ground, scope and end."""
    for spot, step in book.dos():
        action = book.action(step)
        if (
            action
            and action.collects == "monitoring"
            and not any(_grounded(book, each) for each in book.before(spot))
        ):
            found = f"expected existing records, found new monitoring by {step.do}"
            hint = "before it, ask an advising role with `choose: text` for ground, scope and end"
            yield Finding(spot.at("do"), found, hint)


def _grounded(book: Book, spot: Spot) -> bool:
    """An answer in words, by advising roles only, to a question for ground, scope and end."""
    step = spot.step
    if not isinstance(step, AskStep) or step.answer != "text" or not step.by:
        return False
    asked = all(word in step.ask.lower() for word in ("ground", "scope", "end"))
    return asked and set(step.by.roles) <= set(book.playbook.people.advise)
