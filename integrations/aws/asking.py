"""Ask AWS within a context: one answer, one that may be missing, every page, one that has to settle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from integrations.answers import Answer
from integrations.aws.connection import Aws
from integrations.pages import Bookmarks
from runner.actions.contract import Context
from runner.actions.values import Json
from runner.errors import RateLimited, ServiceError, ServiceRefused

__all__ = ["Pages", "ask", "change", "find", "moment", "part", "rows", "settled"]

T = TypeVar("T")

_ABSENT = frozenset({"NoSuchEntity", "ResourceNotFoundException"})
_LOOKS = 15  # IAM was measured to need 3 to 4 seconds


def ask(ctx: Context, operation: str, key: str, **given: Json) -> Json:
    """Read one part of an answer: `ask(ctx, "iam.GetUser", "User", UserName=name)`.

    key: empty for all of it. Raises what `Aws.call` raises, and ServiceError for an answer without that part.
    """
    aws = ctx.connection(Aws)
    return part(ctx.read(lambda: aws.call(operation, given)), operation, key, ctx.service)


def find(ctx: Context, operation: str, key: str, **given: Json) -> Json:
    """Read something that may not exist: None when AWS knows no such thing, and only then."""
    try:
        return ask(ctx, operation, key, **given)
    except ServiceRefused as refused:
        if refused.code not in _ABSENT:
            raise
        return None


class Pages(Iterator[Answer]):
    """The pages of one list; a failed page can be asked for again, so no retry cuts a list short."""

    def __init__(self, aws: Aws, operation: str, region: str = "", **given: Json) -> None:
        """operation: one that pages by Marker (IAM) or by NextToken."""
        self._aws, self._operation, self._region, self._given = aws, operation, region, given
        self._token: dict[str, str] | None = {}
        self._bookmarks = Bookmarks(operation, aws.where)

    def __next__(self) -> Answer:
        """Return the next page. Raises what `Aws.call` raises; ServiceError for a token that comes back."""
        if self._token is None:
            raise StopIteration
        page = self._aws.call(self._operation, {**self._given, **self._token}, self._region)
        name = "Marker" if page.json.get("IsTruncated") else "NextToken"
        following = page.json.get(name)
        self._token = {name: self._bookmarks.turn_to(following)} if following else None
        return page


def rows(ctx: Context, operation: str, key: str, *, region: str = "", **given: Json) -> list[Json]:
    """Read every element of a list, page after page. Raises as `ask` does."""
    pages, found = Pages(ctx.connection(Aws), operation, region, **given), []
    while (page := ctx.read(lambda: next(pages, None))) is not None:
        found += part(page, operation, key, ctx.service)
    return found


def change(ctx: Context, what: str, operation: str, *, before: Json, key: str = "", **given: Json) -> Json:
    """Change one object, once, and return a part of the answer, or all of it for an empty key.

    what, before: as `Context.write` takes them. Raises what `ask` raises.
    """
    aws = ctx.connection(Aws)
    answer = ctx.write(what, lambda: aws.call(operation, given), before=before)
    return part(answer, operation, key, ctx.service)


def settled(ctx: Context, look: Callable[[], T], agrees: Callable[[T], bool], looks: int = _LOOKS) -> T:
    """Look once a second until what is seen agrees, `looks` times at most; returns what was seen last.

    IAM is eventually consistent, and Identity Center works behind its answers: a look straight after a
    write may show what was there before it. "Not now" is what the context waits for, so it waits here too.
    """
    left = iter(range(looks))

    def once() -> T:
        seen = look()
        if not agrees(seen) and next(left, None) is not None:
            raise RateLimited("it has not settled yet", wait_s=1.0, where=ctx.service)
        return seen

    return ctx.read(once)


def moment(value: str | float) -> datetime:
    """Return a time of AWS: ISO 8601 in XML, seconds of the epoch in JSON."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return datetime.fromtimestamp(value, UTC)


def part(answer: Answer, operation: str, key: str, where: str) -> Json:
    """Return one part of an answer, or all of it for an empty key. Raises ServiceError when it is missing."""
    if not key:
        return answer.json
    if key not in answer.json:
        raise ServiceError(f"the answer to {operation} has no {key}", where=where)
    return answer.json[key]
