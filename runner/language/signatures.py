"""An action's arguments, read from its function's signature: what `with:` may hold."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from runner.actions.contract import Action
from runner.actions.values import Account, Doc, Document, Json, Observation, Thing, Who
from runner.errors import UsageError
from runner.language.problems import quoted

__all__ = ["Parameter", "parameters", "takes_account", "typed"]

_GIVEN = (Account, Thing, Who, Observation)
"""The runner fills these; `before`, for a reopen, too."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of an action."""

    name: str
    type: Any
    """Without `Annotated` and without `| None`: str, int, bool, a Literal, a list of text, Document."""
    about: str
    required: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """The values allowed, where they are a closed list."""
        return tuple(map(str, get_args(self.type))) if get_origin(self.type) is Literal else ()

    @property
    def is_document(self) -> bool:
        """Whether a rendered document goes in; the playbook names it."""
        return self.type is Document

    @property
    def is_list(self) -> bool:
        """Whether it takes a list of text."""
        return get_origin(self.type) in (list, tuple)

    @property
    def expected(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.is_list:
            return "a list"
        return _WORDS.get(self.type, "text")

    def fits(self, value: Json) -> bool:
        """Tell whether a value as written in the file can become this argument."""
        if self.is_list:
            return isinstance(value, list)
        if self.choices:
            return value in self.choices
        if self.type is int:
            return isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value, re.ASCII) is not None
        if self.type is bool:
            return value in ("true", "false")
        return isinstance(value, str) and bool(value)


_WORDS: Mapping[Any, str] = {
    int: "a whole number",
    bool: "`true` or `false`",
    Document: "the name of a document",
}


def parameters(action: Action) -> Mapping[str, Parameter]:
    """Return the arguments a playbook gives to an action, by name, in order."""
    return _parameters(action.run)


@cache
def takes_account(action: Action) -> bool:
    """Tell whether the action acts on an account, so that a step must say whose."""
    return any(_bare(hint) is Account for hint in get_type_hints(action.run, include_extras=True).values())


def typed(action: Action, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return filled `with` values as the action's function wants them: `"5"` becomes 5 for an int.

    Raises UsageError for a value that does not fit, such as what a reference yielded.
    """
    found = parameters(action)
    return {name: _converted(found[name], value) for name, value in values.items()}


def _converted(parameter: Parameter, value: Json) -> Json:
    if isinstance(value, Document) or type(value) is parameter.type:
        return value
    if not parameter.fits(value):
        raise UsageError(f'"{parameter.name}": expected {parameter.expected}, found {quoted(value)}')
    if parameter.type is int:
        return int(value)
    return value == "true" if parameter.type is bool else value


@cache
def _parameters(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for name, declared in list(inspect.signature(function).parameters.items())[
        1:
    ]:  # the first is the context
        hint = hints[name]
        if _bare(hint) not in _GIVEN and name != "before":
            doc = next((each.text for each in get_args(hint)[1:] if isinstance(each, Doc)), "")
            required = declared.default is inspect.Parameter.empty
            found[name] = Parameter(name, _bare(hint), doc, required)
    return found


def _bare(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    return hint
