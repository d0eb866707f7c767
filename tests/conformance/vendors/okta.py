"""Okta: a stand-in whose long past is written once, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, okta_id, person
from integrations.lab.ledger import Ledger
from integrations.lab.okta import Okta
from integrations.lab.server import StandIn
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class _Okta(Okta):
    """An Okta whose long past is written once: it is the same for every world."""

    past: list[Json] = []  # noqa: RUF012  # shared on purpose

    def _past(self) -> None:
        if not self.past:
            super()._past()
            self.past.extend(self.log)
        self.log = list(self.past)


class OktaVendor(Vendor):
    account = Account("okta", okta_id(SUBJECT), SUBJECT.mail)

    def options(self) -> Json:
        return {"url": self.url, "token": "env:X"}

    def fresh(self, ledger: Ledger) -> StandIn:
        return _Okta("okta", ledger, token=SECRET)


def me(standin: Any) -> Json:
    """Return what the simulated Okta knows of the subject."""
    return standin.state()[SUBJECT.mail]


VENDOR = OktaVendor
CASES = [
    Case("okta.find_accounts", lambda _, found: ids(found) == {okta_id(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case("okta.find_administrators", lambda _, found: okta_id(person(MAREN)) in ids(found)),
    Case("okta.find_members", lambda _, found: okta_id(SUBJECT) in ids(found), first=SUBJECT.team),
    Case(
        "okta.find_observations",
        lambda _, found: {each.kind for each in found} == {"phone", "mfa-device", "address"},
    ),
    Case(
        "okta.find_sharers",
        lambda _, found: ids(found) == {okta_id(each) for each in PERSONAS},
        first=Observation("mfa-device", SUBJECT.mfa_device),
    ),
    Case("okta.find_open_account", lambda _, found: ids(found) == {okta_id(SUBJECT)}),
    Case("okta.find_api_tokens", lambda okta, found: [t.label for t in found] == me(okta)["api_tokens"]),
    Case("okta.find_roles", lambda okta, found: [t.state["type"] for t in found] == me(okta)["roles"]),
    Case("okta.find_grants", lambda okta, found: {t.state["kind"] for t in found} == {"grants", "tokens"}),
    Case("okta.find_devices", lambda okta, found: len(found) == len(me(okta)["devices"]) > 0),
    Case("okta.find_apps", lambda okta, found: {t.label for t in found} == {"github_enterprise", "miro"}),
    Case("okta.keep_state", stored(8)),
    Case("okta.keep_log", stored(2)),
    Case("okta.suspend_user", lambda okta, _: me(okta)["status"] == "SUSPENDED"),
    Case("okta.end_sessions", lambda okta, _: (me(okta)["sessions"], me(okta)["refresh_tokens"]) == (0, 0)),
    Case("okta.revoke_api_token", lambda okta, _: me(okta)["api_tokens"] == []),
    Case("okta.unassign_role", lambda okta, _: me(okta)["roles"] == []),
    Case(
        "okta.revoke_grant", lambda okta, _: me(okta)["consents"] == ["openid"],
        note="consents", thing=lambda t: t.state["kind"] == "grants" and "Skiff" in t.label,
    ),
    Case(
        "okta.revoke_grant", lambda okta, _: me(okta)["refresh_tokens"] == 1,
        note="refresh tokens", thing=lambda t: t.state["kind"] == "tokens",
    ),
    Case("okta.suspend_device", lambda okta, _: me(okta)["devices"] == ["SUSPENDED"]),
    Case("okta.unsuspend_user", lambda okta, _: me(okta)["status"] == "ACTIVE", closing=("okta.suspend_user",)),
    Case("okta.unsuspend_device", lambda okta, _: me(okta)["devices"] == ["ACTIVE"], closing=("okta.suspend_device",)),
    Case(
        "okta.assign_role", lambda okta, _: me(okta)["roles"] == ["GROUP_MEMBERSHIP_ADMIN"],
        closing=("okta.unassign_role",),
    ),
    Case("okta.user_is_suspended", says("closed"), closing=("okta.suspend_user",)),
    Case("okta.sessions_are_ended", says("inferred"), closing=("okta.end_sessions",)),
    Case("okta.grants_are_revoked", says("closed"), closing=("okta.revoke_grant",)),
    Case("okta.api_tokens_are_revoked", says("closed"), closing=("okta.revoke_api_token",)),
    Case("okta.roles_are_removed", says("closed"), closing=("okta.unassign_role",)),
    Case("okta.devices_are_suspended", says("closed"), closing=("okta.suspend_device",)),
]  # fmt: skip
