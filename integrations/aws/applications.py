"""The app layer: what a person opens by signing in to Identity Center. Each is closed by hand."""

from __future__ import annotations

from collections import Counter

from integrations.aws.asking import ask, rows
from integrations.aws.people import person_of
from integrations.aws.principals import directory_of
from runner.actions.contract import Context, action
from runner.actions.values import Account, Thing

__all__ = ["find_applications"]

_PORTAL = "AWS access portal"


@action(
    "aws.find_applications",
    kind="find", layer="app", finds="things",
    scopes=("sso:ListApplicationAssignmentsForPrincipal", "sso:DescribeApplication",
            "identitystore:DescribeUser"),
    source="Identity Center API, ListApplicationAssignmentsForPrincipal, DescribeApplication; Identity Store "
    "API, DescribeUser",
)  # fmt: skip
def find_applications(ctx: Context, account: Account) -> list[Thing]:
    """Find the sign-in to Identity Center's portal unless the person is disabled, then their applications.

    An IAM user has neither. Two applications of one name carry their ids in the label. Only reads.
    """
    directory = directory_of(ctx, account)
    person = person_of(ctx, account) if directory else None
    if directory is None or person is None:
        return []
    found = rows(
        ctx, "sso-admin.ListApplicationAssignmentsForPrincipal", "ApplicationAssignments",
        InstanceArn=directory.instance, PrincipalId=account.id, PrincipalType="USER",
    )  # fmt: skip
    names = {arn: _name(ctx, arn) for arn in dict.fromkeys(str(row["ApplicationArn"]) for row in found)}
    times = Counter(names.values())
    status = {"UserStatus": person.get("UserStatus")}
    portal = [] if status["UserStatus"] == "DISABLED" else [Thing("portal", _PORTAL, status)]
    return portal + [
        Thing(arn, name if times[name] == 1 else f"{name} {arn.rpartition('/')[2]}", {"arn": arn})
        for arn, name in names.items()
    ]


def _name(ctx: Context, arn: str) -> str:
    found = ask(ctx, "sso-admin.DescribeApplication", "", ApplicationArn=arn)
    return str(found.get("Name") or arn.rpartition("/")[2])
