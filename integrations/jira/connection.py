"""The `jira` library on a transport of our own: pinned host, gate, no redirects, no retries, our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from jira import JIRA
from pydantic import BaseModel, ConfigDict
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError, MaxRetryError

from integrations.addresses import base_of, origin_of
from integrations.answers import Answer, lost, parsed, unreached, verdict
from runner.actions.contract import Opening, service
from runner.actions.values import Json
from runner.errors import ServiceError

__all__ = ["Jira", "Settings", "connect"]

_PATIENCE = (5.0, 30.0)  # seconds to connect, and between two bytes of the answer
_LARGEST = 4 << 20  # bytes of one answer; a page of 100 comments is far below


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
            timeout=_PATIENCE,
        )
        self.deploymentType = (
            "Cloud"  # what get_server_info would have learned; the library gates calls on it
        )
        self.settings = settings
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
        seen = 0
        while True:
            page = self._get_json(f"issue/{issue}/comment", params={"startAt": seen, "orderBy": "-created"})
            yield from page["comments"]
            seen += len(page["comments"])
            if not page["comments"] or seen >= page["total"]:
                return


class Pinned(HTTPAdapter):
    """The only adapter of the session: judges each request, and turns every failure into ours."""

    def __init__(self, server: str, opening: Opening) -> None:
        """server: the base URL that every request must start with."""
        super().__init__(max_retries=0)
        self._gate = opening.gate
        self._origin, self._where = origin_of(server), opening.name

    def send(self, request: PreparedRequest, *rest: Any, **options: Any) -> Response:
        """Send one request and read its whole answer; only success with JSON, or with nothing, returns."""
        method, url = request.method or "", request.url or ""
        path = urlsplit(url).path
        if origin_of(url) != self._origin:
            raise ServiceError("a request to another host was stopped", where=self._where)
        self._gate.check(method, path)
        try:
            response = super().send(request, *rest, **{**options, "stream": True})
            content = _whole(response)
        except (RequestException, HTTPError) as wrong:
            # MaxRetryError is what requests says before a request could leave: name, connection, TLS.
            if wrong.args and isinstance(wrong.args[0], MaxRetryError):
                raise unreached(self._where, urlsplit(url).netloc) from wrong
            raise lost(self._where, method, path, "the connection broke or fell silent") from wrong
        response._content = content  # noqa: SLF001  # as requests itself does for a body it has read
        self._judge(method, path, response, content)
        return response

    def _judge(self, method: str, path: str, response: Response, content: bytes) -> None:
        status = response.status_code
        if len(content) > _LARGEST:
            raise lost(self._where, method, path, "the answer is too long")
        try:
            body = parsed(content)
        except ValueError as wrong:
            if status < 300:
                raise lost(self._where, method, path, "the answer is no JSON") from wrong
            body = None
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(status, {"message": _reasons(body)}, headers, content)
        if refusal := verdict(self._where, method, path, answer, "retry-after"):
            raise refusal


def _whole(response: Response) -> bytes:
    """Return the body, a byte more than allowed when it is too long."""
    return bytes(response.raw.read(_LARGEST + 1, decode_content=True))


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
