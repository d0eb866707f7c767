"""The simulated Entra's devices, applications and service principals."""

from __future__ import annotations

from integrations.lab.entra.holdings import Holdings
from integrations.lab.entra.people import USER
from integrations.lab.entra.tenant import refusal
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Objects"]

_DEVICE = r"/v1\.0/devices/(?P<device>[^/]+)"
_APP = r"/v1\.0/(?P<on>applications|servicePrincipals)/(?P<app>[^/]+)"
_TRUSTS = r"/v1\.0/applications/(?P<app>[^/]+)/federatedIdentityCredentials"


class Objects(Holdings):
    """Devices, and what machines sign in as."""

    @route("GET", USER + "/registeredDevices")
    @route("GET", USER + "/ownedDevices")
    def _devices_of(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        held = [key for key, people in self.world.holders.items() if found in people]
        return self.listed(request, [self.world.devices[key] for key in held])

    @route("GET", USER + "/managedDevices")
    def _managed(self, request: Request, user: str) -> Reply:
        return self.listed(request, []) if self.known(user) else self.missing(user)

    @route("GET", _DEVICE)
    def _device(self, request: Request, device: str) -> Reply:
        found = self.world.devices.get(device)
        return self.one(request, found) if found else self.missing(device)

    @route("GET", _DEVICE + "/registeredUsers")
    @route("GET", _DEVICE + "/registeredOwners")
    def _people_of(self, request: Request, device: str) -> Reply:
        if device not in self.world.devices:
            return self.missing(device)
        people = [self.typed(each) for each in self.world.holders[device]]
        return self.listed(request, people, hidden=self.unasked)

    @route("PATCH", _DEVICE)
    def _turn_device(self, request: Request, device: str) -> Reply:
        found, wanted = self.world.devices.get(device), request.json()
        if not found:
            return self.missing(device)
        if set(wanted) != {"accountEnabled"} or not isinstance(wanted["accountEnabled"], bool):
            return refusal(400, "Request_BadRequest", "A value is invalid, or not understood by this lab.")
        changed = found["accountEnabled"] is not wanted["accountEnabled"]
        found["accountEnabled"] = wanted["accountEnabled"]
        self.note("Update device", found, request)
        key = f"device {device} accountEnabled {wanted['accountEnabled']}"
        return Reply(204, changed=key if changed else None)

    @route("GET", USER + "/ownedObjects")
    def _owned(self, request: Request, user: str) -> Reply:
        found = self.known(user)
        if not found:
            return self.missing(user)
        mine = [key for key, owners in self.world.owners.items() if found in owners]
        groups: list[Json] = []
        return self.listed(request, [*groups, *(_without_keys(self.thing(each)) for each in mine)])

    @route("GET", USER + "/createdObjects")
    def _created(self, request: Request, user: str) -> Reply:
        """List what somebody made: nothing while they hold an administrator role (List createdObjects)."""
        found = self.known(user)
        if not found:
            return self.missing(user)
        admin = any(each["principalId"] == found for each in self.world.roles.values())
        mine = [] if admin else [key for key, people in self.world.owners.items() if people[:1] == [found]]
        return self.listed(request, [_without_keys(self.thing(each)) for each in mine])

    def thing(self, app: str) -> Json:
        """Return an application or service principal by its object id."""
        return self.world.apps.get(app) or self.world.principals[app]

    def _named(self, on: str, app: str) -> Json:
        return (self.world.apps if on == "applications" else self.world.principals).get(app)

    @route("GET", r"/v1\.0/servicePrincipals")
    def _principals(self, request: Request) -> Reply:
        return self.listed(request, list(self.world.principals.values()))

    @route("GET", r"/v1\.0/servicePrincipals/(?P<app>[^/]+)/appRoleAssignments")
    def _granted(self, request: Request, app: str) -> Reply:
        rows = [each for each in self.world.assigned.values() if each["principalId"] == app]
        return self.listed(request, rows) if app in self.world.principals else self.missing(app)

    @route("GET", _APP)
    def _app(self, request: Request, on: str, app: str) -> Reply:
        found = self._named(on, app)
        if not found:
            return self.missing(app)
        shown = found if "keyCredentials" in request.asked("$select") else _without_keys(found)
        return self.one(request, shown)

    @route("PATCH", _APP)
    def _patch_app(self, request: Request, on: str, app: str) -> Reply:
        found, wanted = self._named(on, app), request.json()
        if not found:
            return self.missing(app)
        known = {each["keyId"] for each in found["keyCredentials"]}
        if set(wanted) != {"keyCredentials"} or not all(
            each.get("key") or each["keyId"] in known for each in wanted["keyCredentials"]
        ):
            return refusal(400, "Request_BadRequest", "New key credentials need their public key.")
        had, found["keyCredentials"] = found["keyCredentials"], wanted["keyCredentials"]
        names = ",".join(sorted(each["displayName"] for each in found["keyCredentials"])) or "none"
        self.note("Update application - Certificates and secrets management", found, request)
        changed = had != found["keyCredentials"]
        return Reply(204, changed=f"app {app} certificates {names}" if changed else None)

    @route("POST", _APP + "/removePassword")
    def _remove_password(self, request: Request, on: str, app: str) -> Reply:
        found, key = self._named(on, app), request.json()["keyId"]
        if not found:
            return self.missing(app)
        left = [each for each in found["passwordCredentials"] if each["keyId"] != key]
        if len(left) == len(found["passwordCredentials"]):
            return refusal(400, "Request_BadRequest", "No password credential found with keyId.")
        found["passwordCredentials"] = left
        self.note("Update application - Certificates and secrets management", found, request)
        return Reply(204, changed=f"app {app} secret {key} removed")

    @route("POST", _APP + "/removeKey")
    def _remove_key(self, request: Request, on: str, app: str) -> Reply:
        del request, on
        return refusal(400, "Request_BadRequest", f"The proof of possession for {app} is missing or invalid.")

    @route("GET", _TRUSTS)
    def _trusts(self, request: Request, app: str) -> Reply:
        rows = list(self.world.trusts[app].values())
        return self.listed(request, rows) if app in self.world.apps else self.missing(app)

    @route("POST", _TRUSTS)
    def _trust(self, request: Request, app: str) -> Reply:
        wanted = request.json()
        if app not in self.world.apps:
            return self.missing(app)
        if wanted["name"] in {each["name"] for each in self.world.trusts[app].values()}:
            said = f"FederatedIdentityCredential with name {wanted['name']} already exists."
            return refusal(409, "Request_MultipleObjectsWithSameKeyValue", said)
        made = {"id": self.world.id("trust"), **wanted}
        self.world.trusts[app][made["id"]] = made
        self.note("Add federated identity credential", self.world.apps[app], request)
        return Reply(201, made, changed=f"app {app} trust {made['id']} made")

    @route("DELETE", _TRUSTS + "/(?P<trust>[^/]+)")
    def _distrust(self, request: Request, app: str, trust: str) -> Reply:
        found = self.world.trusts.get(app, {}).pop(trust, None)
        if not found:
            return self.missing(trust)
        self.note("Remove federated identity credential", self.world.apps[app], request)
        return Reply(204, changed=f"app {app} trust {trust} removed")


def _without_keys(app: Json) -> Json:
    """Leave the certificates' bytes out: they are shown only when one object's are asked for."""
    return {**app, "keyCredentials": [{**each, "key": None} for each in app["keyCredentials"]]}
