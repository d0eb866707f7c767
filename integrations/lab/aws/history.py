"""The simulated CloudTrail: what happened, in the form of event records, by region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from integrations.lab.aws.world import World, aws_id, moment
from runner.actions.values import Json

__all__ = ["History"]

_SHOWN = timedelta(days=90)


class History:
    """Events of one account, in the order they happened, as CloudTrail's User Guide shows their records."""

    def __init__(self, world: World) -> None:
        """Start with nothing that happened."""
        self._world = world
        self._events: list[tuple[str, Json]] = []
        self.behind = False
        """While set, what happens is not shown yet."""
        self._hidden: list[tuple[str, Json]] = []

    def note(
        self,
        name: str,
        who: Json,
        *,
        region: str = "us-east-1",
        asked: Json = None,
        answered: Json = None,
        when: datetime | None = None,
        source: str = "iam.amazonaws.com",
        ip: str = "192.0.2.14",
        agent: str = "aws-cli/2.15",
        error: str = "",
    ) -> Json:
        """Write one event down; returns its record."""
        number = len(self._events) + len(self._hidden)
        record = {
            "eventVersion": "1.09", "userIdentity": who, "eventTime": moment(when), "eventSource": source,
            "eventName": name, "awsRegion": region, "sourceIPAddress": ip, "userAgent": agent,
            "requestParameters": asked, "responseElements": answered, "eventType": "AwsApiCall",
            "eventID": f"6f0c1f2e-0000-4000-8000-{number:012d}", "readOnly": False, "managementEvent": True,
            "recipientAccountId": self._world.account, **({"errorCode": error} if error else {}),
        }  # fmt: skip
        (self._hidden if self.behind else self._events).append((region, _row(record)))
        return record

    def catch_up(self) -> None:
        """Show what was held back."""
        self.behind = False
        self._events += self._hidden
        self._hidden = []

    def user(self, name: str, key: str = "") -> Json:
        """Return an IAM user as the history names one who acts."""
        row = self._world.users[name]
        return {
            "type": "IAMUser", "principalId": row["UserId"], "arn": row["Arn"],
            "accountId": self._world.account, "accessKeyId": key, "userName": name,
        }  # fmt: skip

    def session(self, role: str, name: str, key: str) -> Json:
        """Return a role session as the history names one who acts."""
        row = self._world.roles[role]
        return {
            "type": "AssumedRole", "principalId": f"{row['RoleId']}:{name}",
            "arn": f"arn:aws:sts::{self._world.account}:assumed-role/{role}/{name}",
            "accountId": self._world.account, "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "principalId": row["RoleId"], "arn": row["Arn"], "userName": role,
                "accountId": self._world.account,
            }},
        }  # fmt: skip

    def assume(
        self,
        who: Json,
        role: str,
        name: str,
        *,
        hours: float = 8,
        ago: timedelta = timedelta(),
        region: str = "us-east-1",
    ) -> Json:
        """Open a role session; returns who acts in it."""
        row, when = self._world.roles[role], datetime.now(UTC) - ago
        key = aws_id("ASIA", role, name, str(len(self._events)), length=20)
        session = self.session(role, name, key)
        ends = (when + timedelta(hours=hours)).strftime(
            "%b %d, %Y %I:%M:%S %p"
        )  # as CloudTrail spells this one
        self.note(
            "AssumeRole", who, region=region, source="sts.amazonaws.com", when=when,
            asked={"roleArn": row["Arn"], "roleSessionName": name, "durationSeconds": int(hours * 3600)},
            answered={
                "credentials": {"accessKeyId": key, "sessionToken": "IQoJ...", "expiration": ends},
                "assumedRoleUser": {"assumedRoleId": session["principalId"], "arn": session["arn"]},
            },
        )  # fmt: skip
        return session

    def found(self, region: str, attribute: str, value: str, since: datetime, until: datetime) -> list[Json]:
        """Return the rows of LookupEvents for one attribute, newest first."""
        since = max(since, datetime.now(UTC) - _SHOWN)
        first, last = since.timestamp(), until.timestamp()
        hits = [
            row
            for place, row in self._events
            if place == region and first <= row["EventTime"] <= last and _carries(row, attribute, value)
        ]
        return sorted(hits, key=lambda row: -row["EventTime"])


def _row(record: Mapping[str, Json]) -> Json:
    identity = record["userIdentity"]
    name = identity.get("userName") or str(identity.get("principalId", "")).rpartition(":")[2]
    return {
        "EventId": record["eventID"], "EventName": record["eventName"], "ReadOnly": "false",
        "AccessKeyId": identity.get("accessKeyId", ""), "EventSource": record["eventSource"],
        "EventTime": datetime.fromisoformat(record["eventTime"]).timestamp(), "Username": name,
        "Resources": _resources(record), "CloudTrailEvent": json.dumps(record),
    }  # fmt: skip


def _resources(record: Mapping[str, Json]) -> list[Json]:
    """Return what an event was about, as LookupEvents lists it."""
    asked, answered = record["requestParameters"] or {}, record["responseElements"] or {}
    found = [("AWS::IAM::User", asked.get("userName")), ("AWS::IAM::Role", asked.get("roleName"))]
    found.append(("AWS::IAM::Role", asked.get("roleArn")))
    session = answered.get("assumedRoleUser") or {}
    found += [("AWS::STS::AssumedRole", session.get(key)) for key in ("assumedRoleId", "arn")]
    found.append(("AWS::IAM::AccessKey", (answered.get("credentials") or {}).get("accessKeyId")))
    return [{"ResourceType": kind, "ResourceName": name} for kind, name in found if name]


def _carries(row: Json, attribute: str, value: str) -> bool:
    if attribute == "ResourceName":
        return value in {each["ResourceName"] for each in row["Resources"]}
    return bool(
        row.get({"ReadOnly": "ReadOnly", "EventSource": "EventSource"}.get(attribute, attribute)) == value
    )
