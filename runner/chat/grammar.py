"""Reads what follows the slash command: a verb, a case, and words. Nothing that weakens a rule has a form.

There are no flags: what looks like one is refused, so that nothing pasted from a terminal (or from a word
processor, which turns `--` into a dash) does half of what it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from runner.chat.cards.help import VERBS
from runner.errors import UsageError

__all__ = ["FORMS", "Command", "parse"]

FORMS: Mapping[str, str] = {verb: form for verb, (form, _) in VERBS.items()}
"""CODE and REQUEST are one word, what is in brackets may be left out, the rest is free."""

_LONGEST = 3000  # characters
_CODE = re.compile(r"[a-z]{2,20}-[a-z]{2,20}-[0-9]{1,6}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,120}")
_FLAG = re.compile(r"[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,2}[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Command:
    """One command, read."""

    verb: str
    case: str = ""
    step: str = ""
    words: str = ""


def parse(text: str) -> Command:
    """Return the command of a text. Raises UsageError, which says how the verb is written."""
    words = text.split()
    verb = words[0].lower() if words else "help"
    if verb not in FORMS:
        raise UsageError("there is no such word here", remedy="help")
    if len(text) > _LONGEST:
        raise _unlike(verb)
    form, rest = FORMS[verb].split()[1:], words[1:]
    taken: dict[str, str] = {}
    for part in [each.strip("[]") for each in form if each.strip("[]") in ("CODE", "REQUEST")]:
        if rest and (_CODE if part == "CODE" else _NAME).fullmatch(rest[0]):
            taken[part] = rest.pop(0)
        elif part in form:
            raise _unlike(verb)
    free = form[-1] if form and form[-1].strip("[]") not in ("CODE", "REQUEST") else ""
    wanting = bool(free) and not free.startswith("[") and not rest
    if wanting or (rest and not free) or any(_FLAG.match(each) for each in rest[:1]):
        raise _unlike(verb)
    return Command(verb, taken.get("CODE", ""), taken.get("REQUEST", ""), " ".join(rest))


def _unlike(verb: str) -> UsageError:
    return UsageError("that is not how it is written", remedy=FORMS[verb])
