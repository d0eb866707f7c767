"""Write the `severance.yaml` of the lab: its services, its responders, and who must never be closed.

JSON is YAML (YAML 1.2, section 1.3), so each value is written as JSON: nothing in it can be misread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from integrations.lab.company import BREAK_GLASS, COMPANY, DOMAIN, RESPONDERS, Person
from integrations.lab.doored import Doored
from integrations.lab.site import write_private
from integrations.lab.slack.people import APP, TEAM, slack_id
from runner.actions.values import Json

__all__ = ["AS_IT_IS", "Changes", "account_ids", "write_settings"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different in one company: what its security lead wrote into the settings besides."""

    eu_data: tuple[str, ...] = ()
    """Services that hold personal data under EU law."""
    protected: tuple[Json, ...] = ()
    """Entries besides the break-glass accounts."""
    never: tuple[str, ...] = ()


AS_IT_IS = Changes()

PAPERS: Json = {
    "entity": f"{COMPANY} AS",
    "address": "Havnegata 12, 5003 Bergen, Norway",
    "registration": "Register of Business Enterprises, no. 999 000 111 (made up)",
    "contact": f"Incident desk, +47 5550 0100, incidents@{DOMAIN}",
    "counsel": f"Legal, +47 5550 0101, counsel@{DOMAIN}",
    "forensics": f"{COMPANY}, Evidence room 2, Havnegata 12, 5003 Bergen, Norway",
    "press": f"Press desk, +47 5550 0102, press@{DOMAIN}",
    "insurer": "Nordlys Mutual (made up)",
    "policy": "NM-2026-000117",
    "filer": f"Incident desk, +47 5550 0100, incidents@{DOMAIN}",
    "police": {"us": "Field office, cyber squad, +1 555 0100", "uk": "Regional unit, +44 5550 0103"},
    "channels": {"upwork": f"trust@upwork.{DOMAIN}"},
}
"""What documents say of Fjordlight. Names, numbers and addresses are invented."""


def write_settings(
    out: Path,
    services: Mapping[str, Json],
    doored: Mapping[str, type[Doored]],
    compress: float,
    changes: Changes = AS_IT_IS,
) -> Path:
    """Write severance.yaml (0600) into `out` and return its path.

    services: options by configured name, ready for the file. doored: the kind of those with accounts, by
    name. compress: what every wait and recheck of a run is divided by. changes: to the usual settings.
    """
    services = {
        name: {**options, "eu_data": True} if name in changes.eu_data else options
        for name, options in services.items()
    }
    top = {
        "version": 1,
        "company": COMPANY,
        "store": "state",
        "claimed_people": True,
        "playbooks": {"accepted": "any"},
        "compress": compress,
        "page_by": ["mail", "pager"],
        "mail_receivers": [f"mx.{DOMAIN}"],
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in top.items()]
    lines += ["services:", *(f"  {name}: {json.dumps(options)}" for name, options in services.items())]
    lines += ["people:", *(f"  - {json.dumps(_responder(each, out, doored))}" for each in RESPONDERS)]
    protected = [*_protected(doored), *changes.protected]
    lines += [f"chat: {json.dumps(_chat(doored))}"]
    lines += [f"never: {json.dumps(changes.never)}"]
    lines += ["protected:", *(f"  - {json.dumps(each)}" for each in protected)]
    lines += [
        'minimum: {"close": 2, "undo": 2, "shared": 1}',
        'caps: {"accounts": 40, "things": 50, "percent": 20}',
        f"papers: {json.dumps(PAPERS)}",
    ]
    path = out / "severance.yaml"
    write_private(path, "\n".join(lines) + "\n")
    return path


def account_ids(someone: Person, doored: Mapping[str, type[Doored]]) -> dict[str, str]:
    """Return a person's immutable id on every service where they have an account."""
    ids = {name: kind.id_of(someone, name) for name, kind in doored.items()}
    return {name: account for name, account in ids.items() if account}


def _responder(someone: Person, out: Path, doored: Mapping[str, type[Doored]]) -> Json:
    name = someone.name.split()[0].lower()
    return {
        "id": name,
        "name": someone.name,
        "mail": someone.mail,
        "roles": list(someone.roles),
        "accounts": {**account_ids(someone, doored), "slack": slack_id(someone)},
        "keys": [_public_key(out / "secrets" / f"{name}.key", name)],
    }


def _chat(doored: Mapping[str, type[Doored]]) -> Json:
    """Return the workspace the responders work in; an organisation's administrators can read it too."""
    return {
        "service": "slack",
        "team": TEAM,
        "app": APP,
        "app_token": "file:secrets/slack-app",
        "command": "/ops",
        "detail": "summary",
        "readable_by": [name for name in ("slack_org",) if name in doored],
        "second_factor": [],
    }


def _public_key(private: Path, name: str) -> str:
    """Make a key the person can sign approvals with (`ssh-keygen -Y sign -f`), and return its public line."""
    key = Ed25519PrivateKey.generate()
    write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode())
    return f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} {name}"


def _protected(doored: Mapping[str, type[Doored]]) -> list[Json]:
    return [
        {
            "service": service,
            "id": account,
            "why": "break-glass",
            "frees": "ask the identity team to move the break-glass account to another hand first",
        }
        for someone in BREAK_GLASS
        for service, account in account_ids(someone, doored).items()
    ]
