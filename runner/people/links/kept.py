"""Looks into kept evidence for the subject's own values: bytes are searched, formats are not understood.

Streams, so an item of any size takes a few megabytes. What is packed or encrypted inside is not looked into.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from runner.actions.values import Observation
from runner.people.links.normalising import normal
from runner.people.links.sightings import token_of

__all__ = ["MOST_ADDRESSES", "addresses_in", "found_in"]

_CHUNK = 1 << 20
_OVERLAP = 1 << 13  # longer than any value with all its letters escaped
_LOOKS_BEHIND = 2  # characters that a pattern judges before a value
_SHORTEST = 6  # characters; a shorter value stands in any log by chance
MOST_ADDRESSES = 200
"""Network addresses taken from one item; a worker signs in from fewer."""

# Keys under which logs in JSON keep the address a request came from: ipAddress, actor_ip, sourceIPAddress …
_ADDRESS = re.compile(
    rb'"(?:[A-Za-z0-9_.-]*[._-])?(?:actor|caller|client|remote|source)?_?ip_?(?:address|addr)?"'
    rb'\s*:\s*"([0-9A-Fa-f:.]{3,45})"',
    re.IGNORECASE,
)


def addresses_in(file: BinaryIO) -> list[Observation]:
    """Return the network addresses a log of the subject's own account names, each once, at most the cap.

    They are the subject's only where the item holds nobody else's acts: the caller decides that.
    """
    found: dict[str, None] = {}
    for match in _matches(file, _ADDRESS):
        address = match[1].decode("ascii")
        if normal("ip", address) and len(found) < MOST_ADDRESSES:
            found.setdefault(address)
    return [Observation("ip", each) for each in found]


def found_in(file: BinaryIO, wanted: Collection[Observation]) -> list[Observation]:
    """Return which of these values stand in a file, in any spelling of theirs, as whole words.

    Searched as it was seen and as it is compared, in UTF-8 and as JSON escapes it.
    """
    by_bytes: dict[bytes, list[Observation]] = {}
    for each in wanted:
        for spelled in _spellings(each):
            by_bytes.setdefault(spelled, []).append(each)
    if not by_bytes:
        return []
    longest_first = sorted(by_bytes, key=len, reverse=True)
    choice = b"|".join(map(re.escape, longest_first))
    # Part of a longer word, number or address is another value; a port after an address is not.
    before, after = rb"(?<![0-9A-Za-z_])(?<![0-9][.:])", rb"(?![0-9A-Za-z_]|\.[0-9A-Za-z])"
    pattern = re.compile(before + b"(" + choice + b")" + after)
    hits = {match[1]: None for match in _matches(file, pattern)}
    return list(dict.fromkeys(each for spelled in hits for each in by_bytes[spelled]))


def _spellings(observation: Observation) -> Iterator[bytes]:
    token = token_of(observation)
    for text in dict.fromkeys((observation.value.strip(), token[1] if token else "")):
        if token and len(text) >= _SHORTEST:
            yield text.encode("utf-8", "surrogatepass")
            yield json.dumps(text)[1:-1].encode()


def _matches(file: BinaryIO, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield matches of a stream read in pieces, some of them twice.

    One that the end of a piece may have cut waits for the next; one at the very start of a later piece was
    seen whole before.
    """
    rest, begin = b"", 0
    while chunk := file.read(_CHUNK):
        window = rest + chunk
        for match in pattern.finditer(window):
            if match.start() >= begin and match.end() <= len(window) - _OVERLAP:
                yield match
        begin = _LOOKS_BEHIND if len(window) > 2 * _OVERLAP else begin
        rest = window[-2 * _OVERLAP :]
    yield from (match for match in pattern.finditer(rest) if match.start() >= begin)
