"""The modals about a case as a whole: opening one, reviewing a plan, objecting, adopting a door, a note.

Each is a `view` for Slack. What is in a modal is seen by the one person who opened it, never by a channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from runner.chat.cards.approval import quorum, whole
from runner.chat.cards.blocks import Block, Board, Detail, Names, context, lines, plain_block
from runner.chat.cards.escape import monospaced, shown
from runner.chat.cards.forms import OPTIONS, Option, fits, menu, typed, view
from runner.chat.cards.progress import not_shut
from runner.chat.cards.wording import listed, title, until

__all__ = [
    "Purpose", "adopt", "case_inputs", "choose_playbook", "declaration", "deny", "loading", "note",
    "objection", "review", "said",
]  # fmt: skip

Purpose = Literal["open", "emergency"]
_TITLES = {"open": "Open a case", "emergency": "Emergency"}


def loading(name: str) -> Block:
    """Return the view that opens at once, while the real one is made."""
    return view(name, [plain_block("One moment.")])


def said(name: str, text: str) -> Block:
    """Return a view that only says something."""
    return view(name, [plain_block(shown(text, 2900))])


def review(board: Board, request: Board, detail: Detail, names: Names | None = None) -> Block:
    """Return the modal that approves a plan: its lines, its digest, and the case's code name to be typed."""
    code, digest = str(board["code"]), str(request["digest"])
    command = monospaced(f"severance plan {code}")
    blocks = [context(listed([code, title(request), until(request)]))]
    blocks += (
        [lines(f"Read the plan before you approve it: {command}")]
        if detail == "codes"
        else list(whole(board, request))
    )
    blocks += [*quorum(request, names or {}), lines(f"*Plan* {monospaced(digest)}")]
    blocks += [
        typed(
            "code",
            "Type the case's code name to approve this plan",
            hint="It counts once, for this plan only.",
        ),
        typed("because", "Your reason, for the record", optional=True, lines=True),
    ]
    return view(
        "Review",
        blocks,
        code=code,
        callback="approve",
        submit="Approve",
        request=request["request"],
        digest=digest,
    )


def deny(board: Board, request: Board) -> Block:
    """Return the modal that denies a plan."""
    code, digest = str(board["code"]), str(request["digest"])
    blocks = [
        context(listed([code, title(request), f"plan {digest[:12]}"])),
        plain_block("This plan will not run. One denial is enough, and it is final."),
        typed("because", "Your reason, for the record", optional=True, lines=True),
    ]
    return view(
        "Deny", blocks, code=code, callback="deny", submit="Deny", request=request["request"], digest=digest
    )


def objection(board: Board) -> Block:
    """Return the modal that objects to whatever the case is about to do."""
    says = "No approval of this case counts until a decider overrules you, on record."
    return _reasoned(board, "Object", says, "Your reason, for the record", "object")


def declaration(board: Board) -> Block:
    """Return the modal that declares the emergency of a case that is open."""
    says = "The person's own doors that can be given back close once one more person confirms."
    return _reasoned(board, "Emergency", says, "Why it cannot wait, for the record", "declare")


def choose_playbook(names: Sequence[str], purpose: Purpose) -> Block:
    """Return the modal that begins a case, or an emergency: which playbook."""
    options = [each for each in (Option(name, shown(name)) for name in names) if fits(each)]
    if not options:
        return view(_TITLES[purpose], [plain_block("No playbook is accepted in the settings.")])
    blocks = [menu("playbook", "Playbook", options)]
    return view(_TITLES[purpose], blocks, callback="choose", submit="Next", purpose=purpose)


def case_inputs(purpose: Purpose, playbook: str, inputs: Iterable[Board]) -> Block:
    """Return the modal that asks what a playbook wants to know; everything is typed, nobody is picked.

    inputs: `{name, type, about, of, optional}` each. A picker of people would show what somebody looks for.
    """
    wanted = list(inputs)
    if any(each["type"] == "demand" and not each["optional"] for each in wanted):
        return view(_TITLES[purpose], [plain_block(playbook), *_at_a_terminal(purpose, playbook)])
    blocks: list[Block] = [context(shown(playbook))]
    for each in wanted:
        blocks += _at_a_terminal(purpose, playbook) if each["type"] == "demand" else [_input(each)]
    if purpose == "emergency":
        blocks.append(typed("because", "Why it cannot wait, for the record", lines=True))
    submit = "Declare" if purpose == "emergency" else "Open"
    return view(_TITLES[purpose], blocks, callback=purpose, submit=submit, playbook=playbook, purpose=purpose)


def adopt(board: Board, detail: Detail = "summary") -> Block:
    """Return the modal that records a door which somebody closed by hand."""
    code, command = str(board["code"]), f"severance adopt {board['code']} SERVICE/LAYER --because TEXT"
    options = [each for each in map(_door, not_shut(board)) if fits(each)]
    terminal = lines(f"At a terminal, with a file as proof: {monospaced(f'{command} --item FILE')}")
    if detail == "codes" or not options:
        return view("Adopt a door", [context(code), terminal], code=code)
    more = [context(f"… ({len(options) - OPTIONS} more)")] if len(options) > OPTIONS else []
    blocks = [
        context(code),
        plain_block("Close it first: it is read back, and a door that reads open is not adopted."),
        menu("door", "Door", options),
        *more,
        typed("at", "When it was closed", hint="2026-11-25T09:14Z; empty for now", optional=True),
        typed("because", "Your reason, for the record", lines=True),
        terminal,
    ]
    return view("Adopt a door", blocks, code=code, callback="adopt", submit="Adopt")


def note(codes: Sequence[str], text: str) -> Block:
    """Return the modal that puts words on a case's record; text: what stands in it already."""
    options = [each for each in (Option(code, code) for code in codes) if fits(each)]
    if not options:
        return view("Note", [plain_block("Nothing here.")])
    chosen = options[0].value if len(options) == 1 else ""
    blocks = [
        menu("case", "Case", options, chosen=chosen),
        typed("value", "For the record", lines=True, said=text),
    ]
    return view("Note", blocks, callback="note", submit="Keep")


def _reasoned(board: Board, name: str, says: str, why: str, callback: str) -> Block:
    """Return a modal that says what an act does, and asks for nothing but its reason."""
    code = str(board["code"])
    blocks = [context(code), plain_block(says), typed("because", why, lines=True)]
    return view(name, blocks, code=code, callback=callback, submit=callback.capitalize())


def _at_a_terminal(purpose: Purpose, playbook: str) -> list[Block]:
    command = f"severance {purpose} {playbook} --demand FILE"
    return [lines(f"The message is handed in at a terminal, as the file it came in: {monospaced(command)}")]


def _input(wanted: Board) -> Block:
    name = f"input-{wanted['name']}"
    label = shown(wanted["about"] or wanted["name"])
    if wanted["type"] == "choice":
        return menu(name, label, [Option(each, shown(each)) for each in wanted["of"]])
    written = wanted["type"] == "text"
    return typed(name, label, optional=bool(wanted["optional"]), lines=written)


def _door(door: Board) -> Option:
    key = f"{door['service']}/{door['layer']}/{door['account']}"
    return Option(key, shown(f"{door['service']} {door['layer']}, {door['verdict']}: {door['login']}"))
