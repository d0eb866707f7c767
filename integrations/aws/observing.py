"""What ties accounts together: addresses people came from, their MFA devices, phones and homes."""

from __future__ import annotations

from ipaddress import ip_address

from integrations.aws.asking import rows
from integrations.aws.connection import Aws
from integrations.aws.people import account_of_person, person_of
from integrations.aws.principals import directory_of, user_name
from integrations.aws.trail import acted, recent
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Observation

__all__ = ["find_observations", "find_sharers"]

_PAGES = 4  # of 50 events a region: two calls a second are allowed, and people wait for this


@action(
    "aws.find_observations",
    kind="find", finds="observations",
    scopes=("cloudtrail:LookupEvents", "iam:GetUser", "iam:ListUsers", "iam:ListMFADevices",
            "identitystore:DescribeUser"),
    source="CloudTrail API, LookupEvents; IAM API, ListMFADevices; Identity Store API, DescribeUser",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find what another account of the same hand would show too. Only reads.

    Of an IAM user: the addresses of their newest 200 events a region, and MFA devices. The serial of a
    virtual device and of a security key names its user, so only a hardware token's would show elsewhere. Of a
    person of Identity Center: phones and street addresses.
    """
    if directory_of(ctx, account):
        row = person_of(ctx, account) or {}
        return list(dict.fromkeys(_of_person(row)))
    name = user_name(ctx, account)
    if name is None:
        return []
    mine = [
        event for event in recent(ctx, name, _PAGES) if "userIdentity" in event and acted(event, {account.id})
    ]
    seen = [Observation("ip", ip) for ip in dict.fromkeys(map(_address, mine)) if ip]
    devices = rows(ctx, "iam.ListMFADevices", "MFADevices", UserName=name)
    return seen + [Observation("mfa-device", each["SerialNumber"]) for each in devices]


@action(
    "aws.find_sharers",
    kind="find", finds="sharers",
    scopes=("identitystore:ListUsers",),
    source="Identity Store API, ListUsers",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the people of Identity Center on whom this one value is seen. Only reads.

    It has no search by phone or address, so everybody is listed and only those who show the value are kept.
    IAM has no search by address of origin, and no two of its users share a device's serial: nobody is found.
    """
    directory = ctx.connection(Aws).directory
    if directory is None or observation.kind not in {"phone", "address"}:
        return []
    people = rows(ctx, "identitystore.ListUsers", "Users", IdentityStoreId=directory.store)
    wanted = (observation.kind, observation.value)
    hits = [row for row in people if wanted in {(each.kind, each.value) for each in _of_person(row)}]
    return [account_of_person(ctx, row) for row in hits]


def _of_person(row: Json) -> list[Observation]:
    phones = [each.get("Value") for each in row.get("PhoneNumbers", ())]
    homes = [each.get("StreetAddress") or each.get("Formatted") for each in row.get("Addresses", ())]
    return [
        *(Observation("phone", phone) for phone in phones if phone),
        *(Observation("address", home) for home in homes if home),
    ]


def _address(event: Json) -> str:
    """Return the address an event came from; empty where AWS names one of its own services instead."""
    source = str(event.get("sourceIPAddress", ""))
    try:
        return str(ip_address(source))
    except ValueError:
        return ""
