"""Talk to one service over HTTP: one origin, no redirects, capped bodies, and no write past the gate.

Every vendor whose library carries no protocol weight is reached through `Http`. It never retries:
the context does, because only the context knows whether a repeat is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx2

from integrations.addresses import base_of, path
from integrations.answers import Answer, echoes, looks_whole, lost, parsed, verdict
from integrations.carrier import Carrier, head_of
from integrations.pages import Following, Pages, by_link
from integrations.rates import Rate
from runner.actions.gate import Gate
from runner.actions.opening import ANSWER_S, SILENCE_S, undated
from runner.actions.values import Json
from runner.errors import CredentialsError, ServiceError

__all__ = ["Answer", "Http", "Pages", "Params", "path"]

Headers: TypeAlias = Mapping[str, str] | None
Params: TypeAlias = Mapping[str, str | int]

_MOST_DOWNLOAD = 8 * 1024**3
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")


class Http:
    """One service's origin; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        service: str,
        gate: Gate,
        user_agent: str,
        auth: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        rate: Rate = "retry-after",
        silence_s: float = SILENCE_S,
        answer_s: float = ANSWER_S,
        dated: Callable[[str], None] = undated,
        download_hosts: tuple[str, ...] = (),
    ) -> None:
        """Pin the origin; nothing is sent yet.

        service: the configured name, for errors. auth: headers that carry the secret, or what gives them
        anew for each request; they go to the pinned origin only. silence_s: longest silence. answer_s:
        longest whole answer. dated: see `Opening`. download_hosts: hosts (`host` or `host:port`) that
        `download` may be sent on to, without `auth`. No cookie is kept: a session would outlive a token.
        Raises SettingsError for an unfit URL, CredentialsError for a secret no header can carry.
        """
        self.service = service
        self._base = base_of(base_url, service)
        self._auth = auth if callable(auth) else partial(dict, auth or {})
        if not callable(auth):
            self._secrets()
        self._rate: Rate = rate
        self._hosts = frozenset(host.lower() for host in download_hosts)
        self._carrier = Carrier(
            self._base,
            service=service,
            gate=gate,
            silence_s=silence_s,
            answer_s=answer_s,
            dated=dated,
            hosts=self._hosts,
        )
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # what is kept is what was sent
            "User-Agent": user_agent,
            **(headers or {}),
        }

    def get(self, path: str, params: Params | None = None) -> Answer:
        """Read. Raises what `request` raises."""
        return self.request("GET", path, params=params)

    def find(self, path: str, params: Params | None = None) -> Answer | None:
        """Read something that may not exist: None for 404, and for that only."""
        answer = self._exchange("GET", self._base + path, params, {})
        if answer.status == 404:
            return None
        return self._accepted("GET", path, answer)

    def post(self, path: str, json: Json = None, params: Params | None = None) -> Answer:
        """POST, once."""
        return self.request("POST", path, json=json, params=params)

    def put(self, path: str, json: Json = None, params: Params | None = None) -> Answer:
        """PUT, once."""
        return self.request("PUT", path, json=json, params=params)

    def patch(self, path: str, json: Json = None, params: Params | None = None) -> Answer:
        """PATCH, once."""
        return self.request("PATCH", path, json=json, params=params)

    def delete(self, path: str, json: Json = None, params: Params | None = None) -> Answer:
        """DELETE, once."""
        return self.request("DELETE", path, json=json, params=params)

    def submit(self, path: str, form: Mapping[str, str]) -> Answer:
        """POST a form (`application/x-www-form-urlencoded`), once."""
        body = {"data": dict(form)}
        return self._accepted("POST", path, self._exchange("POST", self._base + path, None, body))

    def request(
        self, method: str, path: str, *, params: Params | None = None, json: Json = None, more: Headers = None
    ) -> Answer:
        """Make one request and return its answer.

        path: from the first slash, built with `path()` when it holds an id. json: None sends no body.
        more: headers of this request alone, such as If-Match.
        Raises NotReached, AnswerLost (a write whose answer is lost), ServiceError (a read whose answer is),
        RateLimited, CredentialsError, ServiceRefused, WriteForbidden.
        """
        body = {} if json is None else {"json": json}
        return self._accepted(method, path, self._exchange(method, self._base + path, params, body, more))

    def pages(
        self, path: str, params: Params | None = None, following: Following = by_link, *, parse: bool = True
    ) -> Pages:
        """Return an iterator over pages within the origin, following `Link: rel=next` unless told how.

        parse: False for pages that are kept as they came; their `json` is None.
        `next()` raises what `get` raises, and may then be asked again for the same page; ServiceError for a
        link that leaves, or that comes back.
        """
        url = httpx2.URL(self._base + path, params=params) if params else self._base + path
        return Pages(self, str(url), path, following, parse=parse)

    def page(self, url: str, path: str, *, parse: bool = True) -> Answer:
        """Read one page by its absolute URL; path is for errors. Raises what `get` raises."""
        return self._accepted("GET", path, self._exchange("GET", url, None, {}, parse=parse))

    def rows(self, path: str, params: Params | None = None) -> list[Json]:
        """Return the elements of all pages of a list. Raises ServiceError when a page is no list."""
        found: list[Json] = []
        for page in self.pages(path, params):
            if not isinstance(page.json, list):
                raise ServiceError(f"expected a list from {path}, found something else", where=self.service)
            found += page.json
        return found

    def download(self, path: str, *, most: int = _MOST_DOWNLOAD) -> Iterator[bytes]:
        """Read a large body in pieces; one redirect to a `download_hosts` host is taken, without credentials.

        Raises what `get` raises, and ServiceError beyond `most` bytes.
        """
        request = self._built("GET", self._base + path, None, {}, self._secrets())
        with self._carrier.sent(request) as response:
            target = str(response.headers.get("location", ""))
            if response.status_code not in {302, 303, 307}:
                self._accepted("GET", path, head_of(response))
                yield from self._carrier.pieces(request, response, most)
                return
        if urlsplit(target).netloc.lower() not in self._hosts:
            raise ServiceError(f"GET {path} was redirected to a host not allowed", where=self.service)
        request = self._built("GET", target, None, {}, {})
        with self._carrier.sent(request) as response:
            self._accepted("GET", path, head_of(response))
            yield from self._carrier.pieces(request, response, most)

    def warm(self) -> None:
        """Open a connection (name, TCP, TLS) for the next request; any answer will do. Raises NotReached."""
        self._exchange("HEAD", self._base + "/", None, {})

    def close(self) -> None:
        """Close every connection."""
        self._carrier.close()

    def _secrets(self) -> dict[str, str]:
        """Return the headers that carry the secret. Raises CredentialsError for one no header can carry."""
        secrets = dict(self._auth())
        if not all(map(_HEADER_SAFE.fullmatch, secrets.values())):
            raise CredentialsError("the secret holds characters no token has", where=self.service)
        return secrets

    def _accepted(self, method: str, path: str, answer: Answer) -> Answer:
        if error := verdict(self.service, method, path, answer, self._rate):
            raise error
        return answer

    def _exchange(
        self,
        method: str,
        url: str,
        params: Params | None,
        body: Mapping[str, Any],
        more: Headers = None,
        *,
        parse: bool = True,
    ) -> Answer:
        """Send once and read the whole body; judges the transport, not the status."""
        shown, secrets = urlsplit(url).path, self._secrets()
        request = self._built(method, url, params, body, {**(more or {}), **secrets})
        with self._carrier.sent(request) as response:
            raw = b"".join(self._carrier.pieces(request, response))
        head = head_of(response, raw)
        try:
            content = parsed(raw) if parse or head.status >= 300 or not looks_whole(raw) else None
        except ValueError as wrong:
            if head.status < 300:
                raise lost(self.service, method, shown, "the answer is no JSON") from wrong
            content = None  # an error page of a gateway; its status says enough
        if head.status >= 300 and echoes(raw, secrets.values()):
            content = None  # some services repeat the token they refuse
        return replace(head, json=content)

    def _built(
        self, method: str, url: str, params: Params | None, body: Mapping[str, Any], more: Headers
    ) -> httpx2.Request:
        """Build a request. Raises ServiceError for what is no address."""
        headers = {**self._headers, **(more or {})}
        try:
            return httpx2.Request(method, url, params=params, headers=headers, **body)
        except httpx2.InvalidURL as wrong:
            raise ServiceError("that is no address to ask", where=self.service) from wrong
