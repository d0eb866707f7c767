"""Every request we make, and every answer the stand-in gives, judged by Okta's own description."""

import json
import re

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathNotFound
from openapi_core.testing import MockRequest, MockResponse

from integrations.lab.company import PERSONAS, SUBJECT
from integrations.lab.ledger import Ledger
from integrations.lab.okta import Okta
from runner.actions.contract import ACTIONS
from runner.actions.values import Who
from runner.errors import ServiceRefused
from tests.descriptions import description_of
from tests.integrations.okta.conftest import House
from tests.integrations.okta.test_closing import CLOSERS

SPEC = "okta-management.cut.json"
HOST = "https://example.okta.com"
NOT_DESCRIBED = (  # real operations that the cut description leaves out
    r"/api/v1/users/\w+/(appLinks|devices)", r"/api/v1/devices.*", r"/api/v1/iam/assignees/users",
)  # fmt: skip
MUTATING = {
    "POST /api/v1/users/{id}/lifecycle/suspend",
    "POST /api/v1/users/{id}/lifecycle/unsuspend",
    "DELETE /api/v1/users/{userId}/sessions",
    "DELETE /api/v1/users/{userId}/clients/{clientId}/grants",
    "DELETE /api/v1/users/{userId}/clients/{clientId}/tokens",
    "DELETE /api/v1/api-tokens/{apiTokenId}",
    "DELETE /api/v1/users/{userId}/roles/{roleAssignmentId}",
    "POST /api/v1/users/{userId}/roles",
}
DEVICES = {
    "POST /api/v1/devices/{deviceId}/lifecycle/suspend",
    "POST /api/v1/devices/{deviceId}/lifecycle/unsuspend",
}
WRONG = {  # one request a family of operations that Okta would not take: the judge must see each
    "a page of grants beyond the largest": ("get", "/api/v1/users/00u1/grants", {"limit": "201"}, None),
    "a page of refresh tokens that is no number": (
        "get",
        "/api/v1/users/00u1/clients/0oa1/tokens",
        {"limit": "all"},
        None,
    ),
    "an order of the log Okta does not know": ("get", "/api/v1/logs", {"sortOrder": "upwards"}, None),
    "a switch of the session call that is no boolean": (
        "delete",
        "/api/v1/users/00u1/sessions",
        {"oauthTokens": "yes please"},
        None,
    ),
    "a role Okta does not know": ("post", "/api/v1/users/00u1/roles", {}, {"type": "EMPEROR"}),
    "a page of users that is no number": ("get", "/api/v1/users", {"limit": "some"}, None),
}


@pytest.fixture(scope="module")
def description():
    document = description_of(SPEC)
    for operations in document["paths"].values():
        for operation in (each for each in operations.values() if isinstance(each, dict)):
            operation.pop(
                "security", None
            )  # the judge knows no oauth2; credentials are tested with the client
    return OpenAPI.from_dict(document)


class Watched(Okta):
    """A stand-in that remembers each request with its answer."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.heard = []

    def dress(self, request, reply):
        self.heard.append((request, reply))
        return super().dress(request, reply)


@pytest.fixture
def watched(tmp_path):
    lab = Watched("okta", Ledger(tmp_path / "okta.jsonl"))
    lab.start()
    yield lab
    lab.stop()


def live_through_everything(lab):
    """Find, keep, close, prove and reopen every door once, with refusals on the way."""
    house = House(lab)
    house.subject = house.person(SUBJECT)
    house.do("find_accounts", Who(staff_id=PERSONAS[1].staff_id))
    house.do("find_accounts", Who(mail="nobody@fjordlight.example"))
    house.do("find_administrators")
    house.do("find_members", SUBJECT.team)
    for observation in house.do("find_observations", house.subject):
        house.do("find_sharers", observation)
    house.do("find_apps", house.subject)
    for keep in ("keep_state", "keep_log"):
        house.do(keep, house.subject)
    before = house.do("suspend_user", house.subject).before
    closed = [
        (closer, thing, house.do(closer, house.subject, thing).before)
        for finder, closer in CLOSERS.items()
        for thing in house.do(finder, house.subject)
    ]
    house.do("end_sessions", house.subject)
    for name in [each for each in ACTIONS if each.startswith("okta.") and ACTIONS[each].kind == "prove"]:
        house.do(name.partition(".")[2], house.subject)
    for closer, thing, state in closed:
        if undo := ACTIONS[f"okta.{closer}"].undo:
            house.do(undo.partition(".")[2], house.subject, thing, state)
    house.do("unsuspend_user", house.subject, before)
    house.okta.close()


def judged(lab):
    return [
        (request, reply)
        for request, reply in lab.heard
        if not any(re.fullmatch(each, request.path) for each in NOT_DESCRIBED)
    ]


def asked(request):
    query = {name: values[-1] for name, values in request.query.items()}
    return MockRequest(
        HOST, request.method.lower(), request.path, args=query, headers=dict(request.headers), data=request.body or None,
        content_type=request.headers.get("content-type", "application/json"),
    )  # fmt: skip


def answered(reply):
    return MockResponse(reply.content(), reply.status, dict(reply.headers), "application/json")


def test_all_we_ask_and_all_the_stand_in_answers_is_what_okta_describes(watched, description):
    live_through_everything(watched)

    wrong, bodiless = [], set()
    for request, reply in judged(watched):
        try:
            description.validate_request(asked(request))
            if reply.content():
                description.validate_response(asked(request), answered(reply))
            else:
                bodiless.add((request.method, reply.status))
        except OpenAPIError as error:
            wrong.append(f"{request.method} {request.path} {reply.status}: {error!r} {error.__cause__!r}")
    assert wrong == []
    assert bodiless == {("POST", 200), ("DELETE", 204)}  # Okta describes no body for these
    assert {request.method for request, _ in judged(watched)} == {"GET", "POST", "DELETE"}
    assert {reply.status for _, reply in judged(watched)} == {200, 201, 204, 404}


def test_nothing_is_ever_sent_that_okta_cannot_take_back_or_that_we_did_not_mean(watched):
    live_through_everything(watched)

    sent = {f"{request.method} {request.path}" for request, _ in watched.heard if request.method != "GET"}
    templates = {each: re.sub(r"\{\w+\}", r"[^/]+", each) for each in MUTATING | DEVICES}
    assert [each for each in sent if not any(re.fullmatch(known, each) for known in templates.values())] == []
    assert [
        known for known, form in templates.items() if not any(re.fullmatch(form, each) for each in sent)
    ] == []


def test_every_write_we_make_is_an_operation_of_okta(description):
    paths = description_of(SPEC)["paths"]
    assert {f"{method.upper()} {path}" for path, each in paths.items() for method in each} >= MUTATING


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_rejects_a_request_that_is_wrong(description, name):
    method, path, query, body = WRONG[name]
    data = json.dumps(body).encode() if body else None

    with pytest.raises(OpenAPIError):
        description.validate_request(MockRequest(HOST, method, path, args=query, data=data))


def test_the_judge_rejects_an_answer_that_is_wrong_and_a_path_okta_has_not(description):
    user = MockRequest(HOST, "get", "/api/v1/users/00u1")

    with pytest.raises(OpenAPIError):
        description.validate_response(user, MockResponse(b'{"status": "ASLEEP"}'))
    with pytest.raises(PathNotFound):
        description.validate_request(MockRequest(HOST, "get", "/api/v1/doors"))


@pytest.mark.parametrize("path", ["/lifecycle/suspend", "/lifecycle/unsuspend"])
def test_the_stand_in_refuses_in_oktas_form(watched, description, path):
    watched.act("set-status", {"mail": SUBJECT.mail, "status": "STAGED"})
    house = House(watched)
    request = f"/api/v1/users/{watched.world.named(SUBJECT.mail)}{path}"
    with house.gate.opened(), pytest.raises(ServiceRefused, match="E0000001"):
        house.okta.post(request)
    house.okta.close()

    request, reply = watched.heard[-1]
    assert reply.status == 400
    description.validate_response(asked(request), answered(reply))
