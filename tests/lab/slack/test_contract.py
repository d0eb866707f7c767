"""What the real client asks of the stand-in, and what it answers, judged by Slack's own description.

The description is of 2021; `amended` says what today's reference pages have besides.
"""


import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.lab.ledger import Ledger
from integrations.lab.slack import GUEST, LEAVER, OTHER_BOT, STRANGER, SlackStandIn
from tests.descriptions import description_of
from tests.lab.slack.conftest import APP_TOKEN, ME, OTHER, ROOM, TOKEN, actions, button, modal, section
from tests.lab.slack.description import understood

SPEC = "slack-web.cut.json"
HOST = "https://slack.com"
NEWER = ("app_id", "edited")
"""Of a message, on today's reference pages."""


@pytest.fixture(scope="module")
def described():
    document = understood(description_of(SPEC))
    document.pop("security")  # credentials are tested with the client
    document["openapi"] = "3.1.0"  # which lets a type be a list, as Slack writes it
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
            named = operation.get("parameters", [])
            operation["parameters"] = [each for each in named if each["name"] != "token"]
    return amended(document)


def amended(document):
    """Return the description with what messages have today, and blocks as the list they always were."""
    schemas = document["components"]["schemas"]
    for name in NEWER:
        schemas["objs_message"]["properties"][name] = {}
    changed = document["paths"]["/chat.update"]["post"]["responses"]["200"]["content"]["application/json"]
    changed["schema"]["properties"]["message"]["properties"] |= {name: {} for name in ("blocks", *NEWER)}
    return document


class Watched(SlackStandIn):
    """A stand-in that remembers each request with its answer."""

    def dress(self, request, reply):
        self.heard = [*getattr(self, "heard", []), (request, reply)]
        return super().dress(request, reply)


@pytest.fixture
def lived(tmp_path):
    """Go through the life of a case's channel with the real client, refusals included."""
    lab = Watched("slack", Ledger(tmp_path / "slack.jsonl"), token=TOKEN, app_token=APP_TOKEN)
    lab.start()
    web = WebClient(token=TOKEN, base_url=f"{lab.url}/api/", retry_handlers=[])
    live(lab, web)
    refuse(lab, web)
    yield lab
    lab.stop()


def live(lab, web):
    web.auth_test()
    for user in (ME, GUEST, STRANGER, OTHER_BOT, LEAVER):
        web.users_info(user=user)
    room = web.conversations_create(name="ops-amber-falcon-7", is_private=True)["channel"]["id"]
    web.conversations_invite(channel=room, users=[ME, OTHER])
    web.conversations_members(channel=room)
    web.conversations_info(channel=room)
    web.conversations_setTopic(channel=room, topic="amber-falcon-7")
    web.conversations_rename(channel=room, name="ops-amber-falcon-8")
    card = web.chat_postMessage(
        channel=room, text="x", blocks=[section(), actions(button())], unfurl_links=False
    )
    web.chat_update(channel=room, ts=card["ts"], text="y", blocks=[section()])
    web.chat_postMessage(channel=room, text="more", thread_ts=card["ts"])
    web.chat_postEphemeral(channel=room, user=ME, text="only you", blocks=[section()])
    web.conversations_history(channel=room)
    web.chat_delete(channel=room, ts=card["ts"])
    direct = web.conversations_open(users=ME)["channel"]["id"]
    web.conversations_open(users=ME, return_im=True)
    web.chat_postMessage(channel=direct, text="x")
    web.conversations_kick(channel=room, user=OTHER)
    view = web.views_open(trigger_id=lab.world.trigger(ME), view=modal())["view"]
    web.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="Again"))
    web.views_push(trigger_id=lab.world.trigger(ME), view=modal())
    web.conversations_archive(channel=room)


def refuse(lab, web):
    for call, given in [
        (web.users_info, {"user": "U0NOBODY001"}),
        (web.conversations_create, {"name": "Ops", "is_private": True}),
        (web.conversations_create, {"name": "amber-room", "is_private": True}),
        (web.conversations_create, {"name": "ops-open"}),
        (web.conversations_invite, {"channel": ROOM, "users": [ME]}),
        (web.conversations_invite, {"channel": ROOM, "users": ["U0NOBODY001"]}),
        (web.conversations_invite, {"channel": "C0NOWHERE01", "users": [ME]}),
        (web.conversations_info, {"channel": "C0NOWHERE01"}),
        (web.conversations_members, {"channel": "C0NOWHERE01"}),
        (web.conversations_kick, {"channel": ROOM, "user": "U0SEVERANCE"}),
        (web.conversations_open, {"users": LEAVER}),
        (web.chat_postMessage, {"channel": "C0NOWHERE01", "text": "x"}),
        (web.chat_postMessage, {"channel": ROOM, "text": "x" * 40_001}),
        (web.chat_update, {"channel": ROOM, "ts": "1.000000", "text": "x"}),
        (web.chat_postEphemeral, {"channel": ROOM, "user": GUEST, "text": "x"}),
        (web.views_open, {"trigger_id": "1.2.x", "view": modal()}),
    ]:
        with pytest.raises(SlackApiError):
            call(**given)


def pairs(lab, described):
    """Return the requests Slack's description knows, with their answers, as a judge reads them."""
    found = []
    for request, reply in lab.heard:
        if request.path.removeprefix("/api") not in described["paths"]:
            continue
        refused = not reply.body["ok"]  # which Slack answers with 200, and describes as `default`
        found.append((asked(request), MockResponse(reply.content(), 400 if refused else reply.status)))
    return found


def asked(request):
    kind = request.headers.get("content-type", "application/json").partition(";")[0]
    query = {name: values[-1] for name, values in request.query.items()}
    return MockRequest(
        HOST, request.method.lower(), request.path, args=query, headers=dict(request.headers),
        data=request.body or None, content_type=kind,
    )  # fmt: skip


def test_it_speaks_as_slack_describes(lived, described):
    judge = OpenAPI.from_dict(described)
    judged = pairs(lived, described)
    assert [problem for request, answer in judged for problem in problems(judge, request, answer)] == []
    assert len({request.path for request, _ in judged}) >= 18


def problems(judge, request, answer):
    try:
        judge.validate_request(request)
        judge.validate_response(request, answer)
    except OpenAPIError as error:
        yield f"{request.path}: {answer.data!r} {error!r} {error.__cause__!r}"


def test_the_judge_rejects_what_is_wrong(described):
    judge = OpenAPI.from_dict(described)
    request = MockRequest(
        HOST, "post", "/api/conversations.create", data=b'{"name": "x"}', content_type="application/json"
    )
    assert list(problems(judge, request, MockResponse(b'{"ok": true}', 200)))
    assert list(problems(judge, request, MockResponse(b'{"ok": false, "error": "no_such_code"}', 400)))
