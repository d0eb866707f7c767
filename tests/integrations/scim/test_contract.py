"""Every request we send, and every answer of the stand-in, judged by scim2-models: the RFCs as types, not ours."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from scim2_models import (
    Context,
    EnterpriseUser,
    Error,
    Group,
    ListResponse,
    PatchOp,
    SCIMException,
    SearchRequest,
    ServiceProviderConfig,
    User,
)

from integrations.lab.company import PERSONAS, SUBJECT
from integrations.lab.ledger import Ledger
from integrations.lab.scim import Scim
from runner.actions.contract import ACTIONS
from runner.actions.values import Account, Who
from runner.errors import SeveranceError
from tests.integrations.scim.conftest import TOKEN, Ours

Person = User[EnterpriseUser]
WRONG = {
    "no schemas": {"Operations": [{"op": "replace", "value": {"active": False}}]},
    "an operation that is none": {"Operations": [{"op": "swap", "path": "active", "value": False}]},
    "an id": {"Operations": [{"op": "replace", "path": "id", "value": "x"}]},
    "a text for a boolean": {"Operations": [{"op": "replace", "path": "active", "value": "maybe"}]},
}


class Watched(Scim):
    """A stand-in that remembers each request with its answer."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.heard = []

    def dress(self, request, reply):
        self.heard.append((request, reply))
        return super().dress(request, reply)


@pytest.fixture
def watched(tmp_path):
    lab = Watched("scim", Ledger(tmp_path / "scim.jsonl"), token=TOKEN)
    lab.start()
    yield lab
    lab.stop()


def live_through_everything(lab, opened):
    """Find, keep, close, prove and reopen, as every kind of provider would have it, with refusals on the way."""
    server = Ours(lab)
    for ways in ({}, {"answers": 204}, {"form": "path"}, {"if_match": True}, {"filters": False}, {"groups": False}):
        server.behave(answers=200, form="any", if_match=False, filters=True, groups=True)
        server.behave(**ways)
        house = opened(server)
        account = house.account()
        house.ping()
        house.do("find_accounts", Who(PERSONAS[1].mail, PERSONAS[1].staff_id))
        house.do("find_accounts", Who(ids={"scim": "no-such-id"}))
        house.do("find_owners")
        house.do("find_members", "Everyone")
        for observation in house.do("find_observations", account):
            house.do("find_sharers", observation)
        house.do("find_open_account", account)
        house.do("keep_state", account)
        before = house.do("deactivate_user", account).before
        house.do("user_is_inactive", account)
        house.do("reactivate_user", account, before)
        for trouble in ({"busy": 1}, {"patch": True}):
            with pytest.raises(SeveranceError):
                house.overtaken("deactivate_user", account, by=lambda ways=trouble: spoil(server, ways))


def spoil(server, ways):
    server.behave(**ways)
    server.edit("title", f"edit {len(server.requests())}")


def judge(request, reply):
    """Return nothing; raises what the RFCs hold against a request or its answer."""
    body = json.loads(reply.content() or b"null")
    if request.method == "PATCH":
        asked = json.loads(request.body)
        wanted = PatchOp[Person].model_validate(asked, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
        assert asked["schemas"] == wanted.schemas
        user = Person(user_name="x", active=not sent(asked))
        assert wanted.patch(user)
        assert user.active is sent(asked)
    query = {name: values[-1] for name, values in request.query.items()}
    SearchRequest.model_validate({key: int(value) if value.isdigit() else value for key, value in query.items()})
    if reply.status >= 400:
        assert Error.model_validate(body).status == reply.status
    elif reply.status == 204:
        assert body is None
    elif request.path.endswith("/ServiceProviderConfig"):
        ServiceProviderConfig.model_validate(body, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    elif request.path.endswith(("/Users", "/Groups")):
        kind = Person if request.path.endswith("/Users") else Group
        ListResponse[kind].model_validate(body, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    else:
        kind = Person if "/Users/" in request.path else Group
        kind.model_validate(body, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def sent(asked):
    [operation] = asked["Operations"]
    value = operation["value"]
    return value if "path" in operation else value["active"]


def test_every_request_and_every_answer_is_scim(watched, opened):
    live_through_everything(watched, opened)
    for request, reply in watched.heard:
        judge(request, reply)

    assert {request.method for request, _ in watched.heard} == {"GET", "PATCH"}
    assert {reply.status for _, reply in watched.heard} == {200, 204, 400, 404, 412, 429}
    assert {each.partition(".")[2] for each in ACTIONS if each.startswith("scim.")} == {
        "find_accounts", "find_owners", "find_members", "find_observations", "find_sharers", "find_open_account", "keep_state",
        "deactivate_user", "user_is_inactive", "reactivate_user",
    }, "live_through_everything does not know it yet"  # fmt: skip


def test_we_speak_scims_own_media_type(watched, opened):
    live_through_everything(watched, opened)

    for request, _ in watched.heard:
        assert request.headers["accept"].startswith("application/scim+json")
        if request.method == "PATCH":
            assert request.headers["content-type"] == "application/scim+json"


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_rejects_a_request_that_is_wrong(watched, opened, name):
    live_through_everything(watched, opened)
    request, reply = next(each for each in watched.heard if each[0].method == "PATCH")
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], **WRONG[name]}
    if name == "no schemas":
        del body["schemas"]
    spoilt = type(request)("PATCH", request.path, {}, request.headers, json.dumps(body).encode())

    with pytest.raises((ValidationError, SCIMException, AssertionError, KeyError)):
        judge(spoilt, reply)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/scim/v2/Users/1", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "active": "maybe"}),
        ("/scim/v2/Users/1", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "no id"}),
        ("/scim/v2/Users", {"Resources": [], "totalResults": "many"}),
        ("/scim/v2/ServiceProviderConfig", {"patch": {"supported": "sometimes"}}),
    ],
)
def test_the_judge_rejects_an_answer_that_is_wrong(watched, opened, path, body):
    opened(Ours(watched)).ping()
    request, reply = watched.heard[0]
    spoilt = type(request)("GET", path, {}, request.headers, b"")

    with pytest.raises((ValidationError, SCIMException)):
        judge(spoilt, type(reply)(200, body))


def test_a_filter_that_is_none_is_rejected_by_the_judge_and_by_the_stand_in(watched, opened):
    house = opened(Ours(watched))
    with pytest.raises(SeveranceError, match="invalidFilter"):
        house.scim.get("/Users", {"filter": "userName is x"})

    with pytest.raises(ValidationError):
        judge(*watched.heard[-1])


def test_the_stand_in_lets_nobody_in_without_our_token(watched, opened):
    server = Ours(watched)
    server.token = "another"
    with pytest.raises(SeveranceError):
        opened(server).do("find_open_account", Account("scim", server.id_of(SUBJECT), "x"))

    request, reply = watched.heard[-1]
    assert reply.status == 401
    judge(request, reply)
