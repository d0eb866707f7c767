"""A judge of requests and answers: botocore's own service models, patterns and unknown names included.

botocore checks the types of what it sends and nothing of what it gets; it never checks a pattern. So what came
over the wire is judged here again, in both directions.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import botocore.session
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from integrations.lab.aws.spelling import given
from integrations.lab.exchange import Reply, Request

__all__ = ["of_answer", "of_request"]


@cache
def model(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


def of_request(request: Request) -> list[str]:
    """Return what is wrong with a request as it arrived; request: with its path already told apart."""
    service, name = request.path.strip("/").split("/")
    shape, values = model(service).operation_model(name).input_shape, dict(given(request))
    for ours in ("Action", "Version"):
        values.pop(ours, None)
    return _value(values, shape, name) if shape else [f"{name}: takes nothing"] * bool(values)


def of_answer(path: str, reply: Reply) -> list[str]:
    """Return what is wrong with an answer: unknown names, missing members, wrong types and patterns."""
    service, name = path.strip("/").split("/")
    operation = model(service).operation_model(name)
    if reply.status >= 300:
        return _refusal(operation, reply)
    shape, body = operation.output_shape, reply.content()
    if shape is None:
        return [] if b"Result>" not in body and body in {body, b"{}"} else [f"{name}: answers nothing"]
    raw = {"body": body, "headers": {}, "status_code": reply.status}
    parsed = create_parser(operation.service_model.resolved_protocol).parse(raw, shape)
    parsed.pop("ResponseMetadata")
    report = ParamValidator().validate(parsed, shape)
    wrong = [report.generate_report()] if report.has_errors() else []
    found = _tree(ET.fromstring(body)[0]) if reply.headers["Content-Type"] == "text/xml" else reply.body
    return wrong + _value(found, shape, name)


def _refusal(operation: Any, reply: Reply) -> list[str]:
    """An error is one the operation names, or one that every operation of AWS may answer with."""
    raw = {"body": reply.content(), "headers": {}, "status_code": reply.status}
    parsed = create_parser(operation.service_model.resolved_protocol).parse(raw, None)
    code = parsed["Error"]["Code"]
    common = {"InvalidClientTokenId", "AccessDenied", "MissingAuthenticationToken", "SignatureDoesNotMatch", "ValidationError"}
    named = {each.metadata.get("error", {}).get("code", each.name) for each in operation.error_shapes}
    return [] if code in named | common else [f"{operation.name}: does not answer {code}"]


def _tree(node: Any) -> Any:
    children = list(node)
    if not children:
        return node.text or ""
    if all(_name(each) == "member" for each in children):
        return [_tree(each) for each in children]
    return {_name(each): _tree(each) for each in children}


def _name(node: Any) -> str:
    return node.tag.rpartition("}")[2]


def _value(value: Any, shape: Any, where: str) -> list[str]:
    if getattr(shape, "is_document_type", False):
        return []  # any JSON
    match shape.type_name:
        case "structure":
            if value == "":
                value = {}
            unknown = [f"{where}: knows no {name}" for name in value if name not in shape.members]
            missing = [f"{where}: lacks {name}" for name in shape.required_members if name not in value]
            inner = [
                wrong for name, each in value.items() if name in shape.members
                for wrong in _value(each, shape.members[name], f"{where}.{name}")
            ]  # fmt: skip
            return unknown + missing + inner
        case "list":
            each_of = enumerate(value or [])
            return [wrong for place, each in each_of for wrong in _value(each, shape.member, f"{where}[{place}]")]
        case "string":
            return _text(str(value), shape, where)
        case "integer":
            return [] if str(value).isdigit() else [f"{where}: {value!r} is no number"]
        case "boolean":
            return [] if value in {True, False, "true", "false"} else [f"{where}: {value!r} is no boolean"]
    return []


def _text(value: str, shape: Any, where: str) -> list[str]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 10**9)
    wrong = [] if least <= len(value) <= most else [f"{where}: {len(value)} characters"]
    if shape.enum and value not in shape.enum:
        wrong.append(f"{where}: {value!r} is none of {shape.enum}")
    try:
        pattern = re.compile(shape.metadata.get("pattern", ".*"), re.ASCII | re.DOTALL)
    except re.error:  # a Java class Python does not have
        return wrong
    return wrong if pattern.fullmatch(value) else [*wrong, f"{where}: {value[:60]!r} has another form"]
