"""Slack as a target: an organisation begun anew, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, person
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from integrations.lab.slack_org import SlackOrg, slack_id
from runner.actions.values import Account, Json, Observation, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]

PHONE = SUBJECT.phone.replace(" ", "")


def user(someone: Any) -> str:
    return slack_id("slack_org", someone.staff_id, "W")


class SlackOrgVendor(Vendor):
    account = Account(
        "slack_org", user(SUBJECT), "jonas.weber", {"teams": [slack_id("slack_org", "main", "T")]}
    )  # as found when the case was opened: Slack names no workspace of a deactivated account

    def options(self) -> Json:
        return {
            "plan": "enterprise",
            "url": f"{self.url}/api/", "admin_token": "env:X",
            "scim_url": f"{self.url}/scim/v2/", "scim_token": "env:X",
            "audit_url": f"{self.url}/audit/v1/", "audit_token": "env:X",
        }  # fmt: skip

    def fresh(self, ledger: Ledger) -> StandIn:
        return SlackOrg("slack_org", ledger, tokens=dict.fromkeys(("api", "scim", "audit"), SECRET))


def me(standin: Any) -> Json:
    """Return what the simulated organisation knows of the subject."""
    return standin.state()["people"][SUBJECT.mail]


def administrator(standin: Any) -> None:
    standin.act("make-admin", {"mail": SUBJECT.mail, "level": "owner"})


def workspace_admin(standin: Any) -> None:
    standin.act("make-admin", {"mail": SUBJECT.mail, "where": standin.world.main})


def gone(standin: Any) -> None:
    standin.act("deactivate", {"mail": SUBJECT.mail})


VENDOR = SlackOrgVendor
CASES = [
    Case("slack_org.find_accounts", lambda _, found: ids(found) == {user(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case(
        "slack_org.find_accounts", lambda _, found: ids(found) == {user(SUBJECT)},
        note="deactivated", given=gone, first=Who(mail=SUBJECT.mail),
    ),
    Case(
        "slack_org.find_accounts", lambda _, found: ids(found) == {user(SUBJECT)},
        note="by staff id", first=Who(staff_id=SUBJECT.staff_id),
    ),
    Case("slack_org.find_administrators", lambda _, found: user(person(MAREN)) in ids(found)),
    Case(
        "slack_org.find_observations",
        lambda _, found: {each.kind for each in found} == {"phone", "address", "ip"},
    ),
    Case(
        "slack_org.find_sharers", lambda _, found: ids(found) == {user(each) for each in PERSONAS},
        first=Observation("phone", PHONE),
    ),
    Case("slack_org.find_open_account", lambda _, found: ids(found) == {user(SUBJECT)}),
    Case("slack_org.find_sessions", lambda org, found: len(found) == me(org)["sessions"] == 2),
    Case("slack_org.find_roles", lambda org, found: ids(found) == {org.world.org}, given=administrator),
    Case("slack_org.find_apps", lambda _, found: [t.shared for t in found] == [True]),
    Case(
        "slack_org.find_legacy_integrations",
        lambda _, found: [each.label.partition(" ")[0] for each in found] == ["incoming-webhook"],
    ),
    Case("slack_org.keep_state", stored(6)),
    Case("slack_org.keep_log", stored(2)),
    Case("slack_org.hold_messages", lambda org, _: list(org.state()["holds"].values()) == [[user(SUBJECT)]]),
    Case("slack_org.deactivate_user", lambda org, _: me(org)["deleted"] and me(org)["channels"] == []),
    Case("slack_org.end_sessions", lambda org, _: me(org)["sessions"] == 0),
    Case("slack_org.remove_role", lambda org, _: me(org)["roles"] == {}, given=administrator),
    Case("slack_org.remove_role", lambda org, _: me(org)["roles"] == {}, note="workspace", given=workspace_admin),
    Case(
        "slack_org.uninstall_app", lambda org, _: org.state()["apps"]["Build Notifier"] == [],
        thing=lambda t: "Build Notifier" in t.label,
    ),
    Case(
        "slack_org.reactivate_user",
        lambda org, _: not me(org)["deleted"] and {"random", "platform", "incident-room"} <= {*me(org)["channels"]},
        closing=("slack_org.deactivate_user",),
    ),
    Case(
        "slack_org.restore_role", lambda org, _: me(org)["roles"] == {org.world.org: "owner"},
        given=administrator, closing=("slack_org.remove_role",),
    ),
    Case("slack_org.account_is_deactivated", says("closed"), closing=("slack_org.deactivate_user",)),
    Case("slack_org.sessions_are_ended", says("closed"), closing=("slack_org.end_sessions",)),
    Case("slack_org.roles_are_removed", says("closed"), given=administrator, closing=("slack_org.remove_role",)),
    Case("slack_org.apps_are_uninstalled", says("inferred"), closing=("slack_org.uninstall_app",)),
]  # fmt: skip
