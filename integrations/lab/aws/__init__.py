"""A stand-in for an AWS account and the Identity Center it manages: `Aws(name, ledger, latency_ms=…)`.

It checks signatures, keeps state and refuses what AWS refuses. Acts (`POST /_lab/act`) by a person's `mail`,
under any deny, as in the seconds before IAM obeys it: `mint-user` and `mint-role` (name), `mint-key` (of:
another user), `assume` (role, session, hours, ago). Others: `stale` (reads), `trail-behind`,
`trail-caught-up`, `manage` (account), `disable` (mail).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from integrations.lab.aws.center import Center
from integrations.lab.aws.office import guid
from integrations.lab.company import NEIGHBOUR, PEOPLE, PERSONAS, SUBJECT, person
from integrations.lab.ledger import Ledger
from runner.actions.values import Json

__all__ = ["Aws"]


class Aws(Center):
    """One account with the people of Fjordlight."""

    def __init__(self, name: str, ledger: Ledger, **more: Json) -> None:
        """more: as `Account` takes it."""
        super().__init__(name, ledger, **more)
        self._past()

    def state(self) -> Json:
        """Return what each person holds, by work e-mail, in the account and in the directory."""
        held: dict[str, Json] = {}
        for row in self.office.people.values():
            held[row["UserName"]] = {
                "person": row["UserId"],
                "status": row["UserStatus"],
                "reached": self.office.reached(row["UserId"]),
                "assigned": sum(each["PrincipalId"] == row["UserId"] for each in self.office.assigned),
                "memberships": sum(
                    each["MemberId"]["UserId"] == row["UserId"] for each in self.office.memberships.values()
                ),
            }
        for name, row in self.world.users.items():
            mail = next((each["Value"] for each in row["Tags"] if each["Key"] == "mail"), name)
            held[mail] = {**held.get(mail, {}), **self.seen(name)}
        roles = {name: sorted(self.world.inline[f"role/{name}"]) for name in self.world.roles}
        return {**held, "roles": roles}

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person, an administrator or time would, outside our sight. Raises ValueError."""
        acts: dict[str, Callable[[Mapping[str, Json]], Json]] = {
            "mint-user": self._mint_user, "mint-role": self._mint_role, "mint-key": self._mint_key,
            "assume": self._assumes, "stale": self._stale, "trail-behind": self._behind,
            "trail-caught-up": self._caught_up, "manage": self._manage, "disable": self._disable,
        }  # fmt: skip
        if name not in acts:
            raise ValueError(f"{self.name} knows no act {name!r}, only {', '.join(sorted(acts))}")
        return acts[name](given)

    def _by(self, given: Mapping[str, Json]) -> Json:
        return self.history.user(self.world.named(str(given.get("mail", SUBJECT.mail))))

    def _mint_user(self, given: Mapping[str, Json]) -> Json:
        row = self.world.user(str(given["name"]), {})
        made = {"userName": row["UserName"], "userId": row["UserId"], "arn": row["Arn"]}
        asked = {"userName": row["UserName"]}
        self.history.note("CreateUser", self._by(given), asked=asked, answered={"user": made})
        return row

    def _mint_role(self, given: Mapping[str, Json]) -> Json:
        row = self.world.role(str(given["name"]), when=None)
        made = {"roleName": row["RoleName"], "roleId": row["RoleId"], "arn": row["Arn"]}
        asked = {"roleName": row["RoleName"]}
        self.history.note("CreateRole", self._by(given), asked=asked, answered={"role": made})
        return row

    def _mint_key(self, given: Mapping[str, Json]) -> Json:
        name = str(given["of"])
        row = self.world.access_key(name)
        made = {"accessKeyId": row["AccessKeyId"], "userName": name, "status": "Active"}
        asked = {"userName": name}
        self.history.note("CreateAccessKey", self._by(given), asked=asked, answered={"accessKey": made})
        return row

    def _assumes(self, given: Mapping[str, Json]) -> Json:
        who = given.get("as") or self._by(given)
        return self.history.assume(
            who, str(given["role"]), str(given["session"]), hours=float(given.get("hours", 8)),
            ago=timedelta(hours=float(given.get("ago", 0))), region=str(given.get("region", "us-east-1")),
        )  # fmt: skip

    def _stale(self, given: Mapping[str, Json]) -> Json:
        self.stale = int(given["reads"])
        return self.stale

    def _behind(self, _given: Mapping[str, Json]) -> Json:
        self.history.behind = True
        return True

    def _caught_up(self, _given: Mapping[str, Json]) -> Json:
        self.history.catch_up()
        return True

    def _manage(self, given: Mapping[str, Json]) -> Json:
        self.managed_by = str(given.get("account", self.world.account))
        return self.managed_by

    def _disable(self, given: Mapping[str, Json]) -> Json:
        row = self.office.people[guid(self.name, person(str(given["mail"])).staff_id)]
        row["UserStatus"] = "DISABLED"
        return row

    def _past(self) -> None:
        """Write a believable past: everybody's calls, and the role sessions of the subject and of others."""
        now = datetime.now(UTC)
        for place, someone in enumerate(each for each in PEOPLE if each.github):
            name = self.world.named(someone.mail)
            who = self.history.user(name, self.world.keys[f"access/{name}"][0]["AccessKeyId"])
            many = 130 if someone is SUBJECT else 3
            address = "203.0.113.77" if someone in PERSONAS else f"192.0.2.{10 + place}"
            for at in range(many):
                when = now - timedelta(hours=1 + at * 16, minutes=place)
                region = ("us-east-1", "eu-west-1")[at % 2]
                self.history.note(
                    "DescribeInstances", who, when=when, region=region, source="ec2.amazonaws.com", ip=address
                )
        subject = self.history.user(self.world.named(SUBJECT.mail))
        other = self.history.user(self.world.named(NEIGHBOUR.mail))
        pipeline = {"type": "AWSService", "invokedBy": "codepipeline.amazonaws.com"}
        earlier = timedelta(hours=2)
        self.history.assume(pipeline, "deploy", "pipeline", ago=earlier)
        self.history.assume(subject, "deploy", "jonas.weber", ago=earlier, region="eu-west-1")
        for who in (other, subject):
            self.history.assume(who, "support", "console", ago=earlier)
        self.history.assume(subject, "pipeline", "long-over", hours=1, ago=timedelta(hours=6))
