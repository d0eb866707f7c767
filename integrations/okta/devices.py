"""The device layer: registered devices, which answer for the person. Suspended, never deactivated."""

from __future__ import annotations

from integrations.client import path
from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["devices_are_suspended", "find_devices", "suspend_device", "unsuspend_device"]

_SHUT = frozenset({"SUSPENDED", "DEACTIVATED"})


def _status(ctx: Context, device: str) -> dict[str, Json]:
    """Return a device's status, as Okta spells it."""
    found = ctx.read(lambda: ctx.connection(Okta).get(path("/api/v1/devices/{}", device)))
    return {"status": found.json["status"]}


def _held(ctx: Context, account: Account) -> list[Json]:
    rows = ctx.read(lambda: ctx.connection(Okta).rows(user_path(account, "/devices")))
    return [row["device"] for row in rows if row["device"]["status"] not in _SHUT]


@action(
    "okta.find_devices",
    kind="find", layer="device", finds="things",
    scopes=("okta.users.read", "okta.devices.read"),
    source="Okta management API, listUserDevices, listDeviceUsers",
)  # fmt: skip
def find_devices(ctx: Context, account: Account) -> list[Thing]:
    """Find the person's active devices; one that others sign in from too is shared. Only reads."""
    return [_thing(ctx, device) for device in _held(ctx, account)]


def _thing(ctx: Context, device: Json) -> Thing:
    address = path("/api/v1/devices/{}/users", device["id"])
    users = ctx.read(lambda: ctx.connection(Okta).rows(address))
    profile = device["profile"]
    state = {"status": device["status"], "serialNumber": profile.get("serialNumber"), "users": len(users)}
    return Thing(device["id"], profile.get("displayName", device["id"]), state, shared=len(users) > 1)


@action(
    "okta.suspend_device",
    kind="close", layer="device",
    noticed="on-next-use",
    repeat="guarded",
    undo="okta.unsuspend_device", proof="okta.devices_are_suspended",
    scopes=("okta.devices.manage",),
    source="Okta management API, suspendDevice",
)  # fmt: skip
def suspend_device(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Suspend one device: it can no longer answer for anybody; its factors and certificates stay.

    thing: from `find_devices`. Safe to repeat: a device suspended or deactivated is Unchanged. Leaves undone:
    what is stored on the device. Returns its status before and after.
    """
    user_path(account)
    before = _status(ctx, thing.id)
    if before["status"] in _SHUT:
        return Unchanged(f"{thing.label} is {before['status']}", before)
    if before["status"] != "ACTIVE":
        return Refused(f"{thing.label} is {before['status']}, and Okta suspends only an ACTIVE device")
    address = path("/api/v1/devices/{}/lifecycle/suspend", thing.id)
    ctx.write(f"suspend the device {thing.label}", lambda: ctx.connection(Okta).post(address), before=before)
    return Changed(before, _now(ctx, thing, "SUSPENDED"))


@action(
    "okta.unsuspend_device",
    kind="reopen", layer="device",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; suspend the device again", proof="okta.devices_are_suspended",
    scopes=("okta.devices.manage",),
    source="Okta management API, unsuspendDevice",
)  # fmt: skip
def unsuspend_device(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Let a suspended device answer again.

    before: what `suspend_device` recorded. Safe to repeat: an ACTIVE device is Unchanged. Returns its status
    before and after.
    """
    user_path(account)
    if before["status"] != "ACTIVE":
        return Refused(f"{thing.label} was {before['status']} before")
    state = _status(ctx, thing.id)
    if state["status"] == "ACTIVE":
        return Unchanged(f"{thing.label} is ACTIVE", state)
    if state["status"] != "SUSPENDED":
        return Refused(f"{thing.label} is {state['status']}, and Okta unsuspends only a SUSPENDED device")
    address = path("/api/v1/devices/{}/lifecycle/unsuspend", thing.id)
    ctx.write(f"unsuspend the device {thing.label}", lambda: ctx.connection(Okta).post(address), before=state)
    return Changed(state, _now(ctx, thing, "ACTIVE"))


def _now(ctx: Context, thing: Thing, wanted: str) -> dict[str, Json]:
    after = _status(ctx, thing.id)
    if after["status"] != wanted:
        raise ServiceError(f"{thing.label} reads {after['status']} after the call", where=ctx.service)
    return after


@action(
    "okta.devices_are_suspended",
    kind="prove", layer="device",
    scopes=("okta.users.read",),
    source="Okta management API, listUserDevices",
)  # fmt: skip
def devices_are_suspended(ctx: Context, account: Account) -> Proof:
    """List the devices again: closed when none is active. Only reads."""
    left = [device["profile"].get("displayName", device["id"]) for device in _held(ctx, account)]
    if left:
        return Proof("open", f"active: {', '.join(left)}", left)
    return Proof("closed", "no active device listed", [])
