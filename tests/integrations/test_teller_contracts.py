"""What we ask of Jira and Slack, and what their stand-ins answer, judged by the vendors' own descriptions."""


import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from integrations.lab.jira import JiraStandIn
from integrations.lab.ledger import Ledger
from integrations.lab.slack import CASE_CHANNEL, SlackStandIn
from tests.descriptions import description_of
from tests.integrations.telling import PAGE, SECRET, Opened, close_all

JIRA, SLACK = "https://example.atlassian.net", "https://slack.com"
LEFT_OUT = ("securitylevel",)  # real operations that the cut description of Jira leaves out
NEWER = {"metadata", "include_all_metadata"}  # of 2022; Slack's last published description is of 2021


class Watched:
    """Remembers each request with its answer."""

    def dress(self, request, reply):
        self.seen = [*getattr(self, "seen", []), (request, reply)]
        return super().dress(request, reply)


class WatchedJira(Watched, JiraStandIn):
    pass


class WatchedSlack(Watched, SlackStandIn):
    pass


@pytest.fixture
def atlassian():
    return OpenAPI.from_dict(description_of("jira-cloud-v3.cut.json"))


@pytest.fixture
def slacks():
    """Slack's description of requests; its schemas of answers are no valid OpenAPI, so they are left out."""
    described = description_of("slack-web.cut.json")
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"] = {"default": {"description": "not judged"}}
    described["components"].pop("schemas")
    return OpenAPI.from_dict(described)


@pytest.fixture
def jira(tmp_path):
    lab = WatchedJira("jira", Ledger(tmp_path / "jira.jsonl"), user="u@x.example", token=SECRET)
    lab.start()
    jira = Opened("jira", url=lab.url, user="u@x.example", token="env:X", restricted_level="Incident team")
    for visible_to in ("restricted", "project"):
        jira.do("jira.open_issue", "SEC", PAGE, visible_to, key=visible_to)
        jira.do("jira.open_issue", "SEC", PAGE, visible_to, key=visible_to)
    jira.do("jira.comment", "SEC-1", PAGE)
    jira.do("jira.comment", "SEC-1", PAGE)
    jira.ping()
    close_all()
    yield lab
    lab.stop()


@pytest.fixture
def slack(tmp_path):
    lab = WatchedSlack("slack", Ledger(tmp_path / "slack.jsonl"), token=SECRET)
    lab.start()
    slack = Opened("slack", url=f"{lab.url}/api/", token="env:X")
    slack.do("slack.post_message", CASE_CHANNEL, "x")
    slack.do("slack.post_message", CASE_CHANNEL, "x")
    slack.ping()
    yield lab
    lab.stop()


def asked(host, request):
    query = {name: values[-1] for name, values in request.query.items()}
    kind = request.headers.get("content-type", "application/json").partition(";")[0]
    headers = {**request.headers, "token": SECRET}  # Slack's description has the token as a header of its own
    return MockRequest(
        host, request.method.lower(), request.path, args=query, headers=headers, data=request.body or None, content_type=kind
    )  # fmt: skip


def judged(judge, pairs):
    wrong = []
    for request, answer in pairs:
        try:
            judge.validate_request(request)
            judge.validate_response(request, answer)
        except OpenAPIError as error:
            wrong.append(f"{request.method} {request.path}: {error!r} {error.__cause__!r}")
    return wrong


def test_all_we_ask_of_jira_and_all_it_answers_is_what_atlassian_describes(jira, atlassian):
    pairs = [
        (asked(JIRA, each), MockResponse(reply.content(), reply.status))
        for each, reply in jira.seen
        if not each.path.endswith(LEFT_OUT)
    ]

    assert judged(atlassian, pairs) == []
    assert {request.method for request, _ in pairs} == {"get", "post"}


def test_all_we_ask_of_slack_is_what_it_describes(slack, slacks):
    wrong = []
    for each, _ in slack.seen:
        request = asked(SLACK, each)
        try:
            slacks.validate_request(request)
        except OpenAPIError as error:
            wrong.append(f"{each.path}: {error!r} {error.__cause__!r}")

    assert wrong == []
    assert {each.path for each, _ in slack.seen} == {
        "/api/auth.test",
        "/api/chat.postMessage",
        "/api/conversations.history",
        "/api/conversations.info",
    }


def test_every_argument_we_give_slack_is_one_it_knows(slack):
    paths = description_of("slack-web.cut.json")["paths"]
    for each, _ in slack.seen:
        kind = each.headers["content-type"].partition(";")[0]
        read = each.json if kind == "application/json" else each.form
        given = set(read() if each.body else ())
        known = paths[each.path.removeprefix("/api")]["post"]["requestBody"]["content"][kind]["schema"][
            "properties"
        ]
        assert given - NEWER - set(known) == set(), each.path


def test_the_judges_reject_what_is_wrong(atlassian, slacks):
    signed = {"Authorization": "Basic dTp0"}
    wrong_issue = MockRequest(JIRA, "post", "/rest/api/3/issue", headers=signed, data=b'{"properties": "x"}')
    with pytest.raises(OpenAPIError):
        atlassian.validate_request(wrong_issue)
    with pytest.raises(OpenAPIError):
        slacks.validate_request(
            MockRequest(SLACK, "post", "/api/chat.postMessage", headers={"token": "x"}, data=b'{"text": 7}')
        )
