"""People in the shapes of Slack: a user of the Web API, a row of admin.users.list, a SCIM user."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.lab.company import COMPANY, Person
from runner.actions.values import Json

__all__ = ["STAFF", "admin_row", "scim_shape", "shown", "user_shape"]

STAFF = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
_HIRED = "2025-03-03T08:00:00-08:00"
_HIRED_S = 1_741_017_600


def user_shape(user: str, org: str, team: str, someone: Person) -> tuple[Json, Json]:
    """Return the user object (docs.slack.dev, User object), and what SCIM knows besides."""
    handle = someone.mail.partition("@")[0]
    profile = {
        "email": someone.mail, "real_name": someone.name, "real_name_normalized": someone.name,
        "display_name": handle, "display_name_normalized": handle, "title": someone.title,
        "phone": someone.phone, "skype": "", "status_text": "", "status_emoji": "", "fields": {},
        "avatar_hash": "g0", "team": team,
    }  # fmt: skip
    enterprise = {"id": user, "enterprise_id": org, "enterprise_name": COMPANY, "teams": []}
    shape = {
        "id": user, "team_id": team, "name": handle, "deleted": False, "real_name": someone.name,
        "profile": profile, "is_restricted": False, "is_ultra_restricted": False, "is_bot": False,
        "is_app_user": False, "is_stranger": False, "updated": _HIRED_S, "enterprise_user": enterprise,
    }  # fmt: skip
    street, _, town = someone.address.partition(", ")
    resource = {
        STAFF: {"employeeNumber": someone.staff_id or None},
        "phoneNumbers": [{"value": someone.phone or None, "primary": True}],
        "addresses": [{"streetAddress": street or None, "locality": town or None}],
    }
    return shape, resource


def shown(user: Json, roles: Mapping[str, str], *, enterprise: bool) -> Json:
    """Return a user object as the plan shows it: the flags of the organisation, or of the only workspace."""
    member = user["enterprise_user"]
    role = roles.get(member["enterprise_id"], "") if enterprise else next(iter(roles.values()), "")
    flags = _flags("" if user["deleted"] else role)
    plain = {key: value for key, value in user.items() if key != "enterprise_user"}
    seen = {} if user["deleted"] else flags
    return {**plain, **seen, **({"enterprise_user": {**member, **flags}} if enterprise else {})}


def _flags(role: str) -> dict[str, bool]:
    owner = role in {"owner", "primary owner"}
    return {"is_admin": bool(role), "is_owner": owner, "is_primary_owner": role == "primary owner"}


def admin_row(user: Json, role: str) -> Json:
    """Return a row of admin.users.list; `role` is the one in the scope that was asked for."""
    return {
        "id": user["id"], "email": user["profile"]["email"], "username": user["name"],
        "full_name": user["real_name"], "is_active": not user["deleted"], "is_bot": user["is_bot"],
        "is_restricted": user["is_restricted"], "is_ultra_restricted": user["is_ultra_restricted"],
        "date_created": _HIRED_S, "deactivated_ts": 0, "expiration_ts": 0,
        "workspaces": user["enterprise_user"]["teams"], "has_2fa": True, "has_sso": True, **_flags(role),
    }  # fmt: skip


def scim_shape(user: Json, resource: Json, base: str) -> Json:
    """Return a user as SCIM 2.0 does (docs.slack.dev, SCIM API reference)."""
    given, _, family = user["real_name"].partition(" ")
    return {
        "schemas": [_CORE, STAFF], "id": user["id"], "externalId": "",
        "meta": {"created": _HIRED, "location": f"{base}/Users/{user['id']}"},
        "userName": user["name"], "nickName": user["name"], "displayName": user["real_name"],
        "name": {"givenName": given, "familyName": family}, "active": not user["deleted"],
        "emails": [{"value": user["profile"]["email"], "primary": True}], "groups": [], **resource,
    }  # fmt: skip
