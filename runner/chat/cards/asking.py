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
    deciders,
    listed,
    marks,
    moment,
    number,
    title,
    until,
)

__all__ = ["buttons", "clock_of", "how", "reminders", "request_card", "where"]

_TITLES = {"ask": "Question", "task": "Task", "clock": "Legal clock"}
_STATES = {
    "answered": "answered",
    "silent": "nobody answered in time",
    "done": "done",
    "withdrawn": "not wanted any more",
    "running": "running",
    "declined": "declined",
    "stopped": "stopped",
}
_ANSWERS = ("ask.answered", "task.done", "clock.started", "clock.declined", "clock.stopped")
_QUARTER = timedelta(minutes=15)


def request_card(board: Board, request: Board, detail: Detail, names: Names) -> Card:
    """Return the card of a question, a task or a clock."""
    code, kind, opened = str(board["code"]), str(request["kind"]), request["status"] == "open"
    state = "" if opened else f", {_STATES.get(request['status'], shown(request['status']))}"
    asked_of = ", ".join(dict.fromkeys([*request["of"], *request["each_of"]]))
    facts = [code, until(request) if opened else "", f"for {shown(asked_of)}" if opened else "", marks(board)]
    blocks = [header(f"{_TITLES[kind]}: {title(request)}{state}"), context(listed(facts))]
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


def how(request: Board) -> str:
    """Return in what form an answer comes."""
    if request["kind"] == "clock":
        return "Counsel starts or declines it."
    if request["kind"] == "task":
        return f"Bring: {shown(request['bring'])}." if request["bring"] else "Say when it is done."
    forms = {"yes-no": "Answer: yes or no.", "text": "Answer: in your words.", "person": "Answer: a person."}
    return forms.get(
        request["answer"],
        f"Answer: choose from {number(len(request['options']), 'possibility', 'possibilities')}.",
    )


def where(board: Board, request: Board) -> str:
    """Return the command that settles it, or the one that says so where the request's name tells too much."""
    if str(request["request"]).startswith("hand-") or request["options"]:
        return f"severance status {board['code']}"
    return str(request["command"])


def _told(board: Board, request: Board, detail: Detail) -> Iterator[Block]:
    """Yield what is asked: its words at `full` alone, for they can name an account or the person."""
    if detail == "full" and request["kind"] != "clock":
        yield plain_block(shown(request["question"], 2500))
        options = [f"{place}. {shown(each['label'])}" for place, each in enumerate(request["options"], 1)]
        listing = options[:20] + ([f"… ({len(options) - 20} more)"] if len(options) > 20 else [])
        if listing and request["status"] == "open":
            yield plain_block("\n".join(listing))
    if request["kind"] == "clock" and detail != "codes":
        yield from _clock(board, request)
    if request["status"] != "open":
        return
    if detail != "codes":
        yield lines(how(request))
    if request["bring"]:
        yield lines(f"A file is handed in at a terminal: {monospaced(where(board, request))}")


def _clock(board: Board, request: Board) -> Iterator[Block]:
    row = clock_of(board, request)
    about = [f"{shown(row.get('about', ''))}"] if row.get("about") else []
    runs = (
        [f"ends {moment(row['deadline'])}"]
        if row.get("deadline")
        else [f"runs {shown(row.get('within') or row.get('as_soon_as', ''))}"]
    )
    yield plain_block(listed([*about, *runs]))


def _answered(request: Board, detail: Detail, names: Names) -> Iterator[Block]:
    by = deciders(request, names, _ANSWERS)
    if request["status"] == "open" and request["need"] > 1:
        yield lines(f"*{len(by)} of {request['need']} answered*")
    if by:
        yield context(*(f"by {each}" for each in by[:10]))
    if detail != "codes" and request["status"] != "open":
        said = [
            f"{_value(each, detail)}{because(each, detail)}" for each in request["decisions"] if each["by"]
        ]
        if any(said):
            yield context(*[each for each in said if each][-5:])


def _value(decision: Board, detail: Detail) -> str:
    """Return what was answered: a yes or a no, otherwise their words at `full` alone."""
    value = str(decision["value"])
    if value in ("yes", "no"):
        return value
    return shown(value, 600) if detail == "full" else ""
