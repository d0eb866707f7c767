"""Reads and writes the manifests of a bag: one line a file, `digest  path`.

BagIt 1.0 (RFC 8493 section 2.1.3) allows any white space between the two; we write two spaces, and
accept nothing else, because that is what `sha256sum -c` and `sha512sum -c` read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["ALGORITHMS", "digests", "read_manifest", "write_manifest"]

ALGORITHMS = ("sha256", "sha512")
_LENGTH = {"sha256": 64, "sha512": 128}
_BLOCK = 1 << 20


def digests(path: Path) -> dict[str, str]:
    """Return the digests of a regular file by algorithm, in lower-case hex, reading it once.

    Raises OSError; a link is not followed.
    """
    hashes = {name: hashlib.new(name) for name in ALGORITHMS}
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        while block := file.read(_BLOCK):
            for each in hashes.values():
                each.update(block)
    return {name: each.hexdigest() for name, each in hashes.items()}


def write_manifest(bag: Path, kind: str, files: Iterable[str]) -> dict[str, str]:
    """Return the text of each manifest by file name, over these paths of the bag.

    kind: `manifest` or `tagmanifest`. Paths are relative, with forward slashes.
    """
    known = {path: digests(bag / path) for path in sorted(files)}
    return {
        f"{kind}-{algorithm}.txt": "".join(f"{each[algorithm]}  {path}\n" for path, each in known.items())
        for algorithm in ALGORITHMS
    }


def read_manifest(content: bytes, algorithm: str) -> dict[str, str]:
    """Return digest by path. Raises ValueError for a line in any other form, or a path given twice."""
    line = re.compile(rf"([0-9a-f]{{{_LENGTH[algorithm]}}})  ([!-~]+)")
    found: dict[str, str] = {}
    for number, text in enumerate(content.decode("ascii").removesuffix("\n").split("\n"), start=1):
        match = line.fullmatch(text)
        if match is None or match[2] in found:
            raise ValueError(f"line {number} is no digest, two spaces and a path, or names a path again")
        found[match[2]] = match[1]
    if not content.endswith(b"\n"):
        raise ValueError("its last line does not end")
    return found
