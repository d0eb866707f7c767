"""The app layer: what the person reaches through Okta. Each is a door of its own, closed where it leads."""

from __future__ import annotations

from collections import Counter

from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Thing

__all__ = ["find_apps"]


@action(
    "okta.find_apps",
    kind="find", layer="app", finds="things",
    scopes=("okta.users.read",),
    source="Okta management API, listAppLinks",
)  # fmt: skip
def find_apps(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps assigned to the person, one thing an app instance, labelled by Okta's name of the app.

    Okta never unassigns here: that destroys the app's profile of the person. Suspending the account stops new
    sign-ins, not the session an app keeps for itself. Two instances of one app carry their ids in the label.
    """
    rows = ctx.read(lambda: ctx.connection(Okta).rows(user_path(account, "/appLinks")))
    links = {row["appInstanceId"]: row for row in rows}
    names = Counter(row["appName"] for row in links.values())
    found = []
    for instance, row in links.items():
        name = row["appName"] if names[row["appName"]] == 1 else f"{row['appName']} {instance}"
        found.append(Thing(instance, name, {"label": row.get("label", ""), "appName": row["appName"]}))
    return found
