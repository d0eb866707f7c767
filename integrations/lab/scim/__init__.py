"""A stand-in for a SaaS with a SCIM 2.0 interface: `Scim(name, ledger, latency_ms=…)`, with a `token`.

It keeps state and refuses what a careful provider refuses. Acts (`POST /_lab/act`): `behave` (any of
`answers` 200 or 204, `filters`, `patch`, `etag`, `if_match`, `form` any or path, `groups` on a user,
`busy`: how many requests are answered with 429); the others name a person by `mail`: `sign-in`, `set`
(name, value: somebody's edit).
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.lab.scim.directory import scim_id
from integrations.lab.scim.provider import Provider
from runner.actions.values import Json

__all__ = ["Scim", "scim_id"]


class Scim(Provider):
    """One tenant with the people of Fjordlight."""

    def state(self) -> Json:
        """Return what doors are made of, by work e-mail."""
        return {
            each["userName"]: {
                "id": user, "active": each["active"], "version": self.world.versions[user],
                "sessions": self.world.sessions[user],
            }
            for user, each in self.world.users.items()
        }  # fmt: skip

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or the provider would, outside our sight. Raises ValueError."""
        if name == "behave":
            if unknown := sorted(set(given) - set(self.ways)):
                raise ValueError(f"{self.name} has no way {unknown}, only {', '.join(self.ways)}")
            self.ways |= given
            return self.ways
        user = self.world.named(str(given.get("mail", "")))
        if name == "sign-in":
            allowed = bool(self.world.users[user]["active"])
            self.world.sessions[user] += allowed
            return {"result": "SUCCESS" if allowed else "FAILURE"}
        if name == "set":
            self.world.set(user, str(given["name"]), given["value"])
            return self.shown(user)
        raise ValueError(f"{self.name} knows no act {name!r}, only behave, sign-in, set")
