"""Finds and reads `severance.yaml`: the services, the people, and the limits no playbook can lower.

```python
settings = load(locate(option))
okta = service_settings(settings, "okta")  # the vendor's own model
token = resolve(okta.token, settings.folder)
```
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, PrivateAttr, ValidationError

from runner.actions.contract import SERVICES
from runner.actions.registry import discover, discover_vendor
from runner.actions.vaults import VAULTS, Vault
from runner.company import Caps, Company, Minimum, Person, Playbooks, Protected, Service
from runner.company_rules import contradictions
from runner.errors import SettingsError
from runner.language.problems import At, Problem, nearest
from runner.language.source import LARGEST, Source, parse
from runner.private_file import NotPrivate, read_private
from runner.settings_problems import option_problems, problems_of, refusal

__all__ = [
    "Caps",
    "Minimum",
    "Person",
    "Playbooks",
    "Protected",
    "Service",
    "Settings",
    "evidence_settings",
    "load",
    "locate",
    "service_settings",
]

VARIABLE = "SEVERANCE_CONFIG"
FILE = "severance.yaml"


class Settings(Company):
    """The file as read, and where it was read."""

    path: Path
    sha256: str
    """Of the file's bytes."""
    _source: Source = PrivateAttr()

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


def load(path: Path) -> Settings:
    """Read and check a settings file.

    Raises SettingsError: the file or its folder is not ours alone, it is a link, too large, not strict YAML,
    or makes no sense; then with every problem as `file:line:column: message [rule]`, and without secrets.
    """
    source = _source(path)
    problems = list(source.problems)
    if source.value is None:
        raise refusal(
            problems or [Problem(source.name, At(1, 1), "expected settings, found nothing", "empty")], source
        )
    try:
        company = Company.model_validate(source.value)
    except ValidationError as error:
        # `from None`: pydantic's own text repeats the values, and a value may be a secret.
        raise refusal([*problems, *problems_of(error, source)], source) from None
    problems += [
        Problem(source.name, source.at(where), said, rule) for where, said, rule in contradictions(company)
    ]
    if problems:
        raise refusal(problems, source)
    settings = Settings.model_construct(**dict(company), path=path.absolute(), sha256=source.sha256)
    settings._source = source  # noqa: SLF001  our own
    return settings


def service_settings(settings: Settings, name: str) -> Any:
    """Return a configured service's options as its vendor's frozen model; relative paths become absolute.

    Only here are the vendors' modules loaded, so commands that touch no service stay quick. Raises
    SettingsError, with places, for a service not configured, an unknown vendor, or options it does not take.
    """
    source = settings._source  # noqa: SLF001  our own
    if name not in settings.services:
        raise SettingsError(
            f'no service is called "{name}"',
            where=str(settings.path),
            remedy=nearest(name, settings.services),
        )
    service = settings.services[name]
    discover_vendor(service.vendor)
    if service.vendor not in SERVICES:
        discover()  # to say which there are
        said, hint = f'no vendor is called "{service.vendor}"', nearest(service.vendor, SERVICES)
        problem = Problem(source.name, source.at(("services", name, "vendor")), said, "unknown-vendor", hint)
        raise refusal([problem], source)
    model: type[BaseModel] = SERVICES[service.vendor].settings
    try:
        options = model.model_validate(dict(service.options))
    except ValidationError as error:
        raise refusal(option_problems(error, source, ("services", name), model), source) from None
    anchored = {key: settings.folder / value for key, value in options if isinstance(value, Path)}
    return options.model_copy(update=anchored)


def evidence_settings(settings: Settings) -> tuple[Vault, Any]:
    """Return the vault that `evidence` names, and its options as the vault's frozen model.

    Only for an address with a scheme. Raises SettingsError, with places, as `service_settings`.
    """
    source, scheme = settings._source, settings.evidence.scheme  # noqa: SLF001  our own
    discover()
    if scheme not in VAULTS:
        said, hint = f'evidence is kept in no "{scheme}://"', nearest(scheme, VAULTS)
        problem = Problem(source.name, source.at(("evidence",)), said, "unknown-vault", hint)
        raise refusal([problem], source)
    model: type[BaseModel] = VAULTS[scheme].settings
    try:
        return VAULTS[scheme], model.model_validate(dict(settings.evidence.options))
    except ValidationError as error:
        raise refusal(option_problems(error, source, ("evidence",), model), source) from None


def _source(path: Path) -> Source:
    name = str(path)
    try:
        content = read_private(path.absolute(), limit=LARGEST)
    except NotPrivate as refused:
        raise SettingsError(
            f"the settings cannot be used: {refused}", where=name, remedy=refused.remedy
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(
            "the settings are not UTF-8 text", where=name, remedy="save the file as UTF-8"
        ) from None
    return parse(text, name, sha256=hashlib.sha256(content).hexdigest())
