"""One simulated organisation, and a runner's connection to it."""

import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.github import GitHub
from integrations.lab.ledger import Ledger, duplicates
from runner.actions.values import Account, Who
from tests.integrations.telling import Opened, close_all, ledger_of, writes


class House:
    """The stand-in, a connection opened as the runner opens it, and the subject's account."""

    def __init__(self, lab, token):
        self.lab, self.token = lab, token
        self.github = self.opened()
        user = lab.world.user_of(SUBJECT)
        self.subject = Account("github", str(user.id), user.login)

    def opened(self, **changed):
        options = {"url": self.lab.url, "org": "fjordlight", "token": "env:GITHUB_TOKEN", **changed}
        return Opened("github", options, secret=self.token)

    def do(self, name, *given, **named):
        return self.github.do(f"github.{name}", *given, **named)

    def plan(self, name, *given, **named):
        return self.github.plan(f"github.{name}", *given, **named)

    def things(self, name):
        return self.do(name, self.subject)

    def person(self, someone):
        return self.do("find_accounts", Who(mail=someone.mail))[0]

    def act(self, name, login="", **given):
        return self.lab.act(name, {"login": login or self.subject.login, **given})

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def is_member(self, account):
        return int(account.id) in self.lab.world.members

    def writes(self):
        return writes(self.lab)

    def requests(self):
        return [f"{each['method']} {each['path']}" for each in ledger_of(self.lab)]

    def duplicates(self):
        return duplicates(ledger_of(self.lab))

    def items(self):
        return self.github.recorder.items


@pytest.fixture
def lab(tmp_path):
    lab = GitHub("github", Ledger(tmp_path / "github.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def house(lab):
    yield House(lab, lab.token)
    close_all()


@pytest.fixture
def app_house(lab):
    """The same organisation, reached as a GitHub App."""
    yield House(lab, lab.app_token)
    close_all()
