"""Read a user resource (RFC 7643 section 4.1) without trusting its shape, and call it an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runner.actions.values import Account, Json

__all__ = ["EMPLOYEE_NUMBER", "account_of", "active", "number", "values"]

EMPLOYEE_NUMBER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"  # section 4.3


def values(user: Json, attribute: str) -> list[str]:
    """Return the texts an attribute holds, such as `emails.value`, or an extension's `urn:…:employeeNumber`.

    Whatever else a provider may have put there (null, an object where a list belongs) counts as nothing.
    """
    schema, _, name = attribute.rpartition(":")
    found: list[Json] = [user.get(schema) if schema else user]
    for part in name.split("."):
        found = [_within(each, part) for each in _flat(found)]
    return [str(each) for each in _flat(found) if isinstance(each, str | int) and not isinstance(each, bool)]


def _within(value: Json, part: str) -> Json:
    """Return a part of a value; a plain text in a list stands for its `value` (section 2.4)."""
    if isinstance(value, dict):
        return value.get(part)
    return value if isinstance(value, str) and part == "value" else None


def _flat(found: Iterable[Json]) -> Iterator[Json]:
    for each in found:
        yield from each if isinstance(each, list) else [each]


def active(user: Json) -> bool | None:
    """Return whether the user is active; None where the provider does not say so with a boolean."""
    told = user.get("active")
    return told if isinstance(told, bool) else None


def number(phone: str) -> str:
    """Return a telephone number without its scheme and visual separators (RFC 3966 sections 3 and 4)."""
    return re.sub(r"[\s().-]", "", phone.removeprefix("tel:"))


def account_of(service: str, user: Json, owner_roles: Iterable[str] = ()) -> Account:
    """Return a user resource as an account.

    owner_roles: values of `roles` that make an administrator. `admin` is left out where nobody said which
    they are, or where the provider shows no roles of this user.
    """
    told, roles = active(user), set(values(user, "roles.value"))
    created, mails = values(user, "meta.created"), values(user, "emails.value")
    staff_ids = values(user, EMPLOYEE_NUMBER)
    facts: dict[str, Json] = {
        "mail": _mail(user),
        "name": _name(user),
        "status": {True: "active", False: "inactive", None: "not shown"}[told],
        "created": created[0] if created else "",
        "staff_id": staff_ids[0] if staff_ids else "",
        **({"mails": mails} if len(mails) > 1 else {}),
        **({} if told is None else {"active": told}),
        **({"admin": not roles.isdisjoint(owner_roles)} if roles and owner_roles else {}),
    }
    logins = values(user, "userName")
    return Account(service, user["id"], logins[0] if logins else "", facts)


def _mail(user: Json) -> str:
    """Return the one address that is the user's own; empty where several could be.

    The first of a list may be an alias that was somebody else's.
    """
    entries = [row for row in _flat([user.get("emails")]) if isinstance(row, dict)]
    rows = [row for row in entries if isinstance(row.get("value"), str) and row["value"]]
    for of_kind in (
        [row for row in rows if row.get("primary") is True],
        [row for row in rows if row.get("type") == "work"],
        [row for row in rows if row["value"] == user.get("userName")],
        rows,
    ):
        if len({row["value"] for row in of_kind}) == 1:
            mail: str = of_kind[0]["value"]
            return mail
    return ""


def _name(user: Json) -> str:
    for attribute in ("displayName", "name.formatted"):
        if found := values(user, attribute):
            return found[0]
    return " ".join([*values(user, "name.givenName"), *values(user, "name.familyName")])
