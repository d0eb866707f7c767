"""The device layer: registered and owned devices, which sign in for the person. Never wiped or retired."""

from __future__ import annotations

from integrations.client import path
from integrations.entra.connection import Graph
from integrations.entra.reading import one, rows, settled, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["devices_are_disabled", "devices_of", "disable_device", "enable_device", "find_devices"]

_DEVICE = "/devices/{}"
_STATE = {"$select": "id,accountEnabled,displayName,trustType,onPremisesSyncEnabled"}
_ON_PREMISES = (
    "synchronised from an on-premises directory, which may open it again: disable the computer there too, "
    "and bring what that directory shows"
)


def devices_of(ctx: Context, account: Account) -> list[Json]:
    """Return the devices the person registered or owns, each once, as Graph gives them."""
    listed = [
        each
        for tail in ("/registeredDevices", "/ownedDevices")
        for each in rows(ctx, user_path(account, tail))
        if str(each.get("@odata.type", "")).endswith(".device")
    ]
    return list({each["id"]: each for each in listed}.values())


def _shown(device: Json) -> dict[str, Json]:
    return {key: device.get(key) for key in ("accountEnabled", "trustType", "onPremisesSyncEnabled")}


def _label(device: Json) -> str:
    return str(device.get("displayName") or device["id"])


@action(
    "entra.find_devices",
    kind="find", layer="device", finds="things",
    scopes=("Directory.Read.All", "Device.Read.All"),
    source="Microsoft Graph v1.0, List registeredDevices, List ownedDevices, List registeredUsers, "
    "List registeredOwners",
)  # fmt: skip
def find_devices(ctx: Context, account: Account) -> list[Thing]:
    """Find the person's enabled devices; one that others registered or own too is shared. Only reads."""
    return [_thing(ctx, each) for each in devices_of(ctx, account) if each.get("accountEnabled")]


def _thing(ctx: Context, device: Json) -> Thing:
    people = {
        each["id"]
        for tail in ("/registeredUsers", "/registeredOwners")
        for each in rows(ctx, path(_DEVICE + tail, device["id"]), {"$select": "id"})
    }
    state = {**_shown(device), "deviceId": device.get("deviceId"), "people": len(people)}
    return Thing(device["id"], _label(device), state, shared=len(people) > 1)


@action(
    "entra.disable_device",
    kind="close", layer="device",
    noticed="on-next-use",
    repeat="guarded",
    undo="entra.enable_device", proof="entra.devices_are_disabled",
    scopes=("Device.ReadWrite.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, Update device",
)  # fmt: skip
def disable_device(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Disable one device: it can no longer sign anybody in to Entra; everything on it stays.

    thing: from `find_devices`. Safe to repeat: a device disabled already is Unchanged. A synchronised
    computer is disabled until the next synchronisation. Leaves undone: what is stored on the device, and
    its local sign-in. Returns accountEnabled, trustType and onPremisesSyncEnabled before and after.
    """
    return _turn(ctx, account, thing, enabled=False)


@action(
    "entra.enable_device",
    kind="reopen", layer="device",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; disable the device again", proof="entra.devices_are_disabled",
    scopes=("Device.ReadWrite.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, Update device",
)  # fmt: skip
def enable_device(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Let a disabled device sign in again.

    before: what `disable_device` recorded. Safe to repeat: an enabled device is Unchanged.
    """
    if not before["accountEnabled"]:
        return Refused("the device was disabled before")
    return _turn(ctx, account, thing, enabled=True)


def _turn(ctx: Context, account: Account, thing: Thing, *, enabled: bool) -> Outcome:
    """Set accountEnabled of a device that is the person's, and read it back."""
    verb, devices = "enable" if enabled else "disable", ctx.connection(Graph).directory
    found = next((each for each in devices_of(ctx, account) if each["id"] == thing.id), None)
    if found is None:
        return Refused(f"the device {thing.label or thing.id} is not registered to this person")
    name, address = _label(found), path(_DEVICE, found["id"])
    before = _shown(one(ctx, address, _STATE))
    if before["accountEnabled"] is enabled:
        return Unchanged(f"{name} is {verb}d", before)
    what = f"{verb} the device {name}"
    ctx.write(what, lambda: devices.patch(address, {"accountEnabled": enabled}), before=before)
    after = settled(
        ctx,
        lambda: _shown(devices.get(address, _STATE).json),
        lambda state: state["accountEnabled"] is enabled,
        lambda state: f"{name} reads accountEnabled {state['accountEnabled']}",
    )
    return Changed(before, after)


@action(
    "entra.devices_are_disabled",
    kind="prove", layer="device",
    scopes=("Directory.Read.All",),
    source="Microsoft Graph v1.0, List registeredDevices, List ownedDevices",
)  # fmt: skip
def devices_are_disabled(ctx: Context, account: Account) -> Proof:
    """List the devices again: closed when none is enabled, by hand where a sync may undo it. Only reads."""
    listed = devices_of(ctx, account)
    left = [_label(each) for each in listed if each.get("accountEnabled")]
    if left:
        return Proof("open", f"enabled: {', '.join(left)}", left)
    synced = [_label(each) for each in listed if each.get("onPremisesSyncEnabled")]
    if synced:
        return Proof("by-hand", f"{', '.join(synced)}: disabled in the cloud only, {_ON_PREMISES}", synced)
    return Proof("closed", "no enabled device listed", [])
