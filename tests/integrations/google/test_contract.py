"""Every request we make, and every answer the stand-in gives, judged by Google's own descriptions."""

import json
import re

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from integrations.lab.company import PERSONAS, SUBJECT
from integrations.lab.google import Google
from integrations.lab.ledger import Ledger
from runner.actions.contract import ACTIONS
from runner.actions.values import Who
from tests.descriptions import description_of
from tests.integrations.google.conftest import House
from tests.integrations.google.described import DEVICES, VAULT, Judge, Wrong
from tests.integrations.google.test_closing import CLOSERS

HOST = "https://admin.googleapis.com"
USER = "/admin/directory/v1/users/{}"
CUSTOMER = "/admin/directory/v1/customer/my_customer"
USE = "/v1/devices/{}/deviceUsers/{}"
MUTATING = {
    f"PUT {USER}", f"POST {USER}/signOut", f"DELETE {USER}/tokens/{{}}", f"DELETE {USER}/asps/{{}}",
    f"POST {USER}/verificationCodes/invalidate", f"DELETE {CUSTOMER}/roleassignments/{{}}",
    f"POST {CUSTOMER}/roleassignments", f"POST {USE}:block", f"POST {USE}:approve", "POST /v1/matters",
    "POST /v1/matters/{}/holds",
}  # fmt: skip
"""All we ever change; a call that is not here was never made."""
ME = "/admin/directory/v1/users/1"
LOG = "/admin/reports/v1/activity/users/all/applications"
WRONG = {  # what Google would not take: the judge must see each
    "a page of users beyond the largest": ("GET", "/admin/directory/v1/users", {"maxResults": ["501"]}, None),
    "a projection there is not": ("GET", ME, {"projection": ["everything"]}, None),
    "a field of a user that is only read": ("PUT", ME, {}, {"suspensionReason": "ADMIN"}),
    "a field of a user there is not": ("PUT", ME, {}, {"suspend": True}),
    "a suspension that is no boolean": ("PUT", ME, {}, {"suspended": "true"}),
    "a sign-out with a body": ("POST", f"{ME}/signOut", {}, {"all": True}),
    "a page of tokens": ("GET", f"{ME}/tokens", {"maxResults": ["5"]}, None),
    "a kind of assignee that is only read": ("POST", f"{CUSTOMER}/roleassignments", {}, {"assigneeType": "user"}),
    "a page of assignments beyond the largest": ("GET", f"{CUSTOMER}/roleassignments", {"maxResults": ["201"]}, None),
    "a log there is not": ("GET", f"{LOG}/login/more", {}, None),
    "a start that is no time": ("GET", f"{LOG}/login", {"startTime": ["yesterday"]}, None),
    "a customer by number alone": ("POST", "/v1/devices/a/deviceUsers/b:block", {"customer": ["C1"]}, {}),
    "a block without a body": ("POST", "/v1/devices/a/deviceUsers/b:block", {}, None),
    "a wipe": ("POST", "/v1/devices/a/deviceUsers/b:wipe", {}, {"customer": "customers/my_customer"}),
    "a corpus there is not": ("POST", "/v1/matters/m/holds", {}, {"corpus": "PHOTOS"}),
    "a hold on what a voice is not": ("POST", "/v1/matters/m/holds", {}, {"query": {"voiceQuery": {"coveredData": ["FAX"]}}}),
    "a state of a matter there is not": ("GET", "/v1/matters", {"state": ["AJAR"]}, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    names = ("google-admin.directory_v1.discovery.json", "google-admin.reports_v1.discovery.json")
    return Judge(*map(description_of, names), VAULT, DEVICES)


@pytest.fixture(scope="module")
def openapi():
    document = description_of("google-admin-directory.cut.json")
    for operations in document["paths"].values():
        for operation in (each for each in operations.values() if isinstance(each, dict)):
            operation.pop("security", None)  # the judge knows no oauth2; scopes are judged below
    return OpenAPI.from_dict(document), set(document["paths"])


class Watched(Google):
    """A stand-in that remembers each request with its answer."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.heard = []

    def dress(self, request, reply):
        self.heard.append((request, reply))
        return super().dress(request, reply)


@pytest.fixture
def watched(tmp_path):
    lab = Watched("google", Ledger(tmp_path / "google.jsonl"))
    lab.start()
    yield lab
    lab.stop()


class Noting(House):
    """A house that knows which action made which requests."""

    by_action: dict[str, list] = {}  # noqa: RUF012  # filled anew for each test

    def do(self, name, *given, **named):
        start = len(self.lab.heard)
        try:
            return super().do(name, *given, **named)
        finally:
            self.by_action.setdefault(f"google.{name}", []).extend(self.lab.heard[start:])


def live_through_everything(lab):
    """Find, keep, hold, close, prove and reopen every door once, with refusals on the way."""
    house = Noting(lab)
    house.by_action = {}
    house.act("company-laptop")
    house.act("group-role", role="Audit reader")
    house.do("find_accounts", Who(staff_id=PERSONAS[1].staff_id))
    house.do("find_accounts", Who(mail="nobody@fjordlight.example"))
    house.do("find_administrators")
    house.do("find_open_account", house.subject)
    house.do("find_recovery", house.subject)
    house.do("find_apps", house.subject)
    for observation in house.do("find_observations", house.subject):
        house.do("find_sharers", observation)
    for keep in ("keep_state", "keep_log", "place_holds"):
        house.do(keep, house.subject)
    accounts = {name: house.do(name, house.subject).before for name in ("suspend_user", "clear_recovery")}
    closed = [
        (closer, thing, house.do(closer, house.subject, thing))
        for finder, closer in CLOSERS.items()
        for thing in house.do(finder, house.subject)
    ]
    for name in ("sign_out", "invalidate_backup_codes"):
        house.do(name, house.subject)
    for name in [each for each in ACTIONS if each.startswith("google.") and ACTIONS[each].kind == "prove"]:
        house.do(name.partition(".")[2], house.subject)
    for closer, thing, outcome in closed:
        if (undo := ACTIONS[f"google.{closer}"].undo) and hasattr(outcome, "before"):
            house.do(undo.partition(".")[2], house.subject, thing, outcome.before)
    house.do("unsuspend_user", house.subject, accounts["suspend_user"])
    house.do("restore_recovery", house.subject, accounts["clear_recovery"])
    house.google.close()
    return house


def judged(lab):
    return [(request, reply) for request, reply in lab.heard if request.path != "/token"]


def body_of(request):
    return json.loads(request.body) if request.body else None


def test_all_we_ask_and_all_the_stand_in_answers_is_what_google_describes(watched, judge):
    live_through_everything(watched)

    wrong = []
    for request, reply in judged(watched):
        try:
            judge.request(request.method, request.path, request.query, body_of(request))
            if reply.status < 300:
                judge.answer(request.method, request.path, json.loads(reply.content() or b"null"))
        except Wrong as error:
            wrong.append(f"{request.method} {request.path} {reply.status}: {error}")
    assert wrong == []
    assert {reply.status for _, reply in judged(watched)} == {200, 204, 404}


def test_the_directory_is_asked_as_the_older_description_has_it_too(watched, openapi):
    live_through_everything(watched)
    description, paths = openapi
    forms = [re.compile(re.sub(r"\{\w+\}", "[^/]+", each)) for each in paths]

    told = 0
    for request, reply in judged(watched):
        if not any(each.fullmatch(request.path) for each in forms):
            continue
        told += 1
        body = {
            key: value for key, value in (body_of(request) or {}).items() if value is not None
        }  # null clears
        query = {name: values[-1] for name, values in request.query.items()}
        asked = MockRequest(
            HOST, request.method.lower(), request.path, args=query, headers=dict(request.headers),
            data=json.dumps(body).encode() if body else None, content_type="application/json",
        )  # fmt: skip
        description.validate_request(asked)
        if reply.content() and reply.status < 300:
            description.validate_response(
                asked, MockResponse(reply.content(), reply.status, {}, "application/json")
            )
    assert told > 30


def test_every_action_declares_scopes_that_suffice_for_what_it_asks(watched, judge):
    house = live_through_everything(watched)

    short = {
        name: f"{request.method} {request.path}"
        for name, heard in house.by_action.items()
        for request, _ in heard
        if request.path != "/token"
        and not set(judge.method(request.method, request.path)[0]["scopes"]) & set(ACTIONS[name].scopes)
    }
    assert short == {}
    assert set(house.by_action) == {each for each in ACTIONS if each.startswith("google.")}


def test_every_action_uses_every_scope_it_declares(watched, judge):
    house = live_through_everything(watched)

    idle = {}
    for name, heard in house.by_action.items():
        used = [
            judge.method(request.method, request.path)[0]["scopes"]
            for request, _ in heard
            if request.path != "/token"
        ]
        idle[name] = [each for each in ACTIONS[name].scopes if not any(each in scopes for scopes in used)]
    assert {name: left for name, left in idle.items() if left} == {}


def test_nothing_is_ever_sent_that_google_cannot_take_back_or_that_we_did_not_mean(watched):
    live_through_everything(watched)

    sent = {f"{request.method} {request.path}" for request, _ in judged(watched) if request.method != "GET"}
    forms = {each: re.compile(re.escape(each).replace(r"\{\}", "[^/:]+")) for each in MUTATING}
    assert [each for each in sent if not any(form.fullmatch(each) for form in forms.values())] == []
    assert [each for each, form in forms.items() if not any(form.fullmatch(one) for one in sent)] == []
    assert [request.path for request, _ in watched.heard if request.path.endswith("/verificationCodes")] == []


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_rejects_a_request_that_is_wrong(judge, name):
    verb, path, query, body = WRONG[name]
    with pytest.raises(Wrong):
        judge.request(verb, path, query, body)


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", ME, {"suspended": "no"}),
        ("GET", ME, {"asleep": True}),
        ("GET", f"{ME}/asps", {"items": [{"codeId": "1"}]}),
        ("GET", f"{LOG}/login", {"items": [{"when": "x"}]}),
        ("GET", "/v1/devices/a", {"ownerType": "NOBODY"}),
        ("POST", f"{ME}/signOut", {"done": True}),
    ],
)
def test_the_judge_rejects_an_answer_that_is_wrong(judge, verb, path, body):
    with pytest.raises(Wrong):
        judge.answer(verb, path, body)


def test_the_older_judge_rejects_what_is_wrong(openapi):
    description, _ = openapi
    with pytest.raises(OpenAPIError):
        description.validate_request(
            MockRequest(HOST, "get", "/admin/directory/v1/users", args={"maxResults": "501"})
        )
    with pytest.raises(OpenAPIError):
        description.validate_request(MockRequest(HOST, "put", ME, data=b'{"suspend": true}'))


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/admin/directory/v1/users/999999999999999999999", 404),
        ("GET", f"/admin/directory/v1/users/x{SUBJECT.mail}", 404),
        ("GET", "/admin/directory/v1/users/a@agency.example", 403),
        ("DELETE", f"/admin/directory/v1/users/{SUBJECT.mail}/asps/99", 404),
        ("GET", "/admin/directory/v1/users", 400),
        ("GET", "/v1/devices/none", 404),
        ("POST", "/v1/matters", 400),
    ],
)
def test_the_stand_in_refuses_in_googles_form(watched, verb, path, status):
    house = House(watched)
    http = (
        house.google.vault
        if "matters" in path
        else house.google.devices
        if "devices" in path
        else house.google.directory
    )
    with house.gate.opened(), pytest.raises(Exception, match=str(status)):
        http.request(verb, path, json={} if verb == "POST" else None)
    house.google.close()

    error = watched.heard[-1][1].body["error"]
    assert (error["code"], bool(error["message"])) == (status, True)
    assert error.get("errors", [{}])[0].get("reason") or error["status"]
