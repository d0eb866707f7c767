"""Build addresses that cannot be bent: pinned origins, ids that stay ids, page links that stay home.

An id is untrusted text from a service or a file. `00u1/../users/00u2` must fail before anything is
sent, not be tidied up: whoever wrote it meant another account.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit

from runner.errors import RefusedError, ServiceError, SettingsError

__all__ = ["base_of", "next_page", "on_loopback", "origin_of", "path", "stays_home"]

_BENT = re.compile(r"[/\\?#%\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^\.{1,2}$|\.\.|^$")
_WRITTEN = re.compile(r"[!-\[\]-~]*")  # graphic ASCII without the backslash
_DEFAULT_PORT = {"https": 443, "http": 80}
_NEXT = re.compile(
    r'<([^<>]*)>\s*(?:;[^,<]*)?;\s*rel="?next"?\s*(?:[;,]|$)', re.IGNORECASE
)  # RFC 8288 section 3


def path(template: str, *ids: str) -> str:
    """Fill each `{}` of a path with an id, percent-encoded.

    Raises RefusedError for an id that is empty or holds a slash, a backslash, `..`, `?`, `#`, `%`, a
    control character or half a surrogate pair: no vendor issues such ids.
    """
    for each in ids:
        if _BENT.search(each):
            raise RefusedError(
                f"the id {ascii(each)[:80]} cannot be part of an address",
                remedy="look the account up again and use the id the service gives",
            )
    return template.format(*(quote(each, safe="@:!$'()*,~+=") for each in ids))


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host in lower case, and port of an absolute URL. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORT or not parts.hostname:
        raise ValueError("expected an absolute http or https URL")
    return parts.scheme, parts.hostname.lower(), parts.port or _DEFAULT_PORT[parts.scheme]


def on_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _require_written(url: str) -> None:
    if not _WRITTEN.fullmatch(url):
        raise ValueError("it holds a character no address is written with")


def base_of(url: str, service: str) -> str:
    """Return a base URL without its last slash, once it is fit to carry a token.

    Raises SettingsError unless it is https (http on loopback only), without user, query or fragment, in
    the characters an address is written in (RFC 3986 section 2): a foreign letter is a look-alike here.
    """
    try:
        _require_written(url)
        scheme, host, _ = origin_of(url)
    except ValueError as wrong:
        raise SettingsError(f"the url cannot be used: {wrong}", where=service) from wrong
    parts = urlsplit(url)
    if scheme != "https" and not on_loopback(host):
        raise SettingsError(
            f"expected https for {host}, found {scheme}", where=service, remedy="use an https:// url"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError("the url carries a user, a query or a fragment", where=service)
    return url.rstrip("/")


def next_page(link: str, current: str, service: str) -> str | None:
    """Return the absolute URL of `rel=next` in a Link header (RFC 8288), or None on the last page.

    current: the URL of the page in hand. Raises ServiceError when the link leaves its origin.
    """
    found = _NEXT.search(link)
    return stays_home(found.group(1), current, service) if found else None


def stays_home(link: str, current: str, service: str) -> str:
    """Return the absolute URL of the next page's link. Raises ServiceError when it leaves its origin.

    current: the URL of the page in hand.
    """
    url = ""
    try:
        url = urljoin(current, link)
        url.encode()  # JSON may carry half a surrogate pair (RFC 8259 section 8.2), an address may not
        # A name before the host would go out as our credentials; a backslash is a slash to some readers.
        stays = origin_of(url) == origin_of(current) and "@" not in urlsplit(url).netloc and "\\" not in url
    except ValueError:  # `http://[`, which is no address at all
        stays = False
    if not stays:
        raise ServiceError("the next page is on another host, or nowhere; it was not fetched", where=service)
    return url
