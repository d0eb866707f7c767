"""One line for each record of the journal, for terminals that show a line an event, and for logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["URGENT", "line"]

_SAID: Mapping[str, str] = {
    "run.started": "runner {pid} on {host} has the case",
    "run.ended": "the run ended: {why}",
    "store.restored": "restored by {by} from the backup of {made_at}: what was done later is not here",
    "case.opened": "{code} opened by {by}",
    "subject.resolved": "it is settled whom this is about; left out: {left_out}",
    "clock.skewed": "{said}",
    "subject.sees": "could read what is done: {views}",
    "phase.planned": "plan {digest:.12} of phase {phase}",
    "phase.started": "phase {phase}",
    "phase.finished": "phase {phase}: {status}",
    "step.started": "{phase}/{step}: {what}",
    "step.finished": "{phase}/{step}: {status} {why}",
    "approval.asked": "{need} of {of} {each_of} until {expires}: {command}",
    "approval.given": "{request}: {by} approves",
    "approval.denied": "{request}: {by} denies: {because}",
    "approval.objected": "{by} objects: {because}",
    "approval.overruled": "{by} overrules the objection: {because}",
    "approval.expired": "{request} is no longer good",
    "approval.used": "{request}: the quorum stands",
    "write.intent": "{service}: {what}",
    "write.outcome": "{service}: {action} {thing}: {outcome} {why}",
    "item.kept": "{name}, {bytes} bytes, from {service}",
    "demand.received": "a message was handed in by {by}, kept as {item:.12} {how}",
    "door.seen": "{service} {layer} of {login}: {verdict} {why}",
    "door.verdict": "{service} {layer} of {login}: {verdict} {why}",
    "lockdown.fired": "go: every door at once",
    "lockdown.measured": "{heads} first writes between {first_write_at} and {last_head_write_at}",
    "ask.asked": "{need} of {of} until {expires}: {question} {command}",
    "ask.answered": "{request}: {by} answers {value}",
    "ask.silent": "{request}: nobody answered in time; {took}",
    "ask.closed": "{request}: {value}",
    "task.set": "for {of} until {expires}: {text} {command}",
    "task.done": "{request}: done by {by}",
    "task.withdrawn": "{request}: not wanted any more: {why}",
    "task.late": "{request}: not done in time",
    "clock.proposed": "{clock}, for {of} until {expires}: {command}",
    "clock.started": "{request}: started by {by}, runs from {started_at} to {deadline}",
    "clock.declined": "{request}: declined by {by} {because}",
    "clock.stopped": "{request}: stopped by {by}: {because}",
    "delay.asked": "{agency} ({contact}) asks to wait until {until}",
    "request.reminded": "{request}: {moment}",
    "page.sent": "{to} woken by {via}",
    "page.failed": "{to} not woken by {via}: {why}",
    "standing.set": "{what}, due {due}",
    "standing.done": "{order}: {result}",
    "link.searched": "searched for linked accounts by {values}: {proposed} proposed; not read: {unreadable}",
    "link.proposed": "an account that may be the same person's",
    "link.confirmed": "confirmed by {by}",
    "told": "{via}: {what} to {to}",
    "ticket.made": "{key} {url}",
    "document.made": "{title}",
    "document.approved": "{document}: approved by {by}",
    "document.sent": "{document}: sent to {to} by {by}",
    "stop.asked": "stop asked by {by}",
    "case.dead_lettered": "GIVEN UP after {attempts} runs: {why}",
    "case.closed": "ended by {by}: {because}",
    "undo.asked": "undo asked by {by}: {because}",
    "door.adopted": "{service} {layer} of {login} was closed by hand at {closed_at}, says {by}",
    "demand.near": "the hour a demand names, {deadline}: {mark}",
    "handover.asked": "{by} hands the case to {to}: {because}",
    "handover.accepted": "{by} leads the case now",
    "handover.declined": "{by} does not take the case: {because}",
    "undo.judged": "not given back: {left}; in time: {until}",
    "emergency.declared": "EMERGENCY declared by {by}: {because}",
    "emergency.unreviewed": "the emergency is not reviewed: {since}",
    "accepted": "accepted by {by}",
    "case.held": "on legal hold by {by}: {because}",
    "case.released": "the legal hold is released by {by}: {because}",
    "deletion.asked": "{by} asks to delete this case: {because}",
    "deletion.confirmed": "{by} confirms its deletion",
    "note": "{by}: {text}",
}
URGENT = frozenset(
    {
        "approval.asked",
        "ask.asked",
        "clock.skewed",
        "task.set",
        "clock.proposed",
        "demand.received",
        "page.failed",
        "task.late",
        "stop.asked",
    }
)
"""Kinds that even a quiet terminal shows."""

_COUNSELS = {"title": "for counsel"}
"""What a line says of a record of counsel's: a terminal's scrollback leaves the house too easily."""

_LONGEST = 400  # characters; a line an event, not a page


class _Fields(dict[str, Any]):
    """A record's data as format fields: lists joined, and nothing where a field is missing."""

    def __missing__(self, key: str) -> str:
        return ""


def line(record: Mapping[str, Any]) -> str:
    """Return `TIME  KIND  what happened`, on one line; the caller escapes it."""
    kind, data = record["kind"], record["data"] if record["class"] == "fact" else _COUNSELS
    fields = _Fields({name: _flat(value) for name, value in data.items()})
    unknown = " ".join(f"{name}={{{name}}}" for name in fields if name.isidentifier())
    said = _SAID.get(kind, unknown).format_map(fields)
    return f"{record['at']}  {kind:<17}  {' '.join(said.split())[:_LONGEST]}"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {_flat(each)}" for name, each in value.items() if each not in ("", None, [])
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_flat, value))
    return "" if value is None else str(value)
