"""The simulated Cloud Identity API: devices, who uses them, block and approve."""

from __future__ import annotations

import re

from integrations.lab.exchange import Reply, Request
from integrations.lab.google.pages import Shape, paged, since
from integrations.lab.google.reports import Reports
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Devices"]

_DEVICE = r"/v1/devices/(?P<device>[^/]+)"
_USE = _DEVICE + r"/deviceUsers/(?P<use>[^/:]+)"
_TERM = re.compile(r"(email|serial):([^\s:]+)")
_MINE = "customers/my_customer"
_ANSWERS = {"block": "BlockDeviceUserResponse", "approve": "ApproveDeviceUserResponse"}
_TYPES = "type.googleapis.com/google.apps.cloudidentity.devices.v1."


class Devices(Reports):
    """Managed devices."""

    @route("GET", r"/v1/devices")
    def _devices(self, request: Request) -> Reply:
        return self._found(request, list(self.world.devices.values()), Shape("devices", 20, 100))

    @route("GET", _DEVICE)
    def _device(self, request: Request, device: str) -> Reply:
        del request
        found = self.world.devices.get(f"devices/{device}")
        return Reply(200, found) if found else since(404, "NOT_FOUND", "Device not found.")

    @route("GET", _DEVICE + "/deviceUsers")
    def _uses(self, request: Request, device: str) -> Reply:
        uses = self.world.uses.values()
        mine = [each for each in uses if device == "-" or each["name"].startswith(f"devices/{device}/")]
        return self._found(request, mine, Shape("deviceUsers", 5, 20))

    @route("GET", _USE)
    def _use(self, request: Request, device: str, use: str) -> Reply:
        del request
        found = self.world.uses.get(f"devices/{device}/deviceUsers/{use}")
        return Reply(200, found) if found else since(404, "NOT_FOUND", "Device user not found.")

    @route("POST", _USE + r":(?P<verb>block|approve)")
    def _turn(self, request: Request, device: str, use: str, verb: str) -> Reply:
        found, body = self.world.uses.get(f"devices/{device}/deviceUsers/{use}"), request.json()
        if not found:
            return since(404, "NOT_FOUND", "Device user not found.")
        if body != {"customer": _MINE}:
            return since(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        wanted = {"block": "BLOCKED", "approve": "APPROVED"}[verb]
        if found["managementState"] in {"UNENROLLED", "WIPING", "WIPED"}:
            return since(400, "FAILED_PRECONDITION", "Precondition check failed.")
        changed = found["managementState"] != wanted
        found["managementState"] = wanted
        response = {"@type": f"{_TYPES}{_ANSWERS[verb]}", "deviceUser": found}
        operation = {"name": f"operations/{self.world.id()}", "done": True, "response": response}
        return Reply(200, operation, changed=f"{found['name']} {wanted}" if changed else None)

    def _found(self, request: Request, rows: list[Json], shape: Shape) -> Reply:
        if request.asked("customer") != _MINE:
            return since(403, "PERMISSION_DENIED", "The caller does not have permission")
        if wanted := request.asked("filter"):
            term = _TERM.fullmatch(wanted)
            if not term:
                return since(400, "INVALID_ARGUMENT", "Invalid filter.")
            rows = [each for each in rows if term[2] == _searched(each, term[1])]
        return paged(request, rows, shape)


def _searched(row: Json, name: str) -> str:
    """Return what a search term of this name looks at (Mobile device search fields)."""
    return str(row.get({"serial": "serialNumber", "email": "userEmail"}[name], ""))
