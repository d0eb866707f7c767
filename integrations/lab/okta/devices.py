"""The simulated Okta's devices: lists, search by serial number, suspend and unsuspend."""

from __future__ import annotations

from integrations.lab.okta.filters import matcher
from integrations.lab.okta.holdings import Holdings
from integrations.lab.okta.organisation import refusal
from integrations.lab.okta.world import moment
from integrations.lab.server import Reply, Request, route

__all__ = ["Devices"]

_DEVICE = r"/api/v1/devices/(?P<device>[^/]+)"


class Devices(Holdings):
    """What Okta answers about devices."""

    @route("GET", r"/api/v1/users/(?P<user>[^/]+)/devices")
    def _of_user(self, request: Request, user: str) -> Reply:
        del request
        found = self.known(user)
        if not found:
            return self.missing(user, "User")
        held = [key for key, users in self.world.holders.items() if found in users]
        rows = [
            {"created": self.world.devices[key]["created"], "device": self.world.devices[key]} for key in held
        ]
        return Reply(200, rows)

    @route("GET", r"/api/v1/devices")
    def _devices(self, request: Request) -> Reply:
        rows = list(self.world.devices.values())
        if search := request.asked("search"):
            rows = [each for each in rows if matcher(search)(each)]
        if request.asked("expand") == "user":
            rows = [{**each, "_embedded": {"users": self._users_of(each["id"])}} for each in rows]
        return self.paged(request, rows, usual=200, most=200)

    def _users_of(self, device: str) -> list[dict[str, object]]:
        return [
            {"managementStatus": "NOT_MANAGED", "user": self.world.users[u]}
            for u in self.world.holders[device]
        ]

    @route("GET", _DEVICE)
    def _device(self, request: Request, device: str) -> Reply:
        del request
        found = self.world.devices.get(device)
        return Reply(200, found) if found else self.missing(device, "UDDevice")

    @route("GET", _DEVICE + "/users")
    def _device_users(self, request: Request, device: str) -> Reply:
        del request
        return (
            Reply(200, self._users_of(device))
            if device in self.world.devices
            else self.missing(device, "UDDevice")
        )

    @route("POST", _DEVICE + "/lifecycle/suspend")
    def _suspend_device(self, request: Request, device: str) -> Reply:
        return self._turn(request, device, "ACTIVE", "SUSPENDED", "suspend")

    @route("POST", _DEVICE + "/lifecycle/unsuspend")
    def _unsuspend_device(self, request: Request, device: str) -> Reply:
        return self._turn(request, device, "SUSPENDED", "ACTIVE", "unsuspend")

    def _turn(self, request: Request, device: str, source: str, target: str, verb: str) -> Reply:
        found = self.world.devices.get(device)
        if not found:
            return self.missing(device, "UDDevice")
        if found["status"] != source:
            return refusal(
                400, "E0000001", f"Api validation failed: Cannot {verb} a device that is not {source}"
            )
        found |= {"status": target, "lastUpdated": moment()}
        self.note(f"device.lifecycle.{verb}", device, request)
        return Reply(204, changed=f"device {device} status {target}")
