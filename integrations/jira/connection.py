"""The `jira` library on a transport of our own: pinned host, gate, no redirects, no retries, our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from jira import JIRA
from pydantic import BaseModel, ConfigDict
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from integrations.addresses import base_of
from integrations.answers import Answer, lost, parsed, verdict
from integrations.carrier import Carrier
from integrations.pages import Bookmarks
from runner.actions.contract import Opening, service
from runner.actions.values import Json

__all__ = ["Jira", "Settings", "connect"]


class Settings(BaseModel):
    """A Jira Cloud site and the account that writes tickets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    user: str
    """The account's e-mail."""
    token: str
    """A secret reference to an API token."""
    restricted_level: str
    """The issue security level only the incident team may see, by name."""
    issue_type: str = "Task"


class Jira(JIRA):
    """The library's client with the calls it lacks."""

    def __init__(self, settings: Settings, opening: Opening) -> None:
        """Prepare the session; nothing is sent. Raises SettingsError, CredentialsError."""
        super().__init__(
            server=base_of(settings.url, opening.name),
            options={"rest_api_version": "3", "headers": {"User-Agent": opening.user_agent}},
            basic_auth=(settings.user, opening.secret(settings.token)),
            get_server_info=False,  # it would ask the network from a constructor
            logging=False,
            max_retries=0,
        )
        self.deploymentType = (
            "Cloud"  # what get_server_info would have learned; the library gates calls on it
        )
        self.settings, self._where = settings, opening.name
        self._session.trust_env = False  # no ~/.netrc, no proxy and no CA bundle from the environment
        pinned = Pinned(self.server_url, opening)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, pinned)

    def security_levels(self, project: str) -> dict[str, str]:
        """Return the ids of the issue security levels of a project by name.

        GET /rest/api/3/project/{projectKeyOrId}/securitylevel, getSecurityLevelsForProject.
        """
        answer = self._get_json(f"project/{project}/securitylevel")
        return {each["name"]: str(each["id"]) for each in answer["levels"]}

    def issue_ids(self, jql: str) -> list[str]:
        """Return the ids of the first hundred issues a search finds, in its order.

        GET /rest/api/3/search/jql, searchAndReconsileIssuesUsingJql: the index lags some seconds behind.
        """
        answer: Any = self.enhanced_search_issues(jql, fields=[], maxResults=100, json_result=True)
        return [str(each["id"]) for each in answer["issues"]]

    def make_issue(self, fields: Mapping[str, Json], properties: Mapping[str, Json]) -> str:
        """Create an issue together with its entity properties and return its key.

        POST /rest/api/3/issue, createIssue. The library's create_issue cannot set properties, and a
        property set by a second call is missing after a crash between the two.
        """
        listed = [{"key": key, "value": value} for key, value in properties.items()]
        body = json.dumps({"fields": fields, "properties": listed})
        return str(self._session.post(self._get_url("issue"), data=body).json()["key"])

    def every_comment(self, issue: str) -> Iterator[dict[str, Json]]:
        """Yield an issue's comments, newest first, page by page.

        GET /rest/api/3/issue/{issueIdOrKey}/comment, getComments. The library's comments() reads one page.
        """
        seen, bookmarks = 0, Bookmarks(f"the comments of {issue}", self._where)
        while True:
            bookmarks.turn_to(str(seen))
            page = self._get_json(f"issue/{issue}/comment", params={"startAt": seen, "orderBy": "-created"})
            yield from page["comments"]
            seen += len(page["comments"])
            if not page["comments"] or seen >= page["total"]:
                return


class Pinned(HTTPAdapter):
    """The only adapter of the session: sends nothing itself, and turns every failure into ours."""

    def __init__(self, server: str, opening: Opening) -> None:
        """server: the base URL that every request must start with."""
        super().__init__(max_retries=0)
        self._where = opening.name
        self._carrier = Carrier(
            server,
            service=opening.name,
            gate=opening.gate,
            silence_s=opening.silence_s,
            answer_s=opening.answer_s,
            dated=opening.dated,
        )

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Send one request and read its whole answer; only success with JSON, or with nothing, returns."""
        method, url, body = request.method or "", request.url or "", request.body or b""
        content = body.encode() if isinstance(body, str) else bytes(body)
        answer = self._carrier.carry(method, url, dict(request.headers), content)
        self._judge(method, urlsplit(url).path, answer)
        response = Response()
        response.status_code, response.url, response.request = answer.status, url, request
        response.headers.update(answer.headers)
        response._content = answer.body  # noqa: SLF001  # as requests itself does for a body it has read
        return response

    def close(self) -> None:
        """Close every connection."""
        self._carrier.close()

    def _judge(self, method: str, path: str, answer: Answer) -> None:
        try:
            body = parsed(answer.body)
        except ValueError as wrong:
            if answer.status < 300:
                raise lost(self._where, method, path, "the answer is no JSON") from wrong
            body = None
        told = replace(answer, json={"message": _reasons(body)} if answer.status >= 300 else body)
        if refusal := verdict(self._where, method, path, told, "atlassian"):
            raise refusal


def _reasons(body: Json) -> str:
    """Return Jira's own words: schema ErrorCollection, errorMessages and errors."""
    if not isinstance(body, dict):
        return ""
    said, errors = body.get("errorMessages"), body.get("errors")
    listed = said if isinstance(said, list) else []
    named = errors if isinstance(errors, dict) else {}
    return "; ".join([*map(str, listed), *(f"{key}: {why}" for key, why in named.items())])


def _ping(jira: Jira) -> Json:
    me = jira.myself()
    return {"user": me["displayName"], "account": me["accountId"]}


@service("jira", settings=Settings, ping=_ping)
def connect(settings: Settings, opening: Opening) -> Jira:
    """Prepare a client for one site; nothing is sent."""
    return Jira(settings, opening)
