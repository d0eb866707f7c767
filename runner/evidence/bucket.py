"""Keeps the items of a case as locked objects of a vault, with a private cache of files on this machine.

`CODE/1f2e…d4c5`: the SHA-256 names the object, so putting it again is putting nothing. An object is
written where its key holds nothing; what a newer version or a delete marker hides is looked for below it,
because a lock protects versions and not names. Nothing that comes back is believed before its digest is the
name it was asked by: the vault's, and the cache's at every use.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from runner.actions.values import Item
from runner.actions.vaults import Objects, Version
from runner.errors import StorageError
from runner.evidence.folder import Folder

__all__ = ["Bucket"]

_MEDIA = "application/octet-stream"  # of what is fetched again: its ending matters to nobody then


class Bucket:
    """The items of one case, as objects whose keys begin with its code name."""

    def __init__(self, objects: Objects, code: str, cache: Folder) -> None:
        """code: the case's code name. cache: in the case's own folder."""
        self._objects, self._code, self._cache = objects, code, cache

    def put(self, name: str, content: bytes | Iterable[bytes], media: str) -> Item:
        """Store evidence here first, then in the vault; returns it once it was read back from there."""
        item = self._cache.put(name, content, media)
        key = self._key(item.sha256)
        with self._cache.get(item.sha256).open("rb") as file:
            stored = self._objects.put(key, file, item.sha256, media, fresh=True)
            if stored is None and self._fitting(item.sha256) is None:
                # Something else has the name. It stays, as a version; ours goes above it.
                stored = self._objects.put(key, file, item.sha256, media, fresh=False)
        if stored is not None and self._digest(stored) != item.sha256:
            raise StorageError(
                "evidence did not read back as it was written", where=key, remedy="resume the case"
            )
        return item

    def get(self, sha256: str) -> Path:
        """Return a local file of an item, fetched again where the cache lacks it or was changed."""
        try:
            return self._cache.get(sha256)
        except StorageError:
            found = self._fitting(sha256)
        if found is None:
            raise StorageError(
                f"no object has the digest {sha256}, or its bytes have changed",
                where=self._key(sha256),
                remedy="compare the bucket with the item.kept records of the journal",
            )
        return self._cache.put_known(sha256, self._objects.read(found), _MEDIA)

    def held(self) -> Iterator[str]:
        """Yield the SHA-256 of every version's bytes, read from the vault."""
        for version in self._objects.versions(f"{self._code}/"):
            if not version.empty:
                yield self._digest(version)

    def destroy(self) -> list[str]:
        """Remove every version that no lock holds, and the cache."""
        found = list(self._objects.versions(f"{self._code}/"))
        stays = {f"{each.key} {each.id}": self._objects.remove(each) for each in found}
        self._cache.destroy()
        return [f"{what}: {why}" for what, why in stays.items() if why]

    def _fitting(self, sha256: str) -> Version | None:
        """Return the newest version that has these bytes."""
        versions = self._objects.versions(self._key(sha256))
        return next((each for each in versions if not each.empty and self._digest(each) == sha256), None)

    def _digest(self, version: Version) -> str:
        digest = hashlib.sha256()
        for block in self._objects.read(version):
            digest.update(block)
        return digest.hexdigest()

    def _key(self, sha256: str) -> str:
        return f"{self._code}/{sha256}"
