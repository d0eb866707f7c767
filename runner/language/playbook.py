"""The playbook as frozen models: what a security lead may write, version 1 of the language.

```python
loaded = load(Path("playbooks/suspected-dprk-worker.yaml"))
if loaded.playbook is None:
    ...  # loaded.problems says why, each at its line and column
```
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from runner.language.fields import Duration, FireWhen, Name, Names, Part, Text, Whole, YesNo
from runner.language.steps import (
    KINDS,
    AskStep,
    ClockStep,
    DoStep,
    PageStep,
    PlayStep,
    Quorum,
    Step,
    StepKind,
    TaskStep,
)

__all__ = [
    "EMERGENCY",
    "KINDS",
    "SNAPSHOT",
    "UNDO",
    "AskStep",
    "ClockStep",
    "Confirm",
    "DoStep",
    "Emergency",
    "Input",
    "PageStep",
    "People",
    "Phase",
    "PlayStep",
    "Playbook",
    "Quorum",
    "Review",
    "Step",
    "StepKind",
    "TaskStep",
]

SNAPSHOT, EMERGENCY, UNDO = "emergency-snapshot", "emergency", "undo"
"""Phases nobody writes: an emergency and an undo add them."""

Title: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]


class People(Part):
    """Roles that may know of the case; nobody else learns that it exists."""

    start: Names
    """May open and run a case; who opened it never approves."""
    decide: Names
    """May approve, where a step or phase asks their role."""
    advise: Names = ()
    """May object: that pauses until overruled on record. Their silence never blocks."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every role named, once."""
        return tuple(dict.fromkeys([*self.start, *self.decide, *self.advise]))


def _whole_sentence(value: Any) -> Any:
    """Give `about` the words that YAML took for a key.

    In braces YAML ends a sentence at its comma: `{about: Facts only, with time and source}` holds a
    key with blanks and no value. No key of ours has blanks, so it can only be the sentence's rest.
    """
    if not isinstance(value, dict) or not isinstance(value.get("about"), str):
        return value
    rest = [key for key, empty in value.items() if empty is None and " " in key]
    kept = {key: each for key, each in value.items() if key not in rest}
    return {**kept, "about": ", ".join([value["about"], *rest])}


class Input(Part):
    """One thing the starter says when opening a case."""

    type: Literal["person", "text", "choice", "demand"]
    """`demand`: a message as received, called `demand`; steps and documents then name what it says."""
    about: Text | None = None
    """What to write, for the person who is asked."""
    optional: YesNo = False
    """A case may open without it; references then find it empty."""
    of: Annotated[tuple[Text, ...], Field(min_length=2)] = ()
    """The choices."""


class Confirm(Part):
    """Who, besides the starter, lets an emergency fire."""

    need: Whole = 1
    by: Names


class Review(Part):
    """Who looks at an emergency afterwards, and until when; unreviewed, it alarms."""

    by: Names
    within: Duration


class Emergency(Part):
    """Data is leaving now: the subject's own, reversible doors, at once."""

    confirm: Confirm
    review: Review


class Phase(Part):
    """Steps that belong together; phases run in order."""

    phase: Name
    covert: YesNo = False
    """The subject must not notice any step of it."""
    approve: Quorum | None = None
    """Who must approve the phase's plan before it starts."""
    fire: FireWhen | None = None
    """When it fires once approved; None means on approval."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class Playbook(Part):
    """A whole playbook."""

    playbook: Name
    shown_as: Title
    """What everything but the terminal calls it: dull, so that a glance gives nothing away."""
    version: Whole
    owner: Name
    people: People
    inputs: dict[Name, Annotated[Input, BeforeValidator(_whole_sentence)]] = Field(default_factory=dict)
    emergency: Emergency | None = None
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]

    @property
    def takes_demands(self) -> bool:
        """True when messages can be handed in, at opening and later."""
        return any(one.type == "demand" for one in self.inputs.values())
