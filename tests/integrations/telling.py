"""What the tests of the tellers share: a service opened as the runner opens it, and contexts to act in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from integrations.lab.ledger import read
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Document, Item

HOSTILE = "\u202eexe.fdp\x1b[31m\r\nBcc: x@evil.example <!channel> @here [/x] {noformat} <b>&\u2066"
SECRET = "s3cret-s3cret-s3cret-s3cret"  # long enough for every service
PAGE = Document("page", "Page", "amber-falcon-7 needs you.\n\nseverance status amber-falcon-7\nby 12:00Z")


@dataclass
class Recorder:
    """Remembers what a live context would journal."""

    intents: list[str] = field(default_factory=list)
    items: dict[str, bytes] = field(default_factory=dict)

    def intent(self, what, before):
        self.intents.append(what)

    def sent(self):
        pass

    def answered(self):
        pass

    def kept(self, name, content, media):
        raw = content if isinstance(content, bytes) else b"".join(content)
        self.items[name] = raw
        return Item(hashlib.sha256(raw).hexdigest(), len(raw), name)


_OPEN = []


def close_all():
    """Close what the tests opened: an open socket is a warning, and warnings are errors."""
    while _OPEN:
        getattr(_OPEN.pop(), "close", lambda: None)()


class Opened:
    """One service, opened with its vendor's own `connect`, and its actions by name."""

    def __init__(self, vendor: str, given: dict | None = None, *, secret: str = SECRET, **options):
        """given: options whose names are taken here. secret: what every secret reference resolves to."""
        import_module(f"integrations.{vendor}")
        declared = SERVICES[vendor]
        self.vendor, self.recorder = vendor, Recorder()
        self.gate = Gate(declared.reads)
        opening = Opening(vendor, self.gate, "severance/0 (amber-falcon-7)", lambda _: secret)
        self.connection = declared.connect(declared.settings(**(given or {}), **options), opening)
        self.patience = Patience(pause=lambda _: None)
        _OPEN.append(self.connection)

    def ping(self):
        return SERVICES[self.vendor].ping(self.connection)

    def live(self, key: str = "amber-falcon-7/after/ticket") -> Live:
        case = "amber-falcon-7"
        return Live(case, key, self.vendor, self.connection, self.gate, self.recorder, self.patience)

    def do(self, name: str, *given, key: str = "amber-falcon-7/after/ticket", **named):
        return ACTIONS[name].run(self.live(key), *given, **named)

    def plan(self, name: str, *given, **named):
        context = Planning("amber-falcon-7", "k", self.vendor, self.connection, self.patience)
        return foresee(ACTIONS[name], context, *given, **named)


def ledger_of(standin) -> list[dict]:
    """Return the lines a stand-in wrote."""
    return read(standin.ledger.path)


def writes(standin) -> list[str]:
    """Return the changes a stand-in's world went through, oldest first."""
    return [each["changed"] for each in ledger_of(standin) if each["changed"]]


def files_below(folder: Path) -> list[str]:
    """Return every file of a folder, hidden ones too."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
