"""Common ground of the simulated AWS: calls told apart, signatures checked, denies obeyed, events written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.lab.aws.history import History
from integrations.lab.aws.office import Office, guid
from integrations.lab.aws.signature import Signed, signed
from integrations.lab.aws.spelling import answer, asked, given, refusal
from integrations.lab.aws.world import World, aws_id, has_user
from integrations.lab.company import Person
from integrations.lab.doored import Doored
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["Account"]

_REGIONS = ["us-east-1", "eu-west-1"]
_PAGE = 20  # IAM "might return fewer results" than the hundred of the default: so it does, and paging is met
_READS = ("Get", "List", "Describe", "Lookup", "Simulate", "Generate")


def keeps_directory(service: str) -> bool:
    """Return whether a configured service is a directory: every second one is (`aws-2`, `aws-4`, …)."""
    number = service.rpartition("-")[2]
    return number.isdigit() and int(number) % 2 == 0


class Account(Doored):
    """One AWS account with a key of ours, and the Identity Center it manages."""

    vendor = "aws"

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return an IAM user id, empty for those without; or the id in the directory, where everybody is."""
        if keeps_directory(service):
            return guid(service, someone.staff_id)
        return aws_id("AIDA", service, someone.mail.partition("@")[0]) if has_user(someone) else ""

    def enrol(self, site: Site) -> Json:
        """Make an access key of ours; every second service is the directory of an organisation."""
        self.key_id = site.secret(f"{self.name}-id", aws_id("AKIA", self.name, "severance", length=20))
        self.secret = site.secret(self.name)
        center = {"instance": self.office.instance, "store": self.office.store}
        return {
            "url": self.url,
            "access_key_id": f"file:secrets/{self.name}-id",
            "access_key_secret": f"file:secrets/{self.name}",
            "regions": _REGIONS,
            "settles_s": 0,  # our IAM agrees with itself at once, and our CloudTrail lags by nothing:
            "lags_s": 0,  # so that a drill has nothing to wait for
            **({"identity_center": center} if keeps_directory(self.name) else {}),
        }

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        *,
        latency_ms: float = 0.0,
        key_id: str = "AKIALABSEVERANCE0001",
        secret: str = "lab-aws-secret",
    ) -> None:
        """key_id, secret: of the access key severance signs with."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.key_id, self.secret = key_id, secret
        self.world = World(name)
        self.history = History(self.world)
        self.office = Office(name, self.world.account)
        self.signer = Signed()
        """Who signed the request being answered."""
        self.stale = 0
        """How many reads of a policy still show what was there before it."""
        self.managed_by = "999988887777"
        """The organisation's management account."""

    def _serve(self, request: Request) -> tuple[Reply, Fault | None]:
        """Answer a call under the name it is known by here and in the runner: `POST /iam/GetUser`."""
        return super()._serve(replace(request, path=asked(request)))

    def admit(self, request: Request) -> Reply | None:
        """Refuse wrong signatures, keys that are Inactive, and users under an explicit deny, as AWS does."""
        if request.path.count("/") != 2:
            return None
        self.signer = signed(request, {**self.world.secrets, self.key_id: self.secret})
        if self.signer.fault:
            status = 400 if self.signer.fault == "IncompleteSignature" else 403
            return refusal(request, status, self.signer.fault, "The security token included is invalid.")
        holder = self.world.holder(self.signer.key_id)
        if holder and holder[1] != "Active":
            return refusal(request, 403, "InvalidClientTokenId", "The security token included is invalid.")
        operation = request.path.rpartition("/")[2]
        if holder and operation != "GetCallerIdentity" and self.denied(holder[0]):
            arn = self.world.users[holder[0]]["Arn"]
            message = f"User: {arn} is not authorized to perform: {operation} with an explicit deny"
            return refusal(request, 403, "AccessDenied", message)
        return None

    def denied(self, user: str) -> bool:
        """Return whether an inline policy denies a user everything, without a condition."""
        documents = [json.loads(text) for text in self.world.inline[f"user/{user}"].values()]
        statements = [each for document in documents for each in document["Statement"]]
        return any(
            (each["Effect"], each.get("Action"), each.get("Resource")) == ("Deny", "*", "*")
            and not each.get("Condition")
            for each in statements
        )

    def who(self) -> Json:
        """Return who is acting, as the event history names them."""
        holder = self.world.holder(self.signer.key_id)
        return self.history.user(holder[0] if holder else "severance", self.signer.key_id)

    def unknown(self, request: Request) -> Reply:
        """Answer as AWS does for an operation it does not have."""
        if request.path.count("/") != 2 or request.method != "POST":
            return Reply(404, {"message": "Not Found"})
        operation = request.path.rpartition("/")[2]
        return refusal(request, 400, "InvalidAction", f"Could not find operation {operation}")

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Add the request id AWS's support asks for."""
        del request, reply
        return {"x-amzn-RequestId": "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"}

    def given(self, request: Request) -> Json:
        """Return the arguments of a call."""
        return given(request)

    def say(self, request: Request, result: Json = None, changed: str | None = None, **told: Any) -> Reply:
        """Answer, and write an event down where something was changed. told: see `History.note`."""
        operation = request.path.rpartition("/")[2]
        if not operation.startswith(_READS):
            source = f"{request.path.split('/')[1]}.amazonaws.com"
            agent = request.headers.get("user-agent", "")
            self.history.note(operation, self.who(), source=source, agent=agent, **told)
        return answer(request, result, changed)

    def missing(self, request: Request, what: str) -> Reply:
        """Answer as IAM does for what it does not know."""
        return refusal(request, 404, "NoSuchEntity", f"The {what} cannot be found.")

    def page(self, request: Request, key: str, rows: list[Json]) -> Reply:
        """Return one page of a list of IAM, with a Marker when more follows."""
        fields = self.given(request)
        start, most = int(fields.get("Marker", 0)), min(int(fields.get("MaxItems", 100)), _PAGE)
        more = start + most < len(rows)
        body = {key: rows[start : start + most], "IsTruncated": more}
        return answer(request, {**body, **({"Marker": str(start + most)} if more else {})})

    def leaf(self, request: Request, key: str, rows: list[Json], most: int = 20) -> Reply:
        """Return one page of a list of the JSON services, with a NextToken when more follows."""
        fields = self.given(request)
        start, most = int(fields.get("NextToken") or 0), min(int(fields.get("MaxResults") or most), most)
        more = {"NextToken": str(start + most)} if start + most < len(rows) else {}
        return answer(request, {key: rows[start : start + most], **more})
