"""The JSON Schema of playbooks, for editors: from the models and from what the services declare.

An editor told "one of these shapes" blames the wrong key as soon as one is misspelt. So kinds of
steps, and the arguments of each action, are `if`/`then`: only the shape that was meant speaks.
JSON Schema 2020-12; `severance schema > playbooks/playbook.schema.json` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from runner.actions.contract import Action
from runner.actions.values import Json
from runner.language.fields import NAME
from runner.language.operations import OPERATIONS
from runner.language.outlines import Outline, outlines
from runner.language.playbook import KINDS, Playbook
from runner.language.shipped import shipped
from runner.language.signatures import Parameter, parameters, takes_account

__all__ = ["as_text", "schema"]

_REFERENCE = r"\{\{"
_SCALAR = ["string", "number", "boolean"]  # unquoted text that an editor's YAML reads as a number

_NAMES = {
    "type": ["string", "array"],
    "pattern": NAME,
    "items": {"type": "string", "pattern": NAME},
    "minItems": 1,
}
_BY = {"if": {"type": "object"}, "then": {"$ref": "#/$defs/Quorum"}, "else": _NAMES}


def schema(actions: Mapping[str, Action]) -> Json:
    """Return the schema of a playbook that may name these actions, and the documents that were shipped."""
    papers = outlines(shipped("templates"))
    found = _tidy(Playbook.model_json_schema(by_alias=True))
    parts = found["$defs"]
    parts["Step"] = _step()
    for kind in ("Ask", "Task", "Page", "Clock"):
        parts[f"{kind}Step"]["properties"]["by"] = _BY
    parts["Phase"]["properties"]["steps"]["items"] = {"$ref": "#/$defs/Step"}
    parts["DoStep"]["properties"]["do"] = {"enum": sorted([*OPERATIONS, *actions])}
    parts["DoStep"]["allOf"] = [
        *(
            _when_do(name, _with(operation.arguments, on_accounts=True))
            for name, operation in OPERATIONS.items()
        ),
        *(_when_do(name, _arguments(actions[name], papers)) for name in sorted(actions)),
    ]
    parts["Input"]["patternProperties"] = {" ": {"type": "null"}}  # the rest of `about`, in braces
    parts["Input"]["allOf"] = [_if_type_is_choice()]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "severance playbook", **found}


def as_text(actions: Mapping[str, Action]) -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema(actions), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _tidy(value: Json) -> Json:
    """Drop `null` (no key takes it), defaults and titles; let one key be one schema."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _tidy(each) for key, each in value.items() if key not in ("default", "title", "discriminator")
    }
    options = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(options) == 1:
        rest = {key: each for key, each in kept.items() if key != "anyOf"}
        return {**options[0], **rest}
    return {**kept, "anyOf": options} if options else kept


def _step() -> Json:
    branches = [
        {"if": {"required": [kind]}, "then": {"$ref": f"#/$defs/{kind.capitalize()}Step"}} for kind in KINDS
    ]
    return {"type": "object", "anyOf": [{"required": [kind]} for kind in KINDS], "allOf": branches}


def _when_do(name: str, then: Json) -> Json:
    return {"if": {"properties": {"do": {"const": name}}, "required": ["do"]}, "then": then}


def _arguments(action: Action, papers: Mapping[str, Outline]) -> Json:
    found = parameters(action)
    documents = [each.name for each in found.values() if each.is_document]
    made = _with(found, on_accounts=takes_account(action), closed=not documents)
    return made | _of_document(found, documents, papers) if documents else made


def _with(found: Mapping[str, Parameter], *, on_accounts: bool, closed: bool = True) -> Json:
    required = [each.name for each in found.values() if each.required and not each.is_document]
    given = {
        "type": "object",
        "properties": {each.name: _argument(each) for each in found.values()},
        "required": required,
    }
    needs = [*(["with"] if required else []), *(["accounts"] if on_accounts else [])]
    rest = {"additionalProperties": False} if closed else {}
    return {"properties": {"with": {**given, **rest}}, "required": needs}


def _of_document(found: Mapping[str, Parameter], documents: list[str], papers: Mapping[str, Outline]) -> Json:
    """What a shipped document is filled with is known by name; of other documents only lint knows it."""
    ours: Json = {"enum": sorted(papers)}
    filled: Json = {name: {} for outline in papers.values() for name in outline.under("given")}
    named = {"document": ours, "with": {"properties": dict.fromkeys(documents, ours)}}
    arguments: Json = {name: {} for name in found}
    closed = {"properties": {**filled, **arguments}, "additionalProperties": False}
    return {"if": {"properties": named}, "then": {"properties": {"with": closed}}}


def _argument(parameter: Parameter) -> Json:
    about = {"description": parameter.about} if parameter.about else {}
    if parameter.choices:
        closed = {"enum": list(parameter.choices)}
        return {**about, "if": {"type": "string", "pattern": _REFERENCE}, "else": closed}
    if parameter.is_list:
        return {**about, "type": ["array", "string"], "items": {"type": _SCALAR}, "pattern": _REFERENCE}
    plain = {int: "integer", bool: "boolean"}.get(parameter.type)
    if plain:
        return {**about, "type": [plain, "string"], "pattern": _REFERENCE}
    return {**about, "type": _SCALAR}


def _if_type_is_choice() -> Json:
    return {
        "if": {"properties": {"type": {"const": "choice"}}, "required": ["type"]},
        "then": {"required": ["of"]},
    }
