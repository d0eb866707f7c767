"""The token layer, by hand: legacy integrations, whose webhook address or token lets anybody in who has it.

Slack lists no tokens. Those a person granted end with their account, those of an app with the app; those of
integrations made before there were apps stay, and no call ends them.
"""

from __future__ import annotations

from integrations.slack_org.installations import is_app, standing
from runner.actions.contract import Context, action
from runner.actions.values import Account, Thing

__all__ = ["find_legacy_integrations"]


@action(
    "slack_org.find_legacy_integrations",
    kind="find", layer="token", finds="things",
    scopes=("users:read", "admin"),
    source="Slack Web API: team.integrationLogs (user, service_id); slack.com/help/articles/360000446446",
)  # fmt: skip
def find_legacy_integrations(ctx: Context, account: Account) -> list[Thing]:
    """Find incoming webhooks, bots and commands of the old kind that the person set up, and that stand.

    Each is a task for a person, who asks first what depends on it. Only reads.
    """
    return [
        Thing(f"{each.team or '-'}.{each.app}", f"{each.name} {each.app}", each.last, shared=True)
        for each, _ in standing(ctx, account)
        if not is_app(each.app)
    ]
