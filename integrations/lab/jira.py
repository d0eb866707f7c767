"""Stand in for Jira Cloud's REST API, versions 2 and 3, as far as tickets go.

It refuses what Jira refuses: unknown projects, levels and fields, descriptions that are no document (v3),
tickets the caller may not see. Search lags behind by `index_lag` searches, as Cloud's index does.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.lab.jira_rules import FIELDS, PROJECTS, bad_text, errors_of, letters, level_of
from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, StandIn, route
from runner.actions.values import Json

__all__ = ["Issue", "JiraStandIn"]

_API = r"/rest/api/(?P<version>[23])"
_ME = {"accountId": "5b10a2844c20165700ede21g", "displayName": "Severance", "active": True}
_JQL = re.compile(
    r'project = "(?P<project>[A-Z][A-Z0-9_]+)" AND labels = "(?P<label>[^"\s]+)"( ORDER BY created ASC)?'
)
_UNSEEN = "Issue does not exist or you do not have permission to see it."


@dataclass(slots=True)
class Issue:
    """One ticket."""

    id: str
    key: str
    fields: dict[str, Json]
    properties: dict[str, Json] = field(default_factory=dict)
    comments: list[dict[str, Json]] = field(default_factory=list)
    """Oldest first."""
    unfound: int = 0
    """Searches that will still miss it."""


class JiraStandIn(StandIn):
    """One Jira Cloud site."""

    def __init__(self, name: str, ledger: Ledger, *, user: str, token: str, latency_ms: float = 0.0) -> None:
        """user, token: the account that may write, by basic authentication."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.issues: dict[str, Issue] = {}
        """By key, oldest first."""
        self.index_lag = 0
        """How many searches miss a new ticket."""
        self._basic = "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()

    def admit(self, request: Request) -> Reply | None:
        """Refuse wrong credentials."""
        right = request.headers.get("authorization") == self._basic
        return None if right else _no(401, "Client must be authenticated to access this resource.")

    def unknown(self, request: Request) -> Reply:
        """Answer a path Jira does not have."""
        return _no(404, f"No endpoint {request.method} {request.path}")

    @route("GET", _API + "/myself")
    def myself(self, _request: Request, version: str) -> Reply:
        """Say who asks."""
        return Reply(200, {**_ME, "self": f"{self.url}/rest/api/{version}/user?accountId={_ME['accountId']}"})

    @route("GET", _API + "/serverInfo")
    def server_info(self, _request: Request, version: str) -> Reply:
        """Describe the site, which is a cloud one in either version."""
        del version
        return Reply(200, {"baseUrl": self.url, "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud"})

    @route("GET", _API + "/field")
    def all_fields(self, _request: Request, version: str) -> Reply:
        """List the fields this site knows."""
        del version
        return Reply(200, [{"id": each, "name": each, "clauseNames": [each]} for each in FIELDS])

    @route("GET", _API + "/project/(?P<project>[^/]+)/securitylevel")
    def security_levels(self, _request: Request, version: str, project: str) -> Reply:
        """List a project's issue security levels."""
        if project not in PROJECTS:
            return _no(404, f"No project could be found with key '{project}'.")
        root = f"{self.url}/rest/api/{version}/securitylevel"
        levels = [
            {"self": f"{root}/{id_}", "id": id_, "name": name} for name, id_ in PROJECTS[project].items()
        ]
        return Reply(200, {"levels": levels})

    @route("POST", _API + "/issue")
    def create(self, request: Request, version: str) -> Reply:
        """Create a ticket with its properties."""
        body = dict(request.json())
        fields = dict(body.get("fields", {}))
        if errors := errors_of(fields, version):
            return Reply(400, {"errorMessages": [], "errors": errors})
        project, number = fields["project"]["key"], len(self.issues) + 1
        issue = Issue(str(10_000 + number), f"{project}-{number}", fields, unfound=self.index_lag)
        issue.properties = {each["key"]: each["value"] for each in body.get("properties", [])}
        self.issues[issue.key] = issue
        link = f"{self.url}/rest/api/{version}/issue/{issue.id}"
        named = " ".join(fields.get("labels", [])) or fields["summary"]
        made = {"id": issue.id, "key": issue.key, "self": link}
        return Reply(201, made, changed=f"issue in {project}: {named}")

    @route("GET", _API + "/issue/(?P<issue>[^/]+)")
    def read(self, request: Request, version: str, issue: str) -> Reply:
        """Return one ticket, as it is at this moment."""
        found = self._issue(issue)
        if not found:
            return _no(404, _UNSEEN)
        wanted = request.asked("properties").split(",")
        properties = {key: value for key, value in found.properties.items() if key in wanted}
        fields = {
            **found.fields,
            "security": level_of(found.fields),
            "project": {"key": found.key.split("-")[0]},
        }
        link = f"{self.url}/rest/api/{version}/issue/{found.id}"
        shown = {"id": found.id, "key": found.key, "self": link, "fields": fields, "properties": properties}
        return Reply(200, shown)

    @route("GET", _API + "/search/jql")
    def search(self, request: Request, version: str) -> Reply:
        """Find tickets by project and label, in the order they were made; ids only, as by default."""
        del version
        asked = _JQL.fullmatch(request.asked("jql"))
        if not asked:
            return _no(400, "The lab understands one kind of JQL: project and label.")
        found = []
        for each in self.issues.values():
            fits = asked["label"] in each.fields.get("labels", []) and each.key.startswith(
                asked["project"] + "-"
            )
            if fits and not each.unfound:
                found.append({"id": each.id})
            each.unfound = max(0, each.unfound - 1)
        return Reply(200, {"issues": found, "isLast": True})

    @route("POST", _API + "/issue/(?P<issue>[^/]+)/comment")
    def comment(self, request: Request, version: str, issue: str) -> Reply:
        """Add a comment."""
        found, body = self._issue(issue), dict(request.json()).get("body")
        if not found:
            return _no(404, _UNSEEN)
        if why := bad_text(body, version):
            return Reply(400, {"errorMessages": [], "errors": {"comment": why}})
        made = {"id": str(20_000 + sum(len(each.comments) for each in self.issues.values())), "body": body}
        found.comments.append({**made, "author": _ME})
        return Reply(201, found.comments[-1], changed=f"comment on {found.key}: {letters(body)[-200:]}")

    @route("GET", _API + "/issue/(?P<issue>[^/]+)/comment")
    def comments(self, request: Request, version: str, issue: str) -> Reply:
        """Return a page of comments."""
        del version
        if not (found := self._issue(issue)):
            return _no(404, _UNSEEN)
        listed = found.comments[::-1] if request.asked("orderBy") == "-created" else found.comments
        start, most = int(request.asked("startAt", "0")), int(request.asked("maxResults", "100"))
        page = listed[start : start + most]
        return Reply(200, {"startAt": start, "maxResults": most, "total": len(listed), "comments": page})

    def state(self) -> Json:
        """Return every ticket with its level's name, properties and comments."""
        return {
            each.key: {
                "summary": each.fields["summary"],
                "text": letters(each.fields.get("description")),
                "level": (level_of(each.fields) or {}).get("name", ""),
                "labels": each.fields.get("labels", []),
                "properties": each.properties,
                "comments": [letters(said["body"]) for said in each.comments],
            }
            for each in self.issues.values()
        }

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Know the act `index-lags`: new tickets stay unfound for that many `searches`."""
        if name != "index-lags":
            return super().act(name, given)
        self.index_lag = int(given["searches"])
        return {}

    def _issue(self, named: str) -> Issue | None:
        return next((each for each in self.issues.values() if named in {each.key, each.id}), None)


def _no(status: int, why: str) -> Reply:
    return Reply(status, {"errorMessages": [why], "errors": {}})
