"""A simulated AWS account, its directory, and connections to both."""

import re

import pytest

from integrations.lab.aws import Aws
from integrations.lab.company import SUBJECT
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates, read
from runner.actions.contract import SERVICES
from tests.integrations.aws.moto_ground import Moto
from tests.integrations.aws.opened import House, hand


class LabHouse(House):
    """A connection to the stand-in, with a view of its ledger and state."""

    def __init__(self, lab, **changed):
        super().__init__(lab.url, lab.key_id, lab.secret, **changed)
        self.lab = lab

    def act(self, deed, **given):
        return self.lab.act(deed, given)

    def fault(self, match, kind="status", **fields):
        self.lab.faults.add([Fault.of({"match": match, "kind": kind, **fields})])

    def held(self, someone=SUBJECT):
        return self.lab.state()[someone.mail]

    def lines(self):
        return read(self.lab.ledger.path)

    def asked(self):
        """Return the operations asked for, oldest first."""
        return [each["path"] for each in self.lines()]

    def writes(self):
        return [each["changed"] for each in self.lines() if each["changed"]]

    def sent(self):
        """Return the operations that are no reads."""
        return [
            each for each in self.asked()
            if not any(re.fullmatch(read, f"POST {each}") for read in SERVICES["aws"].reads)
        ]  # fmt: skip

    def answered(self):
        pass

    def duplicates(self):
        return duplicates(self.lines())

    def mark(self):
        """Forget what was asked so far."""
        self.lab.ledger.path.write_text("")


@pytest.fixture
def lab(tmp_path):
    lab = Aws("aws", Ledger(tmp_path / "aws.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    """Open more connections, for example to the directory, or with waits as on a real account."""
    made = []

    def house(**changed):
        made.append(LabHouse(lab, **changed))
        return made[-1]

    yield house
    for each in made:
        each.aws.close()


@pytest.fixture
def house(make):
    house = make()
    house.subject = house.person()
    return house


@pytest.fixture
def directory(make, lab):
    center = {"instance": lab.office.instance, "store": lab.office.store}
    house = make(identity_center=center)
    house.subject = house.person()
    return house


@pytest.fixture
def hands():
    """Clients of other people, closed at the end."""
    made = []

    def client(*given, **named):
        made.append(hand(*given, **named))
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def moto_server():
    server = Moto()
    yield server
    server.stop()
