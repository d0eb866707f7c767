"""Find who shares what is seen on an account: authenticator, devices, phones, addresses of sign-ins."""

from __future__ import annotations

import re

from integrations.client import path
from integrations.entra.devices import devices_of
from integrations.entra.logs import sign_ins
from integrations.entra.methods import methods_of
from integrations.entra.people import account_of, users_of
from integrations.entra.reading import maybe, one, quoted, rows, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Observation

__all__ = ["find_observations", "find_sharers"]

_PHONES = {"$select": "id,mobilePhone,businessPhones"}
_OBJECT_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_RECENT = 500  # sign-ins looked at for addresses: one page
_MOST = 20  # people read for one address: it then tells nobody apart


def _dialled(number: str) -> str:
    """Return a phone number as E.164 writes it, without blanks and extension; `+1 2025550111x12` has both."""
    return re.sub(r"[^+0-9]", "", number.partition("x")[0])


@action(
    "entra.find_observations",
    kind="find", finds="observations",
    scopes=("User.Read.All", "UserAuthenticationMethod.Read.All", "Directory.Read.All", "AuditLog.Read.All"),
    source="Microsoft Graph v1.0, Get user, List authentication methods, Get the device of a "
    "microsoftAuthenticatorAuthenticationMethod, List registeredDevices, List ownedDevices, List signIns",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find what another account of the same hand would show too: authenticator, devices, phones, addresses.

    An authenticator is told apart only where it is registered for sign-in by phone: else v1.0 names no
    device. Addresses are the IP addresses of the newest 500 interactive sign-ins that succeeded, none where
    the licence keeps the log from us. Only reads.
    """
    methods, devices = methods_of(ctx, account), devices_of(ctx, account)
    user = one(ctx, user_path(account), _PHONES)
    numbers = [user.get("mobilePhone"), *(user.get("businessPhones") or [])]
    numbers += [each.get("phoneNumber") for each in methods]
    seen = [Observation("phone", _dialled(number)) for number in numbers if number]
    seen += [_device("mfa-device", each) for each in _authenticators(ctx, account, methods)]
    seen += [_device("device", each) for each in devices]
    mine = f"userId eq {quoted(account.id)} and status/errorCode eq 0"
    seen += [Observation("ip", each["ipAddress"]) for each in sign_ins(ctx, mine, _RECENT) or []]
    return list(dict.fromkeys(each for each in seen if each.value))


def _device(kind: str, device: Json) -> Observation:
    return Observation(kind, device["id"], str(device.get("displayName") or ""))


def _authenticators(ctx: Context, account: Account, methods: list[Json]) -> list[Json]:
    kind = "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod"
    address = "/authentication/microsoftAuthenticatorMethods/{}/device"
    mine = [user_path(account, address, each["id"]) for each in methods if each["@odata.type"] == kind]
    found = [maybe(ctx, each) for each in mine]
    return [device for device in found if device and device.get("id")]


@action(
    "entra.find_sharers",
    kind="find", finds="sharers",
    scopes=("User.Read.All", "Directory.Read.All", "AuditLog.Read.All"),
    source="Microsoft Graph v1.0, List registeredUsers, List registeredOwners, List users, List signIns",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the accounts on which this one value is seen; nobody else is read. Only reads.

    A phone is searched in people's profiles, character by character: a number registered as a method only
    can be searched nowhere. Of an address, twenty people at most, by its newest 500 sign-ins.
    """
    users = _SEARCHES[observation.kind](ctx, observation.value) if observation.kind in _SEARCHES else []
    return [account_of(ctx.service, each) for each in users]


def _by_device(ctx: Context, device: str) -> list[Json]:
    if not _OBJECT_ID.fullmatch(device) or maybe(ctx, path("/devices/{}", device)) is None:
        return []  # another service's id, or another tenant's
    tails = ("/registeredUsers", "/registeredOwners")
    return users_of(ctx, [each["id"] for t in tails for each in rows(ctx, path("/devices/{}" + t, device))])


def _by_phone(ctx: Context, number: str) -> list[Json]:
    wanted = f"mobilePhone eq {quoted(number)} or businessPhones/any(p:p eq {quoted(number)})"
    found = rows(ctx, "/users", {"$filter": wanted, "$count": "true", "$select": "id"}, index=True)
    return users_of(ctx, [each["id"] for each in found])


def _by_ip(ctx: Context, ip: str) -> list[Json]:
    found = sign_ins(ctx, f"ipAddress eq {quoted(ip)} and status/errorCode eq 0", _RECENT) or []
    return users_of(ctx, list(dict.fromkeys(each["userId"] for each in found))[:_MOST])


_SEARCHES = {"mfa-device": _by_device, "device": _by_device, "phone": _by_phone, "ip": _by_ip}
