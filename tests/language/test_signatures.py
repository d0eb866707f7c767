"""Arguments become what the action's function declares, or are refused by name."""

from __future__ import annotations

import pytest

from runner.actions.values import Document
from runner.errors import UsageError
from runner.language.known import Known
from runner.language.signatures import parameters, takes_account, typed


def test_text_from_the_file_becomes_the_declared_type(known: Known) -> None:
    count = known.actions["vault.count"]
    assert typed(count, {"times": "5", "sure": "true", "names": ["a"]}) == {
        "times": 5,
        "sure": True,
        "names": ["a"],
    }
    assert typed(count, {"times": 5, "sure": False}) == {"times": 5, "sure": False}


def test_a_rendered_document_passes_through(known: Known) -> None:
    note = Document("note", "T", "# T\n")
    assert typed(known.actions["vault.open_issue"], {"document": note}) == {"document": note}


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("vault.count", {"times": "many"}),
        ("vault.count", {"names": "one"}),
        ("vault.count", {"times": True}),
        ("vault.open_issue", {"visible_to": "all"}),
        ("vault.open_issue", {"project": ["SEC"]}),
    ],
)
def test_what_does_not_fit_is_refused_by_name(known: Known, action: str, values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(values))):
        typed(known.actions[action], values)


def test_the_runner_fills_accounts_and_the_playbook_the_rest(known: Known) -> None:
    assert takes_account(known.actions["vault.lock"])
    assert not takes_account(known.actions["vault.send"])
    assert list(parameters(known.actions["vault.lock"])) == []
    assert [(each.name, each.required) for each in parameters(known.actions["vault.count"]).values()] == [
        ("times", True), ("sure", False), ("names", False),
    ]  # fmt: skip
