"""What we ask of Slack and what the stand-in answers, judged by Slack's own description where it has the method.

Slack's last description is of May 2021. It knows seven of the methods we call; what today's reference adds to
these is listed here, and so is every method that changes something.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.lab.company import BREAK_GLASS, PERSONAS, SUBJECT
from integrations.lab.ledger import Ledger
from integrations.lab.slack_org import SlackOrg
from runner.actions.contract import ACTIONS
from runner.actions.values import Observation, Who
from tests.descriptions import description_of
from tests.integrations.slack_org.conftest import House
from tests.lab.slack.description import understood

SPEC = "slack-web.cut.json"
HOST = "https://slack.com"
DESCRIBED = {
    "/auth.test", "/users.info", "/users.list", "/users.lookupByEmail", "/team.accessLogs",
    "/admin.users.list", "/admin.users.session.reset",
}  # fmt: skip
NEWER = {  # arguments and parts of answers that docs.slack.dev describes today
    "/auth.test": {"enterprise_id"},
    "/users.list": {"team_id"},
    "/team.accessLogs": {"team_id", "limit", "cursor", "response_metadata"},
    "/admin.users.list": {"include_admins", "include_owners", "is_active"},
}
MUTATING = {
    "POST /api/admin.users.deactivate", "POST /api/admin.users.assign", "POST /api/admin.users.session.reset",
    "POST /api/admin.users.setRegular", "POST /api/admin.users.setOwner", "POST /api/admin.users.setAdmin",
    "POST /api/admin.apps.uninstall", "POST /api/admin.conversations.invite",
    "POST /api/admin.legalHold.policies.create", "POST /api/admin.legalHold.entities.add",
    "PATCH /scim/v2/Users/",
}  # fmt: skip
READING = (".list", ".test", ".info", ".lookupByEmail", ".conversations", "Logs")
OF_THE_OTHER_PLAN = {
    "enterprise": {"/team.accessLogs"},  # the audit log says more
    "business": {"/admin.users.list", "/admin.users.session.reset"},
}
CLOSERS = {"find_sessions": "end_sessions", "find_roles": "remove_role", "find_apps": "uninstall_app"}
WRONG = {  # requests Slack would not take: the judge must see each
    "a reset for nobody": ("/admin.users.session.reset", {}),
    "a reset whose switch is no boolean": (
        "/admin.users.session.reset",
        {"user_id": "W1", "web_only": "perhaps"},
    ),
    "a look-up without an address": ("/users.lookupByEmail", {}),
    "a page of users that is no number": ("/users.list", {"limit": "some"}),
    "a page of members that is no number": ("/admin.users.list", {"limit": "all"}),
}


@pytest.fixture(scope="module")
def described() -> Any:
    document = understood(description_of(SPEC))
    document.pop("security")  # credentials are tested with the client
    document["openapi"] = "3.1.0"  # which lets a type be a list, as Slack writes it
    document["paths"] = {path: document["paths"][path] for path in DESCRIBED}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation.pop("security", None)
            amend(path, operation)
    member = document["components"]["schemas"]["objs_enterprise_user"]
    member["properties"]["is_primary_owner"] = {"type": "boolean"}
    return document


def amend(path: str, operation: Any) -> None:
    """Add to an operation what it has today; the token travels in a header, not as an argument."""
    operation["parameters"] = [each for each in operation.get("parameters", []) if each["name"] != "token"]
    answers = [
        operation["responses"][each]["content"]["application/json"]["schema"] for each in ("200", "default")
    ]
    for name in NEWER.get(path, ()):
        answers[0]["properties"].setdefault(name, {})
    if path == "/auth.test":  # a token of the whole organisation is in no workspace
        answers[0]["properties"]["team_id"] = {"$ref": "#/components/schemas/defs_workspace_id"}
    if path == "/team.accessLogs":
        answers[0]["required"].remove("paging")  # by cursor there is none
    if path == "/admin.users.list":  # which lists the whole organisation today
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            content["schema"]["required"].remove("team_id")


@pytest.fixture(scope="module")
def description(described: Any) -> OpenAPI:
    return OpenAPI.from_dict(described)


class Watched(SlackOrg):
    """A stand-in that remembers each request with its answer."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.heard: list[tuple[Any, Any]] = []

    def dress(self, request: Any, reply: Any) -> Any:
        self.heard.append((request, reply))
        return super().dress(request, reply)


@pytest.fixture
def watched(tmp_path):
    lab = Watched("slack_org", Ledger(tmp_path / "slack_org.jsonl"))
    lab.start()
    yield lab
    lab.stop()


def live_through_everything(lab, plan, level="owner"):
    """Go through every door once, as an administrator of the organisation."""
    lab.plan = plan
    lab.act("make-admin", {"mail": SUBJECT.mail, "level": level})
    house = House(lab)
    try:
        go_through(house, plan)
    finally:
        house.org.close()


def go_through(house, plan):
    """Find, keep, close, prove and reopen, with refusals on the way."""
    house.ping()
    house.subject = house.found(SUBJECT.mail)
    house.do("find_accounts", Who(mail="nobody@fjordlight.example"))
    house.do("find_accounts", Who(staff_id=PERSONAS[1].staff_id))
    house.do("find_accounts", Who(ids={"slack_org": "W0NOBODY00"}))
    house.do("find_administrators")
    for observation in house.do("find_observations", house.subject):
        house.do("find_sharers", observation)
    house.do("find_sharers", Observation("phone", SUBJECT.phone))
    for finder in ("find_open_account", "find_legacy_integrations"):
        house.do(finder, house.subject)
    for keep in ("keep_state", "keep_log", "hold_messages"):
        house.do(keep, house.subject)
    closed = close_everything(house, plan)
    for name in [each for each in ACTIONS if each.startswith("slack_org.") and ACTIONS[each].kind == "prove"]:
        house.do(name.partition(".")[2], house.subject)
    house.do("reactivate_user", house.subject, closed.pop("deactivate_user")[1])
    for closer, (thing, before) in closed.items():
        if undo := ACTIONS[f"slack_org.{closer}"].undo:
            house.do(undo.partition(".")[2], house.subject, thing, before)


def close_everything(house, plan):
    """Close one thing of each layer and then the account; returns each thing with what was there before."""
    closed = {}
    for finder, closer in CLOSERS.items():
        things = house.do(finder, house.subject) if plan == "enterprise" else []
        for thing in things:
            given = (thing,) if closer != "end_sessions" else ()
            closed[closer] = (thing, getattr(house.do(closer, house.subject, *given), "before", None))
    closed["deactivate_user"] = (None, house.do("deactivate_user", house.subject).before)
    return closed


def judged(lab):
    """Return the requests Slack's description knows, with their answers."""
    return [
        (request, reply)
        for request, reply in lab.heard
        if request.path.removeprefix("/api") in DESCRIBED and reply.content()
    ]


def asked(path, given):
    data = "&".join(f"{name}={value}" for name, value in given.items()).encode()
    return MockRequest(
        HOST, "post", f"/api{path}", headers={"token": "xoxp-x"}, data=data,
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip


def sent(request):
    kind = request.headers.get("content-type", "").partition(";")[0]
    return MockRequest(
        HOST, request.method.lower(), request.path, headers={"token": "xoxp-x"}, data=request.body,
        content_type=kind or "application/x-www-form-urlencoded",
    )  # fmt: skip


def answered(reply):
    """Slack says no with status 200 too; its description has refusals under `default`."""
    refused = json.loads(reply.content())["ok"] is not True
    return MockResponse(reply.content(), 400 if refused else 200, dict(reply.headers), "application/json")


@pytest.mark.parametrize("plan", ["enterprise", "business"])
def test_all_we_ask_and_all_the_stand_in_answers_is_what_slack_describes(watched, description, plan):
    live_through_everything(watched, plan)

    wrong = []
    for request, reply in judged(watched):
        try:
            description.validate_request(sent(request))
            description.validate_response(sent(request), answered(reply))
        except OpenAPIError as error:
            causes = [each.message for each in getattr(error.__cause__, "schema_errors", ())]
            wrong.append(f"{request.path} {reply.content()[:300]!r}: {error!r} {causes}")
    assert wrong == []
    heard = {request.path.removeprefix("/api") for request, _ in judged(watched)}
    assert DESCRIBED - heard == OF_THE_OTHER_PLAN[plan]


@pytest.mark.parametrize("plan", ["enterprise", "business"])
def test_every_argument_we_give_is_one_slack_knows(watched, described, plan):
    live_through_everything(watched, plan)

    for request, _ in judged(watched):
        path = request.path.removeprefix("/api")
        content = described["paths"][path]["post"]["requestBody"]["content"]
        known = content["application/x-www-form-urlencoded"]["schema"]["properties"]
        assert set(request.form()) - NEWER.get(path, set()) - set(known) == set(), path


def test_nothing_is_ever_sent_that_we_did_not_mean(tmp_path):
    seen = set()
    for level, plan in (("owner", "enterprise"), ("admin", "enterprise"), ("admin", "business")):
        lab = Watched("slack_org", Ledger(tmp_path / f"{level}-{plan}.jsonl"))
        lab.start()
        live_through_everything(lab, plan, level)
        lab.stop()
        user = lab.world.named(SUBJECT.mail)
        seen |= {
            f"{request.method} {request.path.removesuffix(user)}"
            for request, _ in lab.heard
            if request.method != "GET" and not request.path.endswith(READING)
        }
    assert seen == MUTATING


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_rejects_a_request_that_is_wrong(description, name):
    with pytest.raises(OpenAPIError):
        description.validate_request(asked(*WRONG[name]))


def test_the_judge_rejects_an_answer_that_is_wrong_and_a_method_slack_has_not(description):
    user = asked("/users.info", {"user": "W12345678"})

    with pytest.raises(OpenAPIError):
        description.validate_response(user, MockResponse(b'{"ok": true, "user": {"id": "W12345678"}}'))
    with pytest.raises(OpenAPIError):
        description.validate_response(user, MockResponse(b'{"ok": false, "error": "asleep"}', 400))
    with pytest.raises(OpenAPIError):
        description.validate_request(asked("/users.vanish", {}))


def test_the_stand_in_refuses_in_slacks_form(watched, description):
    web = WebClient(token=watched.tokens["api"], base_url=f"{watched.url}/api/", retry_handlers=[])
    with pytest.raises(SlackApiError, match="cannot_reset_primary_owner"):
        web.admin_users_session_reset(user_id=watched.world.named(BREAK_GLASS[0].mail))
    with pytest.raises(SlackApiError, match="users_not_found"):
        web.users_lookupByEmail(email="nobody@fjordlight.example")

    for request, reply in watched.heard:
        description.validate_response(sent(request), answered(reply))
    assert len(watched.heard) == 2
