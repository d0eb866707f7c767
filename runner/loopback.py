"""Tells whether a configured service can only be on this machine.

The lab's shortcuts (people may be claimed, waits are compressed, any playbook runs) must never meet a real
company. So the answer is yes only where every address a service names is a loopback address, literally:
no name is looked up, and an address in a spelling that two parsers could read differently is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

__all__ = ["is_loopback", "stays_here"]

_ADDRESSES = ("url", "host")
_LOCAL_ONLY = {"folder"}
# No user, no escapes, nothing between host and path: every parser finds the same host in it.
_URL = re.compile(r"[a-z]+://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?(?:[/?#][!-\[\]-~]*)?")


def stays_here(options: Mapping[str, Any]) -> bool:
    """Tell whether a service with these options reaches nothing but this machine.

    A service that names no address uses its vendor's, so it does not stay; one that has only a folder does.
    """
    hosts = list(_hosts(options))
    return all(map(is_loopback, hosts)) if hosts else set(options) == _LOCAL_ONLY


def is_loopback(host: str) -> bool:
    """Tell whether a host is `localhost` (RFC 6761 section 6.3), ::1, or in 127.0.0.0/8 in dotted form."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _hosts(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield each host the options name, at any depth; an empty one where it cannot be told for sure."""
    for key, value in options.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, Mapping):
                yield from _hosts(each)
            elif isinstance(each, str) and _names_a_host(key, each):
                yield _host(each)


def _names_a_host(key: str, value: str) -> bool:
    return key in _ADDRESSES or ("://" in value and not value.startswith("op://"))


def _host(value: str) -> str:
    if "://" not in value:
        return value
    found = _URL.fullmatch(value)
    return found[1].strip("[]") if found else ""
