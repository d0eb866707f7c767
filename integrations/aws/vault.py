"""Evidence in S3, or a store that speaks its protocol: what the settings may say, and how it is opened.

```yaml
evidence: {at: "s3://example-evidence/cases", region: eu-central-1, lock: {mode: compliance, days: 2555}}
```
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from integrations.addresses import base_of
from integrations.aws.connection import Region
from runner.actions.vaults import Objects, Safe, vault
from runner.errors import SettingsError

__all__ = ["Lock", "Settings", "connect"]

# Without dots, which break TLS of `bucket.s3.…`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_ADDRESS = re.compile(r"([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:/([A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*))?/?")


class Lock(BaseModel):
    """How long nobody can remove an object, counted from when it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["compliance", "governance"]
    """compliance: nobody at all, the account's root included. governance: whoever has
    s3:BypassGovernanceRetention can."""
    days: Annotated[int, Field(ge=1, le=36_500)]


class Settings(BaseModel):
    """The options beside `at:` of `evidence`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Region
    lock: Lock
    legal_hold: bool = False
    """Every object is also under a legal hold, which has no end: deleting a case lifts it first."""
    kms_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:/_-]{1,2048}$")] | None = None
    """Id, alias or ARN of the key that encrypts; the bucket's own default when None."""
    endpoint: str = ""
    """Of another store than AWS's; empty for AWS's own in the region."""
    access_key_id: str = ""
    """A secret reference; without one, the role of this machine, container or pod."""
    access_key_secret: str = ""
    """A secret reference."""
    session_token: str = ""
    """A secret reference, for temporary credentials."""

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if bool(self.access_key_id) != bool(self.access_key_secret):
            raise ValueError("`access_key_id` and `access_key_secret`, or neither")
        if self.session_token and not self.access_key_id:
            raise ValueError("`session_token` beside its key, or not at all")
        return self


@vault("s3", settings=Settings)
def connect(settings: Settings, safe: Safe) -> Objects:
    """Open a bucket; nothing is sent.

    Raises SettingsError without boto3 (the extra `aws`) and for an unfit address; CredentialsError for a
    missing secret.
    """
    found = _ADDRESS.fullmatch(safe.address)
    if found is None:
        raise SettingsError(
            "expected s3://BUCKET or s3://BUCKET/PREFIX",
            where="evidence",
            remedy="name a bucket without dots in its name",
        )
    endpoint = base_of(settings.endpoint, "evidence") if settings.endpoint else ""
    try:
        from integrations.aws.objects import Bucket  # noqa: PLC0415  an extra: all but opening works without
        from integrations.aws.storing import S3  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name not in {"boto3", "botocore"}:
            raise
        raise SettingsError(
            "boto3 is not installed", where="evidence", remedy="pip install 'severance[aws]'"
        ) from None
    keys = (settings.access_key_id, settings.access_key_secret, settings.session_token)
    secrets = [safe.secret(each) if each else "" for each in keys]
    s3 = S3(found[1], settings.region, endpoint, secrets, safe.user_agent)
    return Bucket(s3, found[2] or "", settings)
