"""A stand-in for one Google Workspace organisation: `Google(name, ledger, latency_ms=…)`.

Directory, Reports, Vault, Cloud Identity and the token endpoint, on one origin. It keeps state and refuses
what Google refuses. Acts (`POST /_lab/act`, the person by `mail`): `sign-in`, `consent` (app), `app-password`
(name), `new-codes`, `set-recovery` (field, value), `suspend-by-google` (reason), `company-laptop`,
`share-device` (with), `group-role` (role), `sign-in-to` (app), `invite-as-guest`, `lack-corpus` (corpus),
`close-matters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.lab.google.access import service_account
from integrations.lab.google.vault import Vault
from integrations.lab.google.world import google_id
from runner.actions.values import Json

__all__ = ["Google", "google_id", "service_account"]


class Google(Vault):
    """One organisation with the people of Fjordlight."""

    def state(self) -> Json:
        """Return what each person holds, by work e-mail, and under `vault` what is held for the law."""
        seen: dict[str, Json] = {
            each["primaryEmail"]: self.seen(user) for user, each in self.world.users.items()
        }
        seen["vault"] = [
            {**matter, "holds": self.world.holds[key]} for key, matter in self.world.matters.items()
        ]
        return seen

    def seen(self, user: str) -> Json:
        """Return the part of a person's state that doors are made of; of backup codes their number only."""
        world, record = self.world, self.world.users[user]
        assigned = [each for each in world.assignments.values() if each["assignedTo"] == user]
        return {
            "id": user,
            "suspended": record["suspended"],
            "reason": record.get("suspensionReason", ""),
            "sessions": world.sessions.get(user, 0),
            "tokens": [each["displayText"] for each in world.tokens[user].values()],
            "app_passwords": [each["name"] for each in world.passwords[user].values()],
            "codes": len(world.codes[user]),
            "recovery": [record.get("recoveryEmail", ""), record.get("recoveryPhone", "")],
            "roles": [
                [world.roles[each["roleId"]]["roleName"], each.get("orgUnitId", "")] for each in assigned
            ],
            "devices": [
                each["managementState"]
                for each in world.uses.values()
                if each["userEmail"] == record["primaryEmail"]
            ],
        }

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or as an administrator would, outside our sight. Raises ValueError."""
        acts: dict[str, Callable[[str, Mapping[str, Json]], Json]] = {
            "sign-in": self._sign_in,
            "consent": lambda user, more: self.world.token(user, str(more["app"]), ["openid"]),
            "app-password": lambda user, more: self.world.password(user, str(more["name"])),
            "new-codes": self._new_codes,
            "set-recovery": self._set_recovery,
            "suspend-by-google": lambda user, more: self.suspend(user, True, str(more["reason"])),
            "company-laptop": lambda user, _: self.world.device(user, "C02FJL7", "Latitude 7450", "COMPANY"),
            "share-device": self._share_device,
            "group-role": self._group_role,
            "sign-in-to": lambda user, more: self.note(
                "saml", "login_success", user, application_name=more["app"]
            ),
            "invite-as-guest": lambda user, _: self.world.users[user].update(isGuestUser=True),
            "lack-corpus": lambda _, more: self.world.lacking.add(str(more["corpus"])),
            "close-matters": self._close_matters,
        }
        if name not in acts:
            raise ValueError(f"{self.name} knows no act {name!r}, only {', '.join(sorted(acts))}")
        return acts[name](self.world.named(str(given.get("mail", ""))), given)

    def _sign_in(self, user: str, _more: Mapping[str, Json]) -> Json:
        allowed = not self.world.users[user]["suspended"]
        self.world.sessions[user] += allowed
        self.note(
            "login", "login_success" if allowed else "login_failure", user, login_type="google_password"
        )
        return {"allowed": allowed}

    def _new_codes(self, user: str, _more: Mapping[str, Json]) -> Json:
        self.world.codes[user] = [self.world.id(8) for _ in range(10)]
        self.done_by_us("GENERATE_2SV_SCRATCH_CODES", user)
        return {"codes": 10}

    def _set_recovery(self, user: str, more: Mapping[str, Json]) -> Json:
        self.world.users[user][str(more["field"])] = more["value"]
        return self.seen(user)

    def _share_device(self, user: str, more: Mapping[str, Json]) -> Json:
        mail = self.world.users[user]["primaryEmail"]
        name = next(key for key, each in self.world.uses.items() if each["userEmail"] == mail)
        self.world.use(name.partition("/deviceUsers/")[0], self.world.named(str(more["with"])))
        return {"device": name}

    def _group_role(self, user: str, more: Mapping[str, Json]) -> Json:
        group = next(key for key, members in self.world.members.items() if user in members)
        return self.world.assignment(group, str(more["role"]), "group")

    def _close_matters(self, _user: str, _more: Mapping[str, Json]) -> Json:
        for matter in self.world.matters.values():
            matter["state"] = "CLOSED"
        return len(self.world.matters)
