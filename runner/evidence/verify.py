"""Verifies a bundle: exact files, both digests of each, and that journal, items and plans agree.

BagIt alone proves little: its validator accepts a bag with the tag manifests deleted, a root file
added, or a fetch.txt that points anywhere. This is the strict profile on top. It shows that nothing
changed since the bundle was made; it cannot show who made it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from runner.evidence.agreement import disagreements, stated
from runner.evidence.instructions import VERIFY
from runner.evidence.manifest import ALGORITHMS, digests, read_manifest

__all__ = ["BAGIT", "stated", "verify"]

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_TAGS = {"bagit.txt", "bag-info.txt", "VERIFY.txt", *(f"manifest-{name}.txt" for name in ALGORITHMS)}
_TAG_MANIFESTS = {f"tagmanifest-{name}.txt" for name in ALGORITHMS}
_FOLDERS = {"data", "data/items", "data/plans", "data/documents"}
_NEEDED = {"data/journal.jsonl", "data/playbook.yaml"}
_PAYLOAD = re.compile(
    r"data/(?:journal\.jsonl|playbook\.yaml|report\.(?:html|md|json)|plans/[0-9a-f]{64}\.json"
    r"|(?:timeline|doors|decisions|deadlines|documents|items|expiry|demands|unknown)\.csv"
    r"|items/\d{4,}-[0-9a-f]{12}\.(?:json|jsonl|txt|bin)|documents/\d{4,}-[a-z0-9-]*\.md)"
)


def verify(bag: Path) -> list[str]:
    """Return every problem of a bundle, in words; an empty list means that it verifies."""
    try:
        return list(_problems(bag))
    except OSError as error:
        return [f"{error.filename or bag}: cannot be read: {error.strerror}"]


def _problems(bag: Path) -> Iterator[str]:
    if not stat.S_ISDIR(os.lstat(bag).st_mode):
        yield "this is no folder, or a link to one"
        return
    files, strange = _listing(bag)
    yield from strange
    missing = sorted((_TAGS | _TAG_MANIFESTS | _NEEDED) - files)
    yield from (f"{name} is missing" for name in missing)
    large = [name for name in sorted(files) if (bag / name).lstat().st_size > _most(name)]
    yield from (f"{name} is larger than any we write: it was not read" for name in large)
    if strange or missing or large:
        return  # nothing beyond this can be trusted to be what it is named
    if (bag / "bagit.txt").read_bytes() != BAGIT:
        yield "bagit.txt does not say BagIt 1.0 in UTF-8"
    if (bag / "VERIFY.txt").read_bytes() != VERIFY.encode():
        yield "VERIFY.txt does not hold the instructions we write"
    yield from _manifest_problems(bag, files)
    yield from disagreements(bag)


def _listing(bag: Path) -> tuple[set[str], list[str]]:
    """Return the files of the bag, and what is in it that no bundle holds; follows no link."""
    files: set[str] = set()
    strange: list[str] = []
    waiting = [bag]
    while waiting:
        for entry in sorted(os.scandir(waiting.pop()), key=lambda each: each.name):
            path = Path(entry.path).relative_to(bag).as_posix()
            if entry.is_dir(follow_symlinks=False) and path in _FOLDERS:
                waiting.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False) and _known(path):
                files.add(path)
            else:
                strange.append(f"{path!r} is no file of a bundle")
    return files, strange


def _most(path: str) -> int:
    """Return the most bytes a file of a bundle has: a sparse terabyte must not be hashed for hours."""
    if path.startswith("data/items/"):
        return 8 << 30  # the longest download that is kept
    return 1 << 30 if path.startswith("data/") else 64 << 20


def _known(path: str) -> bool:
    return path in _TAGS | _TAG_MANIFESTS or _PAYLOAD.fullmatch(path) is not None


def _manifest_problems(bag: Path, files: set[str]) -> Iterator[str]:
    found = {path: digests(bag / path) for path in files}
    covered = {"manifest": {path for path in files if path.startswith("data/")}, "tagmanifest": _TAGS}
    for kind, wanted in covered.items():
        for algorithm in ALGORITHMS:
            name = f"{kind}-{algorithm}.txt"
            try:
                listed = read_manifest((bag / name).read_bytes(), algorithm)
            except ValueError as error:
                yield f"{name}: {error}"
                continue
            yield from (f"{name} names {path}, which is not there" for path in sorted(listed.keys() - wanted))
            yield from (f"{name} does not name {path}" for path in sorted(wanted - listed.keys()))
            for path in sorted(listed.keys() & wanted):
                if listed[path] != found[path][algorithm]:
                    yield f"{path} does not have the digest that {name} gives"
