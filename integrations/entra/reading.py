"""Read Graph: addresses, OData literals, pages that link in their body, and what a write left behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from integrations.addresses import stays_home
from integrations.answers import Answer
from integrations.client import Http, Pages, Params, path
from integrations.entra.connection import Graph
from runner.actions.contract import Context
from runner.actions.values import Account, Json
from runner.errors import RefusedError, ServiceError

__all__ = ["maybe", "moment", "one", "pages", "quoted", "rows", "settled", "stamp", "user_path"]

T = TypeVar("T")

_OBJECT_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")  # directoryObject: a lower-case GUID


def user_path(account: Account, tail: str = "", *ids: str) -> str:
    """Return a path below a user: `user_path(account, "/appRoleAssignments/{}", "41W1…")`.

    Raises RefusedError unless the account's id has the form Entra issues; a userPrincipalName is none.
    """
    if not _OBJECT_ID.fullmatch(account.id):
        raise RefusedError(f"{ascii(account.id)[:60]} is no Entra object id", where=account.service)
    return path("/users/{}" + tail, account.id, *ids)


def quoted(value: str) -> str:
    """Return a value as a string literal of OData (version 4.01, ABNF rule `string`)."""
    return "'" + value.replace("'", "''") + "'"


def pages(http: Http, address: str, params: Params | None = None) -> Pages:
    """Return an iterator over the pages of a list, following `@odata.nextLink` within the origin."""
    return http.pages(address, params, _next)


def _next(page: Answer, url: str, service: str) -> str | None:
    if not isinstance(page.json, dict) or not isinstance(page.json.get("value"), list):
        raise ServiceError("expected a collection, found something else", where=service)
    link = page.json.get("@odata.nextLink")
    return stays_home(str(link), url, service) if link else None


def rows(ctx: Context, address: str, params: Params | None = None, *, index: bool = False) -> list[Json]:
    """Return the elements of all pages of a list; a page that failed is asked for again, alone.

    index: search what is eventually consistent, as Graph wants for `$count` and most filters on users.
    """
    graph, found = ctx.connection(Graph), []
    listed = pages(graph.index if index else graph.directory, address, params)
    while page := ctx.read(lambda: next(listed, None)):
        found += page.json["value"]
    return found


def one(ctx: Context, address: str, params: Params | None = None) -> Json:
    """Return one object. Raises ServiceRefused when it is not there."""
    return ctx.read(lambda: ctx.connection(Graph).directory.get(address, params)).json


def maybe(ctx: Context, address: str, params: Params | None = None) -> Json:
    """Return one object, or None when it is not there."""
    found = ctx.read(lambda: ctx.connection(Graph).directory.find(address, params))
    return found.json if found else None


def settled(ctx: Context, look: Callable[[], T], met: Callable[[T], bool], said: Callable[[T], str]) -> T:
    """Return what `look` reads once it is `met`; ServiceError with what it `said` when it is not, thrice.

    A replica may answer a read before the write has reached it: learn.microsoft.com/entra/architecture,
    "eventual consistency". look: calls Graph itself, without ctx.read.
    """

    def reading() -> T:
        state = look()
        if not met(state):
            raise ServiceError(f"{said(state)} after the call", where=ctx.service)
        return state

    return ctx.read(reading)


def moment(text: str) -> datetime:
    """Return a time as Graph spells it: ISO 8601, UTC, up to seven decimals of a second."""
    return datetime.fromisoformat(text)


def stamp(when: datetime) -> str:
    """Return a time as Graph's filters want it: RFC 3339, UTC, whole seconds."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
