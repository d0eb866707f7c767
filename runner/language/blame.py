"""Turns what pydantic found into problems at the exact place, in one grammar: expected X, found Y."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from runner.language import steps
from runner.language.playbook import Playbook
from runner.language.problems import Problem, nearest, quoted
from runner.language.source import Source, Where

__all__ = ["keys_of", "problems_of"]

_STEPS = (steps.DoStep, steps.AskStep, steps.TaskStep, steps.PageStep, steps.ClockStep, steps.PlayStep)


def problems_of(error: ValidationError, source: Source, root: type[BaseModel] = Playbook) -> list[Problem]:
    """Return one problem for each thing pydantic found, without those that only follow from another."""
    found = error.errors(include_url=False)
    nested = {tuple(each["loc"][:-1]) for each in found if len(each["loc"]) > 1}
    return [
        _problem(each, source, root)
        for each in found
        # a list whose elements all failed is also reported as "too short"
        if not (
            each["type"] == "too_short" and any(where[: len(each["loc"])] == each["loc"] for where in nested)
        )
    ]


def _problem(error: Any, source: Source, root: type[BaseModel]) -> Problem:
    where, on_key = _where(error["loc"], source)
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], where, source, root)
    if kind == "missing":
        return _missing_key(error["loc"], where, source, root)
    if kind == "union_tag_not_found":
        return _no_one_kind(where, source, error["input"])
    expected, rule = _expected(kind, context)
    message = f"expected {expected}, found {quoted(error['input'])}"
    hint = nearest(str(error["input"]), _choices(context)) if kind == "literal_error" else ""
    return Problem(source.name, source.at(where, key=on_key), message, rule, hint)


def _where(loc: Any, source: Source) -> tuple[Where, bool]:
    """Leave out what pydantic adds: union tags, `[key]`, and the `of` of a shortened quorum."""
    where: Where = ()
    for part in loc:
        if (*where, part) in source.values:
            where = (*where, part)
    return where, "[key]" in loc


def _model(loc: Any, root: type[BaseModel]) -> type[BaseModel]:
    """Follow the way of an error through the models, to the one whose key is at fault."""
    model = root
    for part in loc[:-1]:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        inner = list(_models_in(field)) if field else [each for each in _STEPS if f"{each.kind}-step" == part]
        model = inner[0] if inner else model
    return model


def _models_in(field: FieldInfo) -> Iterator[type[BaseModel]]:
    waiting = [field.annotation]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one
        waiting += get_args(one)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys a model knows, as written in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _words(model: type[BaseModel]) -> str:
    kind = getattr(model, "kind", "")
    if model.__name__ == "People":
        return "`people`"
    noun = f"{kind} step" if kind else model.__name__.lower()
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _unknown_key(loc: Any, where: Where, source: Source, root: type[BaseModel]) -> Problem:
    model = _model(loc, root)
    hint = nearest(str(loc[-1]), keys_of(model))
    message = f"expected a key of {_words(model)}, found {quoted(loc[-1])}"
    return Problem(source.name, source.at(where, key=True), message, "unknown-key", hint)


def _missing_key(loc: Any, where: Where, source: Source, root: type[BaseModel]) -> Problem:
    message = f'expected the key "{loc[-1]}" in {_words(_model(loc, root))}, found none'
    return Problem(source.name, source.at(where), message, "missing-key")


def _no_one_kind(where: Where, source: Source, value: Any) -> Problem:
    kinds = ", ".join(steps.KINDS)
    if not isinstance(value, dict):
        message = f"expected a step, found {quoted(value)}"
        return Problem(source.name, source.at(where), message, "step-kind")
    found = [kind for kind in steps.KINDS if kind in value]
    message = f"expected exactly one of {kinds} in a step, found {' and '.join(found) or 'none'}"
    if found:
        last = max(source.at((*where, kind), key=True) for kind in found)
        return Problem(source.name, last, message, "step-kind", "one step does one thing: make two steps")
    typo = next((hint for key in value if (hint := nearest(key, steps.KINDS)).startswith("did")), "")
    return Problem(source.name, source.at(where), message, "step-kind", typo)


def _choices(context: Any) -> list[str]:
    return [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]


def _expected(kind: str, context: Any) -> tuple[str, str]:
    """Return what was expected, in words, and the rule."""
    if kind == "literal_error":
        return "one of " + ", ".join(_choices(context)), "bad-value"
    if kind == "string_pattern_mismatch":
        return "a name of small letters, digits, - and _, beginning with a letter", "bad-name"
    if kind in ("too_short", "string_too_short", "string_too_long", "too_long"):
        return _size(kind, context), "bad-value"
    if "expected" in context:
        return context["expected"], kind
    return _SHAPES.get(kind, "another kind of value"), "wrong-type"


def _size(kind: str, context: Any) -> str:
    what = "characters" if kind.startswith("string") else "entries"
    low, high = context.get("min_length"), context.get("max_length")
    return f"at least {low} {what}" if low else f"at most {high} {what}"


_SHAPES = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
