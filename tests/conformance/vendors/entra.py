"""Entra: a tenant whose long past is written once, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.entra import CLIENT, TENANT, Entra, entra_id
from integrations.lab.entra.shapes import guid
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class _Entra(Entra):
    """A tenant whose long past is written once: it is the same for every world."""

    past: list[Json] = []  # noqa: RUF012  # shared on purpose

    def _past(self) -> None:
        if not self.past:
            super()._past()
            self.past.extend(self.sign_ins)
        self.sign_ins = list(self.past)


class EntraVendor(Vendor):
    account = Account("entra", entra_id(SUBJECT), SUBJECT.mail)

    def options(self) -> Json:
        return {
            "tenant": TENANT, "client_id": CLIENT, "secret": "env:X", "url": f"{self.url}/v1.0",
            "login_url": self.url,
        }  # fmt: skip

    def fresh(self, ledger: Ledger) -> StandIn:
        return _Entra("entra", ledger, secret=SECRET)


def me(standin: Any) -> Json:
    """Return what the simulated tenant knows of the subject."""
    return standin.state()[SUBJECT.mail]


def kind(name: str) -> Any:
    return lambda thing: thing.state["kind"] == name


PHONE = guid("entra", "device", SUBJECT.mfa_device)
VENDOR = EntraVendor
CASES = [
    Case("entra.find_accounts", lambda _, found: ids(found) == {entra_id(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case("entra.find_administrators", lambda _, found: entra_id(person(MAREN)) in ids(found)),
    Case(
        "entra.find_observations",
        lambda _, found: {each.kind for each in found} == {"phone", "mfa-device", "device", "ip"},
    ),
    Case(
        "entra.find_sharers",
        lambda _, found: ids(found) == {entra_id(each) for each in PERSONAS},
        first=Observation("mfa-device", PHONE),
    ),
    Case("entra.find_open_account", lambda _, found: ids(found) == {entra_id(SUBJECT)}),
    Case("entra.find_grants", lambda entra, found: len(found) == len(me(entra)["grants"]) == 2),
    Case("entra.find_roles", lambda entra, found: [t.label for t in found] == me(entra)["roles"]),
    Case("entra.find_apps", lambda _, found: {t.label for t in found} == {"Tidewater Boards", "Harbour CI"}),
    Case("entra.find_assignments", lambda entra, found: [t.label for t in found] == me(entra)["apps"]),
    Case("entra.find_devices", lambda _, found: sorted(t.shared for t in found) == [False, True]),
    Case("entra.find_methods", lambda entra, found: len(found) == len(me(entra)["methods"]) - 1 == 3),
    Case("entra.find_keys", lambda _, found: [t.shared for t in found] == [True, True, True]),
    Case("entra.keep_state", stored(12)),
    Case("entra.keep_sign_ins", stored(2)),
    Case("entra.keep_audits", stored(2)),
    Case("entra.disable_user", lambda entra, _: me(entra)["enabled"] is False),
    Case("entra.end_sessions", lambda entra, _: me(entra)["sessions"] == 0),
    Case("entra.revoke_grant", lambda entra, _: len(me(entra)["grants"]) == 1),
    Case("entra.unassign_role", lambda entra, _: me(entra)["roles"] == []),
    Case("entra.unassign_app", lambda entra, _: me(entra)["apps"] == []),
    Case("entra.disable_device", lambda entra, _: list(me(entra)["devices"].values()).count(False) == 1),
    Case("entra.remove_method", lambda entra, _: "fido2AuthenticationMethod" not in me(entra)["methods"]),
    Case("entra.remove_key", lambda entra, _: me(entra)["secrets"] == [], note="secret", thing=kind("secret")),
    Case(
        "entra.remove_key", lambda entra, _: me(entra)["certificates"] == [],
        note="certificates", thing=kind("certificates"),
    ),
    Case("entra.remove_key", lambda entra, _: me(entra)["trusts"] == [], note="trust", thing=kind("federated")),
    Case("entra.enable_user", lambda entra, _: me(entra)["enabled"] is True, closing=("entra.disable_user",)),
    Case("entra.restore_grant", lambda entra, _: len(me(entra)["grants"]) == 1, closing=("entra.revoke_grant",)),
    Case(
        "entra.assign_role", lambda entra, _: me(entra)["roles"] == ["Groups Administrator"],
        closing=("entra.unassign_role",),
    ),
    Case(
        "entra.assign_app", lambda entra, _: me(entra)["apps"] == ["Tidewater Boards"],
        closing=("entra.unassign_app",),
    ),
    Case(
        "entra.enable_device", lambda entra, _: list(me(entra)["devices"].values()).count(True) == 1,
        closing=("entra.disable_device",),
    ),
    Case(
        "entra.restore_key", lambda entra, _: me(entra)["certificates"] == ["CN=build-notifier"],
        note="certificates", thing=kind("certificates"), closing=("entra.remove_key",),
    ),
    Case(
        "entra.restore_key", lambda entra, _: me(entra)["trusts"] == ["build-notifier-main"],
        note="trust", thing=kind("federated"), closing=("entra.remove_key",),
    ),
    Case("entra.user_is_disabled", says("closed"), closing=("entra.disable_user",)),
    Case("entra.sessions_are_ended", says("pending"), closing=("entra.end_sessions",)),
    Case("entra.grants_are_revoked", says("closed"), closing=("entra.revoke_grant",)),
    Case("entra.roles_are_removed", says("closed"), closing=("entra.unassign_role",)),
    Case("entra.assignments_are_removed", says("closed"), closing=("entra.unassign_app",)),
    Case("entra.devices_are_disabled", says("closed"), closing=("entra.disable_device",)),
    Case("entra.methods_are_removed", says("closed"), closing=("entra.remove_method",)),
    Case("entra.keys_are_removed", says("closed"), closing=("entra.remove_key",)),
]  # fmt: skip
