"""What another account of the same hand would show too, and who shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from integrations.client import Params
from integrations.google.activities import events, stamp
from integrations.google.connection import AUDIT, DEVICES, MINE, USERS, Google, account_of, quoted, user_path
from integrations.google.devices import device_of, users_of, uses_of
from integrations.google.paging import rows
from integrations.google.people import search, user_by
from integrations.google.users import user_now
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Observation

__all__ = ["find_observations", "find_sharers"]

_MOST_SIGN_INS = 1000  # one page
_MOST_ADDRESSES = 20  # each is searched for on every service; the newest tell most
_LATELY = timedelta(days=30)  # an address seen long ago may be somebody else's by now


@action(
    "google.find_observations",
    kind="find", finds="observations",
    scopes=(USERS, DEVICES, AUDIT),
    source="Directory API, users.get; Cloud Identity API, devices.deviceUsers.list, devices.get; "
    "Reports API, activities.list (login)",
    lag="hours for sign-ins",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find the person's phones, recovery mail, address, devices by serial number, and sign-in addresses.

    Sign-ins: of the last thirty days, the latest thousand, twenty addresses at most. Google shows nobody
    which device answers a second factor. Only reads.
    """
    user = user_now(ctx, account)
    numbers = [*_values(user.get("phones")), user.get("recoveryPhone")]
    seen = [Observation("phone", _digits(each)) for each in numbers if each]
    if user.get("recoveryEmail"):
        seen.append(Observation("recovery-mail", str(user["recoveryEmail"]).lower()))
    seen += [Observation("address", each) for each in _streets(user)]
    for use in uses_of(ctx, account):
        device = device_of(ctx, use)
        if device.get("serialNumber"):
            seen.append(Observation("device", str(device["serialNumber"]), str(device.get("model") or "")))
    return list(dict.fromkeys([*seen, *(Observation("ip", each) for each in _signed_in_from(ctx, account))]))


def _sign_ins() -> dict[str, str | int]:
    return {"eventName": "login_success", "startTime": stamp(datetime.now(UTC) - _LATELY)}


def _values(entries: Json) -> list[str]:
    return [str(each["value"]) for each in entries or [] if each.get("value")]


def _digits(number: Json) -> str:
    """Return a phone number without the blanks and signs people put between the digits (E.164)."""
    return "".join(each for each in str(number) if each.isdigit() or each == "+")


def _streets(user: Json) -> list[str]:
    return [str(each["streetAddress"]) for each in user.get("addresses") or [] if each.get("streetAddress")]


def _signed_in_from(ctx: Context, account: Account) -> list[str]:
    """Return where the latest sign-ins came from, newest first."""
    user_path(account)
    latest = islice(events(ctx, account.id, "login", _sign_ins()), _MOST_SIGN_INS)
    found = [str(each["ipAddress"]) for each in latest if each.get("ipAddress")]
    return list(dict.fromkeys(found))[:_MOST_ADDRESSES]


@action(
    "google.find_sharers",
    kind="find", finds="sharers",
    scopes=(USERS, DEVICES, AUDIT),
    source="Directory API, users.list (query phone, addressStreet); Cloud Identity API, devices.list; "
    "Reports API, activities.list (actorIpAddress)",
    lag="hours for sign-ins, up to 36 hours for a new phone, address or device",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the accounts on which this one value is seen: a phone, an address, a device, a sign-in address.

    Recovery mails and recovery phones are in no search of Google's: they are found on nobody this way.
    Nobody else is read. Only reads.
    """
    look = _LOOK.get(observation.kind)
    users = look(ctx, observation.value) if look else []
    return list({user["id"]: account_of(ctx.service, user) for user in users}.values())


def _by_phone(ctx: Context, value: str) -> list[Json]:
    return search(ctx, f"phone={quoted(value)}")


def _by_street(ctx: Context, value: str) -> list[Json]:
    return search(ctx, f"addressStreet={quoted(value)}")


def _by_device(ctx: Context, serial: str) -> list[Json]:
    if not serial.isascii() or not all(each.isalnum() or each in "-_." for each in serial):
        return []  # no serial number, and it could widen the search
    asked: Params = {"customer": MINE, "filter": f"serial:{serial}", "pageSize": 100}
    devices = rows(ctx, ctx.connection(Google).devices, "/v1/devices", "devices", asked)
    same = [each for each in devices if each.get("serialNumber") == serial]
    return _users(ctx, (mail for device in same for mail in users_of(ctx, device)))


def _by_sign_in(ctx: Context, address: str) -> list[Json]:
    asked = {**_sign_ins(), "actorIpAddress": address}
    actors = {
        str(each["actor"]["profileId"]): None
        for each in events(ctx, "all", "login", asked)
        if each.get("ipAddress") == address and each.get("actor", {}).get("profileId")
    }
    return _users(ctx, actors)


_LOOK: Mapping[str, Callable[[Context, str], list[Json]]] = {
    "phone": _by_phone,
    "address": _by_street,
    "device": _by_device,
    "ip": _by_sign_in,
}


def _users(ctx: Context, keys: Iterable[str]) -> list[Json]:
    found = [user_by(ctx, key) for key in dict.fromkeys(keys)]
    return [each for each in found if each]
