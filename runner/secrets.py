"""Turns a secret reference of the settings into the secret, and remembers it for redaction.

| reference | the secret is |
| --- | --- |
| `env:NAME` | the value of an environment variable |
| `file:PATH` | the content of a file that only we can read; relative to the settings' folder |
| `keyring:service/user` | in the system's keyring (extra `keyring`) |
| `op://vault/item/field` | read by 1Password's `op read` |
| `vault:path#field` | read by `vault kv get -field` |

Commands: https://developer.1password.com/docs/cli/reference/commands/read and
https://developer.hashicorp.com/vault/docs/commands/kv/get.

No error ever shows a value: it names the reference, and only if it is one.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from runner.errors import CredentialsError
from runner.private_file import NotPrivate, read_private
from runner.redaction import remember

__all__ = ["is_reference", "resolve"]

_REFERENCE = re.compile(
    r"env:[A-Za-z_][A-Za-z0-9_]*"
    r"|file:[^\s\0]+"
    r"|keyring:[\w.@-]+/[\w.@+-]+"
    r"|op://[\w .-]+(/[\w .-]+){2,3}"
    r"|vault:[\w./-]+\#[\w.-]+"
)
_LIMIT = 64 * 1024  # bytes; the largest secret in use is a private key
_SHORTEST = 6  # a shorter value could not be taken out of text without tearing the text apart
_PATIENCE_S = 60  # both tools may wait for a person to unlock them


def is_reference(text: str) -> bool:
    """Tell whether a text is a well-formed secret reference."""
    return len(text) <= 1000 and _REFERENCE.fullmatch(text) is not None


def resolve(reference: str, folder: Path) -> str:
    """Return the secret a reference stands for; from now on `redact` takes it out of all text.

    folder: of the settings file, for relative `file:` paths. Raises CredentialsError: no reference, nothing
    there, readable by others, or a value with blanks at its ends, control characters or too few characters.
    """
    if not is_reference(reference):
        raise CredentialsError(
            "a secret in the settings is not a reference",
            remedy="write env:NAME, file:PATH, keyring:service/user, op://… or vault:path#field",
        )
    scheme, _, rest = reference.partition(":")
    value = _SOURCES[scheme](reference, rest, folder).removesuffix("\n").removesuffix("\r")
    _check(reference, value)
    remember(value)
    return value


def _from_env(reference: str, name: str, _folder: Path) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise _missing(reference, "the variable is not set, or empty", f"export {name}=…")
    return value


def _from_file(reference: str, path: str, folder: Path) -> str:
    try:
        return read_private(folder / path, limit=_LIMIT, secret=True).decode()
    except NotPrivate as refusal:
        raise _missing(reference, str(refusal), refusal.remedy) from None
    except UnicodeDecodeError:
        raise _missing(reference, "is not UTF-8 text", "store the secret as plain text") from None


def _from_keyring(reference: str, entry: str, _folder: Path) -> str:
    service, _, user = entry.partition("/")
    try:
        import keyring  # noqa: PLC0415  an extra: the core works without it
    except ImportError:
        raise _missing(reference, "keyring is not installed", "install severance[keyring]") from None
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError:  # the backend's words may hold more than we want to show
        raise _missing(reference, "the keyring cannot be read", "unlock it, or use another kind") from None
    if not value:
        raise _missing(reference, "the keyring has no such entry", f"keyring set {service} {user}")
    return str(value)


def _from_op(reference: str, _rest: str, _folder: Path) -> str:
    return _ask(reference, ["op", "read", "--no-newline", reference], "op signin")


def _from_vault(reference: str, entry: str, _folder: Path) -> str:
    path, _, field = entry.partition("#")
    return _ask(reference, ["vault", "kv", "get", f"-field={field}", "--", path], "vault login")


def _ask(reference: str, command: list[str], sign_in: str) -> str:
    """Run a secret manager's own command; what it writes to stderr is not shown, it may hold anything."""
    try:
        done = subprocess.run(
            command, capture_output=True, check=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL
        )
        return done.stdout.decode()
    except FileNotFoundError:
        why, remedy = f"the command {command[0]} is not installed", f"install {command[0]}"
    except (subprocess.SubprocessError, OSError, UnicodeDecodeError):
        why, remedy = f"{command[0]} did not give it", f"{sign_in}, then check the reference"
    raise _missing(reference, why, remedy)


_SOURCES: Mapping[str, Callable[[str, str, Path], str]] = {
    "env": _from_env,
    "file": _from_file,
    "keyring": _from_keyring,
    "op": _from_op,
    "vault": _from_vault,
}


def _check(reference: str, value: str) -> None:
    """Refuse what a copy and paste added: it would fail later, far from here, with a misleading answer."""
    several_lines = value.startswith(("-----BEGIN ", "{"))  # PEM (RFC 7468), or a key file in JSON
    visible = value.replace("\n", "") if several_lines else value
    if len(value) < _SHORTEST:
        raise _missing(reference, f"has fewer than {_SHORTEST} characters", "store the whole secret")
    if value != value.strip() or not visible.isprintable():
        raise _missing(reference, "has blanks at its ends, or invisible characters", "store it again")


def _missing(reference: str, why: str, remedy: str) -> CredentialsError:
    return CredentialsError(f"the secret cannot be used: {why}", where=reference, remedy=remedy)
