"""One simulated Google Workspace, and the runner's connection to it."""

import hashlib

import pytest

import integrations.google
from integrations.lab.company import SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.google import Google, google_id, service_account
from integrations.lab.ledger import Ledger, duplicates, read
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Account, Item, Who

assert integrations.google  # importing it registers the vendor

ADMIN = "severance@fjordlight.example"
CASE = "amber-falcon-7"
READS = SERVICES["google"].reads


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


class House:
    """The stand-in, a connection opened as the runner opens it, and the subject's account."""

    def __init__(self, lab, key="", **changed):
        self.lab, self.recorder = lab, Recorder()
        self.gate, self.patience = Gate(READS), Patience(pause=lambda _: None)
        urls = dict.fromkeys(("directory_url", "devices_url", "vault_url"), lab.url)
        options = {"admin": ADMIN, "key": "env:GOOGLE", "sign_in_url": f"{lab.url}/token", **urls, **changed}
        settings = SERVICES["google"].settings(**options)
        file = key or service_account("google").file()
        opening = Opening("google", self.gate, f"severance/0 ({CASE})", lambda _: file)
        self.google = SERVICES["google"].connect(settings, opening)
        self.subject = Account("google", google_id(SUBJECT.staff_id), SUBJECT.mail)

    def do(self, name, *given, key="key", case=CASE):
        live = Live(case, key, "google", self.google, self.gate, self.recorder, self.patience)
        return ACTIONS[f"google.{name}"].run(live, *given)

    def plan(self, name, *given):
        return foresee(
            ACTIONS[f"google.{name}"], Planning(CASE, "key", "google", self.google, self.patience), *given
        )

    def person(self, someone):
        (found,) = self.do("find_accounts", Who(mail=someone.mail))
        return found

    def act(self, deed, **given):
        return self.lab.act(deed, {"mail": SUBJECT.mail, **given})

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def held(self, someone=SUBJECT):
        return self.lab.state()[someone.mail]

    def entries(self):
        return read(self.lab.ledger.path)

    def writes(self):
        return [each["changed"] for each in self.entries() if each["changed"]]

    def requests(self, *, tokens=False):
        asked = [f"{each['method']} {each['path']}" for each in self.entries()]
        return [each for each in asked if tokens or each != "POST /token"]

    def sent(self):
        return [each for each in self.requests() if not each.startswith(("GET ", "HEAD "))]

    def answered(self):
        pass

    def duplicates(self):
        return duplicates(self.entries())

    def items(self):
        return self.recorder.items

    def intents(self):
        return self.recorder.intents


@pytest.fixture
def lab(tmp_path):
    lab = Google("google", Ledger(tmp_path / "google.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    """Open more connections, for example with another key."""
    made = []

    def house(**changed):
        made.append(House(lab, **changed))
        return made[-1]

    yield house
    for each in made:
        each.google.close()


@pytest.fixture
def house(make):
    return make()


@pytest.fixture(autouse=True)
def _nobody_lists_backup_codes(tmp_path):
    """Hold for every test of this vendor: no ledger shows that live codes were asked for."""
    yield
    for ledger in tmp_path.rglob("*.jsonl"):
        listed = [each for each in read(ledger) if each["path"].endswith("/verificationCodes")]
        assert [each for each in listed if each["user_agent"].startswith("severance")] == []
