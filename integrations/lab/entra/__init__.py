"""A stand-in for one Entra tenant behind Graph: `Entra(name, ledger, latency_ms=…)`, with an app of ours.

One origin serves Graph below `/v1.0` and the token endpoint below the tenant's id. It keeps state and
refuses what Entra refuses. Acts (`POST /_lab/act`, the person by `mail`):
`sign-in`, `consent` (client, scope), `set-enabled` (enabled), `synchronise` (the on-premises directory has
its way), `share-device` (with), `hybrid-device`, `group-role` (role), `register` (kind), `own-app` (name),
`single-sign-on` (name), `own-us`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.lab.entra.objects import Objects
from integrations.lab.entra.shapes import app, guid, method, opaque, spelled
from integrations.lab.entra.tenant import CLIENT, TENANT
from integrations.lab.entra.world import GUEST, HYBRID, NAMESAKE, ROLES, entra_id
from runner.actions.values import Json

__all__ = ["CLIENT", "GUEST", "HYBRID", "NAMESAKE", "TENANT", "Entra", "entra_id"]


class Entra(Objects):
    """One tenant with the people of Fjordlight, one of them synchronised, a guest, and a namesake."""

    def state(self) -> Json:
        """Return what each person holds, by userPrincipalName."""
        return {each["userPrincipalName"]: self._seen(user) for user, each in self.world.users.items()}

    def _seen(self, user: str) -> Json:
        world = self.world
        mine = [app for app, owners in world.owners.items() if user in owners]
        roles = {template: name for name, template in ROLES.items()}
        return {
            "id": user,
            "enabled": world.users[user]["accountEnabled"],
            "sessions": world.sessions.get(user, 0),
            "roles": [roles[r["roleDefinitionId"]] for r in world.roles.values() if r["principalId"] == user],
            "grants": [g["scope"].strip() for g in world.grants.values() if g["principalId"] == user],
            "apps": [a["resourceDisplayName"] for a in world.assigned.values() if a["principalId"] == user],
            "methods": [each["@odata.type"].split(".")[-1] for each in world.methods[user]],
            "devices": {
                world.devices[key]["displayName"]: world.devices[key]["accountEnabled"]
                for key, people in world.holders.items()
                if user in people
            },
            "secrets": [s["displayName"] for key in mine for s in self.thing(key)["passwordCredentials"]],
            "certificates": [c["displayName"] for key in mine for c in self.thing(key)["keyCredentials"]],
            "trusts": [each["name"] for key in mine for each in world.trusts[key].values()],
        }

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or as an administrator would, outside our sight. Raises ValueError."""
        acts: dict[str, Callable[[str, Mapping[str, Json]], Json]] = {
            "sign-in": self._sign_in,
            "consent": lambda user, more: self.world.grant(user, str(more["client"]), str(more["scope"])),
            "set-enabled": self._set_enabled,
            "synchronise": self._synchronise,
            "share-device": self._share_device,
            "hybrid-device": self._hybrid_device,
            "group-role": self._group_role,
            "register": self._register,
            "own-app": lambda user, more: self.world.own(str(more["name"]), user),
            "single-sign-on": self._single_sign_on,
            "own-us": self._own_us,
        }
        if name not in acts:
            raise ValueError(f"{self.name} knows no act {name!r}, only {', '.join(sorted(acts))}")
        return acts[name](self.world.named(str(given.get("mail", ""))), given)

    def _sign_in(self, user: str, _more: Mapping[str, Json]) -> Json:
        allowed = bool(self.world.users[user]["accountEnabled"])
        self.world.sessions[user] += allowed
        self.enter(user, code=0 if allowed else 50057)  # AADSTS50057: the user account is disabled
        return {"errorCode": 0 if allowed else 50057}

    def _set_enabled(self, user: str, more: Mapping[str, Json]) -> Json:
        self.world.users[user]["accountEnabled"] = bool(more["enabled"])
        return self._seen(user)

    def _synchronise(self, user: str, _more: Mapping[str, Json]) -> Json:
        """Run a synchronisation: what the on-premises directory says of the user holds again."""
        if self.world.users[user]["onPremisesSyncEnabled"]:
            self.world.users[user] |= {"accountEnabled": True, "onPremisesLastSyncDateTime": spelled()}
        return self._seen(user)

    def _share_device(self, user: str, more: Mapping[str, Json]) -> Json:
        other = self.world.named(str(more["with"]))
        device = next(key for key, people in self.world.holders.items() if user in people)
        self.world.holders[device].append(other)
        return {"device": device}

    def _hybrid_device(self, user: str, _more: Mapping[str, Json]) -> Json:
        return {"device": self.world.register(f"cork-{user[:4]}", "Windows", "ServerAd", user)}

    def _group_role(self, user: str, more: Mapping[str, Json]) -> Json:
        group = self.world.group("Role holders", holds_roles=True)
        self.world.members[group].append(user)
        return self.world.role(group, str(more["role"]))

    def _register(self, user: str, more: Mapping[str, Json]) -> Json:
        kind = str(more["kind"])
        made = method(kind, opaque(self.name, kind, user), displayName="spare")
        self.world.methods[user].append(made)
        return made

    def _single_sign_on(self, user: str, more: Mapping[str, Json]) -> Json:
        """Make the person own an app that signs single sign-on for everybody, with a secret of its own."""
        name, print_ = str(more["name"]), opaque(self.name, "saml", str(more["name"]))
        made = app(guid(self.name, "principal", name), name, "servicePrincipal", accountEnabled=True)
        made["keyCredentials"] = [self.world.certificate(name, usage, print_) for usage in ("Sign", "Verify")]
        saml = {**self.world.secret(f"{name} signing"), "customKeyIdentifier": print_}
        made["passwordCredentials"] = [saml, self.world.secret(f"{name} door")]
        self.world.principals[made["id"]] = made
        self.world.owners[made["id"]].append(user)
        return {"id": made["id"]}

    def _own_us(self, user: str, _more: Mapping[str, Json]) -> Json:
        """Make the person an owner of the app severance signs in as."""
        ours = self.world.own("severance", user)
        self.world.apps[ours]["appId"] = CLIENT
        return {"id": ours}
