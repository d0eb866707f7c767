"""Every request we make, and every answer the stand-in gives, judged by GitHub's own description."""

import json
import re

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathNotFound
from openapi_core.testing import MockRequest, MockResponse

from integrations.lab.company import SUBJECT
from integrations.lab.github import GitHub
from integrations.lab.ledger import Ledger
from runner.actions.contract import ACTIONS, SERVICES
from tests.descriptions import description_of
from tests.integrations.github.conftest import House
from tests.integrations.telling import close_all

SPEC = "github-ghec.cut.json"
NOT_DESCRIBED = (  # real operations that the cut description leaves out
    r"/graphql", r"/user/\d+", r"/orgs/\w+/teams.*", r"/orgs/\w+/invitations", r"/orgs/\w+/migrations.*", r"/archives/.*",
    r"/repos/\w+/[\w-]+/(forks|invitations.*|collaborators/[\w-]+/permission)",
)  # fmt: skip
MUTATING = {
    "DELETE /orgs/{org}/memberships/{username}",
    "DELETE /orgs/{org}/credential-authorizations/{credential_id}",
    "DELETE /repos/{owner}/{repo}/keys/{key_id}",
    "DELETE /repos/{owner}/{repo}/collaborators/{username}",
    "POST /orgs/{org}/personal-access-tokens/{pat_id}",
    "POST /repos/{owner}/{repo}/keys",
    "PUT /repos/{owner}/{repo}/collaborators/{username}",
}


@pytest.fixture(scope="module")
def description():
    return OpenAPI.from_dict(description_of(SPEC))


class Watched(GitHub):
    """A stand-in that remembers each request with its answer."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.seen = []

    def dress(self, request, reply):
        self.seen.append((request, reply))
        return super().dress(request, reply)


@pytest.fixture
def watched(tmp_path):
    lab = Watched("github", Ledger(tmp_path / "github.jsonl"))
    lab.start()
    yield lab
    lab.stop()


def live_through_everything(lab, token):
    """Find, keep, close, prove and reopen every door once."""
    house = House(lab, token)
    house.github.ping()
    house.person(SUBJECT)
    house.do("find_owners")
    house.act("deploy-key", repo="payout-engine")
    house.act("mint")
    for keep in ("keep_membership", "keep_forks", "keep_audit_log"):
        house.do(keep, house.subject)
    layers = {"find_tokens": "revoke_token", "find_grants": "revoke_grant", "find_keys": "remove_key"}
    closed = [
        house.do(close, house.subject, thing)
        for find, close in layers.items()
        for thing in house.things(find)
    ]
    house.do(
        "restore_key",
        house.subject,
        next(each.before for each in closed if each.before["type"] == "deploy key"),
    )
    before = house.do("remove_member", house.subject).before
    house.act("collaborate", repo="ledger-web")
    role = house.do("remove_collaborator", house.subject, house.things("find_collaborations")[0]).before
    house.do("restore_collaborator", house.subject, role)
    house.do("remove_collaborator", house.subject, house.things("find_collaborations")[0])
    house.do("reinstate_member", house.subject, before)
    for name in [each for each in ACTIONS if each.startswith("github.") and ACTIONS[each].kind == "prove"]:
        house.do(name.partition(".")[2], house.subject)
    close_all()


def asked(request):
    query = {name: values[-1] for name, values in request.query.items()}
    kind = request.headers.get("content-type", "application/json")
    return MockRequest(
        "https://api.github.com", request.method.lower(), request.path, args=query, headers=dict(request.headers),
        data=request.body or None, content_type=kind,
    )  # fmt: skip


def answered(reply):
    return MockResponse(reply.content(), reply.status, dict(reply.headers), "application/json")


@pytest.mark.parametrize("token", ["token", "app_token"])
def test_all_we_ask_and_all_the_stand_in_answers_is_what_github_describes(watched, description, token):
    live_through_everything(watched, getattr(watched, token))

    wrong, judged = [], set()
    for request, reply in watched.seen:
        if any(re.fullmatch(each, request.path) for each in NOT_DESCRIBED):
            continue
        try:
            found = description.unmarshal_request(asked(request))
            assert not found.errors, found.errors
            description.validate_response(asked(request), answered(reply))
            judged.add(request.method)
        except (OpenAPIError, AssertionError) as error:
            wrong.append(f"{request.method} {request.path} {reply.status}: {error!r} {error.__cause__!r}")
    assert wrong == []
    assert judged == ({"GET", "DELETE", "PUT", "POST"})


def test_nothing_is_ever_sent_that_github_cannot_take_back_or_that_we_did_not_mean(watched, description):
    live_through_everything(watched, watched.app_token)

    sent = {request.method + " " + request.path for request, _ in watched.seen if request.method != "GET"}
    templates = [re.sub(r"\{\w+\}", r"[^/]+", each) for each in MUTATING]
    templates += [
        r"POST /graphql",
        r"POST /orgs/fjordlight/(invitations|migrations)",
        r"DELETE /repos/.*/invitations/\d+",
    ]
    assert [each for each in sent if not any(re.fullmatch(known, each) for known in templates)] == []
    described = {
        f"{method.upper()} {path}"
        for path, each in description_of(SPEC)["paths"].items()
        for method in each
    }
    assert described >= MUTATING


def test_the_judge_rejects_a_request_that_is_wrong(description):
    wrong = MockRequest(
        "https://api.github.com",
        "post",
        "/orgs/fjordlight/personal-access-tokens/7",
        data=json.dumps({"action": "erase"}).encode(),
    )

    with pytest.raises(OpenAPIError):
        description.validate_request(wrong)


def test_the_judge_rejects_an_answer_that_is_wrong_and_a_path_github_has_not(description):
    listing = MockRequest("https://api.github.com", "get", "/orgs/fjordlight/credential-authorizations")

    with pytest.raises(OpenAPIError):
        description.validate_response(listing, MockResponse(b'[{"login": "x"}]'))
    with pytest.raises(PathNotFound):
        description.validate_request(MockRequest("https://api.github.com", "get", "/orgs/fjordlight/doors"))


def test_every_close_under_planning_changes_nothing(house):
    house.act("deploy-key", repo="payout-engine")
    layers = {"find_tokens": "revoke_token", "find_grants": "revoke_grant", "find_keys": "remove_key"}
    foreseen = [
        house.plan(close, house.subject, thing)
        for find, close in layers.items()
        for thing in house.things(find)
    ]
    foreseen += [house.plan("remove_member", house.subject), house.plan("keep_forks", house.subject)]

    assert {each["would"] for each in foreseen} == {"write"}
    assert house.writes() == []


def test_every_layer_has_a_door_or_a_reason():
    closed = {each.layer for each in ACTIONS.values() if each.vendor == "github" and each.kind == "close"}
    every = {"account", "session", "grant", "token", "key", "device", "role", "membership", "shared", "app"}

    assert closed | set(SERVICES["github"].lacks) == every
    assert closed.isdisjoint(SERVICES["github"].lacks)


def test_every_close_has_a_proof_and_an_undo_or_a_reason_that_exist():
    for each in ACTIONS.values():
        if each.vendor == "github" and each.kind == "close":
            assert ACTIONS[each.proof].layer == each.layer
            assert bool(each.no_undo) != (each.undo in ACTIONS)
            assert each.destroys is None or ACTIONS[each.destroys.kept_by].kind == "keep"
