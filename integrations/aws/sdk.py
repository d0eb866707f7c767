"""The vendor's library on our terms: our gate, our pins, our errors, and nothing it finds on this machine.

boto3 signs, spells and parses. It does not choose: no shared files, no AWS_* variables, no metadata
service, no proxies, no plug-in models from the home folder, no retries, no redirects. Only this module and
`refusals` import it, and only an opened service imports them.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.session import Session
from urllib3.exceptions import HTTPError

from integrations.addresses import origin_of
from integrations.answers import Answer
from integrations.aws.reads import READS
from integrations.aws.refusals import broken, in_our_words
from runner.actions.contract import Opening
from runner.actions.values import Json
from runner.errors import ServiceError

__all__ = ["Sdk"]

_GARBLED = "the answer is not AWS's"
_LARGEST = 32 << 20  # bytes of one answer; AWS's own pages are below 10 MiB

for _name in ("boto3", "botocore", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # at DEBUG they write session tokens and answers down


def _isolated() -> Session:
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
        self._where, self._gate, self._url = opening.name, opening.gate, url
        self._secrets = secrets
        self._session = boto3.session.Session(botocore_session=_isolated())
        self._config = Config(
            user_agent=opening.user_agent,
            retries={"mode": "standard", "total_max_attempts": 1},
            proxies={},  # an empty mapping, or the environment's are taken
            connect_timeout=10,
            read_timeout=30,
            max_pool_connections=128,  # one a head of the barrier
            ignore_configured_endpoint_urls=True,
            use_fips_endpoint=False,
            use_dualstack_endpoint=False,
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._answer = threading.local()

    def call(self, name: str, operation: str, region: str, given: Mapping[str, Json]) -> Answer:
        """Call one operation once. Raises what `Aws.call` raises."""
        client, path = self._client(name, region), f"/{name}/{operation}"
        reads = operation in READS[name]
        try:
            parsed = getattr(client, xform_name(operation))(**given)
        except ResponseParserError:
            raise broken(self._where, path, _GARBLED, reads=reads) from None
        except (BotoCoreError, ClientError) as error:
            host = urlsplit(client.meta.endpoint_url).netloc
            # `from None`: botocore's own words may repeat a signed request.
            raise in_our_words(error, self._where, path, reads=reads, host=host) from None
        meta = parsed.pop("ResponseMetadata")
        return Answer(meta["HTTPStatusCode"], parsed, meta["HTTPHeaders"], self._answer.body)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _client(self, name: str, region: str) -> Any:
        with self._lock:  # boto3's clients are thread-safe; making one is not
            if (name, region) not in self._clients:
                self._clients[name, region] = self._made(name, region)
            return self._clients[name, region]

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
        origin = origin_of(client.meta.endpoint_url)

        def leave(request: Any, event_name: str, **_: Any) -> Any:
            """Send a signed request: to the pinned origin, and only if the gate agrees; read a capped answer."""
            if origin_of(request.url) != origin:
                raise ServiceError("a request to another host was stopped", where=self._where)
            operation = event_name.rpartition(".")[2]
            self._gate.check(request.method, f"/{name}/{operation}")
            request.stream_output = True  # left to itself, the library reads a body to its end, if it has one
            response = client._endpoint.http_session.send(request)  # noqa: SLF001  as its own `_send`
            if why := _unread(response):
                raise broken(self._where, f"/{name}/{operation}", why, reads=operation in READS[name])
            return response

        def arrive(response_dict: Mapping[str, Any], operation_model: Any, **_: Any) -> None:
            """Keep the bytes as received, and take no stranger's answer for one of AWS's."""
            self._answer.body = body = response_dict["body"]
            if response_dict["status_code"] < 300 and not _is_awss(body, operation_model):
                operation = operation_model.name
                raise broken(self._where, f"/{name}/{operation}", _GARBLED, reads=operation in READS[name])

        client.meta.events.register("before-send", leave)
        client.meta.events.register("before-parse", arrive)
        return client


def _unread(response: Any) -> str:
    """Read the body within the cap, as its owner would; returns why it could not be, "" when it was."""
    try:
        response._content = response.raw.read(_LARGEST + 1)  # noqa: SLF001
    except (HTTPError, OSError):
        return "the connection broke or fell silent"
    if len(response._content) > _LARGEST:  # noqa: SLF001
        response.raw.close()
        return "the answer is too long"
    return ""


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
        return not body.strip() or isinstance(json.loads(body), dict)
    except ValueError:
        return False
