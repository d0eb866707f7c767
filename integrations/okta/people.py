"""Find people in Okta: an account by what is known, administrators, members, and who shares a value."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from integrations.client import path
from integrations.okta.connection import Okta, account_of, quoted, user_path
from integrations.pages import Bookmarks
from runner.actions.contract import Context, action
from runner.actions.values import Account, Doc, Json, Observation, Who
from runner.errors import ServiceError

__all__ = ["find_accounts", "find_administrators", "find_members", "find_observations", "find_sharers"]

_PHONES = ("mobilePhone", "primaryPhone")
_PAGE = 200  # the largest page of listUsers


@action(
    "okta.find_accounts",
    kind="find", finds="accounts",
    scopes=("okta.users.read", "okta.roles.read"),
    source="Okta management API, getUser, listUsers, listAssignedRolesForUser",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by immutable id, else by work e-mail, login or staff id.

    Search lags behind a new user or a changed profile by seconds (listUsers, `search`), so the login is read
    directly as well. Deactivated users are found too. Only reads.
    """
    okta = ctx.connection(Okta)
    users = _by_id(ctx, okta, who.ids[ctx.service]) if who.ids.get(ctx.service) else _by_words(ctx, okta, who)
    return [account_of(ctx.service, user, admin=_is_admin(ctx, okta, user)) for user in users]


def _by_id(ctx: Context, okta: Okta, user_id: str) -> list[Json]:
    address = user_path(Account(ctx.service, user_id, ""))
    found = ctx.read(lambda: okta.find(address))
    return [found.json] if found else []


def _by_words(ctx: Context, okta: Okta, who: Who) -> list[Json]:
    terms = [f"profile.{name} eq {quoted(who.mail)}" for name in ("email", "login") if who.mail]
    terms += [f"profile.employeeNumber eq {quoted(who.staff_id)}"] if who.staff_id else []
    if not terms:
        return []
    users = ctx.read(lambda: okta.rows("/api/v1/users", {"search": " or ".join(terms), "limit": _PAGE}))
    by_login = ctx.read(lambda: okta.find(path("/api/v1/users/{}", who.mail))) if who.mail else None
    users += [by_login.json] if by_login else []
    return list({user["id"]: user for user in users}.values())


def _is_admin(ctx: Context, okta: Okta, user: Json) -> bool:
    address = path("/api/v1/users/{}/roles", user["id"])
    return bool(ctx.read(lambda: okta.rows(address)))


@action(
    "okta.find_administrators",
    kind="find", finds="owners",
    scopes=("okta.roles.read", "okta.users.read"),
    source="Okta management API, listUsersWithRoleAssignments, getUser",
)  # fmt: skip
def find_administrators(ctx: Context) -> list[Account]:
    """Find everyone who holds an administrator role: they can see us in the System Log. Only reads."""
    okta = ctx.connection(Okta)
    return [
        account_of(ctx.service, user, admin=True)
        for each in _administrators(ctx, okta)
        for user in _by_id(ctx, okta, each)
    ]


def _administrators(ctx: Context, okta: Okta) -> list[str]:
    """Return user ids, page after page; this one list pages by a body field, not by a Link header."""
    found: list[str] = []
    after, bookmarks = "", Bookmarks("the administrators", ctx.service)
    while True:
        params: dict[str, str | int] = {"limit": 100, **({"after": after} if after else {})}
        page = ctx.read(lambda params=params: okta.get("/api/v1/iam/assignees/users", params)).json  # type: ignore[misc]
        found += [entry["id"] for entry in page["value"]]
        following = page.get("_links", {}).get("next", {}).get("href", "")
        after = parse_qs(urlsplit(following).query).get("after", [""])[0]
        if not after:
            return found
        bookmarks.turn_to(after)


@action(
    "okta.find_members",
    kind="find", finds="members",
    scopes=("okta.groups.read", "okta.users.read"),
    source="Okta management API, listGroups, listGroupUsers",
)  # fmt: skip
def find_members(ctx: Context, group: Annotated[str, Doc("Exact name or id of one group.")]) -> list[Account]:
    """Find everyone in one group. Only reads.

    Search lags behind a new or renamed group by seconds. Raises ServiceError unless exactly one group has
    this name or id.
    """
    okta = ctx.connection(Okta)
    search = f"profile.name eq {quoted(group)} or id eq {quoted(group)}"
    found = ctx.read(lambda: okta.rows("/api/v1/groups", {"search": search, "limit": _PAGE}))
    meant = {each["id"] for each in found if group in {each["id"], each["profile"]["name"]}}
    if len(meant) != 1:
        raise ServiceError(
            f"{len(meant)} groups have the name or id {group!r}",
            where=ctx.service,
            remedy="write the group exactly as Okta does, or by its id",
        )
    address = path("/api/v1/groups/{}/users", *meant)
    users = ctx.read(lambda: okta.rows(address, {"limit": _PAGE}))
    return [account_of(ctx.service, user) for user in users]


@action(
    "okta.find_observations",
    kind="find", finds="observations",
    scopes=("okta.users.read", "okta.devices.read"),
    source="Okta management API, getUser, listFactors, listUserDevices",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find what another account of the same hand would show too: push device, phones, address.

    A device counts by its serial number, and only while a push factor is enrolled. Only reads.
    """
    okta = ctx.connection(Okta)
    profile = ctx.read(lambda: okta.get(user_path(account))).json["profile"]
    factors = ctx.read(lambda: okta.rows(user_path(account, "/factors")))
    numbers = [profile.get(name) for name in _PHONES]
    calls = [each["profile"] for each in factors if each["factorType"] in {"sms", "call"}]
    numbers += [each.get("phoneNumber") for each in calls]
    seen = [Observation("phone", number) for number in numbers if number]
    if any(each["factorType"] == "push" for each in factors):
        rows = ctx.read(lambda: okta.rows(user_path(account, "/devices")))
        devices = [row["device"]["profile"] for row in rows]
        seen += [
            Observation("mfa-device", each["serialNumber"], each.get("displayName", ""))
            for each in devices
            if each.get("serialNumber")
        ]
    if profile.get("streetAddress"):
        seen.append(Observation("address", profile["streetAddress"]))
    return list(dict.fromkeys(seen))


@action(
    "okta.find_sharers",
    kind="find", finds="sharers",
    scopes=("okta.users.read", "okta.devices.read"),
    source="Okta management API, listUsers, listDevices (search, expand=user)",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the accounts on which this one value is seen; nobody else is read. Only reads."""
    okta = ctx.connection(Okta)
    if observation.kind == "mfa-device":
        search = f"profile.serialNumber eq {quoted(observation.value)}"
        devices = ctx.read(lambda: okta.rows("/api/v1/devices", {"search": search, "expand": "user"}))
        users = [holder["user"] for each in devices for holder in each.get("_embedded", {}).get("users", [])]
    else:
        names = {"phone": _PHONES, "address": ("streetAddress",)}.get(observation.kind, ())
        search = " or ".join(f"profile.{name} eq {quoted(observation.value)}" for name in names)
        if not search:
            return []
        users = ctx.read(lambda: okta.rows("/api/v1/users", {"search": search, "limit": _PAGE}))
    return list({user["id"]: account_of(ctx.service, user) for user in users}.values())
