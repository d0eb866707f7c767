"""What Google's discovery documents say of a request and its answer, and a judge that reads them.

Directory and Reports are read from the documents themselves. Of Vault (revision 20261022) and Cloud Identity
(revision 20261019) there is no document at hand in the tests: `VAULT` and `DEVICES` say of them, in the same form,
what concerns the calls we make.
"""

from __future__ import annotations

import re

AUTH = "https://www.googleapis.com/auth/"
NAMES = {"name": {"location": "path"}, "customer": {"location": "query", "pattern": "customers/.+"}}
PAGES = {"pageSize": {"location": "query", "type": "integer"}, "pageToken": {"location": "query"}}
SEARCH = {**PAGES, "filter": {"location": "query"}, "customer": NAMES["customer"]}


def of(names, kind="string"):
    return {name: {"type": kind} for name in names.split()}


def one_of(names):
    return {"type": "string", "enum": names.split()}


def method(verb, path, scope, parameters=None, request="", response=""):
    found = {"httpMethod": verb, "flatPath": path, "parameters": parameters or {}, "scopes": [AUTH + scope]}
    return (
        found
        | ({"request": {"$ref": request}} if request else {})
        | ({"response": {"$ref": response}} if response else {})
    )


def objects(**schemas):
    return {name: {"type": "object", "properties": properties} for name, properties in schemas.items()}


def many(name):
    return {"type": "array", "items": {"$ref": name}}


VAULT = {
    "resources": {"matters": {"methods": {
        "list": method("GET", "v1/matters", "ediscovery", {
            **PAGES, "view": {"location": "query", "enum": ["BASIC", "FULL"]},
            "state": {"location": "query", "enum": ["OPEN", "CLOSED", "DELETED"]},
        }, response="Matters"),
        "create": method("POST", "v1/matters", "ediscovery", request="Matter", response="Matter"),
        "holds.list": method("GET", "v1/matters/{matterId}/holds", "ediscovery", PAGES, response="Holds"),
        "holds.create": method("POST", "v1/matters/{matterId}/holds", "ediscovery", request="Hold", response="Hold"),
    }}},
    "schemas": objects(
        Matters={"matters": many("Matter"), **of("nextPageToken")},
        Matter={**of("matterId name description matterRegion"), "state": one_of("OPEN CLOSED DELETED")},
        Holds={"holds": many("Hold"), **of("nextPageToken")},
        Hold={
            **of("holdId name updateTime"), "accounts": many("Account"), "query": {"$ref": "Query"},
            "corpus": one_of("DRIVE MAIL GROUPS HANGOUTS_CHAT VOICE CALENDAR GEMINI GEMINI_IN_WORKSPACE"),
        },
        Account=of("accountId email firstName lastName holdTime"),
        Query={
            "driveQuery": {"$ref": "Drive"}, "hangoutsChatQuery": {"$ref": "Chat"}, "voiceQuery": {"$ref": "Voice"},
            **of("mailQuery groupsQuery calendarQuery geminiQuery", "object"),
        },
        Drive=of("includeSharedDriveFiles", "boolean"), Chat=of("includeRooms", "boolean"),
        Voice={"coveredData": {"type": "array", "items": one_of("TEXT_MESSAGES VOICEMAILS CALL_LOGS")}},
    ),
}  # fmt: skip
_USE = "v1/devices/{devicesId}/deviceUsers/{deviceUsersId}"
DEVICES = {
    "resources": {"devices": {"methods": {
        "list": method("GET", "v1/devices", "cloud-identity.devices", SEARCH, response="Devices"),
        "get": method("GET", "v1/devices/{devicesId}", "cloud-identity.devices", NAMES, response="Device"),
        "uses.list": method("GET", "v1/devices/{devicesId}/deviceUsers", "cloud-identity.devices", SEARCH, response="Uses"),
        "uses.get": method("GET", _USE, "cloud-identity.devices", NAMES, response="Use"),
        "uses.block": method("POST", f"{_USE}:block", "cloud-identity.devices", NAMES, "Mine", "Operation"),
        "uses.approve": method("POST", f"{_USE}:approve", "cloud-identity.devices", NAMES, "Mine", "Operation"),
    }}},
    "schemas": objects(
        Devices={"devices": many("Device"), **of("nextPageToken")},
        Device={
            **of("name model serialNumber lastSyncTime createTime hostname osVersion imei deviceId"),
            "deviceType": one_of("ANDROID IOS GOOGLE_SYNC WINDOWS MAC_OS LINUX CHROME_OS"),
            "ownerType": one_of("COMPANY BYOD"), "compromisedState": one_of("COMPROMISED UNCOMPROMISED"),
            "managementState": one_of("APPROVED BLOCKED PENDING UNPROVISIONED WIPING WIPED"),
        },
        Uses={"deviceUsers": many("Use"), **of("nextPageToken")},
        Use={
            **of("name userEmail firstSyncTime lastSyncTime createTime languageCode userAgent"),
            "managementState": one_of("WIPING WIPED APPROVED BLOCKED PENDING_APPROVAL UNENROLLED"),
            "compromisedState": one_of("COMPROMISED NOT_COMPROMISED"),
            "passwordState": one_of("PASSWORD_SET PASSWORD_NOT_SET"),
        },
        Mine=of("customer"),
        Operation={**of("name"), **of("done", "boolean"), **of("response metadata error", "object")},
    ),
}  # fmt: skip

KINDS = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "object": dict, "array": list,
}  # fmt: skip


class Wrong(Exception):
    """A request or an answer that the documents do not describe."""


class Judge:
    """Judges by any number of discovery documents."""

    def __init__(self, *documents):
        self.methods = [
            (each, document["schemas"]) for document in documents for each in _methods(document["resources"])
        ]

    def method(self, verb, path):
        """Return a method and the schemas of its document; the longest path wins, so that `:block` is no id."""
        found = [
            each for each in self.methods if each[0]["httpMethod"] == verb and _form(each[0]).fullmatch(path)
        ]
        if not found:
            raise Wrong(f"no method {verb} {path}")
        return max(found, key=lambda each: len(each[0]["flatPath"]))

    def request(self, verb, path, query, body):
        described, schemas = self.method(verb, path)
        for name, values in query.items():
            self._parameter(described["parameters"].get(name), name, values)
        if (body is not None) != ("request" in described):
            raise Wrong(f"{verb} {path} takes {'a' if 'request' in described else 'no'} body")
        if body is not None:
            _fits(body, described["request"], schemas, "body", written=True)

    def answer(self, verb, path, body):
        described, schemas = self.method(verb, path)
        if (body is not None) != ("response" in described):
            raise Wrong(f"{verb} {path} answers with {'a' if 'response' in described else 'no'} body")
        if body is not None:
            _fits(body, described["response"], schemas, "answer", written=False)

    def _parameter(self, described, name, values):
        if not described or described["location"] != "query":
            raise Wrong(f"no query parameter {name}")
        for value in values:
            if "enum" in described and value not in described["enum"]:
                raise Wrong(f"{name}={value}")
            if "pattern" in described and not re.fullmatch(described["pattern"], value):
                raise Wrong(f"{name}={value}")
            if described.get("type") == "integer" and not (
                int(described.get("minimum", 0)) <= int(value) <= int(described.get("maximum", 10**9))
            ):
                raise Wrong(f"{name}={value}")
            if described.get("type") == "boolean" and value not in {"true", "false"}:
                raise Wrong(f"{name}={value}")


def _methods(resources):
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _form(described):
    parts = re.split(r"\{\w+\}", "/" + described["flatPath"])
    return re.compile(
        "[^/:]+".join(map(re.escape, parts))
        if described["flatPath"].startswith("v1/")
        else "[^/]+".join(map(re.escape, parts))
    )


def _fits(value, schema, schemas, where, *, written):
    """Raise Wrong unless a value is as a schema has it; null clears a field that is written (users.update)."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any" or (written and value is None):
        return
    if not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        raise Wrong(f"{where} is no {kind}: {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        raise Wrong(f"{where} is {value!r}")
    if kind == "array":
        for each in value:
            _fits(each, schema["items"], schemas, f"{where}[]", written=written)
    for name, each in value.items() if kind == "object" and "properties" in schema else ():
        described = schema["properties"].get(name)
        if described is None or (written and described.get("readOnly")):
            raise Wrong(f"{where} has no {name}{' to write' if described else ''}")
        _fits(each, described, schemas, f"{where}.{name}", written=written)
