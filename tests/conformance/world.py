"""A simulated vendor that begins anew for every run, and a case that acts in it as the runner does.

Nothing of the runner is replaced: services are opened by the vendors' own `connect`, writes go through
`Operations`, `Journal` and `Store`. Only the context is mortal: it can be made to die at any call.
"""

from __future__ import annotations

import hashlib
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from integrations.lab.ledger import Ledger, read
from integrations.lab.server import StandIn
from integrations.lab.wire import Wire
from runner.actions.contract import ACTIONS, SERVICES, Action
from runner.actions.live import Live, Patience
from runner.actions.registry import actions_of, discover
from runner.actions.values import Account, Item, Json, Thing
from runner.casefile.folding import fold
from runner.cases.operations import Operations, Task, key_of
from runner.cases.services import Services
from runner.database.journal import Journal
from runner.database.opening import open_database
from runner.evidence.folder import Folder

discover()
CASE, SECRET = "amber-falcon-7", "s3cret-s3cret-s3cret-s3cret"


class Killed(BaseException):
    """The process died here; nothing of it may be caught."""


@dataclass
class Fuse:
    """Kills at the n-th call, before or after it; a fuse of 0 never burns."""

    at: int = 0
    after: bool = False
    calls: int = 0
    burnt: bool = False

    def around(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        mine = self.calls == self.at
        if mine and not self.after:
            self.burn()
        answer = call()
        if mine:
            self.burn()
        return answer

    def burn(self) -> None:
        self.burnt = True
        raise Killed


@dataclass(frozen=True)
class Mortal(Live):
    """The runner's own live context, on a fuse."""

    fuse: Fuse = field(default_factory=Fuse)

    def read(self, call):
        return Live.read(self, lambda: self.fuse.around(call))

    def write(self, what, call, *, before=None):
        return Live.write(self, what, lambda: self.fuse.around(call), before=before)

    def keep(self, name, content, *, media="application/json"):
        return self.fuse.around(lambda: Live.keep(self, name, content, media=media))


class MortalServices(Services):
    """The runner's own services, whose live contexts are on a fuse."""

    fuse = Fuse()

    def live(self, name, key, recorder):
        whole = super().live(name, key, recorder)
        return Mortal(
            whole.case, whole.key, whole.service, whole.opened, whole.gate, recorder, whole.patience, self.fuse
        )


class Vendor:
    """One listening socket and one open connection for all runs; a fresh world behind it for each."""

    account: Account | None = None
    """The subject's, where the vendor has accounts."""
    secret: str = SECRET
    """What every reference of its settings stands for."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.turn = itertools.count()
        self.standin: StandIn | None = None
        self.wire = Wire(lambda request: self.standin._serve(request), 0)  # noqa: PLW0108  # whoever stands in then
        self.url = f"http://127.0.0.1:{self.wire.port}"
        self.settings = SERVICES[name].settings(**self.options())
        self.services = MortalServices({name: name}, lambda _: self.settings, lambda _: self.secret, CASE)
        self.services.patience = Patience(pause=lambda _: None)

    def options(self) -> Json:
        """Return the settings of the service, less its vendor."""
        raise NotImplementedError

    def fresh(self, ledger: Ledger) -> StandIn:
        """Return a stand-in in whose world nothing has happened yet."""
        raise NotImplementedError

    def renew(self) -> StandIn | None:
        """Put a world behind the socket in which nothing has happened yet."""
        self.standin = self.fresh(Ledger(self.folder / f"{self.name}-{next(self.turn)}.jsonl"))
        self.standin.url = self.url
        return self.standin

    def requests(self) -> list[Json]:
        return read(self.standin.ledger.path)

    def changes(self) -> list[str]:
        return [each["changed"] for each in self.requests() if each["changed"]]

    def address(self) -> tuple[str, int]:
        """Return where this vendor may be reached, and nowhere else."""
        return ("127.0.0.1", self.wire.port)

    def close(self) -> None:
        hang_up(self.services, self.name)
        self.wire.stop()


def hang_up(services: Services, name: str) -> None:
    """Close every connection to a service, those with a refused token as well."""
    for opened in (services.open(name)[0], *services._refused):
        getattr(getattr(opened, "http", opened), "close", lambda: None)()


class World:
    """One test's view of a vendor: a world that can be renewed, and a case that acts in it."""

    def __init__(self, vendor: Vendor, folder: Path) -> None:
        self.vendor = vendor
        self.database = open_database(folder / "state")
        self.journal = Journal(self.database, CASE, redact=lambda text: text)
        self.store = Folder(folder / "case")
        self.standin: Any = None
        self.before_us = 0
        self.turn = 0

    def begin(self, case: Any) -> Given:
        """Renew the world, make what the case starts from, and return what its action is given."""
        self.standin, self.turn = self.vendor.renew(), self.turn + 1
        self.vendor.services.fuse = Fuse()
        self.before_us = 0
        given = case.prepare(self)
        self.before_us = len(self.vendor.requests())
        return given

    def perform(self, action: Action, given: Given, fuse: Fuse | None = None) -> Json:
        """Perform as a run does, knowing what the journal knows; returns the data of the outcome."""
        self.vendor.services.fuse = fuse or Fuse()
        operations = Operations(fold(self.journal.read()), self.vendor.services, self.journal, self.store)
        op = self._op(action, given)
        task = Task(op, action, self.vendor.name, given.account, given.thing, given.arguments)
        return operations.perform(task)

    def _op(self, action: Action, given: Given) -> str:
        account, thing = given.account and given.account.id, given.thing and given.thing.id
        return f"{CASE}/{self.turn}/{action.name}/{account}/{thing}"

    def look(self, action: Action, given: Given) -> Any:
        """Run a find or a prove, as the runner does: under planning."""
        return action.run(self.vendor.services.planning(self.vendor.name), *given.positional(), **given.arguments)

    def run(self, action: Action, given: Given) -> Any:
        """Look or perform, as its kind has it."""
        return self.look(action, given) if action.kind in {"find", "prove"} else self.perform(action, given)

    def again(self, action: Action, given: Given) -> Any:
        """Run the action once more under the same key, as an attempt would that knows nothing of the first."""
        context = self.vendor.services.live(self.vendor.name, key_of(CASE, self._op(action, given)), Silent())
        return action.run(context, *given.positional(), **given.arguments)

    def things(self, account: Account, layer: str) -> list[Thing]:
        """Return what the vendor's own find finds."""
        [find] = [each for each in actions_of(self.vendor.name, "find", "things") if each.layer == layer]
        return self.vendor.services.find(self.vendor.name, find, account)

    def requests(self) -> list[Json]:
        """Return what the vendor received since the case began, oldest first."""
        return self.vendor.requests()[self.before_us :]

    def changes(self) -> list[str]:
        """Return how the vendor's world changed since the case began."""
        return [each["changed"] for each in self.requests() if each["changed"]]

    def mutating(self) -> list[str]:
        """Return the requests that do not read, whether or not they changed anything."""
        reads = SERVICES[self.vendor.name].reads
        asked = [f"{each['method']} {each['path']}" for each in self.requests()]
        return [
            each for each in asked
            if not each.startswith(("GET ", "HEAD ")) and not any(re.fullmatch(read, each) for read in reads)
        ]  # fmt: skip

    def close(self) -> None:
        self.database.dispose()


class Silent:
    """A recorder that records nothing: for attempts the journal is not to know of."""

    def intent(self, what, before):
        pass

    def sent(self):
        pass

    def answered(self):
        pass

    def kept(self, name, content, media):
        raw = content if isinstance(content, bytes) else b"".join(content)
        return Item(hashlib.sha256(raw).hexdigest(), len(raw), name)


@dataclass(frozen=True)
class Given:
    """What an action is called with, after its context."""

    account: Account | None = None
    thing: Thing | None = None
    first: Any = None
    """Who, or an Observation: what a find starts from."""
    arguments: Json = field(default_factory=dict)

    def positional(self) -> list[Any]:
        return [each for each in (self.first, self.account, self.thing) if each is not None]


def takes(action: Action, name: str) -> bool:
    """Say whether an action has a parameter of this name."""
    return name in inspect.signature(action.run).parameters


_CONNECTED: list[tuple[Any, ...]] = []
_NAMED: list[Any] = []


def _watch(event: str, given: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _CONNECTED.append(given[1])
    elif event == "socket.getaddrinfo":
        _NAMED.append(given[0])


sys.addaudithook(_watch)  # there is no way to take it away again; it only listens


class Watched:
    """Collects every address this process connects to, and every name it looks up, for the length of a block."""

    def __enter__(self) -> Self:
        self._from = len(_CONNECTED), len(_NAMED)
        return self

    def __exit__(self, *_: object) -> None:
        self.connected: Iterable[Any] = _CONNECTED[self._from[0] :]
        self.named: Iterable[Any] = _NAMED[self._from[1] :]


def every(kind: set[str]) -> list[str]:
    """Return the names of all actions of these kinds."""
    return [name for name, action in ACTIONS.items() if action.kind in kind]
