"""Read Google's lists to their last page: each answer names the next one by a token (`nextPageToken`)."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.client import Answer, Http, Params
from integrations.pages import Bookmarks
from runner.actions.contract import Context
from runner.actions.values import Json
from runner.errors import ServiceError

__all__ = ["listed", "pages", "rows"]


def pages(ctx: Context, http: Http, address: str, params: Params | None = None) -> Iterator[Answer]:
    """Yield page after page; one that failed is asked for again by the context, so no list is cut short.

    Raises what `get` raises, and ServiceError for pages that are no objects or never end.
    """
    asked, bookmarks = dict(params or {}), Bookmarks(address, ctx.service)
    while True:
        page = ctx.read(lambda asked=asked: http.get(address, asked))  # type: ignore[misc]
        if not isinstance(page.json, dict):
            raise ServiceError(f"expected an object from {address}, found something else", where=ctx.service)
        yield page
        token = str(page.json.get("nextPageToken") or "")
        if not token:
            return
        asked = {**asked, "pageToken": bookmarks.turn_to(token)}


def rows(ctx: Context, http: Http, address: str, field: str, params: Params | None = None) -> list[Json]:
    """Return the elements of one field of all pages; Google leaves the field out of an empty list.

    Raises what `pages` raises, and ServiceError for a field that is no list.
    """
    return [row for page in pages(ctx, http, address, params) for row in listed(page, field, ctx.service)]


def listed(page: Answer, field: str, service: str) -> list[Json]:
    """Return one field of one page, empty when it is left out. Raises ServiceError when it is no list."""
    found = page.json.get(field, [])
    if not isinstance(found, list):
        raise ServiceError(f"expected a list of {field}, found something else", where=service)
    return found
