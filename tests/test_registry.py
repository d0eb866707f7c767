"""Every field of every declaration: what planning, the report and a reader of the code rely on."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from runner.actions.contract import ACTIONS, SERVICES, Context, Destroys, Finds, Kind, Noticed, Reach, Repeat
from runner.actions.registry import discover
from runner.actions.values import (
    Account,
    Changed,
    Doc,
    Document,
    Kept,
    Layer,
    Observation,
    Outcome,
    Proof,
    Thing,
    Who,
)
from runner.language.durations import duration

ROOT = Path(__file__).parents[1]
discover()
LAYERS = set(get_args(Layer))
EVERY = list(ACTIONS.values())
CHANGING = {"close", "reopen", "tell", "make"}
"""Kinds that change the world outside."""

SIGNATURES = {
    ("find", "accounts"): ([[Who]], list[Account]),
    ("find", "things"): ([[Account]], list[Thing]),
    ("find", "observations"): ([[Account]], list[Observation]),
    ("find", "sharers"): ([[Observation]], list[Account]),
    ("find", "owners"): ([[]], list[Account]),
    ("find", "members"): ([[str]], list[Account]),
    ("keep", None): ([[Account]], Kept),
    ("close", None): ([[Account], [Account, Thing]], Outcome),
    ("prove", None): ([[Account]], Proof),
    ("reopen", None): ([[Account, "before"], [Account, Thing, "before"]], Outcome),
    ("tell", None): ([[]], Outcome),
    ("make", None): ([[]], Outcome),
}
"""What stands after the context, by kind: the table of runner/actions/contract.py as data."""

every_action = pytest.mark.parametrize("action", EVERY, ids=lambda action: action.name)
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.vendor)


def of_kind(*kinds):
    chosen = [action for action in EVERY if action.kind in kinds]
    return pytest.mark.parametrize("action", chosen, ids=lambda action: action.name)


def peers(action, kind):
    return [each for each in EVERY if (each.vendor, each.kind, each.layer) == (action.vendor, kind, action.layer)]


@every_action
def test_its_name_its_function_and_its_vendors_module_agree(action):
    assert action.name == f"{action.vendor}.{action.run.__name__}"
    assert re.fullmatch(r"integrations\.(\w+)(\.\w+)*", action.run.__module__)[1] == action.vendor
    assert action.vendor in SERVICES


@every_action
def test_it_says_what_it_does_and_where_that_is_written(action):
    effect = inspect.getdoc(action.run) or ""
    first = effect.split("\n\n")[0]
    assert first.endswith("."), "the first sentence is the effect, and what people read in plans"
    assert len(first.split()) >= 4
    assert len(action.source) >= 8
    assert action.scopes
    assert all(action.scopes)


@every_action
def test_its_words_are_words_of_the_contract(action):
    assert action.kind in get_args(Kind)
    assert action.noticed in get_args(Noticed)
    assert action.reach in get_args(Reach)
    assert action.repeat in get_args(Repeat)
    assert action.collects in {"records", "monitoring"}
    assert action.layer is None or action.layer in LAYERS
    assert (action.finds in get_args(Finds)) == (action.kind == "find")


@every_action
def test_it_has_a_layer_where_its_kind_closes_doors_and_only_there(action):
    if action.kind in {"close", "prove", "reopen"} or action.finds == "things":
        assert action.layer
    if action.kind in {"tell", "make"}:
        assert action.layer is None


@every_action
def test_its_signature_is_that_of_its_kind(action):
    hints = get_type_hints(action.run)
    names = list(inspect.signature(action.run).parameters)
    allowed, returns = SIGNATURES[(action.kind, action.finds)]
    assert names[0] == "ctx"
    assert hints["ctx"] is Context
    assert hints["return"] == returns
    given = ["before" if name == "before" else hints[name] for name in names[1:]]
    assert any(given[: len(form)] == form for form in allowed)


@every_action
def test_every_further_argument_is_documented_for_whoever_writes_a_playbook(action):
    hints = get_type_hints(action.run, include_extras=True)
    for name, parameter in inspect.signature(action.run).parameters.items():
        if name in {"ctx", "who", "account", "thing", "observation", "before"}:
            continue
        assert parameter.kind is not inspect.Parameter.VAR_KEYWORD
        assert get_origin(hints[name]) is Annotated, name
        assert any(isinstance(each, Doc) and each.text.strip().endswith(".") for each in get_args(hints[name])), name


@of_kind("close")
def test_a_close_can_be_proved(action):
    assert action.proof, "a door is closed when it is read back, or inferred by an action that says why"
    proof = ACTIONS[action.proof]
    assert (proof.vendor, proof.kind, proof.layer) == (action.vendor, "prove", action.layer)


@of_kind("close")
def test_a_close_says_when_the_subject_notices(action):
    assert action.noticed != "none", "nobody loses a way in without ever noticing"


@of_kind("close")
def test_a_close_can_be_undone_or_says_why_not(action):
    assert bool(action.undo) != bool(action.no_undo)
    if action.undo:
        undo = ACTIONS[action.undo]
        assert (undo.vendor, undo.kind, undo.layer) == (action.vendor, "reopen", action.layer)


@every_action
def test_only_a_close_with_an_undo_says_until_when_and_how_far_it_reaches(action):
    limited = bool(action.undo_within or action.undo_lacks)
    assert not limited or (action.kind == "close" and action.undo)
    assert not action.undo_within or duration(action.undo_within) >= 86_400


@every_action
def test_what_corrects_a_thing_made_takes_its_id_and_a_document(action):
    if action.corrected_by is None:
        return
    corrects = ACTIONS[action.corrected_by]
    assert (action.kind, corrects.kind, corrects.vendor) == ("make", "tell", action.vendor)
    hints = get_type_hints(corrects.run)
    assert [hints[each] for each in list(inspect.signature(corrects.run).parameters)[1:]] == [str, Document]


@of_kind("reopen")
def test_a_reopen_undoes_a_close(action):
    assert action.name in {each.undo for each in peers(action, "close")}


@of_kind("tell", "make")
def test_what_was_said_or_made_says_why_it_cannot_be_taken_back(action):
    assert action.no_undo
    assert action.undo is None


@every_action
def test_whatever_it_names_as_proof_or_undo_exists(action):
    assert {each for each in (action.proof, action.undo) if each} <= set(ACTIONS)


@of_kind("close", "reopen")
def test_it_says_whether_it_is_safe_to_repeat(action):
    assert "Safe to repeat" in (inspect.getdoc(action.run) or "")


@every_action
def test_what_it_destroys_is_kept_first_by_an_action_of_the_same_vendor(action):
    if action.destroys is None:
        return
    assert isinstance(action.destroys, Destroys)
    assert action.kind == "close"
    assert action.destroys.what
    keeper = ACTIONS[action.destroys.kept_by]
    assert (keeper.vendor, keeper.kind) == (action.vendor, "keep")


@every_action
def test_what_it_comes_after_exists_in_the_same_vendor_and_leads_nowhere_back(action):
    seen, ahead = set(), list(action.comes_after)
    while ahead:
        name = ahead.pop()
        assert (ACTIONS[name].vendor, ACTIONS[name].kind) == (action.vendor, "close")
        assert name != action.name, "a chain that bites its tail never starts"
        if name not in seen:
            seen.add(name)
            ahead += ACTIONS[name].comes_after
    assert action.kind == "close" or not action.comes_after


@of_kind("keep")
def test_a_keep_says_how_long_its_source_remembers_and_how_far_it_lags(action):
    assert action.retention
    assert action.lag


@every_action
def test_only_a_keep_speaks_of_retention_and_of_bulk(action):
    assert action.kind == "keep" or not (action.retention or action.bulk)


@of_kind("find", "prove")
def test_looking_changes_nothing_and_is_not_noticed(action):
    assert action.noticed == "none"
    assert (action.undo, action.destroys, action.comes_after) == (None, None, ())


@every_action
def test_a_layer_has_one_way_to_be_looked_at(action):
    if action.layer and (action.kind == "prove" or action.finds == "things"):
        assert [each.name for each in peers(action, action.kind) if each.finds == action.finds] == [action.name]


@of_kind("close")
def test_a_close_of_single_things_is_fed_by_the_find_of_its_layer(action):
    if "thing" in inspect.signature(action.run).parameters:
        assert [each for each in peers(action, "find") if each.finds == "things"]


@every_service
def test_a_vendors_settings_are_closed_and_frozen(service):
    assert issubclass(service.settings, BaseModel)
    assert service.settings.model_config.get("extra") == "forbid"
    assert service.settings.model_config.get("frozen") is True


@every_service
def test_a_vendor_can_be_checked_by_doctor_and_opened(service):
    assert callable(service.ping)
    assert callable(service.connect)
    for pattern in service.reads:
        assert not re.fullmatch(pattern, "DELETE /"), "a pattern that admits everything is no list of reads"
        assert not re.fullmatch(pattern, "POST /")


@every_service
def test_every_layer_of_doors_is_closed_handed_to_a_person_or_said_to_be_lacking(service):
    closes = {each.layer for each in EVERY if each.vendor == service.vendor and each.kind == "close"}
    if not closes:
        assert not service.lacks
        return
    assert closes | set(service.by_hand) | set(service.lacks) == LAYERS
    assert not closes & set(service.lacks)
    assert not set(service.by_hand) & set(service.lacks)
    assert all(len(why.split()) >= 4 for why in [*service.lacks.values(), *service.by_hand.values()])


@every_service
def test_a_vendor_with_doors_finds_accounts_and_those_who_could_see_us(service):
    finds = {each.finds for each in EVERY if each.vendor == service.vendor and each.kind == "find"}
    if any(each.vendor == service.vendor and each.kind == "close" for each in EVERY):
        assert {"accounts", "things", "owners"} <= finds


def test_the_signature_lint_has_teeth():
    def reopen(ctx: Context, account: Account) -> Outcome:
        return Changed(None, None)

    hints = get_type_hints(reopen)
    allowed, _ = SIGNATURES[("reopen", None)]
    assert not any([hints["account"]][: len(form)] == form for form in allowed)


@pytest.mark.parametrize("vendor", SERVICES)
def test_a_vendor_is_declared_by_the_module_of_its_name(vendor):
    """Only that one is imported for it; a process of its own sees what it brings."""
    program = f"from runner.actions.registry import find_service, actions_of; find_service('{vendor}'); print(len(actions_of('{vendor}', 'find')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) == len([each for each in EVERY if each.vendor == vendor and each.kind == "find"])


def test_what_a_test_imports_adds_no_vendor_to_this_process():
    assert {made.connect.__module__.split(".")[0] for made in SERVICES.values()} == {"integrations"}
