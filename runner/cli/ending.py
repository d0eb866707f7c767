"""How a run ended, and how a case stands, in words for the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from runner.cli.demand import told
from runner.cli.output import Terminal, columns, leave, lines, shown, unread
from runner.errors import Exit

__all__ = ["ended", "found_of", "kept_from_chat", "overview", "recorded", "standing"]

_SHUT = ("closed", "inferred")
_LEFT_BEHIND = ("dead-lettered", "stranded")


def ended(terminal: Terminal, document: Mapping[str, Any]) -> NoReturn:
    """Print a run's measuring document, tell people what is theirs to do, and end the process."""
    code = int(document["exit"])
    stopped = code == Exit.STOPPED
    with unread():
        terminal.result(document, lines(_summary(document)))
        for line in _stopped(terminal, document) if stopped else _asked(terminal, document["waiting"]):
            print(shown(lines([line])), file=sys.stderr)  # even when quiet: somebody must act on it
    leave(code)


def recorded(terminal: Terminal, done: Mapping[str, Any], following: str = "") -> int:
    """Print what was put on record, and what to say next, if anything."""
    terminal.result(done, f"{done['case']}: recorded {done['recorded']} by {done['by']}")
    if following:
        terminal.say(terminal.following(following))
    return Exit.DONE


def standing(terminal: Terminal, case: Mapping[str, Any]) -> str:
    """Return how one case stands, what is left and what it waits for."""
    head = (case["code"], case["outcome"], case["playbook"], case["phase"] or "every phase is through")
    told_of = [
        "  ".join(head),
        *_of_state(terminal, case),
        f"  doors: {_counted(case['doors'])}",
        *(f"  clock: {each}" for each in _running(case)),
        *(f"  asked to wait: {each}" for each in _delays(case)),
        *(f"  document: {each}" for each in _papers(case)),
        *(f"  evidence: {each}" for each in _expiring(case["evidence"])),
        *(f"  left: {each}" for each in _left(case)),
        *(f"  {each}" for each in kept_from_chat(case)),
        *(f"  {each}" for each in _due(case["kept"])),
    ]
    return lines([*told_of, *_asked(terminal, case["waiting"])])


def _of_state(terminal: Terminal, case: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what state a case is, and the next command where what is asked below does not say it."""
    why = case["needs"]["why"]
    yield f"  {_marked(case)}{f': {why}' if why else ''}"
    if not case["waiting"] or case["state"] in _LEFT_BEHIND:
        yield from _next(terminal, case)


def overview(terminal: Terminal, cases: Iterable[Mapping[str, Any]]) -> str:
    """Return every case in a line, with why it stands so, and the next command below it."""
    found = list(cases)
    rows = [(_marked(each), each["code"], each["phase"], each["needs"]["why"]) for each in found]
    lines = columns(rows).splitlines() if rows else []
    told = [[line, *_next(terminal, each)] for line, each in zip(lines, found, strict=True)]
    return "\n".join(line for entry in told for line in entry)


def _marked(case: Mapping[str, Any]) -> str:
    """Return a case's state; in capitals where nothing moves it on before a person does."""
    state = str(case["state"])
    return state.upper() if state in _LEFT_BEHIND or case["needs"]["overdue"] else state


def _next(terminal: Terminal, case: Mapping[str, Any]) -> Iterator[str]:
    if case["needs"]["next"]:
        yield terminal.following(case["needs"]["next"])


def _due(kept: Mapping[str, Any]) -> Iterator[str]:
    """Say of a case that its retention is over, or what keeps it beyond that."""
    if kept["begun"]:
        yield "its deletion has begun and did not end"
    elif kept["due"]:
        yield f"due for deletion since {kept['until']}"
    if kept["held"]:
        yield f"on legal hold: {kept['held']}"


def kept_from_chat(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield that a case is kept out of the chat, and why: whoever waits for it there must know."""
    off = found.get("chat", {}).get("off")
    if off and found["outcome"] != "done":
        yield f"Slack is off for this case: {off}; decide at a terminal"


def _expiring(evidence: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many sources are kept, and which loses its next record when."""
    if not evidence["sources"]:
        return
    lost, next_one = evidence["unkept"], evidence["next"]
    yield f"{evidence['sources'] - lost} of {evidence['sources']} sources kept" + (
        f", {evidence['losing']} losing records now" if evidence["losing"] else ""
    )
    if next_one:
        when = "now, and going on" if next_one["losing"] else f"from {next_one['expires_at']}"
        since = "records that came since are" if next_one["kept"] else "the next record is"
        yield f"{next_one['action']} of {next_one['login']}: {since} lost {when}"


def found_of(records: Collection[Mapping[str, Any]]) -> Iterator[str]:
    """Yield whom a case is about, where it is not, and what was demanded: to be read before anything else."""
    for data in (each["data"] for each in records if each["kind"] == "subject.resolved"):
        yield from (f"about: {each['service']} {each['login']}" for each in data["accounts"])
        yield from (f"left out: {each['service']}, {each['why']}" for each in data["left_out"])
        yield from (
            f"kept back: {each['service']} {each['login']}, {each['why']}" for each in data["protected"]
        )
    for each in records:
        if each["kind"] == "demand.received":
            yield from told(each["data"]["demand"])


def _summary(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"{document['case']}: {document['outcome']}"
    if document["why"]:
        yield f"why: {document['why']}"
    yield f"doors: {_counted(Counter(door['verdict'] for door in document['doors']))}"
    lockdown = document["lockdown"]
    if lockdown and lockdown["heads"]:
        by = "as the services saw it" if lockdown["spread_from"] == "ledgers" else "as we sent it"
        yield (
            f"lockdown: {lockdown['heads']} at once, first to last in {lockdown['spread_ms']} ms, {by};"
            f" all confirmed in {lockdown['window_ms']} ms"
        )
    evidence = document["evidence"]
    yield f"evidence: {evidence['items']} items, {evidence['bytes']} bytes"
    yield from (f"left: {each}" for each in _left(document))
    yield from kept_from_chat(document)
    yield from (f"{name}: {path}" for name, path in document["paths"].items() if path)
    if document.get("scenario"):
        yield from _played(document["scenario"])


def _played(scenario: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a drill's scenario was, and what it expected."""
    yield f"scenario {scenario['name']}: {scenario['story']}"
    for each in scenario["expectations"]:
        yield f"  {'holds' if each['holds'] else 'DOES NOT HOLD'}: {each['expected']}" + (
            f" (found: {each['found']})" if each["found"] else ""
        )


def _left(case: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is left, but for what people are asked: that is told apart, with their commands."""
    asked = [each["command"] for each in case["waiting"]]
    yield from (each for each in case["left"] if not any(command in each for command in asked))


def _running(case: Mapping[str, Any]) -> Iterator[str]:
    """Yield the legal clocks that run, with the time each has left."""
    for each in case["clocks"]:
        if each["status"] == "running":
            until = f"until {each['deadline']}" if each["deadline"] else each["as_soon_as"]
            local = f" ({each['local']})" if each["local"] else ""
            left = f", {each['left']}" if each["left"] else ""
            yield f"{each['clock']} {until}{local}{left}; {each['about']}"


def _delays(case: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{each['agency']}, {each['contact']}, until {each['until']}" for each in case["delays"])


def _papers(case: Mapping[str, Any]) -> Iterator[str]:
    for each in case["documents"]:
        lacks = f", {len(each['missing'])} missing" if each["missing"] and each["status"] == "DRAFT" else ""
        yield f"{each['document']} ({each['name']}, version {each['version']}): {each['status']}{lacks}"


def _counted(doors: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(doors.items())) or "none yet"


def _stopped(terminal: Terminal, document: Mapping[str, Any]) -> Iterator[str]:
    """Tell what a stopped run leaves behind (design 4.9)."""
    doors = document["doors"]
    left = [door for door in doors if door["verdict"] not in _SHUT]
    yield f"severance: stopped; the state is saved. {len(doors) - len(left)} of {len(doors)} doors are closed"
    rows = [("  open:", each["service"], each["layer"], each["account"], each["verdict"]) for each in left]
    yield from columns(rows).splitlines()
    if document["lockdown"] and document["lockdown"]["first_write_at"]:
        yield "  the subject may know"
    yield terminal.following(f"severance resume {document['case']}")


def _asked(terminal: Terminal, waiting: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in waiting:
        who = ", ".join(dict.fromkeys(each["who"]))
        yield f"  {who} until {each['expires']}: {each['question'] or each['kind']}"
        yield from (f"    {line}" for line in each["lines"])
        yield from (f"    {option['key']}: {option['label']}" for option in each["options"] if _tells(option))
        yield terminal.following(each["command"])


def _tells(option: Mapping[str, Any]) -> bool:
    return bool(option["label"] != option["key"])
