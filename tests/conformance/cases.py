"""One case at least for every action: who and what it is about, what happened before, and its goal in the world.

A new action needs one entry here; `test_no_action_goes_without_a_case` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.lab.company import PERSONAS, SUBJECT, github_id, okta_id, person
from integrations.lab.jira import Issue
from integrations.lab.slack import CASE_CHANNEL
from runner.actions.contract import ACTIONS
from runner.actions.values import Account, Document, Json, Observation, Thing, Who
from tests.conformance.world import SECRET, Given, World, takes

__all__ = ["CASES", "Case"]

UP, CRLF, ENCODED = "/../x", "\r\nX-Evil: 1", "%2f..%2fx"
PAGE = Document("page", "Page", "amber-falcon-7 needs you.")
MAREN = "maren.okafor@fjordlight.example"
ACCOUNTS = {
    "okta": Account("okta", okta_id(SUBJECT), SUBJECT.mail),
    "github": Account("github", github_id(SUBJECT), SUBJECT.github),
}


@dataclass(frozen=True)
class Case:
    """What one action is tried on."""

    action: str
    goal: Callable[[Any, Any], bool]
    """Told the stand-in and the result; for actions that change something, the data of their outcome."""
    note: str = ""
    given: Callable[[Any], None] = lambda standin: None
    """What the world was brought to before: acts of people, not of ours."""
    first: Any = None
    """Who or which Observation a find starts from."""
    closing: tuple[str, ...] = ()
    """Our own closes that came before, each on everything its layer holds."""
    thing: Callable[[Thing], bool] = lambda thing: True
    """Which of the things found."""
    arguments: Json = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    """Further arguments that address something."""
    hostile: tuple[str, ...] = (UP, CRLF, ENCODED)
    """What no id of this action may end in."""
    of_somebody: bool = True
    """False for what no longer belongs to the account: its id is not even read."""

    def __str__(self) -> str:
        return f"{self.action} {self.note}".strip()

    def prepare(self, world: World) -> Given:
        """Bring the world to where the action starts."""
        action = ACTIONS[self.action]
        account = ACCOUNTS.get(action.vendor) if takes(action, "account") else None
        self.given(world.standin)
        thing = self._thing(world, account)
        befores = self._close(world, account)
        arguments = dict(self.arguments)
        if takes(action, "before"):
            arguments["before"] = befores[thing.id if thing else ""]
        return Given(account, thing if takes(action, "thing") else None, self.first, arguments)

    def _thing(self, world: World, account: Account | None) -> Thing | None:
        action = ACTIONS[self.action]
        close = action if action.kind == "close" else ACTIONS.get(next(iter(self.closing), ""))
        if close is None or not takes(close, "thing"):
            return None
        return next(each for each in world.things(account, close.layer) if self.thing(each))

    def _close(self, world: World, account: Account | None) -> dict[str, Json]:
        """Perform the closes that came before; returns what they recorded, by thing."""
        befores = {}
        for name in self.closing:
            close = ACTIONS[name]
            things = world.things(account, close.layer) if takes(close, "thing") else [None]
            for each in things:
                outcome = world.perform(close, Given(account, each))
                assert outcome["outcome"] == "changed", outcome
                befores[each.id if each else ""] = outcome["before"]
        return befores

    def bent(self, world: World, given: Given) -> list[Given]:
        """Return what the action would be given if somebody bent an id that goes into no request unread."""
        spoilt = []
        for tail in self.hostile:
            if given.account and self.of_somebody:
                spoilt.append(replace(given, account=replace(given.account, id=given.account.id + tail)))
            if isinstance(given.first, Who):
                spoilt.append(replace(given, first=Who(ids={world.vendor.name: known_id(world) + tail})))
            for name in self.ids:
                value = given.arguments[name]
                worse = [f"{value[0]}{tail}"] if isinstance(value, list) else f"{value}{tail}"
                spoilt.append(replace(given, arguments={**given.arguments, name: worse}))
        return spoilt

    def bent_things(self, given: Given) -> list[Given]:
        """Return the same with a thing whose id, or whose part that goes into an address, is bent."""
        spoilt = []
        for tail in self.hostile:
            spoilt.append(replace(given.thing, id=given.thing.id + tail))
            parts = [key for key in ("client", "repo") if key in (given.thing.state or {})]
            for key in parts:
                state = {**given.thing.state, key: given.thing.state[key] + tail}
                spoilt.append(replace(given.thing, state=state))
        return [replace(given, thing=thing) for thing in spoilt]


def known_id(world: World) -> str:
    return ACCOUNTS[world.vendor.name].id


def me(standin: Any) -> Json:
    """Return what the simulated Okta knows of the subject."""
    return standin.state()[SUBJECT.mail]


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


def has_ticket(standin: Any) -> None:
    fields = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "amber-falcon-7"}
    standin.issues["SEC-1"] = Issue("10001", "SEC-1", fields)


def ids(found: list[Any]) -> set[str]:
    return {each.id for each in found}


def stored(at_least: int) -> Callable[[Any, Any], bool]:
    def goal(_standin: Any, outcome: Json) -> bool:
        return len(outcome["after"]) >= at_least and all(each["bytes"] > 0 for each in outcome["after"])

    return goal


def says(verdict: str) -> Callable[[Any, Any], bool]:
    return lambda _standin, proof: proof.verdict == verdict


OKTA = [
    Case("okta.find_accounts", lambda _, found: ids(found) == {okta_id(SUBJECT)}, first=Who(mail=SUBJECT.mail)),
    Case("okta.find_administrators", lambda _, found: okta_id(person(MAREN)) in ids(found)),
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

GITHUB = [
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

TELLERS = [
    Case(
        "jira.open_issue", lambda jira, made: jira.state()[made["after"]["id"]]["level"] == "Incident team",
        arguments={"project": "SEC", "document": PAGE, "visible_to": "restricted"}, ids=("project",),
    ),
    Case(
        "jira.comment", lambda jira, _: len(jira.state()["SEC-1"]["comments"]) == 1,
        given=has_ticket, arguments={"issue": "SEC-1", "document": PAGE}, ids=("issue",),
    ),
    Case(
        "slack.post_message", lambda slack, _: len(slack.state()[CASE_CHANNEL]["messages"]) == 1,
        arguments={"channel": CASE_CHANNEL, "text": PAGE.text}, ids=("channel",),
    ),
    Case(
        "webhook.send", lambda pager, _: [each["to"] for each in pager.state()["pages"]] == [[MAREN]],
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text},
        ids=("to", "subject"), hostile=(CRLF,),  # names travel as JSON values: a slash in one bends nothing
    ),
    Case(
        "mail.send", lambda mail, _: {tuple(each["to"]) for each in mail.messages} == {(MAREN,)},
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text}, ids=("to",),
    ),
    Case(
        "mail.send", lambda mail, _: len(mail.messages) > 0, note="subject",
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text},
        ids=("subject",), hostile=(CRLF,),
    ),
    Case(
        "files.write_document", lambda _, made: made["after"]["id"] == "amber-falcon-7/brief.md",
        arguments={"name": "brief.md", "document": PAGE}, ids=("name",),
    ),
]  # fmt: skip

CASES = [*OKTA, *GITHUB, *TELLERS]
