"""The course of a case: the phases its playbook wrote, and those that an emergency or an undo adds."""

from __future__ import annotations

from runner.casefile.contents import CaseFile
from runner.language.durations import in_words
from runner.language.playbook import EMERGENCY, SNAPSHOT, UNDO, Emergency, Phase, Playbook

__all__ = ["REVIEW", "closing_now", "phases_of", "snapshot", "undo_phase"]

CONFIRM_WITHIN = "1h"
REVIEW = "emergency-review"
"""The step that has people look at an emergency afterwards; unreviewed in its time, it alarms deciders."""


def snapshot() -> Phase:
    """Return the phase that looks at the subject's doors and keeps their state, while people confirm."""
    return Phase.model_validate(
        {
            "phase": SNAPSHOT,
            "covert": "true",
            "steps": [
                {"id": "emergency-doors", "do": "doors.find", "accounts": ["subject"], "if_fails": "go_on"},
                {
                    "id": "emergency-state",
                    "do": "doors.keep",
                    "accounts": ["subject"],
                    "after": "emergency-doors",
                    "if_fails": "go_on",  # a state that cannot be kept holds no door: design 4.7
                },
            ],
        }
    )


def closing_now(emergency: Emergency) -> Phase:
    """Return the phase that closes the subject's own, reversible doors, and has people review it."""
    confirm, review = emergency.confirm, emergency.review
    asked = "Was it right to close these doors at once? A no reopens nothing: ask for an undo"
    return Phase.model_validate(
        {
            "phase": EMERGENCY,
            "approve": {"need": str(confirm.need), "of": list(confirm.by), "within": CONFIRM_WITHIN},
            "steps": [
                {"id": "emergency-close", "do": "doors.close", "accounts": ["subject"], "if_fails": "go_on"},
                {
                    "id": "emergency-proof",
                    "do": "doors.prove",
                    "accounts": ["subject"],
                    "after": "emergency-close",
                },
                {
                    "id": REVIEW,
                    "ask": asked,
                    "by": {"each_of": list(review.by)},
                    "within": in_words(review.within),
                    "after": "emergency-proof",
                },
            ],
        }
    )


def undo_phase(playbook: Playbook, need: int) -> Phase:
    """Return the phase that undoes a case: approved by the playbook's deciders, then read back."""
    accounts = ["subject", "linked"]
    return Phase.model_validate(
        {
            "phase": UNDO,
            "approve": {"need": str(need), "of": list(playbook.people.decide)},
            "steps": [{"id": "reopen", "do": "doors.reopen", "accounts": accounts}],
        }
    )


def phases_of(playbook: Playbook, case: CaseFile) -> list[str]:
    """Return the names of the phases that must be through before the case is done.

    An undone case goes no further forward; what an emergency added is never left out.
    """
    forward = [phase.phase for phase in playbook.phases]
    if case.undo:
        forward = [phase for phase in forward if phase in case.phases]
    added = [SNAPSHOT, EMERGENCY] if case.emergency else []
    return [*added, *forward, *([UNDO] if case.undo else [])]
