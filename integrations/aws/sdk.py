"""The vendor's library on our terms: our gate, our pins, our errors, and nothing it finds on this machine.

boto3 signs, spells and parses. It does not choose: no shared files, no AWS_* variables, no metadata
service, no proxies, no plug-in models from the home folder, no retries, no redirects. Only this module and
`refusals` import it, and only an opened service imports them.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.session import Session

from integrations.answers import Answer, parsed, verdict
from integrations.aws.reads import READS
from integrations.aws.refusals import broken, in_our_words
from integrations.carrier import Carrier
from runner.actions.contract import Opening
from runner.actions.values import Json
from runner.errors import SeveranceError

__all__ = ["Sdk", "isolated"]

_GARBLED = "the answer is not AWS's"

for _name in ("boto3", "botocore", "urllib3"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # without a log they say nothing
    logging.getLogger(_name).setLevel(logging.WARNING)  # at DEBUG they write session tokens and answers down


def isolated() -> Session:
    """Return a session that reads no variable and no file: each setting keeps botocore's own default."""
    nowhere = {name: (None, None, default, convert)
               for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}  # fmt: skip
    nowhere |= dict.fromkeys(("config_file", "credentials_file"), (None, None, "/dev/null", None))
    session = Session(session_vars=nowhere)
    # Not `~/.aws/models`: a file there could give an operation another meaning.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    # Times stay as AWS spells them: what crosses a checkpoint is JSON.
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=lambda value: value)
    return session


class Sdk:
    """Clients of one principal, made when first needed; safe to share between threads."""

    def __init__(self, opening: Opening, secrets: Sequence[str], url: str) -> None:
        """secrets: access key id, secret, and session token or an empty text. url: see Settings."""
        self._where, self._opening, self._url = opening.name, opening, url
        self._secrets = secrets
        self._session = boto3.session.Session(botocore_session=isolated())
        self._config = Config(
            user_agent=opening.user_agent,
            retries={"mode": "standard", "total_max_attempts": 1},
            proxies={},  # an empty mapping, or the environment's are taken
            ignore_configured_endpoint_urls=True,
            use_fips_endpoint=False,
            use_dualstack_endpoint=False,
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._carriers: list[Carrier] = []
        self._lock = threading.Lock()
        self._answer = threading.local()

    def call(self, name: str, operation: str, region: str, given: Mapping[str, Json]) -> Answer:
        """Call one operation once. Raises what `Aws.call` raises."""
        client, path = self._client(name, region), f"/{name}/{operation}"
        reads = operation in READS[name]
        try:
            parsed = getattr(client, xform_name(operation))(**given)
        except (ResponseParserError, RecursionError):
            raise self._of_a_stranger(path, reads=reads) from None
        except (BotoCoreError, ClientError) as error:
            # `from None`: botocore's own words may repeat a signed request.
            raise in_our_words(error, self._where, path, reads=reads) from None
        meta = parsed.pop("ResponseMetadata")
        return Answer(meta["HTTPStatusCode"], parsed, meta["HTTPHeaders"], self._answer.whole.body)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for carrier in self._carriers:
                carrier.close()

    def _client(self, name: str, region: str) -> Any:
        with self._lock:  # boto3's clients are thread-safe; making one is not
            if (name, region) not in self._clients:
                self._clients[name, region] = self._made(name, region)
            return self._clients[name, region]

    def _of_a_stranger(self, path: str, *, reads: bool) -> SeveranceError:
        """Return what an answer amounts to that boto3 cannot read: a gateway's; its status may say enough."""
        answer: Answer = self._answer.whole
        refusal = verdict(self._where, "GET" if reads else "POST", path, answer, "retry-after")
        return refusal or broken(self._where, path, _GARBLED, reads=reads)

    def _carrier(self, url: str) -> Carrier:
        carrier = Carrier(
            url,
            service=self._where,
            gate=self._opening.gate,
            silence_s=self._opening.silence_s,
            answer_s=self._opening.answer_s,
            dated=self._opening.dated,
        )
        self._carriers.append(carrier)
        return carrier

    def _made(self, name: str, region: str) -> Any:
        key, secret, token = self._secrets
        client = self._session.client(
            name,
            region_name=region,
            endpoint_url=self._url or None,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token or None,
            verify=True,
            config=self._config,
        )
        carrier = self._carrier(client.meta.endpoint_url)

        def leave(request: Any, event_name: str, **_: Any) -> AWSResponse:
            """Send a signed request in the library's place (botocore takes what this event returns)."""
            verb = event_name.rpartition(".")[2]
            path, reads = f"/{name}/{verb}", verb in READS[name]
            headers = {key: _text(value) for key, value in request.headers.items()}
            answer = carrier.carry(
                request.method, request.url, headers, _bytes(request.body), reads=reads, path=path
            )
            return AWSResponse(request.url, answer.status, answer.headers, _Read(answer.body))

        def arrive(response_dict: Mapping[str, Any], operation_model: Any, **_: Any) -> None:
            """Keep the bytes as received, and take no stranger's answer for one of AWS's."""
            status, body = response_dict["status_code"], response_dict["body"]
            headers = {key.lower(): value for key, value in response_dict["headers"].items()}
            self._answer.whole = Answer(status, None, headers, body)
            if status < 300 and not _is_awss(body, operation_model):
                operation = operation_model.name
                raise broken(self._where, f"/{name}/{operation}", _GARBLED, reads=operation in READS[name])

        client.meta.events.register("before-send", leave)
        client.meta.events.register("before-parse", arrive)
        return client


class _Read:
    """A body that is read already, as botocore asks for one."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(body: str | bytes | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _is_awss(body: bytes, operation: Any) -> bool:
    """Return whether a body is an answer to this operation: botocore takes any for an empty one.

    XML of the query protocol is wrapped in the operation's name, twice where there is a result; JSON is an
    object, or nothing where there is none.
    """
    if not operation.service_model.metadata.get("jsonVersion"):
        wrapped = re.match(rb"\s*(<\?xml[^>]*\?>)?\s*<(\w+)Response[\s>]", body)
        name = operation.name.encode()
        result = operation.output_shape is None or b"<" + name + b"Result" in body
        return wrapped is not None and wrapped[2] == name and result
    try:
        return not body.strip() or isinstance(parsed(body), dict)
    except ValueError:
        return False
