"""How AWS is reached: which operations read, where they go, and what one connection remembers.

AWS's own API has one path and one method for nearly everything, reads included. So the gate, the
errors and the lab's ledger know a call as `POST /iam/PutUserPolicy`: the service as its client is called,
then the operation. What `reads.py` does not name is a write.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from integrations.addresses import base_of, on_loopback
from integrations.answers import Answer
from integrations.aws.reads import READS
from runner.actions.contract import Opening, service
from runner.actions.values import Json, Layer
from runner.errors import ServiceRefused, SettingsError

__all__ = ["Aws", "IdentityCenter", "Settings", "connect"]

LACKS: Mapping[Layer, str] = {
    "grant": "AWS keeps no consents a person gave to applications",
    "device": "a device opens nothing by itself; MFA devices are kept: without one the account is weaker",
}
BY_HAND: Mapping[Layer, str] = {
    "shared": "go through what the person made, by aws.keep_log: EC2 key pairs, roles that trust other "
    "accounts, bucket and key policies, function URLs, shared snapshots; rotate the secrets they could read",
    "app": "end the person's session there, and disable them in Identity Center's console, or where it gets "
    "its people from: its API can do neither",
}

_IAMS = {"us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1"}
_SETTLES_S = 10  # IAM is eventually consistent: 3-4 s were measured (OFFENSAI), we look after 10
_LAGS_S = 900  # "typically delivers events within an average of about 5 minutes", LookupEvents up to 15

Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$")]


class IdentityCenter(BaseModel):
    """Says that the people of this service are those of an Identity Center directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instance: Annotated[
        str,
        StringConstraints(pattern=r"^arn:aws(-[a-z]{1,5}){0,3}:sso:::instance/(sso)?ins-[a-zA-Z0-9-.]{16}$"),
    ]
    """The ARN of the instance: `aws sso-admin list-instances`."""
    store: Annotated[str, StringConstraints(pattern=r"^d-[0-9a-f]{10}$")]
    """Its identity store, for example d-1234567890."""


class Settings(BaseModel):
    """The `aws` service of severance.yaml: the IAM users of one account, or an Identity Center directory.

    An account and a directory are two services, because one person has an identity in each.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    access_key_id: str
    """A secret reference. AWS's own configuration files, variables and metadata service are never asked."""
    access_key_secret: str
    """A secret reference."""
    session_token: str = ""
    """A secret reference, for temporary credentials."""
    regions: Annotated[tuple[Region, ...], Field(min_length=1)] = ("us-east-1",)
    """Where CloudTrail is read: every region the company uses, since a role session is written down where it
    was opened. The first is where IAM's own events are (us-east-1, or a partition's own such region), or, for
    a directory, the region of Identity Center."""
    identity_center: IdentityCenter | None = None
    mail_tag: str = "mail"
    """The tag of an IAM user that holds the work e-mail; a user name that is an address counts too."""
    staff_id_tag: str = "staff-id"
    """The tag of an IAM user that holds the staff id."""
    url: str = ""
    """One endpoint for every service, for a stand-in; empty for AWS's own endpoints."""
    settles_s: Annotated[int, Field(ge=0, le=600)] = _SETTLES_S
    """Seconds after a denial until IAM agrees with itself; less than 10 on loopback only."""
    lags_s: Annotated[int, Field(ge=0, le=3600)] = _LAGS_S
    """Seconds until an act is in CloudTrail's event history; less than 900 on loopback only."""


class Calls(Protocol):
    """What `integrations.aws.sdk` offers: one call, judged and read whole."""

    def call(self, name: str, operation: str, region: str, given: Mapping[str, Json]) -> Answer:
        """Call one operation once."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Aws:
    """An open connection with one principal's credentials; safe to share between threads."""

    def __init__(self, settings: Settings, calls: Calls, where: str) -> None:
        """where: the configured name of the service, for errors."""
        self.settings, self.where = settings, where
        self._calls = calls
        self._lock = threading.Lock()
        self._alone: dict[str, threading.RLock] = {}
        self._me: Json = None
        self._manages: bool | None = None

    @property
    def directory(self) -> IdentityCenter | None:
        """The Identity Center whose people these are; None for the IAM users of an account."""
        return self.settings.identity_center

    def call(self, operation: str, given: Mapping[str, Json], region: str = "") -> Answer:
        """Call one operation once; `json` of the answer is AWS's, times as it spells them.

        operation: for example `iam.GetUser`. region: the first configured one when empty. Raises NotReached,
        AnswerLost (a write whose answer is lost), ServiceError (a read whose answer is), RateLimited,
        CredentialsError, ServiceRefused, RefusedError, WriteForbidden.
        """
        name, _, verb = operation.partition(".")
        return self._calls.call(name, verb, region or self.settings.regions[0], given)

    def me(self) -> Json:
        """Return `{UserId, Account, Arn}` of our own principal; asked once."""
        if self._me is None:
            found = self.call("sts.GetCallerIdentity", {}).json
            if not re.fullmatch("[0-9]{12}", found["Account"]):  # it is remembered
                raise ValueError("an account's id has twelve digits")
            self._me = found
        return self._me

    def manages(self) -> bool:
        """Return whether our account is the management account of an organisation; asked once."""
        if self._manages is None:
            try:
                found = self.call("organizations.DescribeOrganization", {}).json["Organization"]
            except ServiceRefused as refused:
                if refused.code != "AWSOrganizationsNotInUseException":
                    raise
                found = {}
            self._manages = found.get("MasterAccountId") == self.me()["Account"]
        return self._manages

    @contextlib.contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Keep other threads from the same object while a document is read, changed and written back."""
        with self._lock:
            mine = self._alone.setdefault(what, threading.RLock())
        with mine:
            yield

    def close(self) -> None:
        """Close every connection."""
        self._calls.close()


def learned(aws: Aws) -> Json:
    """Read who we are, and whether our account manages an organisation. Raises what `Aws.call` raises."""
    me = aws.me()
    return {"user": me["Arn"], "id": me["UserId"], "account": me["Account"], "manages": aws.manages()}


@service(
    "aws",
    settings=Settings,
    lacks=LACKS,
    by_hand=BY_HAND,
    reads=[f"POST /{name}/({'|'.join(operations)})" for name, operations in READS.items()],
    ping=learned,
)
def connect(settings: Settings, opening: Opening) -> Aws:
    """Open AWS; nothing is sent.

    Raises SettingsError without boto3 (the extra `aws`), for an unfit URL, for a first region in which IAM
    writes nothing down, and for waits cut short on a real account; CredentialsError for a missing secret.
    """
    if settings.identity_center is None and settings.regions[0] not in _IAMS:
        known = ", ".join(sorted(_IAMS))
        raise SettingsError(f"IAM's events are in one of {known}: name it first", where=opening.name)
    url = base_of(settings.url, opening.name) if settings.url else ""
    at_home = bool(url) and on_loopback(urlsplit(url).hostname or "")
    if not at_home and (settings.settles_s < _SETTLES_S or settings.lags_s < _LAGS_S):
        raise SettingsError(
            f"settles_s is at least {_SETTLES_S} and lags_s at least {_LAGS_S} on AWS", where=opening.name
        )
    try:
        from integrations.aws.sdk import Sdk  # noqa: PLC0415  an extra: everything but opening works without
    except ModuleNotFoundError as missing:
        if missing.name not in {"boto3", "botocore"}:
            raise
        raise SettingsError(
            "boto3 is not installed", where=opening.name, remedy="pip install 'severance[aws]'"
        ) from None
    keys = (settings.access_key_id, settings.access_key_secret, settings.session_token)
    secrets = [opening.secret(each) if each else "" for each in keys]
    return Aws(settings, Sdk(opening, secrets, url), opening.name)
