"""GitHub: an organisation begun anew, and a case for each of its actions."""

from __future__ import annotations

from typing import Any

from integrations.lab.company import SUBJECT, github_id, person
from integrations.lab.github import GitHub
from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from runner.actions.values import Account, Json, Who
from tests.conformance.case import MAREN, Case, ids, says, stored
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class GitHubVendor(Vendor):
    account = Account("github", github_id(SUBJECT), SUBJECT.github)

    def options(self) -> Json:
        return {"url": self.url, "org": "fjordlight", "token": "env:X"}

    def fresh(self, ledger: Ledger) -> StandIn:
        standin = GitHub("github", ledger)
        standin.token = SECRET
        return standin


def number(standin: Any) -> int:
    return int(github_id(SUBJECT, standin.name))


def held(standin: Any, table: str, kind: str = "") -> list[Json]:
    """Return the credentials of the subject that the simulated GitHub lets in."""
    rows = [each for each in standin.state()[table] if each["user"] == number(standin)]
    return [each for each in rows if each["type"] == kind or not kind]


def as_app(standin: Any) -> None:
    """Let our token be a GitHub App's: it alone sees fine-grained tokens."""
    standin.token, standin.app_token = "another token, of a person", SECRET


def outside(standin: Any) -> None:
    """Let the subject be no member, but a collaborator from outside."""
    standin.world.members.pop(number(standin))
    standin.act("collaborate", {"login": SUBJECT.github, "repo": "ledger-web"})


def invited(standin: Any) -> None:
    standin.world.members.pop(number(standin))
    standin.act("collaborate", {"login": SUBJECT.github, "repo": "handbook", "invited": True})


def deploys(standin: Any) -> None:
    standin.act("deploy-key", {"login": SUBJECT.github, "repo": "infra-live"})


def only_deploys(standin: Any) -> None:
    """Leave the subject a deploy key, and no key of single sign-on: that could not be given back."""
    deploys(standin)
    table = standin.world.authorizations
    for each in [each.id for each in table.values() if each.user == number(standin) and each.type == "SSH key"]:
        del table[each]


def deploy_keys(standin: Any) -> list[Json]:
    return list(standin.state()["repos"]["infra-live"]["keys"].values())


def reaches(standin: Any) -> list[str]:
    """Return the repositories the subject reaches, or is offered, from outside."""
    mine = number(standin)
    repos = standin.world.repos.values()
    return [
        each.name for each in repos
        if mine in each.outside or mine in {user for user, _ in each.invitations.values()}
    ]  # fmt: skip


VENDOR = GitHubVendor
CASES = [
    Case("github.find_accounts", lambda _, found: ids(found) == {github_id(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case("github.find_owners", lambda _, found: github_id(person(MAREN)) in ids(found)),
    Case("github.find_tokens", lambda _, found: len(found) == 1),
    Case("github.find_tokens", lambda _, found: len(found) == 2, note="as an App", given=as_app),
    Case("github.find_grants", lambda _, found: len(found) == 1),
    Case("github.find_keys", lambda _, found: [t.shared for t in found] == [False, True], given=deploys),
    Case("github.find_collaborations", lambda _, found: len(found) == 1, given=outside),
    Case("github.keep_membership", stored(1)),
    Case("github.keep_forks", stored(2)),
    Case("github.keep_audit_log", stored(1)),
    Case("github.revoke_token", lambda hub, _: not held(hub, "authorizations", "personal access token")),
    Case(
        "github.revoke_token", lambda hub, _: not held(hub, "fine_grained"),
        note="fine-grained", given=as_app, thing=lambda t: t.id.startswith("fine-grained"),
    ),
    Case("github.revoke_grant", lambda hub, _: not held(hub, "authorizations", "OAuth app token")),
    Case("github.remove_key", lambda hub, _: not held(hub, "authorizations", "SSH key")),
    Case(
        "github.remove_key", lambda hub, _: deploy_keys(hub) == [],
        note="deploy key", given=deploys, thing=lambda t: t.shared,
    ),
    Case("github.remove_collaborator", lambda hub, _: reaches(hub) == [], given=outside),
    Case("github.remove_collaborator", lambda hub, _: reaches(hub) == [], note="invited", given=invited),
    Case("github.remove_member", lambda hub, _: str(number(hub)) not in hub.state()["members"]),
    Case(
        "github.reinstate_member", lambda hub, _: hub.state()["members"][str(number(hub))]["state"] == "pending",
        closing=("github.remove_member",),
    ),
    Case(
        "github.restore_key", lambda hub, _: len(deploy_keys(hub)) == 1,
        given=only_deploys, closing=("github.remove_key",), of_somebody=False,  # a removed key is nobody's
    ),
    Case(
        "github.restore_collaborator", lambda hub, _: reaches(hub) == ["ledger-web"],
        given=outside, closing=("github.remove_collaborator",),
    ),
    Case("github.tokens_are_gone", says("closed"), given=as_app, closing=("github.revoke_token",)),
    Case("github.grants_are_gone", says("closed"), closing=("github.revoke_grant",)),
    Case("github.keys_are_gone", says("closed"), given=deploys, closing=("github.remove_key",)),
    Case("github.collaborations_are_gone", says("closed"), given=outside, closing=("github.remove_collaborator",)),
    Case("github.membership_is_gone", says("closed"), closing=("github.remove_member",)),
]  # fmt: skip
