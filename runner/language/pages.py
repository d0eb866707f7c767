"""Reference pages of actions, from what their modules declare: `actions`, `actions show NAME`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping

from runner.actions.contract import Action
from runner.errors import UsageError
from runner.language.operations import OPERATIONS
from runner.language.problems import nearest
from runner.language.showing import NOTICED
from runner.language.signatures import Parameter, parameters, takes_account

__all__ = ["listing", "page"]


def listing(actions: Iterable[Action]) -> str:
    """Return one line an action: name, kind, layer, first sentence."""
    rows = [(name, operation.kind, "every layer", operation.about) for name, operation in OPERATIONS.items()]
    rows += [(each.name, each.kind, each.layer or "", _first(each)) for each in actions]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        f"{'  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))}  {row[3]}\n"
        for row in sorted(rows)
    )


def page(name: str, actions: Mapping[str, Action]) -> str:
    """Return the reference page of one action, as Markdown. Raises UsageError with the nearest name."""
    if name in OPERATIONS:
        operation = OPERATIONS[name]
        results = f"\nResult: {', '.join(sorted(operation.results))}\n" if operation.results else ""
        kind = f"Kind: {operation.kind}, over every configured service"
        given = "\n".join(_listed(operation.arguments))
        takes = f"\n{given}\n" if given else ""
        return f"# {name}\n\n{operation.about}\n\n{kind}\n{takes}{results}"
    if name not in actions:
        raise UsageError(f'there is no action "{name}"', remedy=nearest(name, [*actions, *OPERATIONS]))
    action = actions[name]
    lines = [f"# {name}", "", inspect.getdoc(action.run) or "", "", *_facts(action), "", *_arguments(action)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _first(action: Action) -> str:
    return (inspect.getdoc(action.run) or "").partition("\n")[0]


def _facts(action: Action) -> Iterator[str]:
    yield f"Kind: {action.kind}" + (f", layer {action.layer}" if action.layer else "")
    if action.kind in ("close", "reopen", "tell", "make"):
        yield f"The subject: {NOTICED[action.noticed]}"
        yield f"Undo: {action.undo or f'none: {action.no_undo}'}"
        if action.undo_within:
            yield f"Gives back everything only within {action.undo_within}"
        if action.undo_lacks:
            yield f"Does not give back {action.undo_lacks}"
    if action.kind == "close":
        yield f"Proof: {action.proof or 'none'}"
        yield f"Reach: {action.reach}"
    if action.destroys:
        yield f"Destroys: {action.destroys.what}; kept first by {action.destroys.kept_by}"
    if action.comes_after:
        yield f"Comes after: {', '.join(action.comes_after)}"
    if action.kind == "keep":
        yield f"Source keeps it for: {action.retention or 'unknown'}; lag: {action.lag or 'unknown'}"
        yield f"Collects: {action.collects}"
    yield f"Scopes: {', '.join(action.scopes)}"
    yield f"Source: {action.source}"


def _arguments(action: Action) -> Iterator[str]:
    if takes_account(action):
        yield "Acts on: accounts"
    yield from _listed(parameters(action))


def _listed(found: Mapping[str, Parameter]) -> Iterator[str]:
    if found:
        yield "Arguments (`with:`):"
    for each in found.values():
        need = "" if each.required else ", optional"
        yield f"- {each.name} ({each.expected}{need}): {each.about}"
