"""The limits of Block Kit, each at its edge."""

import pytest
from hypothesis import given, strategies as st

from integrations.lab.slack.blocks import IN_MESSAGE, IN_VIEW, Judge
from integrations.lab.slack.elements import KEYS, elements
from integrations.lab.slack.modals import checked, numbered
from integrations.lab.slack.workspace import No
from tests.lab.slack.conftest import actions, asking, button, modal, plain, section


def wrong(blocks, most=IN_MESSAGE):
    judge = Judge()
    judge.blocks(blocks, most)
    return judge.wrong


def options(count, length=1):
    return [{"text": plain("x" * length), "value": str(at)} for at in range(count)]


def select(count=1, **more):
    return {"type": "static_select", "action_id": "value", "options": options(count), **more}


def fields(count, length=1):
    return {"type": "section", "fields": [plain("x" * length)] * count}


FIT = {
    "a section of 3000": section("x" * 3_000),
    "ten fields of 2000": fields(10, 2_000),
    "a header of 150": {"type": "header", "text": plain("x" * 150)},
    "a button's text of 75": actions(button() | {"text": plain("x" * 75)}),
    "a button's value of 2000": actions(button(value="x" * 2_000)),
    "25 buttons": actions(*(button(f"b{at}") for at in range(25))),
    "100 options": actions(select(100)),
    "an option of 75": actions(select() | {"options": options(1, 75)}),
    "an id of 255": actions(button("x" * 255), block_id="y" * 255),
    "a divider": {"type": "divider"},
    "a context": {"type": "context", "elements": [plain("x")] * 10},
    "an input": asking("code"),
    "a danger with a question": actions(
        button(
            style="danger",
            confirm={"title": plain("?"), "text": plain("?"), "confirm": plain("y"), "deny": plain("n")},
        )
    ),
}
TOO_MUCH = {
    "less than 3001": section("x" * 3_001),
    "no more than 10 items": fields(11),
    "less than 2001 characters": fields(1, 2_001),
    "less than 151": {"type": "header", "text": plain("x" * 151)},
    "less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]": actions(
        button() | {"text": plain("x" * 76)}
    ),
    "less than 2001 characters [json-pointer:/blocks/0/elements/0/value]": actions(button(value="x" * 2_001)),
    "no more than 25 items": actions(*(button(f"b{at}") for at in range(26))),
    "no more than 100 items": actions(select(101)),
    "less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]": actions(
        select() | {"options": options(1, 76)}
    ),
    "less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]": actions(button("x" * 256)),
    "less than 256 characters [json-pointer:/blocks/0/block_id]": actions(button(), block_id="x" * 256),
    '`action_id` "review" already exists': actions(button(), button()),
    "more than 0 characters": section(""),
    "type plain_text [json-pointer:/blocks/0/text]": {"type": "header", "text": section()["text"]},
    "missing required field: text": {"type": "section"},
    "unsupported type: marquee": {"type": "marquee"},
    "unsupported type: tickbox": actions({"type": "tickbox"}),
    "unsupported type: button": asking("code", button()),
    "invalid additional property: colour": {**section(), "colour": "red"},
    "invalid additional property: onclick": actions(button(onclick="x")),
    "one of primary, danger": actions(button(style="loud")),
    "one of the options": actions(select(initial_option={"text": plain("no"), "value": "no"})),
    "at least 1 item": actions(),
    "unsupported type: no object": "a string",
}


@pytest.mark.parametrize("block", FIT.values(), ids=FIT)
def test_what_just_fits_is_taken(block):
    assert wrong([block]) == []


@pytest.mark.parametrize(("told", "block"), TOO_MUCH.items(), ids=TOO_MUCH)
def test_what_is_too_much_is_refused_with_the_limit_and_the_place(told, block):
    [only] = wrong([block])
    assert told in only
    assert "[json-pointer:/blocks/0" in only


def test_fifty_blocks_in_a_message_and_a_hundred_in_a_view():
    assert wrong([section()] * 50) == []
    assert "no more than 50 items" in wrong([section()] * 51)[0]
    assert wrong([section()] * 100, IN_VIEW) == []
    assert "no more than 100 items" in wrong([section()] * 101, IN_VIEW)[0]


def test_a_block_id_stands_once():
    [only] = wrong([{**section(), "block_id": "a"}, {**section(), "block_id": "a"}])
    assert '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]' in only


@pytest.mark.parametrize("blocks", [None, {}, "x", [None], [[]], [{"type": None}], [{"type": {}}]])
def test_what_are_no_blocks_at_all(blocks):
    assert wrong(blocks)


WORDS = st.sampled_from([*KEYS, "plain_text", "mrkdwn", "primary", ""])
LEAVES = st.none() | st.booleans() | st.integers() | WORDS
NAMES = st.sampled_from(
    sorted({"type", "block_id", "text", *(name for keys in KEYS.values() for name in keys)})
)
ANYTHING = st.recursive(
    LEAVES, lambda more: st.lists(more, max_size=3) | st.dictionaries(NAMES, more, max_size=5)
)


BLOCK = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from([*KEYS]),
    st.dictionaries(NAMES, ANYTHING, max_size=4),
)


@given(ANYTHING | st.lists(BLOCK, max_size=3))
def test_whatever_is_sent_is_judged_and_what_passes_can_be_shown(blocks):
    judge = Judge()
    judge.blocks(blocks, IN_VIEW)
    if not judge.wrong:
        assert list(elements(numbered(blocks))) is not None


VIEWS = {
    "/view/title/text": {"title": plain("x" * 25)},
    "/view/submit/text": {"submit": plain("x" * 25)},
    "/view/close/text": {"close": plain("x" * 25)},
    "/view/private_metadata": {"private_metadata": "x" * 3_001},
    "/view/callback_id": {"callback_id": "x" * 256},
    "missing required field: submit": {"submit": None},
    "invalid additional property: size": {"size": "big"},
    "/view/title]": {"title": None},
    "/view/blocks": {"blocks": [section("x" * 3_001)], "submit": None},
}


@pytest.mark.parametrize(("told", "change"), VIEWS.items(), ids=VIEWS)
def test_a_view_has_limits_of_its_own(told, change):
    with pytest.raises(No, match="invalid_arguments") as refused:
        checked({**modal(), **change})
    [only] = refused.value.more["response_metadata"]["messages"]
    assert told in only


def test_a_view_that_just_fits_is_taken():
    least = {"close": plain("x" * 24), "private_metadata": "x" * 3_000, "callback_id": "x" * 255}
    assert checked({**modal(title="x" * 24), **least})


def test_a_home_tab_has_no_title():
    assert checked({"type": "home", "blocks": [section()]})
    with pytest.raises(No) as refused:
        checked({"type": "home", "title": plain("x"), "blocks": [section()]})
    assert "/view/title" in str(refused.value.more)
