"""Renders the documents of `templates/`: Markdown by Jinja2, in a sandbox, from plain data only.

Even a correct sandbox calls methods of what it is given and multiplies strings until memory ends.
So the data is copied through JSON, nothing can be called but macros and a mapping's own listing,
`* ** %` are refused, only the filters named here exist, and the output is capped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runner.actions.values import Document
from runner.errors import RefusedError, UsageError
from runner.language.fields import NAME
from runner.language.references import Scope

__all__ = ["LONGEST", "names", "render"]

LONGEST = 256 * 1024
"""Characters of a rendered document."""
_SUFFIX = ".md.j2"
_FILTERS = frozenset(
    [
        "capitalize", "count", "d", "default", "dictsort", "first", "groupby", "int", "join", "last",
        "length", "list", "lower", "map", "reject", "rejectattr", "replace", "round", "select", "selectattr",
        "sort", "string", "sum", "title", "trim", "unique", "upper",
    ]
)  # fmt: skip


def names(folder: Path) -> frozenset[str]:
    """Return the names of the documents in a folder."""
    return frozenset(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}"))


def render(name: str, scope: Scope, folder: Path) -> Document:
    """Return templates/NAME.md.j2 filled from the scope; its first line, `# Title`, is the title.

    Raises RefusedError naming every field the template needs and the scope lacks, UsageError when
    there is no such template or it is broken.
    """
    path = folder / f"{name}{_SUFFIX}"
    if not re.fullmatch(NAME, name) or not path.is_file() or path.is_symlink():
        raise UsageError(
            f'there is no document "{name}"', where=str(folder), remedy="see the folder for the names"
        )
    missing: dict[str, None] = {}
    try:
        template = _environment(missing).from_string(path.read_text("utf-8"))
        text = _capped(template.generate(json.loads(json.dumps(scope))), path)
    except TemplateSyntaxError as error:
        raise UsageError(f"not a template: {error.message}", where=f"{path}:{error.lineno}") from None
    except (TemplateError, TypeError, ValueError, OverflowError, RecursionError) as error:
        if not missing:
            raise UsageError(f"the template does not render: {error}", where=str(path)) from None
        text = ""
    if missing:
        remedy = "answer what asks for it, or give the input, and run the step again"
        raise RefusedError(f"the document lacks: {', '.join(missing)}", where=name, remedy=remedy)
    return Document(name, _title(text, path), text)


def _capped(pieces: Any, path: Path) -> str:
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > LONGEST:
            raise UsageError(f"the document is longer than {LONGEST} characters", where=str(path))
    return text


def _title(text: str, path: Path) -> str:
    first = text.partition("\n")[0]
    if not first.startswith("# ") or not first[2:].strip():
        raise UsageError("expected `# Title` as the first line of the document, found none", where=str(path))
    return first[2:].strip()


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        listing = isinstance(getattr(obj, "__self__", None), dict)
        return isinstance(obj, Macro) or (listing and obj.__name__ in ("items", "keys", "values"))

    def call_binop(self, _context: Any, symbol: str, _left: Any, _right: Any) -> Any:
        raise SecurityError(f"a document does not compute with {symbol}")


def _environment(missing: dict[str, None]) -> _Sandbox:
    sandbox = _Sandbox(
        undefined=_noting(missing),
        autoescape=False,  # Markdown, not HTML: each surface encodes for itself
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sandbox.globals.clear()
    sandbox.filters = {name: function for name, function in sandbox.filters.items() if name in _FILTERS}
    return sandbox


def _noting(missing: dict[str, None]) -> type[StrictUndefined]:
    """Return StrictUndefined that writes down what was missed, and lets the rest be looked at."""

    class Missing(StrictUndefined):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return Missing(name=f"{_called(self)}.{name}")

        def __getitem__(self, key: Any) -> Any:
            return Missing(name=f"{_called(self)}.{key}")

    def noted(answer: Callable[[], Any]) -> Any:
        def method(self: Any, *_: Any) -> Any:
            missing[_called(self)] = None
            return answer()

        return method

    plain: Mapping[str, Callable[[], Any]] = {
        "__str__": str, "__iter__": lambda: iter(()), "__len__": int, "__bool__": bool, "__eq__": bool,
        "__ne__": bool, "__contains__": bool,
    }  # fmt: skip
    for name, answer in plain.items():
        setattr(Missing, name, noted(answer))
    return Missing


def _called(undefined: Any) -> str:
    """Return the dotted name of what is missing, its owner's kind left out."""
    return str(undefined._undefined_name)  # noqa: SLF001 - Jinja2 documents it for subclasses of Undefined
