"""Checks that a pinned person signed exactly this act, with the `ssh-keygen` everybody has.

Signatures are those of `ssh-keygen -Y sign` (OpenSSH 8.2 and newer; format: OpenSSH's PROTOCOL.sshsig). The
namespace keeps a signature made for anything else, a Git commit say, from counting as an approval.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from runner.company import Person
from runner.errors import CredentialsError, RefusedError

__all__ = ["NAMESPACE", "message", "sign_command", "signer"]

NAMESPACE = "severance-approval"
_LONGEST = 64 * 1024  # characters; an RSA-16384 signature with its key has about 8,000
_PATIENCE_S = 30


def message(case: str, request: str, digest: str, verb: str) -> bytes:
    """Return the text a person signs; equal arguments give equal bytes, and no others do.

    case: code name. request: the request's name, so that an old signature opens no new request. digest:
    SHA-256 of the plan, or of the answer, in hex. verb: `approve`, `deny`, … Raises ValueError for parts that
    could run into one another.
    """
    parts = {"case": case, "request": request, "verb": verb, "digest": digest}
    for name, part in parts.items():
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/@-]{0,199}", part):
            raise ValueError(f"the {name} of a signed message is malformed")
    lines = [NAMESPACE, *(f"{name} {part}" for name, part in parts.items())]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def sign_command(text: bytes, key: str = "~/.ssh/id_ed25519") -> str:
    """Return the shell line with which a person signs a message; the signature goes to `approval.sig`.

    key: the path of the private key, or of the public half of one that an agent or a hardware key holds.
    """
    spelled = shlex.quote(text.decode("ascii").replace("\n", "\\n"))
    return f"printf {spelled} | ssh-keygen -Y sign -n {NAMESPACE} -f {key} > approval.sig"


def signer(text: bytes, signature: str, people: Sequence[Person]) -> Person:
    """Return which of these people signed the text, by a key pinned for them.

    signature: the armoured text. Raises RefusedError, the same for a damaged signature, another text, another
    namespace and a key nobody pinned; CredentialsError when ssh-keygen is missing or does not end.
    """
    armoured = signature.isascii() and signature.startswith("-----BEGIN SSH SIGNATURE-----")
    if len(signature) > _LONGEST or not armoured:
        raise _refused()
    with tempfile.TemporaryDirectory(prefix="severance-") as folder:  # 0700, and a name nobody can guess
        allowed, signed = Path(folder, "allowed_signers"), Path(folder, "signature")
        _write(allowed, _allowed_signers(people))
        _write(signed, signature)
        found = _ssh_keygen("find-principals", "-s", str(signed), "-f", str(allowed))
        names = found.stdout.decode(errors="replace").split() if found.returncode == 0 else []
        person = next((each for each in people if names == [each.id]), None)
        if person is None:
            raise _refused()
        checked = _ssh_keygen(
            "verify", "-f", str(allowed), "-I", person.id, "-n", NAMESPACE, "-s", str(signed), text=text
        )
    if checked.returncode != 0:
        raise _refused()
    return person


def _allowed_signers(people: Sequence[Person]) -> str:
    """Return the file of ssh-keygen(1), "ALLOWED SIGNERS"; a key pinned for two people counts for neither."""
    owners = Counter(key for each in people for key in set(each.keys))
    return "".join(
        f'{each.id} namespaces="{NAMESPACE}" {key}\n'
        for each in people
        for key in each.keys
        if owners[key] == 1
    )


def _ssh_keygen(verb: str, *arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", "-Y", verb, *arguments],
            input=text, capture_output=True, check=False, timeout=_PATIENCE_S,
        )  # fmt: skip
    except FileNotFoundError:
        why, remedy = "ssh-keygen is not installed", "install OpenSSH 8.2 or newer"
    except subprocess.TimeoutExpired:
        why, remedy = (
            f"ssh-keygen did not end within {_PATIENCE_S} s",
            "run it by hand to see what it waits for",
        )
    raise CredentialsError(f"the signature cannot be checked: {why}", remedy=remedy)


def _write(path: Path, content: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)


def _refused() -> RefusedError:
    return RefusedError(
        "the signature does not fit this act and a pinned key",
        remedy="sign the exact text shown, with the key pinned in the settings, and hand in that file",
    )
