"""The kinds of value a playbook holds: names, text, whole numbers, durations.

The source gives every scalar as text. A value becomes a number or a yes/no only here, where the
model wants one, and as the YAML 1.2 core schema spells it (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from runner.language.durations import EXPECTED_DURATION, EXPECTED_FIRE, Fire, duration, fire
from runner.language.terms import Term

__all__ = [
    "NAME", "Duration", "FireWhen", "Name", "Names", "Part", "Text", "Whole", "YesNo", "read_by", "wrong",
]  # fmt: skip

T = TypeVar("T")

NAME = r"^[a-z][a-z0-9_-]{0,63}$"
"""Names of playbooks, phases, steps, roles, inputs: also safe as file names and in commands."""


class Part(BaseModel):
    """A piece of a playbook: frozen, and no key more than it declares."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def wrong(rule: str, expected: str, found: object) -> PydanticCustomError:
    """Return the error that `problems` prints as `expected …, found …` under `rule`."""
    return PydanticCustomError(rule, "expected {expected}", {"expected": expected, "found": found})


def read_by(parse: Callable[[str], T], rule: str, expected: str) -> BeforeValidator:
    """Return what turns a written text into a value; `parse` raises ValueError for what is none.

    rule, expected: of the problem that is then shown. What is no text passes when it is such a value already.
    """

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            return value if isinstance(value, int | Fire | Term) else _refuse(value)
        try:
            return parse(value)
        except ValueError:
            return _refuse(value)

    def _refuse(value: Any) -> Any:
        raise wrong(rule, expected, value)

    return BeforeValidator(validate)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Name = Annotated[str, StringConstraints(pattern=NAME)]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    WithJsonSchema(
        {
            "type": ["string", "array"],
            "pattern": NAME,
            "items": {"type": "string", "pattern": NAME},
            "minItems": 1,
        }
    ),
]
"""One name, or a list of names."""
Whole = Annotated[
    int,
    read_by(_whole, "bad-number", "a whole number from 1"),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
YesNo = Annotated[
    bool, read_by(_yes_no, "bad-value", "`true` or `false`"), WithJsonSchema({"type": "boolean"})
]
Duration = Annotated[
    int,
    read_by(duration, "bad-duration", EXPECTED_DURATION),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,5}[smhd]$", "examples": ["15m", "24h"]}),
]
"""Whole seconds."""
FireWhen = Annotated[
    Fire,
    read_by(fire, "bad-duration", EXPECTED_FIRE),
    PlainSerializer(lambda when: when.text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(on-approval|between .+|armed [0-9]+[smhd])$"}),
]
