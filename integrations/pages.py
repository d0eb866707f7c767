"""Walk the pages of one list, each fetched once, without ever leaving its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeAlias

from integrations.addresses import next_page
from integrations.answers import Answer
from runner.actions.contract import Context
from runner.actions.values import Item
from runner.errors import ServiceError

__all__ = ["Bookmarks", "Following", "Pages", "by_link", "kept"]

Following: TypeAlias = Callable[[Answer, str, str], str | None]
"""Told a page, its URL and the service: the absolute URL of the page after it, None after the last.

Raises ServiceError for a link that leaves the origin.
"""

_MOST_PAGES = 10_000


def by_link(page: Answer, url: str, service: str) -> str | None:
    """Follow `Link: rel=next` (RFC 8288)."""
    return next_page(page.headers.get("link", ""), url, service)


class Origin(Protocol):
    """What pages are read from: one origin of one service."""

    service: str
    """The configured name, for errors."""

    def page(self, url: str, path: str, *, parse: bool = True) -> Answer:
        """Read one page by its absolute URL."""
        ...


class Bookmarks:
    """Where the pages of one list begin: a service that names one twice, or ever new ones, holds nobody."""

    def __init__(self, of: str, service: str, most: int = _MOST_PAGES) -> None:
        """of: the list, for errors. service: the configured name. most: pages of one list."""
        self._of, self._service, self._most = of, service, most
        self._seen: set[str] = set()

    def turn_to(self, place: str) -> str:
        """Return where the next page begins. Raises ServiceError for pages that never end."""
        if place in self._seen or len(self._seen) >= self._most:
            raise ServiceError(f"the pages of {self._of} never end", where=self._service)
        self._seen.add(place)
        return place


class Pages(Iterator[Answer]):
    """The pages of one list; a failed page can be asked for again, so no retry cuts a list short."""

    def __init__(
        self, http: Origin, url: str, path: str, following: Following, *, parse: bool = True
    ) -> None:
        """url: of the first page. path: for errors. parse: False leaves `json` of every page None."""
        self._http, self._path, self._following, self._parse = http, path, following, parse
        self._url: str | None = url
        self._bookmarks = Bookmarks(path, http.service)
        self._bookmarks.turn_to(url)

    def __next__(self) -> Answer:
        """Read the next page. Raises StopIteration after the last one."""
        url, service = self._url, self._http.service
        if url is None:
            raise StopIteration
        answer = self._http.page(url, self._path, parse=self._parse)
        following = self._following(answer, url, service)
        self._url = following and self._bookmarks.turn_to(following)
        return answer


def kept(ctx: Context, name: str, pages: Iterator[Answer]) -> list[Item]:
    """Keep page after page in order, as received; one is stored while the next is read, no third is held.

    pages: yields each page once it is read. Raises what reading and keeping raise; the page before is kept.
    """
    items: list[Item] = []
    with ThreadPoolExecutor(1) as storing:
        stored: Future[Item] | None = None
        for number, page in enumerate(pages, 1):
            if stored:
                items.append(stored.result())
            stored = storing.submit(ctx.keep, f"{name}-{number:04d}.json", page.body)
        if stored:
            items.append(stored.result())
    return items
