"""The journal's hash chain: one spelling of a record, its digest, and the link to the record before.

A record is a JSON object with `seq, at, kind, class, data, prev, digest`. Its digest is the SHA-256
of its canonical bytes without `digest`; `prev` is the digest of the record before, `START` for the
first. A stranger can check the chain with any JSON library and `sha256sum`.

A record of class `counsel` does not leave the house. In a bundle a stub stands in its place: number,
time, class, `prev` and `digest`. The chain still holds, and the digest binds what was withheld.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["START", "broken", "canonical", "parse", "seal", "withhold"]

START = "0" * 64
"""`prev` of a case's first record."""
_STUB = {"seq", "at", "class", "prev", "digest", "withheld"}


def canonical(value: Any) -> bytes:
    """Return the one spelling of a JSON value: keys sorted, no spaces, UTF-8.

    A lone surrogate, which JSON may carry (RFC 8259 section 8.2) and UTF-8 may not, is written as
    its JSON escape: a hostile display name cannot stop the journal. Raises ValueError for NaN and
    infinities, TypeError for what is no JSON.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="backslashreplace")


def seal(record: Mapping[str, Any], prev: str) -> dict[str, Any]:
    """Return the record with `prev` and its `digest`, as reading it back will spell it.

    prev: the digest of the record before, or `START`. Raises what `canonical` raises.
    """
    body: dict[str, Any] = json.loads(canonical({**record, "prev": prev, "digest": ""}))
    return {**body, "digest": _digest(body)}


def parse(line: bytes) -> dict[str, Any]:
    """Return the record a journal line holds (without its line end).

    Raises ValueError unless the line is an object in its canonical spelling: two spellings of one
    record, or a key written twice, would let a reader and a verifier see different things.
    """
    try:
        record = json.loads(line)
        plain = isinstance(record, dict) and canonical(record) == line
    except RecursionError:  # the writer of JSON gives up at other depths than its reader
        raise ValueError("nested too deep") from None
    if not plain:
        raise ValueError("not a JSON object in canonical spelling")
    return dict(record)


def withhold(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stub that stands in a bundle for a record of class `counsel`."""
    return {**{key: record[key] for key in ("seq", "at", "class", "prev", "digest")}, "withheld": True}


def broken(records: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the first break of the chain in words, or None when it is whole."""
    prev, last = START, None
    for place, record in enumerate(records, start=1):
        seq = record.get("seq")
        if type(seq) is not int or (last is not None and seq != last + 1):
            return f"record {place}: its number is {seq!r} and does not follow {last!r}"
        if record.get("prev") != prev:
            return f"record {place}: it does not follow the record before it"
        if not _is_stub(record) and record.get("digest") != _digest(record):
            return f"record {place}: its digest does not fit its content"
        prev, last = str(record["digest"]), seq
    return None


def _is_stub(record: Mapping[str, Any]) -> bool:
    return record.keys() == _STUB and record["class"] == "counsel" and record["withheld"] is True


def _digest(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({k: v for k, v in record.items() if k != "digest"})).hexdigest()
