"""What a template says of itself before it is filled: whom it is for, and what it cannot do without.

A template begins with one comment:

```
{# for: counsel
   tlp: AMBER+STRICT
   privileged: yes
   needs:
     inputs.seen = what was seen, with time and source | whoever opened the case
     given.letter (police, provider) = which of the letters it is | counsel
   may:
     house.press = whom the press may call
#}
```

What it `needs` is mandatory: a gap is shown, with who knows it, and blocks sending. What it `may` hold is
left out when nobody gave it; round brackets hold the values allowed. Declared are the fields of `given` (the
step's own `with`), `house` (the settings' `papers`), `inputs` and `demand`; all else a document can name
(`ROOTS`) is always there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from runner.language.fields import NAME

__all__ = ["FILTERS", "ROOTS", "SUFFIX", "Field", "Outline", "outline", "outlines"]

SUFFIX = ".md.j2"
FILTERS = frozenset(
    [
        "bullets", "capitalize", "count", "d", "default", "dictsort", "first", "groupby", "int", "join",
        "last", "length", "list", "lower", "map", "reject", "rejectattr", "replace", "round", "select",
        "selectattr", "sort", "string", "sum", "title", "trim", "unique", "upper", "verbatim",
    ]
)  # fmt: skip
ROOTS = frozenset(
    [
        "accounts", "case", "clocks", "delays", "demand", "demands", "document", "documents", "doors",
        "given", "house", "inputs", "items", "now", "sources", "unconfirmed",
    ]
)  # fmt: skip
"""What a template may name; `runner/cases/drafting.py` fills every one of them."""
_KNOWN_BY: Mapping[str, str] = {
    "given": "whoever runs the case",
    "house": "the settings, under papers",
    "inputs": "whoever opened the case",
    "demand": "whoever received the demand",
}
_TLP = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")  # https://www.first.org/tlp/, version 2.0
_HEAD = re.compile(r"\{#(.*?)#\}", re.DOTALL)
_FIELD = re.compile(
    r"(?P<path>[a-z]+(?:\.[a-z][a-z0-9_]*)+)(?: \((?P<choices>[^)]+)\))?"
    r" = (?P<what>[^|]+?)(?: \| (?P<who>.+))?"
)
_SYNTAX = Environment(autoescape=True)  # reads templates, never renders one
_SYNTAX.filters = dict.fromkeys(FILTERS, str)
_SYNTAX.globals.clear()


@dataclass(frozen=True, slots=True)
class Field:
    """One value a template is filled with, beyond what every document has."""

    path: str
    """Dotted, for example `given.platform`."""
    what: str
    who: str
    """Who knows it."""
    choices: tuple[str, ...]
    """The values it may have; empty when any will do."""
    needed: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """A template's head."""

    name: str
    audience: str
    tlp: str
    privileged: bool
    fields: tuple[Field, ...]
    problems: tuple[str, ...]
    """Why it can never render as it stands; empty for a sound one."""

    def under(self, root: str) -> Mapping[str, Field]:
        """Return the declared fields of one root by the rest of their path: `{"platform": …}` of `given`."""
        start = f"{root}."
        return {each.path.removeprefix(start): each for each in self.fields if each.path.startswith(start)}


def outlines(folder: Path) -> Mapping[str, Outline]:
    """Return the outline of every template in a folder, by name; a folder that is not there has none."""
    paths = sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file() and not path.is_symlink())
    named = {path.name.removesuffix(SUFFIX): path for path in paths}
    return {
        name: outline(name, path.read_text("utf-8"))
        for name, path in named.items()
        if re.fullmatch(NAME, name)
    }


@lru_cache(maxsize=256)  # a server judges the same templates again and again
def outline(name: str, text: str) -> Outline:
    """Return what a template declares, and every reason why it cannot render."""
    found = _HEAD.match(text)
    facts: dict[str, str] = {}
    fields: list[Field] = []
    problems = list(_head(found[1] if found else "", facts, fields))
    problems += _body(text, fields)
    return Outline(
        name,
        facts.get("for", ""),
        facts.get("tlp", "AMBER"),
        facts.get("privileged") == "yes",
        tuple(fields),
        tuple(problems),
    )


def _head(text: str, facts: dict[str, str], fields: list[Field]) -> Iterator[str]:
    """Read the lines of the comment into facts and fields; yield what is wrong with them."""
    needed = True
    for line in filter(None, (each.strip() for each in text.splitlines())):
        key, _, value = line.partition(":")
        if match := _FIELD.fullmatch(line):
            fields.append(_field(match, needed=needed))
            if fields[-1].path.partition(".")[0] not in _KNOWN_BY:
                yield f"declares {match['path']}: only {', '.join(_KNOWN_BY)} are declared"
        elif line in ("needs:", "may:"):
            needed = line == "needs:"
        elif key in ("for", "tlp", "privileged") and value.strip():
            facts[key] = value.strip()
        else:
            yield f"its first comment has a line that says nothing: {line}"
    if facts.get("tlp", "RED") not in _TLP:
        yield f"expected one of {', '.join(_TLP)} as its tlp, found {facts['tlp']}"


def _field(match: re.Match[str], *, needed: bool) -> Field:
    choices = tuple(each.strip() for each in (match["choices"] or "").split(",") if each.strip())
    who = match["who"] or _KNOWN_BY.get(match["path"].partition(".")[0], "")
    return Field(match["path"], match["what"], who, choices, needed)


def _body(text: str, fields: list[Field]) -> Iterator[str]:
    try:
        tree = _SYNTAX.parse(text)
        asked = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:  # also for a filter that documents do not have
        yield f"line {error.lineno}: {error.message}"
        return
    for root in sorted(asked - ROOTS):
        yield f'asks for "{root}", which no document has'
    declared = [each.path for each in fields]
    for path in dict.fromkeys(_used(tree)):
        told = any(f"{path}.".startswith(f"{each}.") for each in declared)
        if path.partition(".")[0] in _KNOWN_BY and not told:
            yield f"uses {path} and does not declare it"


def _used(node: nodes.Node) -> Iterator[str]:
    """Yield every dotted name of a template, each at its full length."""
    path = _dotted(node)
    if path:
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _used(child)


def _dotted(node: nodes.Node) -> str:
    match node:
        case nodes.Name(ctx="load"):
            return node.name
        case nodes.Getattr():
            owner = _dotted(node.node)
            return f"{owner}.{node.attr}" if owner else ""
    return ""
