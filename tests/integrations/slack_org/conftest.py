"""One simulated organisation, and the runner's connection to it, with a token for each interface."""

import hashlib

import pytest

import integrations.slack_org
from integrations.lab.company import SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates, read
from integrations.lab.slack_org import SlackOrg, slack_id
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Item, Thing, Who

assert integrations.slack_org  # importing it registers the vendor

CASE = "amber-falcon-7"


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
        raw = content if isinstance(content, bytes) else b"".join(content)
        self.items[name] = raw
        return Item(hashlib.sha256(raw).hexdigest(), len(raw), name)


class House:
    """The stand-in, a connection opened as the runner opens it, and the subject's account."""

    def __init__(self, lab, **changed):
        self.lab, self.recorder = lab, Recorder()
        self.declared = SERVICES["slack_org"]
        self.gate, self.patience = Gate(self.declared.reads), Patience(pause=lambda _: None)
        options = {
            "plan": lab.plan,
            "url": f"{lab.url}/api/", "admin_token": "env:api",
            "scim_url": f"{lab.url}/scim/v2/", "scim_token": "env:scim",
            "audit_url": f"{lab.url}/audit/v1/", "audit_token": "env:audit",
            **changed,
        }  # fmt: skip
        opening = Opening("slack_org", self.gate, f"severance/0 ({CASE})", lambda ref: lab.tokens[ref[4:]])
        self.org = self.declared.connect(self.declared.settings(**options), opening)
        self.subject = None

    def live(self, key="key", case=CASE):
        return Live(case, key, "slack_org", self.org, self.gate, self.recorder, self.patience)

    def do(self, name, *given, **named):
        return ACTIONS[f"slack_org.{name}"].run(self.live(**named), *given)

    def plan(self, name, *given):
        context = Planning(CASE, "key", "slack_org", self.org, self.patience)
        return foresee(ACTIONS[f"slack_org.{name}"], context, *given)

    def ping(self):
        return self.declared.ping(self.org)

    def found(self, mail):
        (account,) = self.do("find_accounts", Who(mail=mail))
        return account

    def act(self, deed, **given):
        return self.lab.act(deed, {"mail": SUBJECT.mail, **given})

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def says(self, match, code, times=1, **headers):
        """Let Slack answer `ok: false` with this code."""
        self.fault(match, status=200, body={"ok": False, "error": code}, times=times, headers=headers)

    def held(self, mail=SUBJECT.mail):
        return self.lab.state()["people"][mail]

    def user(self, someone):
        return slack_id("slack_org", someone.staff_id, "W")

    def entries(self):
        return read(self.lab.ledger.path)

    def writes(self):
        return [each["changed"] for each in self.entries() if each["changed"]]

    def asked(self):
        """Return the names of what was asked: Web API methods, or METHOD and path."""
        return [
            each["path"].removeprefix("/api/")
            if each["path"].startswith("/api/")
            else f"{each['method']} {each['path']}"
            for each in self.entries()
        ]

    def duplicates(self):
        return duplicates(self.entries())

    def items(self):
        return self.recorder.items


@pytest.fixture
def lab(tmp_path):
    lab = SlackOrg("slack_org", Ledger(tmp_path / "slack_org.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    """Open more connections, for example on another plan or without one of the tokens."""
    made = []

    def house(*, plan="enterprise", **changed):
        lab.plan = plan
        made.append(House(lab, **changed))
        made[-1].subject = made[-1].found(SUBJECT.mail)
        return made[-1]

    yield house
    for each in made:
        each.org.close()


@pytest.fixture
def house(make):
    return make()


@pytest.fixture
def business(make):
    """The same people in one workspace of a Business+ plan."""
    return make(plan="business")


@pytest.fixture
def app(house):
    """The one app the subject installed that can be uninstalled."""
    (thing,) = house.do("find_apps", house.subject)
    assert isinstance(thing, Thing)
    return thing
