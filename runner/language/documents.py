"""Renders the documents of `templates/`: Markdown by Jinja2, in a sandbox, from plain data only.

Even a correct sandbox calls methods of what it is given and multiplies strings until memory ends.
So the data is copied through JSON, nothing can be called but macros and a mapping's own listing,
`* ** %` are refused, only the filters named in `outlines.py` exist, and the output is capped.

A field that is mandatory and not known is shown as `[[MISSING: what, who knows it]]`: a person can read and
complete the document, and it knows that it must not be sent. A name the template uses and never declared is
a mistake of its author, and stops.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from runner.actions.values import Document, Json
from runner.errors import UsageError
from runner.language.fields import NAME
from runner.language.outlines import FILTERS, SUFFIX, Field, Outline, outline
from runner.language.references import Scope
from runner.language.verbatim import bullets, literal, verbatim

__all__ = ["LONGEST", "render"]

LONGEST = 256 * 1024
"""Characters of a rendered document."""


def render(name: str, scope: Scope, folder: Path) -> Document:
    """Return templates/NAME.md.j2 filled from the scope; its first line, `# Title`, is the title.

    scope: plain data under the names of `outlines.ROOTS`; `case.code`, `now` and `document` (`version`,
    `status`, `to`) go into the head that every document has. Raises UsageError when there is no such
    template, or when it cannot render whatever it is given.
    """
    path = folder / f"{name}{SUFFIX}"
    if not re.fullmatch(NAME, name) or not path.is_file() or path.is_symlink():
        raise UsageError(
            f'there is no document "{name}"', where=str(folder), remedy="see the folder for the names"
        )
    source = path.read_text("utf-8")
    told = outline(name, source)
    if told.problems:
        raise UsageError(f"the template cannot be used: {'; '.join(told.problems)}", where=str(path))
    try:
        data = json.loads(json.dumps(scope))
        missing = [each for field in told.fields for each in _filled(data, field)]
        text = _capped(_environment().from_string(source).generate(data), path)
    except TemplateSyntaxError as error:
        raise UsageError(f"not a template: {error.message}", where=f"{path}:{error.lineno}") from None
    except (TemplateError, TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
        raise UsageError(f"the template does not render: {error}", where=str(path)) from None
    title, _, body = text.partition("\n")
    if not title.startswith("# ") or not title[2:].strip():
        raise UsageError("expected `# Title` as the first line of the document, found none", where=str(path))
    whole = "\n".join([title, "", *_head(told, data, len(missing)), body])
    return Document(name, title[2:].strip(), whole, tuple(missing), told.privileged)


def _filled(data: Json, field: Field) -> list[str]:
    """Mark a mandatory field that is not known, leave out an optional one; return what lacks."""
    *way, last = field.path.split(".")
    place = data
    for key in way:
        place[key] = place.get(key) or {}
        place = place[key]
    value = place.get(last)
    blank = value is None or (isinstance(value, str) and not value.strip())
    if not blank and (not field.choices or value in field.choices):
        return []
    if blank and not field.needed:
        place[last] = ""
        return []
    choices = f" ({', '.join(field.choices)})" if field.choices else ""
    lack = f"{field.what}{choices}, {field.who}"
    place[last] = Markup("[[MISSING: {}]]").format(Markup(lack))  # noqa: S704  the template's own words
    return [lack]


def _head(told: Outline, data: Json, gaps: int) -> list[str]:
    """Return the lines below every title; a document is called privileged in counsel's own words only."""
    document, words = data["document"], data.get("house", {}).get("classification", "")
    rows = {
        "Case": data["case"]["code"],
        "TLP": f"TLP:{told.tlp}",
        "Version": document["version"],
        "Status": document["status"],
        "As of": f"{data['now']} (UTC)",
        "Language": "English",
        "Distribution": ", ".join(document["to"]) or told.audience or "whoever has it from the case's people",
    }
    if gaps:
        rows["Missing"] = f"{gaps}, marked below; not to be sent before they are filled in"
    classified = [f"**{words}**", ""] if words and told.privileged else []
    table = ["| | |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]
    return [*classified, *table, "", "Drafted from the record of the case. This is not legal advice."]


def _capped(pieces: Iterable[str], path: Path) -> str:
    parts, length = [], 0
    for piece in pieces:
        parts.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise UsageError(f"the document is longer than {LONGEST} characters", where=str(path))
    return "".join(parts)  # plain text again: markup would escape what is added to it


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        listing = isinstance(getattr(obj, "__self__", None), dict)
        return isinstance(obj, Macro) or (listing and obj.__name__ in ("items", "keys", "values"))

    def call_binop(self, _context: Any, symbol: str, _left: Any, _right: Any) -> Any:
        raise SecurityError(f"a document does not compute with {symbol}")


def _environment() -> _Sandbox:
    sandbox = _Sandbox(
        undefined=StrictUndefined,
        autoescape=True,  # so that macros give markup; `literal` leaves nothing for it to escape
        finalize=literal,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sandbox.globals.clear()
    every = {**sandbox.filters, "bullets": bullets, "verbatim": verbatim}
    sandbox.filters = {name: every[name] for name in FILTERS}
    return sandbox
