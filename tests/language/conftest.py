"""A small registry of its own, so that golden outputs do not change when a vendor gains an action."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from runner.actions.contract import Action, Context, Destroys
from runner.actions.values import Account, Doc, Document, Kept, Outcome, Proof
from runner.language.clocks import Clock
from runner.language.known import Known
from runner.language.outlines import outline

HERE = Path(__file__).parent


def lock(ctx: Context, account: Account) -> Outcome: ...
def burn(ctx: Context, account: Account) -> Outcome: ...
def keep_short(ctx: Context, account: Account) -> Kept: ...
def keep_long(ctx: Context, account: Account) -> Kept: ...
def watch(ctx: Context, account: Account) -> Kept: ...
def is_locked(ctx: Context, account: Account) -> Proof: ...
def send(ctx: Context, to: list[str], text: str) -> Outcome: ...
def count(
    ctx: Context, times: Annotated[int, Doc("How often.")], sure: bool = False, names: list[str] | None = None
) -> Outcome: ...
def open_issue(
    ctx: Context,
    project: Annotated[str, Doc("Project key, for example SEC.")],
    document: Document,
    visible_to: Literal["restricted", "project"],
) -> Outcome: ...


def _action(run: Any, kind: Any, **given: Any) -> Action:
    facts: dict[str, Any] = {
        "layer": None, "finds": None, "noticed": "none", "reach": "subject", "destroys": None, "comes_after": (),
        "repeat": "natural", "undo": None, "no_undo": "", "proof": None, "scopes": ("vault",), "source": "made up",
        "retention": "", "lag": "", "collects": "records", "bulk": False, **given,
    }  # fmt: skip
    return Action(name=f"vault.{run.__name__}", kind=kind, run=run, **facts)


ACTIONS = {
    action.name: action
    for action in (
        _action(
            lock, "close", layer="account", noticed="at-once", undo="vault.unlock", proof="vault.is_locked"
        ),
        _action(
            burn, "close", layer="key", no_undo="ashes", destroys=Destroys("the key", "vault.keep_short")
        ),
        _action(keep_short, "keep", retention="7d"),
        _action(keep_long, "keep", retention="90d"),
        _action(watch, "keep", collects="monitoring"),
        _action(is_locked, "prove", layer="account"),
        _action(send, "tell", no_undo="read is read"),
        _action(count, "make", no_undo="counted"),
        _action(open_issue, "make", no_undo="a ticket stays"),
    )
}


TEMPLATES = {
    "access-paused": "# Paused\n",
    "containment-ticket": "# Ticket\n",
    "request-for-advice": "# Advice\n",
    "letter": """{# for: hr
   needs:
     given.name = how the person is addressed | HR
     given.kind (short, long) = how long it is
     inputs.seen = what was seen
   may:
     given.order = the order's number
#}
# Letter

Dear {{ given.name }}, {{ given.kind }} {{ inputs.seen }} {{ given.order }}
""",
    "filed": "{# needs:\n given.project = the project's name #}\n# Filed under {{ given.project }}\n",
    "broken": "{# nonsense #}\n# Broken {{ weather }} {{ given.rain }} {{ case.code | upper | shout }}\n",
    "stray": "{# nonsense #}\n# Stray {{ weather }} {{ given.rain }}\n",
}
_ROW = {"row": "1", "about": "a", "owed_by": "b", "starts": "c", "source": "The Act", "confidence": "unread"}
CLOCKS = {
    "gdpr-33": Clock.model_validate({**_ROW, "within": "72h"}),
    "pending": Clock.model_validate(
        {**_ROW, "within": "24h", "in_force": "false", "note": "Look again in spring"}
    ),
}


@pytest.fixture
def known() -> Known:
    return Known(
        actions=ACTIONS | {"jira.open_issue": ACTIONS["vault.open_issue"]},
        documents={name: outline(name, text) for name, text in TEMPLATES.items()},
        clocks=CLOCKS,
        playbooks={"other": HERE / "play" / "other.yaml", "circle": HERE / "play" / "circle.yaml"},
    )
