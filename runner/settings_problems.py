"""Says what is wrong in a settings file, at its line and column, and never what a secret is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from runner.company import Caps, Chat, Company, Minimum, Papers, Person, Playbooks, Protected, Service
from runner.company_rules import HOLDS_SECRET, names_secret
from runner.custody import Evidence, Retention
from runner.errors import SettingsError
from runner.language.problems import Problem, nearest, quoted, rendered
from runner.language.source import Source, Where
from runner.redaction import Redactor
from runner.secrets import is_reference

__all__ = ["option_problems", "problems_of", "refusal"]

_PARTS: Mapping[str, type[BaseModel]] = {
    "playbooks": Playbooks,
    "services": Service,
    "people": Person,
    "protected": Protected,
    "minimum": Minimum,
    "caps": Caps,
    "chat": Chat,
    "papers": Papers,
    "evidence": Evidence,
    "retention": Retention,
}
_WRITTEN = re.compile(
    rf"""(?i)\b\w*(?:{HOLDS_SECRET})["']?\s*:\s*(?:"([^"\n]*)|'([^'\n]*)|([^\s"',}}\]]+))"""
    r"""|[?&]password=([^&\s"']+)"""  # in the address of a database
)


def problems_of(error: ValidationError, source: Source) -> list[Problem]:
    """Return one problem for each thing pydantic found in the whole file."""
    return [
        _problem(
            each,
            source,
            tuple(each["loc"]),
            _PARTS.get(str(each["loc"][0]), Company) if each["loc"] else Company,
        )
        for each in error.errors(include_url=False)
    ]


def option_problems(
    error: ValidationError, source: Source, part: Where, model: type[BaseModel]
) -> list[Problem]:
    """Return the problems of one part's own options, as their model found them. part: its path of keys."""
    return [
        _problem(each, source, (*part, *each["loc"]), model)
        for each in error.errors(include_url=False)
    ]


def refusal(problems: Iterable[Problem], source: Source) -> SettingsError:
    """Return the error that shows all problems; a secret written into the file by mistake is masked."""
    mask = Redactor()
    seen = [next(filter(None, match.groups()), "") for match in _WRITTEN.finditer(source.text)]
    for written in filter(None, [*seen, *_held(source.value, secret=False)]):
        if not is_reference(written):
            mask.remember(written)
    return SettingsError(
        mask.redact(rendered(problems, {source.name: source.text})).rstrip("\n"),
        remedy=f"correct {Path(source.name).name}; `severance doctor` checks it",
    )


def _held(value: Any, *, secret: bool) -> Iterator[str]:
    """Yield the texts under keys that hold secrets; the pattern over the file serves where YAML is broken."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _held(each, secret=secret or names_secret(key))
    elif isinstance(value, list):
        for each in value:
            yield from _held(each, secret=secret)
    elif secret and isinstance(value, str):
        yield value


def _problem(error: Any, source: Source, where: Where, model: type[BaseModel]) -> Problem:
    kind, key = error["type"], str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        hint = nearest(key, model.model_fields)
        message = f"expected a known key, found {quoted(key)}"
        return Problem(source.name, source.at(where, key=True), message, "unknown-key", hint)
    if kind == "missing":
        return Problem(
            source.name, source.at(where[:-1]), f'expected the key "{key}", found none', "missing-key"
        )
    found = "" if isinstance(error["input"], dict | list) else f", found {quoted(error['input'])}"
    return Problem(source.name, source.at(where), f"expected {_expected(error)}{found}", "wrong-value")


def _expected(error: Any) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "string_pattern_mismatch":
        return f"text of the form {context['pattern'].strip('^$')}"
    if error["type"] == "too_short":
        least = context["min_length"]
        return f"at least {least} {'entry' if least == 1 else 'entries'}"
    said: str = error["msg"]
    return said.removeprefix("Input should be ").removeprefix("a valid ")
