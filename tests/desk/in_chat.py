"""A company whose responders are known in its chat, and how they speak there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from typing import Any

from runner.desk.claim import Claim
from runner.people.signature import NAMESPACE
from tests.cases.company import Company

SERVICE = "slack"
_CHAT = {
    "service": SERVICE,
    "team": "T0FJORDLIGHT",
    "app": "A0SEVERANCE",
    "app_token": "file:secrets/slack-app",
}


def account_of(name: str) -> str:
    """Return the id, in the workspace, of whoever has this id in the settings."""
    return "U0" + re.sub(r"[^A-Z0-9]", "", name.upper()).ljust(8, "0")


def in_chat(name: str) -> Claim:
    """Return the claim of a person whom the chat has recognised."""
    return Claim(None, None, account=account_of(name))


def with_chat(**keys: Any) -> Callable[[str], str]:
    """Return an edit of severance.yaml: it has a chat with these keys, and everyone in it is pinned there."""

    def edit(text: str) -> str:
        lines = [_pinned(line) for line in text.splitlines() if not line.startswith("chat:")]
        return "\n".join([*lines, f"chat: {json.dumps(_CHAT | keys)}", ""])

    return edit


def without_chat(text: str) -> str:
    """Return a severance.yaml whose company has no chat."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("chat:"))


def _pinned(line: str) -> str:
    if not line.startswith("  - {") or '"roles"' not in line:
        return line
    person = json.loads(line.removeprefix("  - "))
    accounts = person.get("accounts", {}) | {SERVICE: account_of(person["id"])}
    return f"  - {json.dumps({**person, 'accounts': accounts})}"


def signed(company: Company, remedy: str, name: str) -> Claim:
    """Do what the first line of a remedy says, with the key of one of the people."""
    words = shlex.split(remedy.splitlines()[0])
    text = words[1].encode().decode("unicode_escape").encode()
    key = company.lab.settings_path.parent / "secrets" / f"{name}.key"
    command = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(key)]
    done = subprocess.run(command, input=text, capture_output=True, check=True)
    return Claim(None, done.stdout.decode())
