"""A stand-in for one Okta organisation: `Okta(name, ledger, latency_ms=…)`, with an API token `token`.

It keeps state and refuses what Okta refuses. Acts (`POST /_lab/act`, the person by `mail`): `sign-in`,
`mint-api-token` (name), `consent` (client), `set-status` (status), `share-device` (with), `group-role`
(type), `limit-role`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.lab.okta.devices import Devices
from integrations.lab.okta.world import moment
from runner.actions.values import Json

__all__ = ["Okta"]


class Okta(Devices):
    """One organisation with the people of Fjordlight."""

    def state(self) -> Json:
        """Return what each person holds, by work e-mail."""
        return {each["profile"]["login"]: self.seen(user) for user, each in self.world.users.items()}

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or as an administrator would, outside our sight. Raises ValueError."""
        acts: dict[str, Callable[[str, Mapping[str, Json]], Json]] = {
            "sign-in": self._sign_in,
            "mint-api-token": lambda user, more: self.world.token(user, str(more.get("name", "spare"))),
            "consent": lambda user, more: self.world.consent(user, str(more["client"]), ["openid"]),
            "set-status": self._set_status,
            "share-device": self._share_device,
            "group-role": self._group_role,
            "limit-role": self._limit_role,
            "drop-roles": lambda user, _more: self.world.roles[user].clear(),
        }
        if name not in acts:
            raise ValueError(f"{self.name} knows no act {name!r}, only {', '.join(sorted(acts))}")
        return acts[name](self.world.named(str(given.get("mail", ""))), given)

    def _sign_in(self, user: str, _more: Mapping[str, Json]) -> Json:
        allowed = self.world.users[user]["status"] == "ACTIVE"
        self.world.sessions[user] += allowed
        result = "SUCCESS" if allowed else "FAILURE"
        self.note("user.session.start", user, None, actor=self.user_actor(user), result=result)
        return {"result": result}

    def _set_status(self, user: str, more: Mapping[str, Json]) -> Json:
        self.world.users[user] |= {"status": str(more["status"]), "statusChanged": moment()}
        return self.seen(user)

    def _share_device(self, user: str, more: Mapping[str, Json]) -> Json:
        other = self.world.named(str(more["with"]))
        device = next(key for key, users in self.world.holders.items() if user in users)
        self.world.holders[device].append(other)
        return {"device": device}

    def _group_role(self, user: str, more: Mapping[str, Json]) -> Json:
        made = self.world.role(user, str(more["type"]))
        made["assignmentType"] = "GROUP"
        return made

    def _limit_role(self, user: str, _more: Mapping[str, Json]) -> Json:
        """Limit every role of the person to one group."""
        group = next(iter(self.world.groups.values()))
        for role in self.world.roles[user]:
            role["_embedded"] = {"targets": {"groups": [group]}}
        return self.world.roles[user]
