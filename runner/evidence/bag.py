"""Makes the bundle: a case as a BagIt 1.0 bag (RFC 8493) that a stranger can verify.

```
bagit.txt  bag-info.txt  VERIFY.txt  manifest-sha{256,512}.txt  tagmanifest-sha{256,512}.txt
data/journal.jsonl       one canonical record a line; counsel's records as stubs
data/playbook.yaml       the frozen text
data/plans/<sha256>.json what people approved: the file's digest is the approved digest
data/items/…             evidence, bytes as received, in the order of their records
data/documents/…  data/report.{html,md,json}
data/{timeline,doors,decisions,deadlines,documents,items,expiry,demands,unknown}.csv
```

It is built beside its final place, verified there, and renamed: a half-built bundle never appears.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.actions.values import Document
from runner.errors import StorageError
from runner.evidence.building import building
from runner.evidence.chain import canonical, parse, withhold
from runner.evidence.instructions import VERIFY
from runner.evidence.manifest import write_manifest
from runner.evidence.store import Store, ending_of
from runner.evidence.verify import BAGIT, stated, verify

__all__ = ["make"]

_UNFIT = re.compile(r"[^a-z0-9]+")


def make(
    store: Store,
    out: Path,
    *,
    journal: Iterable[bytes],
    playbook: str,
    plans: Iterable[bytes],
    documents: Iterable[Document],
    reports: Mapping[str, str],
    facts: Mapping[str, str],
) -> Path:
    """Write the bundle `out` and return it.

    store: where the case's items are; those the journal names are taken from it.
    journal: canonical record lines without line ends, in order; records of class `counsel` become
    stubs. playbook: its frozen text. plans: canonical bytes, each with the digest people approved.
    reports: text by file name (`report.html`, …, as above). facts: further lines of
    bag-info.txt, by label. Raises StorageError; then nothing is at `out`.
    """
    if out.is_symlink() or out.exists():
        raise StorageError("there is something here already", where=str(out), remedy="name another folder")
    try:
        with building(out.parent) as bag:
            records = [_leaving(parse(line)) for line in journal]
            _write_record(bag / "data", records, playbook, plans)
            _write_papers(bag / "data", documents, reports)
            _copy_items(store, records, bag / "data" / "items")
            _write_tags(bag, facts)
            _check(bag)
            bag.rename(out)
            _sync(out.parent)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"the bundle could not be made: {error}",
            where=str(out),
            remedy="free space or name another folder",
        ) from error
    return out


def _leaving(record: dict[str, Any]) -> dict[str, Any]:
    return withhold(record) if record.get("class") == "counsel" else record


def _write_record(data: Path, records: list[dict[str, Any]], playbook: str, plans: Iterable[bytes]) -> None:
    _write(data / "journal.jsonl", b"".join(canonical(record) + b"\n" for record in records))
    _write(data / "playbook.yaml", playbook.encode())
    for plan in plans:
        _write(data / "plans" / f"{hashlib.sha256(plan).hexdigest()}.json", plan)


def _write_papers(data: Path, documents: Iterable[Document], reports: Mapping[str, str]) -> None:
    for number, document in enumerate(documents, start=1):
        slug = _UNFIT.sub("-", document.name.lower())[:60].strip("-")
        _write(data / "documents" / f"{number:04d}-{slug}.md", document.text.encode())
    for name, text in reports.items():
        _write(data / name, text.encode())


def _copy_items(store: Store, records: list[dict[str, Any]], items: Path) -> None:
    """Copy what the journal names; bytes that a crash left without a record are no evidence."""
    kept = [each["data"] for each in records if each.get("kind") == "item.kept"]
    named = {each["sha256"]: each.get("media", "") for each in reversed(kept)}  # as it was kept first
    for number, sha256 in enumerate(dict.fromkeys(each["sha256"] for each in kept), start=1):
        with store.get(sha256).open("rb") as file:
            _write(items / f"{number:04d}-{sha256[:12]}.{ending_of(named[sha256])}", file)


def _write_tags(bag: Path, facts: Mapping[str, str]) -> None:
    _write(bag / "bagit.txt", BAGIT)
    _write(bag / "VERIFY.txt", VERIFY.encode())
    info = {**facts, **stated(bag)}  # what can be computed is never taken from the caller
    _write(
        bag / "bag-info.txt", "".join(f"{label}: {_line(value)}\n" for label, value in info.items()).encode()
    )
    payload = [path.relative_to(bag).as_posix() for path in (bag / "data").rglob("*") if path.is_file()]
    for name, text in write_manifest(bag, "manifest", payload).items():
        _write(bag / name, text.encode())
    tags = [path.name for path in bag.iterdir() if path.is_file()]
    for name, text in write_manifest(bag, "tagmanifest", tags).items():
        _write(bag / name, text.encode())


def _line(value: str) -> str:
    """Return a value as one line: bag-info.txt folds lines, and a company's name must not add one."""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())


def _write(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a new file, 0600, durable."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, fresh, 0o600), "wb") as file:
        for block in [content] if isinstance(content, bytes) else content:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(where)
    finally:
        os.close(where)


def _check(bag: Path) -> None:
    problems = verify(bag)
    if problems:
        raise ValueError(f"it would not verify: {problems[0]}")
