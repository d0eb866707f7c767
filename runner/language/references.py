"""References: dotted names over what a case knows, and nothing that computes.

`found.candidates`, `inputs.engaged == "agency"`, `{{ inputs.seen }}` are parsed with Jinja2's own
parser and then walked here. Names, attributes, items, constants, comparisons and `and or not` are
admitted; calls, filters, arithmetic, tests and statements are refused when the playbook is read.
Nothing is ever rendered by Jinja2, and what a reference yields is never parsed again.

Names with a hyphen (`same-person.value`) are one name: Jinja2 would subtract.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from runner.actions.values import Json
from runner.errors import UsageError

__all__ = ["BadReference", "Reference", "Scope", "fill", "names_used", "parse", "references_in", "render"]

Scope: TypeAlias = Mapping[str, Json]
"""`{"inputs": {...}, "<step id>": result, "each": element}`."""

_SYNTAX = Environment(autoescape=False, keep_trailing_newline=True)  # noqa: S701 - parses, never renders
_JOIN = "\u00b7"  # stands for a hyphen while Jinja2 parses: legal in its names, refused in ours
_HYPHEN = re.compile(r"""("[^"]*"|'[^']*')|(?<=\w)-(?=\w)""")
_INSIDE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt,
    "gteq": operator.ge, "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}  # fmt: skip
_PLAIN = "a dotted name, a comparison, or and/or/not"


class BadReference(ValueError):
    """The text is more than a reference; `str` says what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed reference."""

    tree: nodes.Expr
    paths: tuple[tuple[str | int, ...], ...]
    """What it names, in order: `("found", "candidates")`."""

    def evaluate(self, scope: Scope) -> Json:
        """Return the value in this scope. Raises UsageError when a name is not there."""
        return _value(self.tree, scope)


@lru_cache(maxsize=4096)
def parse(text: str) -> Reference:
    """Return the reference a bare `when`, `each` or `choose` holds. Raises BadReference."""
    pieces = _pieces("{{ " + text + " }}") if "}}" not in text and "{{" not in text else []
    if len(pieces) != 1 or isinstance(pieces[0], str):
        raise BadReference(f"expected {_PLAIN} without braces, found {text!r}")
    return pieces[0]


@lru_cache(maxsize=4096)
def references_in(text: str) -> tuple[Reference, ...]:
    """Return the references of `{{ }}` inside a text, in order. Raises BadReference."""
    return tuple(piece for piece in _pieces(text) if isinstance(piece, Reference))


def names_used(references: Iterable[Reference]) -> frozenset[str]:
    """Return the first names: `inputs`, `each`, or ids of steps."""
    return frozenset(str(path[0]) for reference in references for path in reference.paths)


def render(text: str, scope: Scope) -> str:
    """Return the text with every reference replaced, once; lists are joined by commas.

    Raises UsageError when a name is not there, BadReference for more than references.
    """
    return "".join(
        piece if isinstance(piece, str) else _words(piece.evaluate(scope)) for piece in _pieces(text)
    )


def fill(value: Json, scope: Scope) -> Json:
    """Return a `with` value with its references replaced; a text that is one reference keeps its type."""
    if isinstance(value, Mapping):
        return {key: fill(each, scope) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [fill(each, scope) for each in value]
    if not isinstance(value, str):
        return value
    pieces = _pieces(value)
    if len(pieces) == 1 and isinstance(pieces[0], Reference):
        return pieces[0].evaluate(scope)
    return render(value, scope)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str | Reference, ...]:
    """Split a text into plain stretches and references."""
    for mark in ("{%", "{#", "{{-", "-}}", "{{+", "+}}"):  # statements, comments, blank trimming
        if mark in text:
            raise BadReference(f"expected text with {{{{ references }}}}, found {mark!r}")
    if _JOIN in "".join(_INSIDE.findall(text)):
        raise BadReference(f"expected {_PLAIN}, found {_JOIN!r}")
    if "{{" not in text:
        return (text,) if text else ()
    joined = _INSIDE.sub(lambda match: "{{" + _HYPHEN.sub(_join, match[1]) + "}}", text)
    try:
        template = _SYNTAX.parse(joined)
        found = [node for output in template.body for node in output.iter_child_nodes()]
        return tuple(node.data if isinstance(node, nodes.TemplateData) else _admit(node) for node in found)
    except BadReference:
        raise
    except TemplateSyntaxError as error:
        raise BadReference(f"expected {_PLAIN}, found a mistake: {error.message}") from None
    except (RecursionError, ValueError):  # a thousand brackets; a number of thousands of digits
        raise BadReference(f"expected {_PLAIN}, found too much of it") from None


def _join(match: re.Match[str]) -> str:
    return match[1] or _JOIN


def _admit(node: nodes.Node) -> Reference:
    paths: list[tuple[str | int, ...]] = []
    _inspect(node, paths)
    assert isinstance(node, nodes.Expr)  # noqa: S101 - what `_inspect` lets through are expressions
    return Reference(node, tuple(paths))


def _inspect(node: nodes.Node, paths: list[tuple[str | int, ...]]) -> None:
    match node:
        case nodes.Name() | nodes.Getattr() | nodes.Getitem():
            paths.append(_path(node))
        case nodes.Const() if isinstance(node.value, str | int | float | bool | None):
            return
        case nodes.And() | nodes.Or() | nodes.Not() | nodes.Compare():
            for child in node.iter_child_nodes():
                _inspect(child, paths)
        case nodes.Operand() if node.op in _COMPARISONS:
            _inspect(node.expr, paths)
        case _:
            raise BadReference(
                f"expected {_PLAIN}, found {_FOUND.get(type(node).__name__, 'something else')}"
            )


def _path(node: nodes.Node) -> tuple[str | int, ...]:
    match node:
        case nodes.Name():
            return (_name(node.name),)
        case nodes.Getattr():
            return (*_path(node.node), _name(node.attr))
        case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
            return (*_path(node.node), key)
        case nodes.Getitem():
            raise BadReference("expected a constant between [ and ], found something else")
    raise BadReference(f"expected {_PLAIN}, found {_FOUND.get(type(node).__name__, 'something else')}")


def _name(parsed: str) -> str:
    name = parsed.replace(_JOIN, "-")
    if name.startswith("_"):
        raise BadReference(f"expected a name without a leading underscore, found {name!r}")
    return name


def _value(node: nodes.Node, scope: Scope) -> Json:
    match node:
        case nodes.Const():
            return node.value
        case nodes.And():
            return bool(_value(node.left, scope)) and bool(_value(node.right, scope))
        case nodes.Or():
            return bool(_value(node.left, scope)) or bool(_value(node.right, scope))
        case nodes.Not():
            return not _value(node.node, scope)
        case nodes.Compare():
            return _compare(node, scope)
    return _look_up(_path(node), scope)


def _compare(node: nodes.Compare, scope: Scope) -> bool:
    left = _value(node.expr, scope)
    for operand in node.ops:
        right = _value(operand.expr, scope)
        try:
            if not _COMPARISONS[operand.op](left, right):
                return False
        except TypeError:
            raise UsageError(
                "two values of a comparison do not compare", remedy="compare like with like"
            ) from None
        left = right
    return True


def _look_up(path: tuple[str | int, ...], scope: Scope) -> Json:
    value: Json = scope
    for depth, key in enumerate(path):
        if not _holds(value, key):
            name, parent = ".".join(map(str, path[: depth + 1])), ".".join(map(str, path[:depth]))
            raise UsageError(
                f'"{name}" is not known' + (f': "{parent}" holds no such value' if parent else "")
            )
        value = value[key]
    return value


def _holds(value: Json, key: str | int) -> bool:
    if isinstance(value, list | tuple):
        return isinstance(key, int) and -len(value) <= key < len(value)
    return isinstance(value, Mapping) and key in value


def _words(value: Json) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


_FOUND = {
    "Call": "a call", "Filter": "a filter", "Test": "a test", "CondExpr": "a condition", "Dict": "a mapping",
    "List": "a list", "Tuple": "a tuple", "Slice": "a slice",
    **dict.fromkeys(
        ["Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos", "Concat"], "arithmetic"
    ),
}  # fmt: skip
