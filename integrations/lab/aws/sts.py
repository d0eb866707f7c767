"""The simulated STS, CloudTrail and Organizations: who one is, role sessions, what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from integrations.lab.aws.policies import Policies
from integrations.lab.aws.spelling import answer, refusal
from integrations.lab.server import Reply, Request, route
from runner.actions.values import Json

__all__ = ["Sessions"]


class Sessions(Policies):
    """What AWS answers about sessions and the past."""

    @route("POST", "/sts/GetCallerIdentity")
    def _me(self, request: Request) -> Reply:
        who = self.who()
        me = {"UserId": who["principalId"], "Account": self.world.account, "Arn": who["arn"]}
        return self.say(request, me)

    @route("POST", "/sts/AssumeRole")
    def _assume(self, request: Request) -> Reply:
        fields = self.given(request)
        role, name = str(fields["RoleArn"]).rpartition("/")[2], str(fields["RoleSessionName"])
        if role not in self.world.roles:
            return refusal(request, 403, "AccessDenied", "not authorized to perform: sts:AssumeRole")
        hours = int(fields.get("DurationSeconds", 3600)) / 3600
        session = self.history.assume(self.who(), role, name, hours=hours, region=self.signer.region)
        ends = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {
            "Credentials": {"AccessKeyId": session["accessKeyId"], "SecretAccessKey": "not-for-use",
                            "SessionToken": "not-for-use", "Expiration": ends},
            "AssumedRoleUser": {"AssumedRoleId": session["principalId"], "Arn": session["arn"]},
        }  # fmt: skip
        return answer(request, body, f"session {session['principalId']} opened")

    @route("POST", "/organizations/DescribeOrganization")
    def _organization(self, request: Request) -> Reply:
        if not self.managed_by:
            code = "AWSOrganizationsNotInUseException"
            return refusal(request, 400, code, "Your account is not a member of an organization.")
        return self.say(
            request, {"Organization": {"Id": "o-fjordlight1", "MasterAccountId": self.managed_by}}
        )

    @route("POST", "/cloudtrail/LookupEvents")
    def _lookup(self, request: Request) -> Reply:
        fields = self.given(request)
        attributes: list[Json] = fields.get("LookupAttributes") or []
        if len(attributes) != 1:
            return refusal(request, 400, "InvalidLookupAttributesException", "exactly one attribute, please")
        since = _time(fields.get("StartTime"), datetime.now(UTC) - timedelta(days=90))
        until = _time(fields.get("EndTime"), datetime.now(UTC) + timedelta(minutes=1))
        key, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
        rows = self.history.found(self.signer.region, key, value, since, until)
        return self.leaf(request, "Events", rows, 50)


def _time(seconds: Json, otherwise: datetime) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC) if seconds else otherwise
