"""What an integration declares that can keep evidence elsewhere: objects written once, in versions, locked.

```python
@vault("s3", settings=Settings)
def connect(settings: Settings, safe: Safe) -> Objects: ...
```

The settings' `evidence: s3://…` names the scheme; `runner` knows no vendor of storage, as it knows none of
services. What is stored under which key, and that it reads back the same, is decided in `runner.evidence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar

from runner.actions.values import Json

__all__ = ["VAULTS", "Objects", "Safe", "Vault", "Version", "vault"]

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one object: what a lock protects. A newer one hides it, and does not change it."""

    key: str
    id: str
    empty: bool = False
    """A delete marker: it holds no bytes, and hides what is below it."""


class Objects(Protocol):
    """An opened vault; safe to share between threads. Methods raise StorageError and CredentialsError."""

    def put(self, key: str, file: BinaryIO, sha256: str, media: str, *, fresh: bool) -> Version | None:
        """Store a file's bytes from its start, under the lock the settings want; return the new version.

        sha256: in hex; the vault itself refuses other bytes. fresh: only where the key holds nothing yet, and
        None where it does. The version is durable, and was looked at: it is locked as wanted.
        """
        ...

    def read(self, version: Version) -> Iterator[bytes]:
        """Yield a version's bytes, piece by piece."""
        ...

    def versions(self, prefix: str) -> Iterator[Version]:
        """Yield every version under keys that begin so, the newest of a key first; delete markers too."""
        ...

    def remove(self, version: Version) -> str:
        """Remove a version for good. Returns "" when it is gone, else why it stays and until when."""
        ...

    def examine(self, *, trial: bool) -> list[Json]:
        """Return what `doctor` shows: `{check, ok, detail, remedy}`.

        trial: write one small object, locked for minutes, and try to remove it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Safe:
    """What `connect` gets besides its settings."""

    address: str
    """What the settings say after `scheme://`."""
    user_agent: str
    """Names us and the case in the vault's own log."""
    secret: Callable[[str], str]
    """Resolves a secret reference from the settings."""


@dataclass(frozen=True, slots=True)
class Vault:
    """A kind of vault: the options it takes, and how to open it."""

    settings: type[Any]
    """A frozen pydantic model that forbids unknown keys."""
    connect: Callable[[Any, Safe], Objects]


VAULTS: dict[str, Vault] = {}
"""By scheme of the address."""


def vault(scheme: str, *, settings: type[Any]) -> Callable[[Function], Function]:
    """Register the function that opens a kind of vault. Raises ValueError for a scheme that is taken."""

    def register(function: Function) -> Function:
        if scheme in VAULTS:
            raise ValueError(f"the vault {scheme!r} is declared twice")
        VAULTS[scheme] = Vault(settings, function)
        return function

    return register
