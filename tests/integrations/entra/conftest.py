"""One simulated tenant, a runner's connection to it, and the subject's account."""

import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.entra import CLIENT, TENANT, Entra
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates
from runner.actions.contract import SERVICES
from runner.actions.values import Account, Who
from tests.integrations.telling import Opened, close_all, ledger_of, writes

TOKEN = f"POST /{TENANT}/oauth2/v2.0/token"


class House:
    """The stand-in, a connection opened as the runner opens it, and the subject's account."""

    def __init__(self, lab, secret="", **changed):
        self.lab = lab
        options = {"tenant": TENANT, "client_id": CLIENT, "url": f"{lab.url}/v1.0", "login_url": lab.url}
        options |= {} if "certificate" in changed else {"secret": "env:ENTRA"}
        self.entra = Opened("entra", options | changed, secret=secret or lab.secret)
        self.subject = Account("entra", lab.world.named(SUBJECT.mail), SUBJECT.mail)

    def do(self, name, *given):
        return self.entra.do(f"entra.{name}", *given)

    def plan(self, name, *given):
        return self.entra.plan(f"entra.{name}", *given)

    def things(self, finder):
        return self.do(finder, self.subject)

    def thing(self, finder, words):
        (found,) = [each for each in self.things(finder) if words in each.label]
        return found

    def person(self, someone):
        (found,) = self.do("find_accounts", Who(mail=someone.mail))
        return found

    def act(self, deed, someone=SUBJECT, **given):
        return self.lab.act(deed, {"mail": someone.mail, **given})

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def held(self, someone=SUBJECT):
        found = self.lab.world.named(someone.mail)
        return next(each for each in self.lab.state().values() if each["id"] == found)

    def user(self, someone=SUBJECT):
        return self.lab.world.users[self.lab.world.named(someone.mail)]

    def writes(self):
        return writes(self.lab)

    def requests(self):
        return [f"{each['method']} {each['path']}" for each in ledger_of(self.lab)]

    def sent(self):
        return [each for each in self.requests() if not each.startswith("GET ") and each != TOKEN]

    def answered(self):
        pass

    def bodies(self):
        return [each["body"] for each in ledger_of(self.lab) if each["method"] != "GET"]

    def duplicates(self):
        return duplicates(ledger_of(self.lab))

    def items(self):
        return self.entra.recorder.items

    def ping(self):
        return SERVICES["entra"].ping(self.entra.connection)


@pytest.fixture
def lab(tmp_path):
    lab = Entra("entra", Ledger(tmp_path / "entra.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    """Open connections, for example with another kind of credential."""
    yield lambda **changed: House(lab, **changed)
    close_all()


@pytest.fixture
def house(make):
    return make()
