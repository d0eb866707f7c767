"""What every face needs before a case: the settings in use, the desk, and text that is fit to be shown."""

from __future__ import annotations

from pathlib import Path

from runner.actions.values import Json
from runner.desk.cases import Desk
from runner.desk.restoring import restore
from runner.evidence.verify import verify
from runner.settings import Settings, load, locate

__all__ = ["desk_of", "problems_of_bundle", "restored", "settings_of"]


def settings_of(config: str | None) -> Settings:
    """Return the settings a face was told to use, or those in use. Raises SettingsError."""
    return load(locate(config))


def desk_of(config: str | None) -> Desk:
    """Return the desk over these settings. Raises SettingsError or StorageError."""
    return Desk(settings_of(config))


def restored(config: str | None, source: Path) -> Json:
    """Restore a backup into the store of these settings, which must not be there yet."""
    return restore(settings_of(config), source)


def problems_of_bundle(bundle: Path) -> list[str]:
    """Return every problem of a bundle, in words; needs no settings and no store."""
    return verify(bundle)
