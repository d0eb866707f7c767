"""Opens where cases' items are kept, as the settings say: the case's own folder, a shared one, a vault."""

from __future__ import annotations

import threading
from pathlib import Path

from runner.actions.values import Json
from runner.actions.vaults import Objects, Safe
from runner.database.opening import secure_folder
from runner.errors import SeveranceError, StorageError
from runner.evidence.bucket import Bucket
from runner.evidence.folder import Folder
from runner.evidence.store import Store
from runner.secrets import resolve
from runner.settings import Settings, evidence_settings

__all__ = ["Custody"]

_ROW = {"service": "evidence", "remedy": "", "exit": 0}
_ALONE = {
    **_ROW,
    "check": "every machine can read the items",
    "ok": False,
    "detail": "cases are shared by a database server, and their items are on this machine alone",
    "remedy": "set `evidence` to a folder that the machines share, or to a bucket",
    "exit": 2,
}


class Custody:
    """Opens the store of any case; a vault is opened once, when first needed."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self._settings, self._lock = settings, threading.Lock()
        self._vault: Objects | None = None

    def store(self, code: str, own: Path) -> Store:
        """Return the store of one case. own: the case's own folder, on this machine.

        Raises SettingsError, StorageError where a shared folder is not there, or CredentialsError.
        """
        evidence = self._settings.evidence
        if evidence.at is None:
            return Folder(own)
        if evidence.scheme:
            return Bucket(self._objects(), code, Folder(own))
        folder = self._shared() / code
        secure_folder(folder)
        return Folder(folder)

    def examine(self, *, trial: bool) -> list[Json]:
        """Return the rows that `doctor` shows. trial: as `Objects.examine`."""
        try:
            return self._examined(trial=trial)
        except SeveranceError as error:
            row = {"check": "evidence can be kept", "ok": False, "detail": error.what, "remedy": error.remedy}
            return [{**_ROW, **row, "exit": int(error.exit)}]

    def _examined(self, *, trial: bool) -> list[Json]:
        if self._settings.evidence.scheme:
            rows = self._objects().examine(trial=trial)
            return [{**_ROW, "exit": 0 if row["ok"] else 4, **row} for row in rows]
        if self._settings.evidence.at:
            return [self._mounted(self._shared())]
        return [_ALONE] if self._settings.database else []

    def _objects(self) -> Objects:
        with self._lock:
            if self._vault is None:
                settings = self._settings
                kind, options = evidence_settings(settings)
                safe = Safe(
                    settings.evidence.address,
                    "severance",
                    lambda reference: resolve(reference, settings.folder),
                )
                self._vault = kind.connect(options, safe)
            return self._vault

    def _shared(self) -> Path:
        """Return the shared folder. It is never made: this disk is no substitute for a share not mounted."""
        folder = self._settings.folder / (self._settings.evidence.at or "")
        if not folder.is_dir():
            raise StorageError(
                "the folder for evidence is not there",
                where=str(folder),
                remedy=f"mount it, or make it once: mkdir -m 700 {folder}",
            )
        secure_folder(folder)
        return folder

    def _mounted(self, folder: Path) -> Json:
        """Say whether the folder is on a file system of its own: an unmounted share looks like a folder."""
        own = folder.stat().st_dev != self._settings.store_folder.stat().st_dev
        said = "a file system of its own" if own else "on the same disk as the journal: is the share mounted?"
        remedy = "" if own else f"mount the share at {folder}; right only if this is the one machine"
        return {**_ROW, "check": "the shared folder", "ok": True, "detail": said, "remedy": remedy}
