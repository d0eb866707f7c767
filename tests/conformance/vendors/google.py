"""Google: a stand-in whose long past is written once, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.google import Google, google_id, service_account
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import Vendor

__all__ = ["CASES", "VENDOR"]

ME = google_id(SUBJECT.staff_id)
SUPER = "severance@fjordlight.example"


class _Google(Google):
    """A Google whose long past is written once: it is the same for every world."""

    past: dict[str, list[Json]] = {}  # noqa: RUF012  # shared on purpose

    def _past(self) -> dict[str, list[Json]]:
        if not self.past:
            self.past.update(super()._past())
        return {name: list(events) for name, events in self.past.items()}


class GoogleVendor(Vendor):
    account = Account("google", ME, SUBJECT.mail)
    secret = service_account("google").file()

    def options(self) -> Json:
        urls = dict.fromkeys(("directory_url", "devices_url", "vault_url"), self.url)
        return {"admin": SUPER, "key": "env:X", "sign_in_url": f"{self.url}/token", **urls}

    def fresh(self, ledger: Ledger) -> StandIn:
        return _Google("google", ledger)


def me(standin: Any) -> Json:
    """Return what the simulated Google knows of the subject."""
    return standin.state()[SUBJECT.mail]


def held(standin: Any) -> list[str]:
    """Return the corpora held for the subject, one matter of the case and no more."""
    [matter] = standin.state()["vault"]
    assert matter["name"] == "amber-falcon-7"
    assert all([each["accountId"] for each in hold["accounts"]] == [ME] for hold in matter["holds"])
    return sorted(hold["corpus"] for hold in matter["holds"])


CORPORA = ["CALENDAR", "DRIVE", "GEMINI", "GEMINI_IN_WORKSPACE", "HANGOUTS_CHAT", "MAIL", "VOICE"]
VENDOR = GoogleVendor
CASES = [
    Case("google.find_accounts", lambda _, found: ids(found) == {ME}, first=Who(mail=SUBJECT.mail)),
    Case("google.find_administrators", lambda _, found: google_id(person(MAREN).staff_id) in ids(found)),
    Case(
        "google.find_observations",
        lambda _, found: {each.kind for each in found} == {"phone", "recovery-mail", "address", "device", "ip"},
    ),
    Case(
        "google.find_sharers",
        lambda _, found: ids(found) == {google_id(each.staff_id) for each in PERSONAS},
        first=Observation("phone", SUBJECT.phone.replace(" ", "")),
    ),
    Case("google.find_open_account", lambda _, found: ids(found) == {ME}),
    Case("google.find_recovery", lambda _, found: ids(found) == {"backup-codes", "recoveryEmail", "recoveryPhone"}),
    Case("google.find_grants", lambda google, found: [t.label for t in found] == me(google)["tokens"]),
    Case("google.find_app_passwords", lambda google, found: [t.label for t in found] == me(google)["app_passwords"]),
    Case("google.find_roles", lambda google, found: [t.label for t in found] == [r for r, _ in me(google)["roles"]]),
    Case("google.find_devices", lambda google, found: len(found) == len(me(google)["devices"]) > 0),
    Case("google.find_apps", lambda _, found: [t.label for t in found] == ["Harbourbook"]),
    Case("google.keep_state", stored(8)),
    Case("google.keep_log", stored(9)),
    Case("google.place_holds", lambda google, outcome: held(google) == CORPORA and stored(1)(google, outcome)),
    Case("google.suspend_user", lambda google, _: me(google)["suspended"] is True),
    Case("google.sign_out", lambda google, _: me(google)["sessions"] == 0),
    Case("google.invalidate_backup_codes", lambda google, _: me(google)["codes"] == 0),
    Case("google.clear_recovery", lambda google, _: me(google)["recovery"] == ["", ""]),
    Case("google.revoke_grant", lambda google, _: me(google)["tokens"] == ["Quayside"], thing=lambda t: t.label == "Skiff"),
    Case("google.delete_app_password", lambda google, _: me(google)["app_passwords"] == []),
    Case("google.unassign_role", lambda google, _: me(google)["roles"] == []),
    Case("google.block_device", lambda google, _: me(google)["devices"] == ["BLOCKED"]),
    Case("google.unsuspend_user", lambda google, _: me(google)["suspended"] is False, closing=("google.suspend_user",)),
    Case(
        "google.restore_recovery", lambda google, _: me(google)["recovery"][1] == SUBJECT.phone.replace(" ", ""),
        closing=("google.clear_recovery",),
    ),
    Case(
        "google.assign_role", lambda google, _: [role for role, limit in me(google)["roles"] if limit] == ["_GROUPS_ADMIN_ROLE"],
        closing=("google.unassign_role",),
    ),
    Case("google.approve_device", lambda google, _: me(google)["devices"] == ["APPROVED"], closing=("google.block_device",)),
    Case("google.user_is_suspended", says("closed"), closing=("google.suspend_user",)),
    Case("google.sessions_are_ended", says("inferred"), closing=("google.sign_out",)),
    Case(
        "google.recovery_is_closed", says("inferred"),
        closing=("google.clear_recovery", "google.invalidate_backup_codes"),
    ),
    Case("google.grants_are_revoked", says("closed"), closing=("google.revoke_grant",)),
    Case("google.app_passwords_are_deleted", says("closed"), closing=("google.delete_app_password",)),
    Case("google.roles_are_removed", says("closed"), closing=("google.unassign_role",)),
    Case("google.devices_are_blocked", says("closed"), closing=("google.block_device",)),
]  # fmt: skip
