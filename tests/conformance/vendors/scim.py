"""SCIM: a tenant begun anew, vouched for in the settings, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.ledger import Ledger
from integrations.lab.scim import Scim, scim_id
from integrations.lab.server import StandIn
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]

VOUCHED = {
    "provider": "rfc", "active_false": "suspends", "checked_by": "Maren Okafor", "checked_on": "2026-11-02",
    "says": "no new sign-in succeeds",
}  # fmt: skip


class ScimVendor(Vendor):
    account = Account("scim", scim_id(SUBJECT), SUBJECT.mail)

    def options(self) -> Json:
        return {"url": f"{self.url}/scim/v2", "token": "env:X", "owner_roles": ["administrator"], **VOUCHED}

    def fresh(self, ledger: Ledger) -> StandIn:
        return Scim("scim", ledger, token=SECRET)


def behaving(**ways: Json) -> Any:
    return lambda standin: standin.act("behave", ways)


def active(standin: Any) -> bool:
    return standin.state()[SUBJECT.mail]["active"]


VENDOR = ScimVendor
CASES = [
    Case("scim.find_accounts", lambda _, found: ids(found) == {scim_id(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case("scim.find_owners", lambda _, found: scim_id(person(MAREN)) in ids(found)),
    Case("scim.find_members", lambda _, found: scim_id(SUBJECT) in ids(found), first=SUBJECT.team),
    Case("scim.find_observations", lambda _, found: {each.kind for each in found} == {"phone", "address"}),
    Case(
        "scim.find_sharers", lambda _, found: ids(found) == {scim_id(each) for each in PERSONAS},
        first=Observation("phone", SUBJECT.phone.replace(" ", "")),
    ),
    Case("scim.find_open_account", lambda _, found: ids(found) == {scim_id(SUBJECT)}),
    Case("scim.keep_state", stored(3)),
    Case("scim.deactivate_user", lambda scim, _: not active(scim)),
    Case("scim.deactivate_user", lambda scim, _: not active(scim), note="answered 204", given=behaving(answers=204)),
    Case("scim.deactivate_user", lambda scim, _: not active(scim), note="by path", given=behaving(form="path")),
    Case("scim.deactivate_user", lambda scim, _: not active(scim), note="If-Match", given=behaving(if_match=True)),
    Case("scim.reactivate_user", lambda scim, _: active(scim), closing=("scim.deactivate_user",)),
    Case("scim.user_is_inactive", says("closed"), closing=("scim.deactivate_user",)),
]  # fmt: skip
