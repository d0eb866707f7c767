"""A bucket with Object Lock: written once, locked, and looked at afterwards.

Facts are those of the S3 API reference. `If-None-Match: *` makes PutObject answer 412 where the key holds
something, so a repeat after a lost answer changes nothing; a lock protects a version, and a delete marker
may still hide it; without `x-amz-bypass-governance-retention`, which is never sent, GOVERNANCE refuses a
removal as COMPLIANCE does.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, BinaryIO

from integrations.aws.storing import S3
from integrations.aws.vault import Settings
from runner.actions.values import Json
from runner.actions.vaults import Version
from runner.errors import CredentialsError, StorageError

__all__ = ["Bucket"]

_BLOCK = 1 << 20
_TRIAL = timedelta(minutes=2)
_UNLOCKED = ("ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound")


class Bucket:
    """One bucket, below a prefix; implements `runner.actions.vaults.Objects`."""

    def __init__(self, s3: S3, prefix: str, settings: Settings) -> None:
        """prefix: without slashes at its ends; may be empty."""
        self._s3, self._settings = s3, settings
        self._prefix = f"{prefix}/" if prefix else ""
        self._where = f"s3://{s3.bucket}/{self._prefix}"

    def put(self, key: str, file: BinaryIO, sha256: str, media: str, *, fresh: bool) -> Version | None:
        """Store a file's bytes under the configured lock; see `Objects`."""
        lock = self._locked(timedelta(days=self._settings.lock.days))
        given = {
            "Key": self._prefix + key,
            "Body": file,
            "ContentType": media.partition(";")[0].strip() or "application/octet-stream",
            "ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode(),
            **({"IfNoneMatch": "*"} if fresh else {}),
            **({"ObjectLockLegalHoldStatus": "ON"} if self._settings.legal_hold else {}),
            **lock,
            **self._encryption(),
        }
        answer = self._s3.ask("put_object", given, none_for=("PreconditionFailed",) if fresh else ())
        if answer is None:
            return None
        version = self._versioned(answer, key)
        self._look(version, lock)
        return version

    def read(self, version: Version) -> Iterator[bytes]:
        """Yield a version's bytes; see `Objects`."""
        body = self._s3.ask("get_object", self._named(version))["Body"]
        blocks = body.iter_chunks(_BLOCK)
        while block := self._s3.repeated("get_object", version.key, lambda: next(blocks, b""), tries=1):
            yield block

    def versions(self, prefix: str) -> Iterator[Version]:
        """Yield every version below a prefix, and delete markers; see `Objects`."""
        given: dict[str, str] = {"Prefix": self._prefix + prefix}
        while True:
            page = self._s3.ask("list_object_versions", given)
            for kind in ("Versions", "DeleteMarkers"):
                for each in page.get(kind, ()):
                    key = str(each["Key"]).removeprefix(self._prefix)
                    yield Version(key, each["VersionId"], empty=kind == "DeleteMarkers")
            if not page.get("IsTruncated"):
                return
            given |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def remove(self, version: Version) -> str:
        """Remove a version for good, or say why it stays; see `Objects`."""
        if not version.empty:
            if self._settings.legal_hold:
                off = {"LegalHold": {"Status": "OFF"}}
                self._s3.ask("put_object_legal_hold", {**self._named(version), **off})
            found = self._s3.ask("head_object", self._named(version))
            until = found.get("ObjectLockRetainUntilDate")
            if until is not None and _moment(until) > datetime.now(UTC):
                return f"{found['ObjectLockMode'].lower()} until {_moment(until):%Y-%m-%dT%H:%M:%SZ}"
        self._s3.ask("delete_object", self._named(version), none_for=("NoSuchVersion",))
        return ""

    def examine(self, *, trial: bool) -> list[Json]:
        """Look whether versions and locks are on; see `Objects`."""
        versioning = self._s3.ask("get_bucket_versioning", {}).get("Status", "off")
        locking = self._s3.ask("get_object_lock_configuration", {}, none_for=_UNLOCKED) or {}
        enabled = locking.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled", "off")
        new = "make a bucket with Object Lock, which turns versioning on, and name it in `evidence`"
        rows = [
            _row(f"{self._where} keeps versions", versioning, new, ok=versioning == "Enabled"),
            _row(f"{self._where} has Object Lock", enabled, new, ok=enabled == "Enabled"),
        ]
        if enabled == "Enabled":
            untried = _row("a locked object stays", "not tried: severance doctor --try-lock", "", ok=True)
            rows.append(self._tried() if trial else untried)
        return rows

    def _tried(self) -> Json:
        """Write an object that is locked for two minutes, and try to remove it."""
        key, body = f"doctor-{secrets.token_hex(8)}", b"severance doctor"
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        given = {"Key": self._prefix + key, "Body": BytesIO(body), "ChecksumSHA256": checksum}
        put = self._s3.ask("put_object", {**given, **self._locked(_TRIAL), **self._encryption()})
        try:
            self._s3.ask("delete_object", self._named(self._versioned(put, key)))
        except CredentialsError:  # AccessDenied: what a lock answers
            return _row("a locked object stays", f"removing {key} was refused", "", ok=True)
        again = "ask whoever runs this store whether it honours Object Lock"
        return _row("a locked object stays", f"{key} was locked, and is gone", again, ok=False)

    def _locked(self, span: timedelta) -> dict[str, Any]:
        mode = self._settings.lock.mode.upper()
        return {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": datetime.now(UTC) + span}

    def _look(self, version: Version, wanted: dict[str, Any]) -> None:
        """Check that a version is there, and locked as it was to be. Raises StorageError."""
        found = self._s3.ask("head_object", self._named(version))
        until = found.get("ObjectLockRetainUntilDate")
        due = wanted["ObjectLockRetainUntilDate"] - timedelta(seconds=1)  # parts of a second may be cut off
        if found.get("ObjectLockMode") != wanted["ObjectLockMode"] or until is None or _moment(until) < due:
            raise StorageError(
                "an object is not locked as the settings want",
                where=self._where + version.key,
                remedy="severance doctor",
            )

    def _named(self, version: Version) -> dict[str, str]:
        return {"Key": self._prefix + version.key, "VersionId": version.id}

    def _versioned(self, answer: Any, key: str) -> Version:
        found = str(answer.get("VersionId", ""))
        if not found:
            raise StorageError(
                "the bucket keeps no versions, so nothing in it is locked",
                where=self._where + key,
                remedy="severance doctor",
            )
        return Version(key, found)

    def _encryption(self) -> dict[str, str]:
        key = self._settings.kms_key
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}


def _moment(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled)


def _row(check: str, detail: str, remedy: str, *, ok: bool) -> Json:
    return {"check": check, "ok": ok, "detail": detail, "remedy": "" if ok else remedy}
