"""Documents: templates that exist and can render, and nothing sent that lacks what it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.language.outlines import Field, Outline
from runner.language.playbook import DoStep, PageStep, TaskStep
from runner.language.problems import nearest, quoted
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.signatures import parameters

__all__ = ["given"]

_Key = tuple[str, ...]


def given(book: Book, step: DoStep | TaskStep | PageStep) -> Mapping[str, Field]:
    """Return what the documents a step names are filled with from its `with`, by name.

    What the action itself takes under a name never fills its document too: a file's name is nobody's name.
    """
    known = book.known.documents
    outlines = [known[name] for _, name in _named(book, step) if name in known]
    action = book.action(step) if isinstance(step, DoStep) else None
    taken = parameters(action) if action else {}
    fields = (field for outline in outlines for field in outline.under("given").items())
    return {name: field for name, field in fields if name not in taken}


def _named(book: Book, step: DoStep | TaskStep | PageStep) -> Iterator[tuple[_Key, str]]:
    """Yield the documents a step names, each with the keys under which it does."""
    if step.document:
        yield ("document",), step.document
    action = book.action(step) if isinstance(step, DoStep) else None
    for name, parameter in (parameters(action) if action else {}).items():
        value = step.with_.get(name)
        if parameter.is_document and isinstance(value, str):
            yield ("with", name), value


def _papers(book: Book) -> Iterator[tuple[Spot, DoStep | TaskStep | PageStep, _Key, str]]:
    for spot, step in [*book.dos(), *book.handing()]:
        for keys, name in _named(book, step):
            yield spot, step, keys, name


@rule("unknown-document", alone=True)
def unknown_document(book: Book) -> Iterator[Finding]:
    """A document is a file of templates/."""
    for spot, _, keys, name in _papers(book):
        if name not in book.known.documents:
            found = f"expected a document of templates/, found {quoted(name)}"
            yield Finding(spot.at(*keys), found, nearest(name, book.known.documents))


@rule("bad-document", alone=True)
def bad_document(book: Book) -> Iterator[Finding]:
    """A template that can never render is no document."""
    for spot, _, keys, name in _papers(book):
        outline = book.known.documents.get(name)
        for each in outline.problems if outline else ():
            yield Finding(spot.at(*keys), f"expected a document that renders, found {quoted(name)}: {each}")


@rule("document-gap")
def document_gap(book: Book) -> Iterator[Finding]:
    """A document with a gap is shown to people and never sent; a gap that can never be filled is told now."""
    for spot, step, keys, name in _papers(book):
        action = book.action(step) if isinstance(step, DoStep) else None
        outline = book.known.documents.get(name)
        if action and outline and not action.drafts:
            for path, help_ in _gaps(book, step, outline):
                found = f"expected {path}, without which {name} is not sent, found none"
                yield Finding(spot.at(*keys), found, help_)


def _gaps(book: Book, step: DoStep | TaskStep | PageStep, outline: Outline) -> Iterator[tuple[str, str]]:
    fillable = given(book, step)
    for name, field in outline.under("given").items():
        if field.needed and name not in fillable:
            yield field.path, f"the action takes `{name}` for itself; let a task hand this document out"
        elif field.needed and name not in step.with_:
            yield field.path, f"`{name}` under `with`: {field.what}"
    for name, field in outline.under("inputs").items():
        if field.needed and name not in book.playbook.inputs:
            yield field.path, f"an input `{name}`: {field.what}"
    for field in outline.under("demand").values() if not book.playbook.takes_demands else ():
        if field.needed:
            yield field.path, "an input `demand` of type demand"
