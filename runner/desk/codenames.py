"""Dull code names for cases: a colour, an animal and a number, none of which mean anything."""

from __future__ import annotations

import secrets
from collections.abc import Collection

__all__ = ["new_code"]

_COLOURS = """
amber azure coral ivory jade khaki lilac ochre olive pearl plum rose russet sand slate teal umber
""".split()  # noqa: SIM905  seventeen quoted words are harder to read
_ANIMALS = """
badger crane curlew dunlin falcon finch gannet heron ibis jay kite lark marten otter plover stoat wren
""".split()  # noqa: SIM905  as above


def new_code(taken: Collection[str]) -> str:
    """Return a code name no case has yet, such as `amber-falcon-7`."""
    while True:
        code = f"{secrets.choice(_COLOURS)}-{secrets.choice(_ANIMALS)}-{secrets.randbelow(90) + 10}"
        if code not in taken:
            return code
