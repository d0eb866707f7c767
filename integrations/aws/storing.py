"""Asks S3: one client with nothing of this machine's in it, a few tries, and our words for its errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

from integrations.addresses import origin_of
from integrations.aws.sdk import isolated
from runner.errors import CredentialsError, StorageError

__all__ = ["S3"]

TRIES = 4  # of one call: a put that is repeated meets its own object, so nothing is written twice
_PAUSE_S = 0.2  # before the second try; doubled before each further one
_REFUSED = frozenset({
    "AccessDenied", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken",
    "RequestTimeTooSkewed", "SignatureDoesNotMatch", "403",
})  # fmt: skip
_AGAIN = frozenset({
    # Two writers at once: "retry the upload" (PutObject, If-None-Match).
    "ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "SlowDown", "429",
})  # fmt: skip
_ROLES = ("assume-role-with-web-identity", "container-role", "iam-role")  # of a pod, a container, a machine


class S3:
    """A client of one bucket; safe to share between threads."""

    def __init__(
        self, bucket: str, region: str, endpoint: str, secrets: Sequence[str], user_agent: str
    ) -> None:
        """endpoint: empty for AWS's own. secrets: key id, secret, session token; empty texts for a role."""
        self.bucket, self._region = bucket, region
        self._client = self._opened(endpoint, secrets, user_agent)
        self._origins = self._pinned(bool(endpoint))
        self._client.meta.events.register("before-send", self._leave)

    def ask(self, operation: str, given: Mapping[str, Any], *, none_for: Sequence[str] = ()) -> Any:
        """Call one operation on the bucket, and again where it may yet answer.

        operation: as the client spells it, `put_object`. A `Body` is sent from its start each time. none_for:
        error codes that are an answer: None. Raises CredentialsError and StorageError.
        """

        def send() -> Any:
            if "Body" in given:
                given["Body"].seek(0)
            return getattr(self._client, operation)(Bucket=self.bucket, **given)

        return self.repeated(operation, str(given.get("Key", "")), send, none_for)

    def repeated(
        self,
        operation: str,
        key: str,
        send: Callable[[], Any],
        none_for: Sequence[str] = (),
        tries: int = TRIES,
    ) -> Any:
        """Do something with the client as `ask` does."""
        for turn in range(tries):
            try:
                return send()
            except (BotoCoreError, ClientError) as error:
                code = _code(error)
                if code in none_for:
                    return None
                if turn == tries - 1 or not _may_yet_answer(error):
                    # `from None`: botocore's own words may repeat a signed request.
                    raise self._in_words(error, operation, key) from None
                time.sleep(_PAUSE_S * 2**turn)
        raise AssertionError("unreachable")

    def _opened(self, endpoint: str, secrets: Sequence[str], user_agent: str) -> Any:
        session = isolated()
        resolver = session.get_component("credential_provider")
        for provider in list(resolver.providers):
            if provider.METHOD not in _ROLES:
                resolver.remove(provider.METHOD)
        key, secret, token = secrets
        return boto3.session.Session(botocore_session=session).client(
            "s3",
            region_name=self._region,
            endpoint_url=endpoint or None,
            aws_access_key_id=key or None,
            aws_secret_access_key=secret or None,
            aws_session_token=token or None,
            verify=True,
            config=Config(
                user_agent=user_agent,
                retries={"mode": "standard", "total_max_attempts": 1},
                proxies={},  # an empty mapping, or the environment's are taken
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=32,
                ignore_configured_endpoint_urls=True,
                use_fips_endpoint=False,
                use_dualstack_endpoint=False,
                s3={"addressing_style": "path" if endpoint else "virtual"},
            ),
        )

    def _pinned(self, named: bool) -> set[tuple[str, str, int]]:
        scheme, host, port = origin_of(self._client.meta.endpoint_url)
        return {(scheme, host if named else f"{self.bucket}.{host}", port)}

    def _leave(self, request: Any, event_name: str, **_: Any) -> None:
        """Let a signed request go to the pinned host alone.

        On a redirect botocore asks HeadBucket for the region, and asks again and again where that is
        redirected as well; we never ask it.
        """
        if event_name.endswith(".HeadBucket") or origin_of(request.url) not in self._origins:
            raise StorageError(
                "the store redirects to somewhere else, which is not followed",
                where=f"s3://{self.bucket}",
                remedy="correct region and endpoint of `evidence`",
            )

    def _in_words(self, error: Exception, operation: str, key: str) -> CredentialsError | StorageError:
        where, code = f"s3://{self.bucket}/{key}", _code(error)
        if code in _REFUSED or isinstance(error, NoCredentialsError):
            return CredentialsError(
                f"the bucket refuses {operation}: {said_of(error)}", where=where, remedy="severance doctor"
            )
        return StorageError(
            f"evidence could not be stored: {operation}: {said_of(error)}",
            where=where,
            remedy="make the bucket reachable, then resume the case",
        )


def said_of(error: Exception) -> str:
    """Return a code, or what kind of trouble it was; never botocore's own words of a request."""
    return _code(error) or type(error).__name__


def _may_yet_answer(error: Exception) -> bool:
    """Tell a broken wire and a store in trouble from an answer."""
    status = error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else 0
    return isinstance(error, HTTPClientError) or status >= 500 or _code(error) in _AGAIN


def _code(error: Exception) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""
