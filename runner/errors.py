"""Every way severance can fail, each with one exit code.

```
SeveranceError                      3  our fault, unless a subclass says otherwise
├── UsageError                      2  wrong words on the command line, or a file that cannot be read
│   ├── PlaybookError               2  a playbook that does not validate; carries every problem
│   └── SettingsError               2  severance.yaml is missing, broken, or writable by others
├── CredentialsError                4  a secret is missing, a token is wrong, a scope is not granted
├── RefusedError                    6  not allowed: who, what, or when
│   ├── AmbiguousPerson             6  more than one person, or none, fits the words
│   └── CaseBusy                    6  another runner holds this case
├── StorageError                    3  the disk or the database would not take a write
│   └── CaseLost                    3  another runner took the case over; this one writes nothing more
├── Stopped                       130  somebody stopped the run; the state is saved
│   └── TurnedAway                130  the service had said "not now" to a write; it is not tried again
└── ServiceError                    3  a service did not do what was asked
    ├── NotReached                  3  nothing was sent: the service cannot have acted
    ├── AnswerLost                  3  sent, and no answer: the service may have acted
    ├── ServiceRefused              3  the service answered no; carries status and code
    ├── RateLimited                 3  the service said "not now"; carries the seconds it asked for
    └── WriteForbidden              3  a mutating request outside `ctx.write`
```

Exit codes that are states of a case rather than errors (0, 1, 5, 7, 8, 130) are in `Exit`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

__all__ = [
    "AmbiguousPerson",
    "AnswerLost",
    "CaseBusy",
    "CaseLost",
    "CredentialsError",
    "Exit",
    "NotReached",
    "PlaybookError",
    "RateLimited",
    "RefusedError",
    "ServiceError",
    "ServiceRefused",
    "SettingsError",
    "SeveranceError",
    "Stopped",
    "StorageError",
    "TurnedAway",
    "UsageError",
    "WriteForbidden",
]


class Exit(IntEnum):
    """Exit codes of the command line; one meaning each."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    OUR_FAULT = 3
    CREDENTIALS = 4
    WAITING = 5
    REFUSED = 6
    DOORS_OPEN = 7
    CHANGES = 8
    STOPPED = 130


class SeveranceError(Exception):
    """Something went wrong; says what, where, and what to do next."""

    exit: ClassVar[Exit] = Exit.OUR_FAULT

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the three parts apart, so that each surface lays them out its own way.

        what: one sentence, no secret, no traceback. where: a file, a service, a step.
        remedy: the next command or act of the reader.
        """
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def diagnostics(self) -> str:
        """Return the lines a person reads: what, where, remedy."""
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.remedy:
            lines.append(f"  = next: {self.remedy}")
        return "\n".join(lines)


class UsageError(SeveranceError):
    """The command line, or a file it names, cannot be used."""

    exit = Exit.USAGE


class PlaybookError(UsageError):
    """A playbook does not validate; `what` holds every problem, already laid out."""


class SettingsError(UsageError):
    """severance.yaml is missing, broken, or not ours alone."""


class CredentialsError(SeveranceError):
    """A secret is missing, a token is refused, or a scope is not granted."""

    exit = Exit.CREDENTIALS


class RefusedError(SeveranceError):
    """A rule says no. Names the rule, never the person."""

    exit = Exit.REFUSED


class AmbiguousPerson(RefusedError):
    """The words given fit nobody, or more than one person."""


class CaseBusy(RefusedError):
    """Another runner holds the case."""


class StorageError(SeveranceError):
    """The disk or the database would not take a write; nothing after it was started."""


class CaseLost(StorageError):
    """Another runner has taken the case over, or may have: this one records and sends nothing more."""

    def __init__(self, case: str) -> None:
        """case: its code name."""
        super().__init__(
            "another runner has taken this case over, or this one fell silent for too long",
            where=case,
            remedy=f"severance status {case}; what was under way is read back by whoever goes on",
        )


class Stopped(SeveranceError):
    """The run was stopped before this act; nothing of it was sent."""

    exit = Exit.STOPPED


class TurnedAway(Stopped):
    """The run was stopped while a service asked to wait with a write: it executed nothing of it."""


class ServiceError(SeveranceError):
    """A service did not do what was asked."""


class NotReached(ServiceError):
    """Nothing was sent (name lookup, connection, TLS): the service cannot have acted."""


class AnswerLost(ServiceError):
    """The request left and no whole answer came back: the service may have acted."""


class ServiceRefused(ServiceError):
    """The service answered no."""

    def __init__(self, what: str, *, status: int, code: str = "", where: str = "", remedy: str = "") -> None:
        """Keep the HTTP (or SMTP) status and the vendor's own error code beside the words."""
        super().__init__(what, where=where, remedy=remedy)
        self.status, self.code = status, code


class RateLimited(ServiceError):
    """The service said "not now": nothing was executed."""

    def __init__(self, what: str, *, wait_s: float, where: str = "", remedy: str = "") -> None:
        """wait_s: seconds the service asks for, from its own headers; 0 when it does not say."""
        super().__init__(what, where=where, remedy=remedy)
        self.wait_s = wait_s


class WriteForbidden(ServiceError):
    """A mutating request was attempted outside `ctx.write`; it was not sent."""
