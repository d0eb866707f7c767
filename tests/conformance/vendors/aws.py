"""AWS: an account and its Identity Center behind one socket, and a case for each action.

A `DirectoryCase` acts through a connection to the directory; every other case through one to the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.lab.aws import Aws
from integrations.lab.aws.office import Office, guid
from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from runner.actions.contract import SERVICES
from runner.actions.live import Patience
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import CASE, SECRET, Given, MortalServices, Vendor, World, hang_up

__all__ = ["CASES", "VENDOR"]

USER = Account("aws", Aws.id_of(SUBJECT, "aws"), "jonas.weber")
PERSON = Account("aws", guid("aws", SUBJECT.staff_id), SUBJECT.mail)


class AwsVendor(Vendor):
    """The account, with a second connection that sees the people of its directory."""

    account = USER

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        office = Office(name, "")
        center = {"instance": office.instance, "store": office.store}
        settings = SERVICES[name].settings(**self.options(), identity_center=center)
        self.of_account = self.services
        self.of_directory = MortalServices({name: name}, lambda _: settings, lambda _: SECRET, CASE)
        self.of_directory.patience = Patience(pause=lambda _: None)

    def options(self) -> Json:
        return {
            "url": self.url, "access_key_id": "env:X", "access_key_secret": "env:X", "settles_s": 0, "lags_s": 0,
            "regions": ["us-east-1", "eu-west-1"],
        }  # fmt: skip

    def fresh(self, ledger: Ledger) -> StandIn:
        return Aws("aws", ledger, key_id=SECRET, secret=SECRET)

    def renew(self) -> StandIn | None:
        self.services, self.account = self.of_account, USER
        return super().renew()

    def enter_directory(self) -> None:
        self.services, self.account = self.of_directory, PERSON

    def close(self) -> None:
        for services in (self.of_directory, self.of_account):
            hang_up(services, self.name)
        self.wire.stop()


@dataclass(frozen=True)
class DirectoryCase(Case):
    """A case whose account is a person of Identity Center."""

    note: str = "in Identity Center"

    def prepare(self, world: World) -> Given:
        world.vendor.enter_directory()
        return Case.prepare(self, world)


def me(standin: Any) -> Json:
    """Return what the simulated AWS knows of the subject."""
    return standin.state()[SUBJECT.mail]


def labels(found: list[Any]) -> set[str]:
    return {each.label for each in found}


def is_a(kind: str):
    return lambda thing: thing.state["kind"] == kind


BUILDER = {f"Builder in {account}" for name, account in Office("aws", "").accounts.items() if name != "main"}
VENDOR = AwsVendor
CASES = [
    Case("aws.find_accounts", lambda _, found: ids(found) == {USER.id}, first=Who(mail=SUBJECT.mail)),
    DirectoryCase("aws.find_accounts", lambda _, found: ids(found) == {PERSON.id}, first=Who(mail=SUBJECT.mail)),
    Case("aws.find_administrators", lambda _, found: Aws.id_of(person(MAREN), "aws") in ids(found)),
    DirectoryCase(
        "aws.find_administrators", lambda _, found: guid("aws", person(MAREN).staff_id) in ids(found)
    ),
    Case("aws.find_observations", lambda _, found: {each.kind for each in found} == {"ip", "mfa-device"}),
    DirectoryCase("aws.find_observations", lambda _, found: {each.kind for each in found} == {"phone", "address"}),
    Case("aws.find_sharers", lambda _, found: found == [], first=Observation("phone", SUBJECT.phone)),
    DirectoryCase(
        "aws.find_sharers",
        lambda _, found: ids(found) == {guid("aws", each.staff_id) for each in PERSONAS},
        first=Observation("phone", SUBJECT.phone.replace(" ", "")),
    ),
    Case("aws.find_open_account", lambda _, found: ids(found) == {USER.id}),
    DirectoryCase(
        "aws.find_open_account", lambda _, found: labels(found) == {"permission set Builder", "permission set Reader"}
    ),
    Case("aws.find_keys", lambda _, found: [each.state["kind"] for each in found] == [
        "access key", "access key", "SSH key", "signing certificate", "service credential"
    ]),
    Case("aws.find_console_password", lambda _, found: labels(found) == {"console password of jonas.weber"}),
    Case("aws.find_sessions", lambda _, found: [each.shared for each in found] == [False, True]),
    DirectoryCase("aws.find_sessions", lambda _, found: {each.state["name"] for each in found} == {"Builder", "Reader"}),
    Case("aws.find_assignments", lambda _, found: labels(found) == {"policy PowerUserAccess", "policy build-bucket"}),
    DirectoryCase("aws.find_assignments", lambda aws, found: len(found) == me(aws)["assigned"] == 2),
    Case("aws.find_groups", lambda _, found: labels(found) == {"group developers"}),
    DirectoryCase("aws.find_groups", lambda _, found: labels(found) == {"group Platform"}),
    Case("aws.find_applications", lambda _, found: found == []),
    DirectoryCase("aws.find_applications", lambda _, found: labels(found) == {"AWS access portal", "Grafana", "Notebooks"}),
    Case("aws.keep_state", stored(15)),
    DirectoryCase("aws.keep_state", stored(6)),
    Case("aws.keep_log", stored(8)),
    DirectoryCase("aws.keep_log", stored(2)),
    Case("aws.quarantine", lambda aws, _: me(aws)["denied"]),
    Case("aws.lift_quarantine", lambda aws, _: not me(aws)["denied"], closing=("aws.quarantine",)),
    Case("aws.is_quarantined", says("closed"), closing=("aws.quarantine",)),
    DirectoryCase(
        "aws.quarantine", lambda aws, _: not BUILDER & set(me(aws)["reached"]),
        thing=lambda thing: thing.state["name"] == "Builder",
    ),
    DirectoryCase(
        "aws.lift_quarantine", lambda aws, _: set(me(aws)["reached"]) >= BUILDER, closing=("aws.quarantine",),
        thing=lambda thing: thing.state["name"] == "Builder",
    ),
    DirectoryCase("aws.is_quarantined", says("closed"), closing=("aws.quarantine",)),
    Case("aws.deactivate_key", lambda aws, _: me(aws)["access"].count("Inactive") == 1, note="access key"),
    *(
        Case(
            "aws.deactivate_key", lambda aws, _, place=place: me(aws)[place] == ["Inactive"], note=kind,
            thing=is_a(kind),
        )
        for kind, place in (("SSH key", "ssh"), ("signing certificate", "certificate"), ("service credential", "service"))
    ),
    Case(
        "aws.activate_key", lambda aws, _: me(aws)["ssh"] == ["Active"], closing=("aws.deactivate_key",),
        thing=is_a("SSH key"),
    ),
    Case("aws.keys_are_inactive", says("closed"), closing=("aws.deactivate_key",)),
    Case("aws.delete_console_password", lambda aws, _: not me(aws)["password"]),
    Case("aws.password_is_gone", says("closed"), closing=("aws.delete_console_password",)),
    Case("aws.end_session", lambda aws, _: len(aws.state()["roles"]["deploy"]) == 1, note="of a role"),
    Case(
        "aws.end_session", lambda aws, _: aws.state()["roles"]["support"] == ["severance-older-sessions"],
        note="of a role others use", thing=lambda thing: thing.shared,
    ),
    Case(
        "aws.let_session_be", lambda aws, _: aws.state()["roles"]["deploy"] == [], closing=("aws.end_session",),
    ),
    Case("aws.sessions_are_ended", says("inferred"), closing=("aws.quarantine", "aws.end_session")),
    DirectoryCase("aws.sessions_are_ended", says("inferred"), closing=("aws.quarantine",)),
    DirectoryCase("aws.unassign_account", lambda aws, _: me(aws)["assigned"] == 1),
    DirectoryCase(
        "aws.assign_account", lambda aws, _: me(aws)["assigned"] == 1, closing=("aws.unassign_account",)
    ),
    Case("aws.assignments_are_gone", says("closed"), closing=("aws.quarantine",)),
    DirectoryCase("aws.assignments_are_gone", says("closed"), closing=("aws.unassign_account",)),
    DirectoryCase("aws.leave_group", lambda aws, _: me(aws)["memberships"] == 0),
    DirectoryCase("aws.join_group", lambda aws, _: me(aws)["memberships"] == 1, closing=("aws.leave_group",)),
    Case("aws.groups_are_left", says("closed"), closing=("aws.quarantine",)),
    DirectoryCase("aws.groups_are_left", says("closed"), closing=("aws.leave_group",)),
]  # fmt: skip
