"""Finds and reads `severance.yaml`: the services, the people, and the limits no playbook can lower.

```python
settings = load(locate(option))
okta = service_settings(settings, "okta")  # the vendor's own model
token = resolve(okta.token, settings.folder)
```
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from runner.company import Caps, Company, Minimum, Person, Playbooks, Protected, Service
from runner.errors import SettingsError

__all__ = [
    "Caps",
    "Minimum",
    "Person",
    "Playbooks",
    "Protected",
    "Service",
    "Settings",
    "locate",
]

VARIABLE = "SEVERANCE_CONFIG"
FILE = "severance.yaml"


class Settings(Company):
    """The file as read, and where it was read."""

    path: Path
    sha256: str
    """Of the file's bytes."""

    @property
    def folder(self) -> Path:
        """Where relative paths of the file start."""
        return self.path.parent

    @property
    def store_folder(self) -> Path:
        """Where the database and the cases live, absolute."""
        return self.folder / self.store

    @property
    def people_keys(self) -> dict[str, str]:
        """Person id by public key (`type base64`); no key belongs to two people."""
        return {key: person.id for person in self.people for key in person.keys}

    def accepts(self, playbook_sha256: str) -> bool:
        """Tell whether a playbook with this digest may run."""
        return self.playbooks.any or playbook_sha256 in self.playbooks.accepted


def locate(option: str | None) -> Path:
    """Return the settings file to use: `--config`, else SEVERANCE_CONFIG, else the user's config folder.

    Never the current folder by itself: a file planted where somebody happens to stand must not steer us
    (CVE-2018-10875). Raises SettingsError when there is none.
    """
    for source, named in (("--config", option), (VARIABLE, os.environ.get(VARIABLE))):
        if named:
            path = Path(named).expanduser().absolute()
            if not os.path.lexists(path):
                raise SettingsError(f"there is no file {path}", where=source, remedy="correct the path")
            return path
    folder = platformdirs.user_config_path("severance", appauthor=False)
    # The XDG base directory specification has relative values ignored; one would mean the current folder.
    if folder.is_absolute() and os.path.lexists(folder / FILE):
        return folder / FILE
    raise SettingsError(
        f"no settings: {folder / FILE} does not exist",
        remedy=f"write it, or name another with --config or {VARIABLE}; `severance lab` makes one to try",
    )
