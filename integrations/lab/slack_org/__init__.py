"""A stand-in for one Slack organisation: Web API, SCIM 2.0, audit log and legal holds, a token each.

It keeps state and refuses what Slack refuses. Acts (`POST /_lab/act`, the person by `mail`): `make-admin`
(level `admin`, `owner` or `primary owner`; where `org` or a workspace's id), `sign-in` (ip), `install-app`
(name), `add-webhook` (name), `approve-app` (name), `join` (channel), `deactivate`, `reactivate`,
`release-holds`, `set-plan` (plan), `take-scope` (scope).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.lab.slack_org.records import Records
from integrations.lab.slack_org.world import GUEST, RUNNER, STRANGER, slack_id
from runner.actions.values import Json

__all__ = ["GUEST", "RUNNER", "STRANGER", "SlackOrg", "slack_id"]


class SlackOrg(Records):
    """One organisation with the people of Fjordlight."""

    def state(self) -> Json:
        """Return what each person holds, by e-mail, and the holds that stand."""
        people = {each["profile"]["email"]: self._seen(user) for user, each in self.world.users.items()}
        held = {
            each["name"]: [one["entity_id"] for one in self.world.custodians[key]]
            for key, each in self.world.holds.items()
            if each["status"] == "ACTIVE"
        }
        return {"people": people, "holds": held, "apps": self._apps()}

    def _seen(self, user: str) -> Json:
        world = self.world
        return {
            "id": user,
            "deleted": world.users[user]["deleted"],
            "teams": world.users[user]["enterprise_user"]["teams"],
            "sessions": len(world.sessions.get(user, [])),
            "roles": world.roles.get(user, {}),
            "channels": sorted(each.name for each in world.channels.values() if user in each.members),
        }

    def _apps(self) -> Json:
        return {each.name: sorted(each.teams) for each in self.world.apps.values()}

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or as an administrator would, outside our sight. Raises ValueError."""
        of_all: dict[str, Callable[[Mapping[str, Json]], None]] = {
            "set-plan": lambda more: setattr(self, "plan", str(more["plan"])),
            "take-scope": lambda more: self.scopes.discard(str(more["scope"])),
            "release-holds": lambda _: self._release(),
        }
        of_one: dict[str, Callable[[str, Mapping[str, Json]], object]] = {
            "make-admin": self._make_admin,
            "sign-in": self._sign_in,
            "install-app": lambda user, more: self._bring(user, more, service=False),
            "add-webhook": lambda user, more: self._bring(user, more, service=True),
            "approve-app": self._approve,
            "join": lambda user, more: self.world.join(user, str(more["channel"])),
            "deactivate": lambda user, _: self.deactivate(user, self.world.named(RUNNER)),
            "reactivate": lambda user, _: self.reactivate(user),
        }
        if name in of_all:
            of_all[name](given)
            return {}
        if name not in of_one:
            known = ", ".join(sorted({*of_all, *of_one}))
            raise ValueError(f"{self.name} knows no act {name!r}, only {known}")
        user = self.world.named(str(given.get("mail", "")))
        of_one[name](user, given)
        return self._seen(user)

    def _release(self) -> None:
        for each in self.world.holds.values():
            each["status"] = "RELEASED"

    def _make_admin(self, user: str, more: Mapping[str, Json]) -> None:
        where = str(more.get("where", "org"))
        self.world.roles[user][self.world.org if where == "org" else where] = str(more.get("level", "admin"))

    def _sign_in(self, user: str, more: Mapping[str, Json]) -> None:
        if not self.world.users[user]["deleted"]:
            self.world.sign_in(user, self.world.main, str(more.get("ip", "203.0.113.99")))

    def _bring(self, user: str, more: Mapping[str, Json], *, service: bool) -> None:
        self.world.install(user, str(more["name"]), self.world.main, service=service)

    def _approve(self, user: str, more: Mapping[str, Json]) -> None:
        app = next(each for each in self.world.apps.values() if each.name == more["name"])
        self.world.approve(user, app, self.world.main)
