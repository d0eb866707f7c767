"""The app layer: what the person signed in to through Google. Each is a door, closed where it leads."""

from __future__ import annotations

from integrations.google.activities import events
from integrations.google.connection import AUDIT, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Thing

__all__ = ["find_apps"]


@action(
    "google.find_apps",
    kind="find", layer="app", finds="things",
    scopes=(AUDIT,),
    source="Reports API, activities.list (saml, login_success)",
    lag="hours",
)  # fmt: skip
def find_apps(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps the person signed in to through Google's single sign-on (SAML) in the last 180 days.

    Google lists no assignment of apps to people, so an app that was never used is not found. Only reads.
    """
    user_path(account)  # the id goes into the address: it must be one
    last: dict[str, str] = {}
    for activity in events(ctx, account.id, "saml", {"eventName": "login_success"}):
        for event in activity.get("events") or []:
            named = {each.get("name"): each.get("value") for each in event.get("parameters") or []}
            if app := named.get("application_name"):
                last.setdefault(str(app), str(activity["id"]["time"]))  # newest first
    return [Thing(app, app, {"last_sign_in": at}) for app, at in last.items()]
