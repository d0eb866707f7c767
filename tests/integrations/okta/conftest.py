"""One simulated Okta, and the runner's connection to it."""

import hashlib

import pytest

import integrations.okta
from integrations.lab.company import SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates, read
from integrations.lab.okta import Okta
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Item, Who

assert integrations.okta  # importing it registers the vendor


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

    def __init__(self, lab, **changed):
        self.lab, self.recorder = lab, Recorder()
        self.gate, self.patience = Gate(), Patience(pause=lambda _: None)
        settings = SERVICES["okta"].settings(**{"url": lab.url, "token": "env:OKTA_TOKEN", **changed})
        opening = Opening("okta", self.gate, "severance/0 (amber-falcon-7)", lambda _: lab.token)
        self.okta = SERVICES["okta"].connect(settings, opening)
        self.subject = None

    def do(self, name, *given):
        live = Live("amber-falcon-7", "key", "okta", self.okta, self.gate, self.recorder, self.patience)
        return ACTIONS[f"okta.{name}"].run(live, *given)

    def plan(self, name, *given):
        context = Planning("amber-falcon-7", "key", "okta", self.okta, self.patience)
        return foresee(ACTIONS[f"okta.{name}"], context, *given)

    def person(self, someone):
        (found,) = self.do("find_accounts", Who(mail=someone.mail))
        return found

    def act(self, deed, **given):
        return self.lab.act(deed, {"mail": SUBJECT.mail, **given})

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def held(self, someone=SUBJECT):
        return self.lab.state()[someone.mail]

    def writes(self):
        return [each["changed"] for each in read(self.lab.ledger.path) if each["changed"]]

    def sent(self):
        return [
            f"{each['method']} {each['path']}"
            for each in read(self.lab.ledger.path)
            if each["method"] not in {"GET", "HEAD"}
        ]

    def answered(self):
        pass

    def requests(self):
        return [f"{each['method']} {each['path']}" for each in read(self.lab.ledger.path)]

    def duplicates(self):
        return duplicates(read(self.lab.ledger.path))

    def items(self):
        return self.recorder.items


@pytest.fixture
def lab(tmp_path):
    lab = Okta("okta", Ledger(tmp_path / "okta.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    """Open more connections, for example with another kind of token."""
    made = []

    def house(**changed):
        made.append(House(lab, **changed))
        return made[-1]

    yield house
    for each in made:
        each.okta.close()


@pytest.fixture
def house(make):
    house = make()
    house.subject = house.person(SUBJECT)
    return house
