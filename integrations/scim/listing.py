"""List and search users and groups: by filter where there is one, else page by page; never half a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeAlias

from integrations.client import Params
from integrations.scim.connection import Scim
from integrations.scim.resources import values
from runner.actions.contract import Context
from runner.actions.values import Json
from runner.errors import ServiceError, ServiceRefused

__all__ = ["Term", "search"]

Term: TypeAlias = tuple[str, str]
"""An attribute and the value sought in it."""

_UNFILTERABLE = frozenset({"", "invalidFilter", "invalidPath", "tooMany"})  # RFC 7644, table 9


def search(
    ctx: Context, terms: Sequence[Term], same: Callable[[str], str] = str, *, of: str = "/Users"
) -> list[Json]:
    """Return the users, or what else is listed at `of`, for which one of the terms holds, each once.

    same: what two values have in common that count as equal. Every row is looked at again here: a provider
    that ignores a filter answers with everything. Raises ServiceError for a list longer than `most_users`,
    or that ends early.
    """
    found = _filtered(ctx, of, terms) if ctx.read(ctx.connection(Scim).announced).filters else None
    rows = _all(ctx, of) if found is None else found
    return [row for row in rows if any(_holds(row, term, same) for term in terms)]


def _holds(row: Json, term: Term, same: Callable[[str], str]) -> bool:
    attribute, wanted = term
    return any(same(value) == same(wanted) for value in values(row, attribute))


def _filtered(ctx: Context, of: str, terms: Sequence[Term]) -> list[Json] | None:
    """Ask once a term, since many providers take a single `eq` only; None where one cannot be filtered by."""
    found: dict[str, Json] = {}
    for attribute, value in terms:
        quoted = json.dumps(value, ensure_ascii=False)  # a JSON string: RFC 7644 section 3.4.2.2
        try:
            rows = _all(ctx, of, f"{attribute} eq {quoted}")
        except ServiceRefused as refused:
            if refused.status == 400 and refused.code in _UNFILTERABLE:
                return None
            raise
        found |= {row["id"]: row for row in rows}
    return list(found.values())


def _all(ctx: Context, of: str, only: str = "") -> list[Json]:
    """Return every row of a list, or every one a filter lets through; `startIndex` counts from 1."""
    most = ctx.connection(Scim).settings.most_users
    found: dict[str, Json] = {}
    start, total = 1, 1
    while start <= total:
        rows, total = _page(ctx, of, {"startIndex": start, **({"filter": only} if only else {})})
        if total > most:
            raise ServiceError(f"{of} holds {total}, and `most_users` allows {most}", where=ctx.service)
        if not rows and start <= total:
            raise ServiceError(f"{of} ends after {start - 1} of {total}", where=ctx.service)
        found |= {row["id"]: row for row in rows}
        start += len(rows)
    return list(found.values())


def _page(ctx: Context, of: str, asked: Params) -> tuple[list[Json], int]:
    """Return one page and how many rows there are altogether (RFC 7644 section 3.4.2.4)."""
    scim = ctx.connection(Scim)
    page = ctx.read(lambda: scim.get(of, {"count": scim.settings.page, **asked})).json
    rows = page.get("Resources") or [] if isinstance(page, dict) else None
    total = page.get("totalResults") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not isinstance(total, int):
        raise ServiceError(f"expected a list from {of}, found something else", where=ctx.service)
    if not all(isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] for row in rows):
        raise ServiceError(f"{of} holds something without an id", where=ctx.service)
    return rows, total
