"""The device layer: the person's use of each managed device. Blocked, never wiped."""

from __future__ import annotations

import re

from integrations.client import Params, path
from integrations.google.connection import DEVICES, MINE, USERS, Google, user_path
from integrations.google.paging import rows
from integrations.google.users import user_now
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError

__all__ = [
    "approve_device",
    "block_device",
    "device_of",
    "devices_are_blocked",
    "find_devices",
    "users_of",
    "uses_of",
]  # fmt: skip

_GONE = "GONE"  # our word where Google knows no such use any more
_SHUT = frozenset({"BLOCKED", "UNENROLLED", "WIPED", "WIPING", _GONE})
_NAME = re.compile(r"devices/([\w-]+)/deviceUsers/([\w-]+)", re.ASCII)
_FIT = re.compile(r"[^\s:\"]+@[^\s:\"]+")  # what cannot end or widen a search of devices
_ASKED = {"customer": MINE}


def uses_of(ctx: Context, account: Account) -> list[Json]:
    """Return the DeviceUser objects of the person: one a device the person signed in on."""
    mail = user_now(ctx, account)["primaryEmail"]
    if not _FIT.fullmatch(mail):
        raise RefusedError(f"{ascii(mail)[:60]} cannot be part of a search", where=ctx.service)
    asked: Params = {**_ASKED, "filter": f"email:{mail}", "pageSize": 20}  # the largest page
    found = rows(ctx, ctx.connection(Google).devices, "/v1/devices/-/deviceUsers", "deviceUsers", asked)
    return [each for each in found if str(each.get("userEmail", "")).lower() == mail.lower()]


def device_of(ctx: Context, use: Json) -> Json:
    """Return the Device object a DeviceUser belongs to."""
    device, _ = _ids(use, ctx.service)
    http, address = ctx.connection(Google).devices, path("/v1/devices/{}", device)
    return ctx.read(lambda: http.get(address, _ASKED)).json


def users_of(ctx: Context, device: Json) -> list[str]:
    """Return the mails of everyone who signed in on a device."""
    address = path("/v1/devices/{}/deviceUsers", str(device["name"]).removeprefix("devices/"))
    found = rows(ctx, ctx.connection(Google).devices, address, "deviceUsers", {**_ASKED, "pageSize": 20})
    return [str(each["userEmail"]) for each in found if each.get("userEmail")]


def _ids(use: Json, service: str) -> tuple[str, str]:
    name = _NAME.fullmatch(str(use["name"]))
    if not name:
        raise ServiceError(f"{ascii(use['name'])[:80]} is no name of a device's user", where=service)
    return name[1], name[2]


def _thing(ctx: Context, use: Json) -> Thing:
    """Return a use as a thing `device:user`; shared where the company owns it, or others sign in on it."""
    device = device_of(ctx, use)
    users = users_of(ctx, device)
    state = {
        "managementState": use.get("managementState"),
        "ownerType": device.get("ownerType"),
        "serialNumber": device.get("serialNumber"),
        "users": len(users),
    }
    shared = device.get("ownerType") == "COMPANY" or len(users) > 1
    label = str(device.get("model") or device.get("deviceType") or "a device")
    return Thing(":".join(_ids(use, ctx.service)), label, state, shared=shared)


@action(
    "google.find_devices",
    kind="find", layer="device", finds="things",
    scopes=(USERS, DEVICES),
    source="Cloud Identity API, devices.deviceUsers.list, devices.get",
)  # fmt: skip
def find_devices(ctx: Context, account: Account) -> list[Thing]:
    """Find the devices on which the person may see company data.

    The company's own, and those others sign in on, are shared. Only reads. A search may lag behind a new
    device by up to 36 hours.
    """
    uses = [each for each in uses_of(ctx, account) if each.get("managementState") not in _SHUT]
    return [_thing(ctx, each) for each in uses]


@action(
    "google.block_device",
    kind="close", layer="device",
    noticed="at-once",  # the managed account on the device stops and says so
    repeat="guarded",
    undo="google.approve_device", proof="google.devices_are_blocked",
    scopes=(USERS, DEVICES),
    source="Cloud Identity API, devices.deviceUsers.block",
)  # fmt: skip
def block_device(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Block the person's use of one device; nothing on it is erased, and others who use it go on.

    thing: from `find_devices`. Safe to repeat: a use that is blocked, unenrolled, wiped or gone is Unchanged.
    Leaves undone: what is stored on the device. Returns its state before and after.
    """
    before, address = _read(ctx, account, thing)
    if before["managementState"] in _SHUT:
        return Unchanged(f"{thing.label} is {before['managementState']}", before)
    if not before["mine"]:
        return Refused(f"{thing.label} is used by somebody else under this name")
    http, body = ctx.connection(Google).devices, {"customer": MINE}
    ctx.write(f"block {thing.label}", lambda: http.post(f"{address}:block", body), before=before)
    return Changed(before, _now(ctx, account, thing, "BLOCKED"))


@action(
    "google.approve_device",
    kind="reopen", layer="device",
    noticed="at-once",
    repeat="guarded",
    no_undo="it is the way back itself; block the device again", proof="google.devices_are_blocked",
    scopes=(USERS, DEVICES),
    source="Cloud Identity API, devices.deviceUsers.approve",
)  # fmt: skip
def approve_device(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Let the person use a blocked device again.

    before: what `block_device` recorded. Safe to repeat: an approved use is Unchanged. A use that was not
    approved before, or is wiped or unenrolled now, is refused. Returns its state before and after.
    """
    if before["managementState"] != "APPROVED":
        return Refused(f"{thing.label} was {before['managementState']} before: approving would give more")
    state, address = _read(ctx, account, thing)
    if state["managementState"] == "APPROVED":
        return Unchanged(f"{thing.label} is APPROVED", state)
    if state["managementState"] != "BLOCKED" or not state["mine"]:
        return Refused(f"{thing.label} is {state['managementState']}: only a blocked use is approved again")
    http, body = ctx.connection(Google).devices, {"customer": MINE}
    ctx.write(f"approve {thing.label}", lambda: http.post(f"{address}:approve", body), before=state)
    return Changed(state, _now(ctx, account, thing, "APPROVED"))


def _read(ctx: Context, account: Account, thing: Thing) -> tuple[dict[str, Json], str]:
    """Return the state of a use, whether it is this account's, and its address."""
    user_path(account)  # refuses an id that is none before anything is asked
    address = path("/v1/devices/{}/deviceUsers/{}", *_parts(thing))
    found = ctx.read(lambda: ctx.connection(Google).devices.find(address, _ASKED))
    if found is None:
        return {"managementState": _GONE, "mine": True}, address
    use, mail = found.json, str(user_now(ctx, account)["primaryEmail"])
    mine = str(use.get("userEmail", "")).lower() == mail.lower()
    return {"managementState": use.get("managementState"), "mine": mine}, address


def _parts(thing: Thing) -> tuple[str, str]:
    device, _, user = thing.id.partition(":")
    if not _NAME.fullmatch(f"devices/{device}/deviceUsers/{user}"):
        raise RefusedError(f"{ascii(thing.id)[:80]} is no use of a device")
    return device, user


def _now(ctx: Context, account: Account, thing: Thing, wanted: str) -> dict[str, Json]:
    after, _ = _read(ctx, account, thing)
    if after["managementState"] != wanted:
        said = f"{thing.label} reads {after['managementState']} after the call"
        raise ServiceError(said, where=ctx.service)
    return after


@action(
    "google.devices_are_blocked",
    kind="prove", layer="device",
    scopes=(USERS, DEVICES),
    source="Cloud Identity API, devices.deviceUsers.list",
)  # fmt: skip
def devices_are_blocked(ctx: Context, account: Account) -> Proof:
    """List the person's uses of devices again: closed when none is let in. Only reads."""
    uses = [each for each in uses_of(ctx, account) if each.get("managementState") not in _SHUT]
    left = [":".join(_ids(each, ctx.service)) for each in uses]
    if left:
        return Proof("open", f"{len(left)} device(s) let in", left)
    return Proof("closed", "no device let in", [])
