"""The cards of questions, tasks and clocks, and their reminders; each loses its buttons with its answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from runner.chat.cards.blocks import (
    Block,
    Board,
    Button,
    Card,
    Detail,
    Names,
    actions,
    card,
    context,
    header,
    lines,
    plain_block,
    value_of,
)  # fmt: skip
from runner.chat.cards.escape import monospaced, shown
from runner.chat.cards.wording import (
    KINDS,
    because,
    listed,
    marks,
    moment,
    number,
    person,
    title,
    until,
)

__all__ = ["buttons", "clock_of", "reminders", "request_card", "where"]

_TITLES = {"ask": "Question", "task": "Task", "clock": "Legal clock"}
_STATES = {
    "answered": "answered",
    "silent": "not answered in time",
    "done": "done",
    "withdrawn": "not wanted any more",
    "running": "running",
    "declined": "declined",
    "stopped": "stopped",
}
_ANSWERS = ("ask.answered", "task.done", "clock.started", "clock.declined", "clock.stopped")
_QUARTER = timedelta(minutes=15)
_QUESTION = 2500  # characters of a question on a card
_LISTED = 8  # possibilities told on a card; the modal has them all
_NAMED = 8  # people named on a card


def request_card(board: Board, request: Board, detail: Detail, names: Names) -> Card:
    """Return the card of a question, a task or a clock."""
    code, kind, status = str(board["code"]), str(request["kind"]), str(request["status"])
    opened = status == "open"
    state = "" if opened else f" {_STATES.get(status, shown(status))}"
    asked_of = shown(", ".join(dict.fromkeys([*request["of"], *request["each_of"]])))
    facts = [code, *([until(request), f"for {asked_of}"] if opened else []), marks(board)]
    blocks = [header(f"{_TITLES[kind]}{state}: {title(request)}"), context(listed(facts))]
    blocks += [*_told(board, request, detail), *_answered(request, detail, names)]
    if row := list(buttons(board, request)):
        blocks.append(actions(*row))
    return card(f"{kind}/{request['request']}", code, KINDS[kind] if opened else "answered", blocks)


def reminders(board: Board, request: Board, now: datetime) -> Iterator[Card]:
    """Yield what reminds of an open request: once half its time has passed, and once little is left.

    Little is a quarter of an hour, or a tenth of the time where that is shorter.
    """
    asked, expires = datetime.fromisoformat(request["asked_at"]), datetime.fromisoformat(request["expires"])
    within = expires - asked
    moments = {"half": asked + within / 2, "last": expires - min(_QUARTER, within / 10)}
    words = {"half": "Half of the time has passed", "last": "Little time is left"}
    for name, moment_of in moments.items():
        if moment_of <= now < expires:
            code = str(board["code"])
            what = f"{KINDS[request['kind']]} {title(request)}, {until(request)}"
            key = f"reminder/{request['request']}/{name}"
            yield card(key, code, "reminder", [context(listed([code, words[name], what, marks(board)]))])


def buttons(board: Board, request: Board) -> Iterator[Button]:
    """Yield what can be pressed: nothing once it is settled, and nothing where a file must be brought."""
    value, kind = value_of(board["code"], request["request"]), (request["kind"], request["status"])
    if kind == ("ask", "open"):
        yield Button("answer", "Answer", value, "primary")
    elif kind == ("task", "open") and not request["bring"]:
        yield Button("done", "Done", value, "primary")
    elif kind == ("clock", "open"):
        yield Button("start", "Start", value, "primary")
        yield Button("decline", "Decline", value)
    elif kind == ("clock", "running"):
        yield Button("stop", "Stop", value)


def clock_of(board: Board, request: Board) -> Board:
    """Return the row of a clock request; an empty one where the board has none."""
    return next((each for each in board["clocks"] if each["request"] == request["request"]), {})


def where(board: Board, request: Board) -> str:
    """Return the command that settles it, or the one that says so where the request's name tells too much."""
    if str(request["request"]).startswith("hand-") or request["options"]:
        return f"severance status {board['code']}"
    return str(request["command"])


def _told(board: Board, request: Board, detail: Detail) -> Iterator[Block]:
    """Yield what is asked: its words at `full` alone, for they can name an account or the person."""
    opened = request["status"] == "open"
    if request["kind"] == "clock":
        yield from [] if detail == "codes" else [_clock(board, request)]
    elif detail == "full":
        yield plain_block(shown(request["question"], _QUESTION))
        yield from _options(request) if opened else []
    if not opened:
        return
    if request["bring"]:
        command = monospaced(where(board, request))
        yield lines(f"It wants a file, and is settled at a terminal: {command}")
        yield from [plain_block(f"Bring: {shown(request['bring'])}")] if detail == "full" else []
    elif detail != "codes":
        yield from [lines(wanted)] if (wanted := _wanted(request, detail)) else []


def _wanted(request: Board, detail: Detail) -> str:
    """Return in what form an answer comes, and where to read the question when it is not said here."""
    if request["kind"] == "clock":
        return "Counsel starts or declines it."
    if request["kind"] == "task":
        return "Press Done to read what it is; nothing is sent before you say so." if detail != "full" else ""
    count = number(len(request["options"]), "possibility", "possibilities")
    forms = {"yes-no": "Yes or no.", "text": "An answer in your words.", "person": "A person."}
    form = forms.get(request["answer"], f"A choice from {count}.")
    return form if detail == "full" else f"{form} Press Answer to read the question."


def _options(request: Board) -> Iterator[Block]:
    """Yield what can be chosen, numbered as in the modal."""
    told = [f"{place}. {shown(each['label'])}" for place, each in enumerate(request["options"], 1)]
    more = [f"… ({len(told) - _LISTED} more)"] if len(told) > _LISTED else []
    if told:
        yield plain_block("\n".join([*told[:_LISTED], *more]))


def _clock(board: Board, request: Board) -> Block:
    row = clock_of(board, request)
    length = row.get("within") or row.get("as_soon_as", "")
    ends = (
        f"ends {moment(row['deadline'])}"
        if row.get("deadline")
        else f"runs {shown(length)}"
        if length
        else ""
    )
    return plain_block(listed([shown(row.get("about", "")), ends]))


def _answered(request: Board, detail: Detail, names: Names) -> Iterator[Block]:
    """Yield who answered, when and, where the channel may hold it, what."""
    said = [each for each in request["decisions"] if each["by"] and each["kind"] in _ANSWERS]
    last = list({each["by"]: each for each in said}.values())
    if request["status"] == "open" and request["need"] > 1:
        yield lines(f"*{len(last)} of {request['need']} answered*")
    if last:
        told = [
            f"{person(names, each['by'])}, {moment(each['at'])}{_value(each, detail)}"
            for each in last[:_NAMED]
        ]
        yield context(*told) if request["status"] == "open" else plain_block("\n".join(told))


def _value(decision: Board, detail: Detail) -> str:
    """Return what was answered: a yes or a no, the rest in their words at `full` alone."""
    value = str(decision["value"])
    short = value if value in ("yes", "no") and detail != "codes" else ""
    said = shown(value, 600) if detail == "full" and value != "done" else short
    return f": {said}{because(decision, detail)}" if said else because(decision, detail)
