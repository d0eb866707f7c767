"""The modal that answers a question, a task or a clock: one field in the form the answer comes in."""

from __future__ import annotations

from collections.abc import Iterator

from runner.chat.cards.asking import clock_of, where
from runner.chat.cards.blocks import Block, Board, Detail, context, lines, plain_block
from runner.chat.cards.escape import monospaced, shown
from runner.chat.cards.forms import OPTIONS, Option, fits, menu, one_of, several_of, typed, view
from runner.chat.cards.wording import known, listed, until

__all__ = ["answer"]

_TITLES = {"ask": "Answer", "task": "Task", "clock": "Legal clock"}
_NONE = Option("none", "None of these")
_PARAGRAPH = 2900  # characters
_LISTED = 30  # candidates told in full; a view has fifty blocks


def answer(board: Board, request: Board, detail: Detail = "summary", chosen: str = "") -> Block:
    """Return the modal for an answer; chosen: what the pressed button said already, as `start` or `decline`.

    At `codes` nothing is shown that could name somebody: such questions are answered at a terminal.
    """
    code, name = str(board["code"]), _TITLES[request["kind"]]
    head = [context(listed([code, known(request), until(request)])), *_asked(board, request, detail)]
    fields = list(_fields(request, detail, chosen))
    if not fields:
        told = lines(f"Answer at a terminal: {monospaced(where(board, request))}")
        return view(name, [*head, told], code=code)
    return view(
        name, [*head, *fields], code=code, callback="answer", submit="Send", request=request["request"]
    )


def _asked(board: Board, request: Board, detail: Detail) -> Iterator[Block]:
    if detail == "codes":
        command = f"severance status {board['code']}"
        yield lines(f"What is asked: {monospaced(command)}")
        return
    yield plain_block(shown(request["question"], _PARAGRAPH))
    if request["kind"] == "clock" and request["lines"]:
        yield plain_block("\n".join(shown(each, 400) for each in request["lines"]))
        row = clock_of(board, request)
        if row.get("local"):
            yield context(f"ends {shown(row['local'])}")
    if _are_people(request):
        for place, each in enumerate(request["options"][:_LISTED], 1):
            yield plain_block(f"{place}. {shown(each['label'], 600)}")


def _fields(request: Board, detail: Detail, chosen: str) -> Iterator[Block]:
    """Yield the fields, or none where the answer cannot be given here."""
    if request["kind"] == "clock":
        yield from _clock(request, chosen)
    elif request["kind"] == "task":
        if not request["bring"]:
            yield one_of("value", "This task is", [Option("done", "Done")], chosen="done")
            yield typed("because", "Anything to add, for the record", optional=True, lines=True)
    elif request["answer"] == "yes-no":
        yield one_of("value", "Your answer", [Option("yes", "Yes"), Option("no", "No")])
    elif request["answer"] in ("text", "person"):
        yield typed("value", "Your answer", lines=request["answer"] == "text")
    elif detail != "codes":
        yield from _choice(request)


def _clock(request: Board, chosen: str) -> Iterator[Block]:
    running = request["status"] == "running"
    moves = [Option("stop", "Stop")] if running else [Option("start", "Start"), Option("decline", "Decline")]
    yield one_of("value", "This clock", moves, chosen=chosen)
    if not running:
        yield typed("at", "When its event happened", hint="2026-11-25T09:14Z; empty for now", optional=True)
    yield typed("because", "Your reason, for the record", optional=not running, lines=True)


def _choice(request: Board) -> Iterator[Block]:
    """Yield the choice; none where Slack could not carry every possibility whole."""
    people = _are_people(request)
    numbered = enumerate(request["options"], 1)
    options = [Option(str(each["key"]), f"{place}. {shown(each['label'])}") for place, each in numbered]
    if people and all(map(fits, options)) and len(options) < OPTIONS:
        yield several_of("value", "Your answer", [*options, _NONE], hint="Only those you are sure of.")
    elif not people and all(map(fits, options)) and options:
        plainly = [Option(each.value, shown(each.value)) for each in options]
        yield menu("value", "Your answer", plainly)


def _are_people(request: Board) -> bool:
    """Tell whether candidates are chosen from, any number of them; their labels say more than their keys."""
    return any(each["key"] != each["label"] for each in request["options"])
