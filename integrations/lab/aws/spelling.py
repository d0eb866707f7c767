"""Spell answers as AWS does: XML of the query protocol for IAM and STS, JSON 1.1 for the others.

Sources: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and aws-json-1_1-protocol.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from integrations.lab.exchange import Reply, Request
from runner.actions.values import Json

__all__ = ["answer", "asked", "given", "refusal"]

_VERSIONS = {"2010-05-08": "iam", "2011-06-15": "sts"}
_SPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_TARGETS = {
    "SWBExternalService": "sso-admin",
    "AWSIdentityStore": "identitystore",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
    "AWSOrganizationsV20161128": "organizations",
}
_MEMBER = re.compile(r"(\w+)\.member\.(\d+)")
_XML, _JSON = "text/xml", "application/x-amz-json-1.1"


def asked(request: Request) -> str:
    """Return what a request asks for, as the runner's gate spells it: `/iam/GetUser`; its path if nothing."""
    if request.method != "POST" or request.path != "/":
        return request.path
    target, _, operation = request.headers.get("x-amz-target", "").rpartition(".")
    if target in _TARGETS:
        return f"/{_TARGETS[target]}/{operation}"
    fields = request.form()
    service = _VERSIONS.get(fields.get("Version", ""))
    return f"/{service}/{fields.get('Action', '')}" if service else request.path


def given(request: Request) -> dict[str, Json]:
    """Return the arguments of a call; lists of the query protocol (`Name.member.1`) as lists."""
    if _query(request.path):
        fields: dict[str, Json] = {}
        for name, value in request.form().items():
            if found := _MEMBER.fullmatch(name):
                fields.setdefault(found[1], []).append(value)
            else:
                fields[name] = value
        return fields
    return dict(request.json())


def answer(request: Request, result: Mapping[str, Json] | None, changed: str | None = None) -> Reply:
    """Return an answer; `result` None for an operation whose answer is empty."""
    if not _query(request.path):
        return Reply(200, dict(result or {}), {"Content-Type": _JSON}, changed)
    service, operation = request.path.strip("/").split("/")
    inner = "" if result is None else f"<{operation}Result>{_xml(result)}</{operation}Result>"
    meta = "<ResponseMetadata><RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</RequestId></ResponseMetadata>"
    text = f'<{operation}Response xmlns="{_SPACES[service]}">{inner}{meta}</{operation}Response>'
    return Reply(200, text.encode(), {"Content-Type": _XML}, changed)


def refusal(request: Request, status: int, code: str, message: str) -> Reply:
    """Return an error in the form of the operation's protocol."""
    if not _query(request.path):
        return Reply(
            status, {"__type": code, "Message": message, "message": message}, {"Content-Type": _JSON}
        )
    space = _SPACES[request.path.split("/")[1]]
    inner = _xml({"Type": "Sender" if status < 500 else "Receiver", "Code": code, "Message": message})
    error = f"<Error>{inner}</Error><RequestId>7a62c49f</RequestId>"
    text = f'<ErrorResponse xmlns="{space}">{error}</ErrorResponse>'
    return Reply(status, text.encode(), {"Content-Type": _XML})


def _query(path: str) -> bool:
    return path.split("/")[1] in _SPACES


def _xml(value: Json) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{key}>{_xml(each)}</{key}>" for key, each in value.items() if each is not None)
    if isinstance(value, list | tuple):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))
