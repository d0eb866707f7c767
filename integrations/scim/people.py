"""Find people by SCIM: an account by what is known, administrators, members, and who shares a value."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from integrations.client import path
from integrations.scim.connection import Scim, the_user, user_path
from integrations.scim.listing import Term, search
from integrations.scim.resources import EMPLOYEE_NUMBER, account_of, number, values
from runner.actions.contract import Context, action
from runner.actions.values import Account, Doc, Json, Observation, Who
from runner.errors import ServiceError

__all__ = ["find_accounts", "find_members", "find_observations", "find_owners", "find_sharers"]

_PHONE, _ADDRESSES = "phoneNumbers.value", ("addresses.streetAddress", "addresses.formatted")


@action(
    "scim.find_accounts",
    kind="find", finds="accounts",
    scopes=("Users: read",),
    source="RFC 7644 sections 3.4.1 and 3.4.2, GET /Users/{id}, GET /Users?filter=; RFC 7643 section 4.1",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by immutable id, else by user name, mail, external id or employee number.

    Inactive users are found too, where the provider still shows them. Only reads.
    """
    scim = ctx.connection(Scim)
    known = who.ids.get(ctx.service)
    users = _by_id(ctx, known) if known else _by_words(ctx, who)
    return [account_of(ctx.service, user, scim.settings.owner_roles) for user in users]


def _by_id(ctx: Context, user_id: str) -> list[Json]:
    account = Account(ctx.service, user_id, "")
    address = user_path(account)
    found = ctx.read(lambda: ctx.connection(Scim).find(address))
    return [the_user(account, found)] if found else []


def _by_words(ctx: Context, who: Who) -> list[Json]:
    terms: list[Term] = []
    if who.mail:
        terms += [("userName", who.mail), ("emails.value", who.mail)]
    if who.staff_id:
        terms += [(EMPLOYEE_NUMBER, who.staff_id), ("externalId", who.staff_id)]
    return search(ctx, terms, _alike) if terms else []


def _alike(text: str) -> str:
    """Offered loosely: who is meant is judged elsewhere, and shown to a person."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


@action(
    "scim.find_owners",
    kind="find", finds="owners",
    scopes=("Users: read",),
    source="RFC 7643 section 4.1.2, roles; RFC 7644 section 3.4.2",
)  # fmt: skip
def find_owners(ctx: Context) -> list[Account]:
    """Find everyone with a role that the settings call an administrator's. Only reads.

    SCIM has no words for administrators. Raises ServiceError where the settings name no roles, and where
    nobody is shown to hold one: an empty list would say that there are none.
    """
    roles = ctx.connection(Scim).settings.owner_roles
    if not roles:
        raise ServiceError(
            "SCIM does not say who administers the service",
            where=ctx.service,
            remedy="name the values of `roles` that do in `owner_roles`",
        )
    terms = [("roles.value", role) for role in roles]
    owners = [account_of(ctx.service, user, roles) for user in search(ctx, terms)]
    if not owners:
        raise ServiceError(
            f"nobody is shown with the role {' or '.join(roles)}",
            where=ctx.service,
            remedy="correct `owner_roles`, or leave it out where the provider shows no roles",
        )
    return owners


@action(
    "scim.find_members",
    kind="find", finds="members",
    scopes=("Groups: read",),
    source="RFC 7643 section 4.2, Group; RFC 7644 sections 3.4.1 and 3.4.2",
)  # fmt: skip
def find_members(
    ctx: Context, group: Annotated[str, Doc("Exact display name or id of one group.")]
) -> list[Account]:
    """Find everyone in one group, by the ids and names the group shows of them. Only reads.

    Raises ServiceError unless exactly one group has this name or id, where its members are not shown, and
    where it holds other groups.
    """
    found = search(ctx, [("displayName", group), ("id", group)], of="/Groups")
    if len(found) != 1:
        raise ServiceError(
            f"{len(found)} groups have the name or id {group!r}",
            where=ctx.service,
            remedy="write the group exactly as the provider does, or by its id",
        )
    address = path("/Groups/{}", found[0]["id"])
    shown = ctx.read(lambda: ctx.connection(Scim).get(address)).json
    members = shown.get("members") if isinstance(shown, dict) and shown.get("id") == found[0]["id"] else None
    if not isinstance(members, list) or not all(_is_person(each) for each in members):
        raise ServiceError(
            f"the group {group!r} does not show its members, or holds other groups", where=ctx.service
        )
    return [Account(ctx.service, each["value"], str(each.get("display") or "")) for each in members]


def _is_person(member: Json) -> bool:
    """A member without a `type` counts as a person: most providers leave it out (RFC 7643 section 4.2)."""
    return (
        isinstance(member, dict)
        and isinstance(member.get("value"), str)
        and member.get("type", "User") == "User"
        and "/Groups/" not in str(member.get("$ref"))
    )


@action(
    "scim.find_observations",
    kind="find", finds="observations",
    scopes=("Users: read",),
    source="RFC 7643 section 4.1.2, phoneNumbers, addresses",
)  # fmt: skip
def find_observations(ctx: Context, account: Account) -> list[Observation]:
    """Find what another account of the same hand would show too: phone numbers and addresses. Only reads."""
    address = user_path(account)
    user = the_user(account, ctx.read(lambda: ctx.connection(Scim).get(address)))
    homes = [each for name in _ADDRESSES for each in values(user, name)]
    seen = [Observation("phone", number(each)) for each in values(user, _PHONE)]
    seen += [Observation("address", each) for each in homes]
    return [each for each in dict.fromkeys(seen) if each.value.strip()]


@action(
    "scim.find_sharers",
    kind="find", finds="sharers",
    scopes=("Users: read",),
    source="RFC 7644 section 3.4.2, GET /Users?filter=",
)  # fmt: skip
def find_sharers(ctx: Context, observation: Observation) -> list[Account]:
    """Find the accounts on which this one value is seen. Only reads.

    A provider that filters is asked for the number as it is mostly spelled, plain or after `tel:`; one
    written with separators is then not found. One that does not filter is read to the end; nothing is kept.
    """
    if observation.kind == "phone":
        plain = number(observation.value)
        users = search(ctx, [(_PHONE, plain), (_PHONE, f"tel:{plain}")], number)
    elif observation.kind == "address":
        users = search(ctx, [(name, observation.value) for name in _ADDRESSES])
    else:
        return []
    roles = ctx.connection(Scim).settings.owner_roles
    return [account_of(ctx.service, user, roles) for user in users]
