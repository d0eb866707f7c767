"""Two SCIM servers, ours and one that is not, and the runner's connection to either."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from contextlib import ExitStack

import httpx2
import pytest

import integrations.scim
from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PERSONAS, RESPONDERS, SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates, read
from integrations.lab.scim import Scim, scim_id
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Account, Item
from tests.conformance.vendors.scim import VOUCHED

assert integrations.scim  # importing it registers the vendor
TOKEN = "tok-5b1d77"
KNOWN = (*PERSONAS, NEIGHBOUR, *RESPONDERS[:3], *BREAK_GLASS)
"""Who has an account on both servers."""


class Recorder:
    """Remembers what a live context would journal and store."""

    def __init__(self):
        self.intents, self.items = [], {}

    def intent(self, what, before):
        self.intents.append(what)

    def sent(self):
        pass

    def answered(self):
        pass

    def kept(self, name, content, media):
        self.items[name] = content
        return Item(hashlib.sha256(content).hexdigest(), len(content), name)


class Overtaken(Live):
    """A context in which somebody else is quicker: they act between our reading and our writing."""

    def write(self, what, call, *, before=None):
        self.opened.meanwhile()
        return Live.write(self, what, call, before=before)


class House:
    """A connection opened as the runner opens it, to a server on which the company's people are known."""

    def __init__(self, server, **changed):
        self.server, self.recorder = server, Recorder()
        self.gate, self.patience = Gate(), Patience(pause=lambda _: None)
        options = {"url": server.url, "token": "env:X", "owner_roles": ["administrator"], **VOUCHED, **changed}
        settings = SERVICES["scim"].settings(**{key: value for key, value in options.items() if value is not None})
        opening = Opening("scim", self.gate, "severance/0 (amber-falcon-7)", lambda _: server.token)
        self.scim = SERVICES["scim"].connect(settings, opening)

    def account(self, someone=SUBJECT):
        return Account("scim", self.server.id_of(someone), someone.mail)

    def live(self, kind=Live):
        return kind("amber-falcon-7", "key", "scim", self.scim, self.gate, self.recorder, self.patience)

    def do(self, name, *given, context=None):
        return ACTIONS[f"scim.{name}"].run(context or self.live(), *given)

    def overtaken(self, name, *given, by):
        """Do something while somebody else does something first."""
        self.scim.meanwhile = by
        return self.do(name, *given, context=self.live(Overtaken))

    def plan(self, name, *given):
        context = Planning("amber-falcon-7", "key", "scim", self.scim, self.patience)
        return foresee(ACTIONS[f"scim.{name}"], context, *given)

    def ping(self):
        return SERVICES["scim"].ping(self.scim)

    def items(self):
        return self.recorder.items


class Ours:
    """The stand-in of the lab."""

    token = TOKEN

    def __init__(self, lab):
        self.lab, self.url = lab, f"{lab.url}/scim/v2"

    def id_of(self, someone):
        return scim_id(someone)

    def group_id(self, name):
        return next(key for key, each in self.lab.world.groups.items() if each["displayName"] == name)

    def user(self, someone=SUBJECT):
        return self.lab.shown(scim_id(someone))

    def edit(self, name, value, someone=SUBJECT):
        self.lab.act("set", {"mail": someone.mail, "name": name, "value": value})

    def behave(self, **ways):
        self.lab.act("behave", ways)

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def requests(self):
        return read(self.lab.ledger.path)

    def sent(self):
        """Return the bodies of everything that was no read."""
        return [json.loads(each["body"]) for each in self.requests() if each["method"] not in {"GET", "HEAD"}]

    def answered(self):
        pass

    def changes(self):
        return [each["changed"] for each in self.requests() if each["changed"]]

    def duplicates(self):
        return duplicates(self.requests())


class Theirs:
    """scim2-server in a process of its own, with the same people posted to it."""

    token = TOKEN

    def __init__(self, url, lab):
        self.url, self._ids = url, {}
        self._http = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        )
        for someone in KNOWN:
            told = lab.shown(scim_id(someone))
            body = {key: value for key, value in told.items() if key not in {"id", "meta", "groups"}}
            self._ids[someone.mail] = self._done("POST", "/Users", body)["id"]
        members = [{"value": each} for each in self._ids.values()]
        group = "urn:ietf:params:scim:schemas:core:2.0:Group"
        body = {"schemas": [group], "displayName": "Everyone", "members": members}
        self._everyone = self._done("POST", "/Groups", body)["id"]

    def _done(self, method, path, body=None):
        answer = self._http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def id_of(self, someone):
        return self._ids[someone.mail]

    def group_id(self, name):
        assert name == "Everyone"
        return self._everyone

    def user(self, someone=SUBJECT):
        return self._done("GET", f"/Users/{self.id_of(someone)}")

    def edit(self, name, value, someone=SUBJECT):
        operation = {"op": "replace", "path": name, "value": value}
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
        self._done("PATCH", f"/Users/{self.id_of(someone)}", body)

    def close(self):
        self._http.close()


@pytest.fixture
def lab(tmp_path):
    lab = Scim("scim", Ledger(tmp_path / "scim.jsonl"), token=TOKEN)
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def ours(lab):
    return Ours(lab)


@pytest.fixture(scope="session")
def other_server():
    """Start scim2-server once; its port is free a moment before it takes it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-c", "from scim2_server.testserver.cli import main; main()",
        "--hostname", "127.0.0.1", "--port", str(port), "--bearer-token", TOKEN, "--dynamic-tenants",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert "Serving SCIM on" in process.stdout.readline(), "scim2-server did not start"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture(params=["ours", "scim2-server"])
def server(request, ours):
    """Either server, with nothing but the company's people on it."""
    if request.param == "ours":
        yield ours
        return
    tenant = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    theirs = Theirs(f"{request.getfixturevalue('other_server')}/{tenant}/v2", ours.lab)
    yield theirs
    theirs.close()


@pytest.fixture
def opened():
    with ExitStack() as stack:

        def make(server, **changed):
            house = House(server, **changed)
            stack.callback(house.scim.close)
            return house

        yield make


@pytest.fixture
def house(opened, server):
    """A connection to either server."""
    return opened(server)


@pytest.fixture
def home(opened, ours):
    """A connection to our own stand-in, whose ways can be changed."""
    return opened(ours)
