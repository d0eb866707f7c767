"""The six kinds of step: `do ask task page clock play`; each is one key, and a step has exactly one."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from runner.language.fields import Duration, FireWhen, Name, Names, Part, Text, Whole

__all__ = [
    "KINDS",
    "AskStep",
    "By",
    "ClockStep",
    "DoStep",
    "PageStep",
    "PlayStep",
    "Quorum",
    "Step",
    "StepKind",
    "TaskStep",
]

Answer = Literal["yes-no", "choose", "text", "person"]
StepKind = Literal["do", "ask", "task", "page", "clock", "play"]
KINDS: tuple[StepKind, ...] = ("do", "ask", "task", "page", "clock", "play")


class Quorum(Part):
    """How many people, of which roles, and until when."""

    need: Whole = 1
    """How many different people."""
    of: Names = ()
    """Any of these roles."""
    each_of: Names = ()
    """At least one person of each of these roles."""
    within: Duration | None = None
    """Seconds until the request expires; the deadline is absolute once asked."""

    @property
    def needed(self) -> int:
        """How many different people it takes, `each_of` counted."""
        return max(self.need, len(self.each_of))

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role whose people may answer."""
        return tuple(dict.fromkeys([*self.of, *self.each_of]))


def _by(value: Any) -> Any:
    return {"of": value} if isinstance(value, str | list | tuple) else value


By = Annotated[Quorum, BeforeValidator(_by)]
"""`by: [hr]` is short for `by: {need: 1, of: [hr]}`."""


Given: TypeAlias = Text | Annotated[tuple[Text, ...], Field(min_length=1)]
"""What a document is filled with: a text, or several."""


class _Step(Part):
    kind: ClassVar[StepKind]
    id: Name
    after: Names = ()
    """Steps of this phase that are through first."""
    when: Text | None = None
    """A reference or comparison over ancestors; the step is skipped when it is false."""
    note: Text | None = None
    """Why the step is here, for the person who reads the playbook."""


class _Asking(_Step):
    by: By | None = None
    within: Duration | None = None
    """Seconds."""
    if_silent: Text | None = None
    """What counts as the answer when the deadline passes; without it silence stays silence."""


class DoStep(_Step):
    """Run an action of a service, or an operation over all services (`doors.close`)."""

    kind = "do"
    do: Text
    accounts: Annotated[tuple[Literal["subject", "linked"], ...], Field(min_length=1)] = ()
    """Whose; `linked` are the accounts two people confirmed."""
    services: Names = ()
    """Only these configured services."""
    except_: Annotated[Names, Field(alias="except")] = ()
    """Not these configured services."""
    with_: Annotated[dict[str, Any], Field(alias="with", default_factory=dict)]
    """Arguments of the action, and what its document is filled with; text may hold `{{ references }}`."""
    each: Text | None = None
    """A reference to a list: the action runs once an element, bound as `each`."""
    document: Name | None = None
    """Template whose text fills the action's document parameter."""
    keep: Text | None = None
    """Name under which the result is kept as an item."""
    recheck: Annotated[tuple[Duration, ...], Field(min_length=1)] = ()
    """Seconds after the step at which it runs again, as a standing order."""
    retry: Whole | None = None
    """Further attempts after a failure."""
    timeout: Duration | None = None
    """Seconds for one attempt."""
    if_fails: Literal["ask", "stop", "go_on"] = "ask"
    approve: Quorum | None = None
    fire: FireWhen | None = None


class AskStep(_Asking):
    """Ask people; the result is their answer."""

    kind = "ask"
    ask: Text
    choose: Text | Annotated[tuple[Text, ...], Field(min_length=2)] | None = None
    """A reference to a list, the options themselves, `text`, or `person`; without it the answer is yes or no.

    `person` settles whom the case is about: a work mail, a staff id, `service:id`, or `none`.
    """

    @property
    def answer(self) -> Answer:
        """What kind of answer is asked for."""
        match self.choose:
            case None:
                return "yes-no"
            case "text" | "person" as kind:
                return kind
            case _:
                return "choose"


class TaskStep(_Asking):
    """Work outside the tool, done by people and reported back."""

    kind = "task"
    task: Text
    bring: Text | None = None
    """What the person must hand in as an item, in words."""
    document: Name | None = None
    """Template handed to the person."""
    with_: Annotated[dict[Name, Given], Field(alias="with", default_factory=dict)]
    """What the document is filled with, as `given`; text may hold `{{ references }}`."""


class PageStep(_Asking):
    """Wake people; the page carries the code name only."""

    kind = "page"
    page: Names
    """Roles."""
    document: Name | None = None
    """Template they can fetch."""
    with_: Annotated[dict[Name, Given], Field(alias="with", default_factory=dict)]
    """What the document is filled with, as `given`; text may hold `{{ references }}`."""


class ClockStep(_Asking):
    """Propose a legal deadline; a person starts or refuses it."""

    kind = "clock"
    clock: Name
    """A row of clocks.yaml."""


class PlayStep(_Step):
    """Stand another playbook's phases in the place of this phase."""

    kind = "play"
    play: Name


def _kind(value: Any) -> str | None:
    if isinstance(value, _Step):
        return f"{value.kind}-step"
    found = [kind for kind in KINDS if isinstance(value, dict) and kind in value]
    return f"{found[0]}-step" if len(found) == 1 else None


Step: TypeAlias = Annotated[
    Annotated[DoStep, Tag("do-step")]
    | Annotated[AskStep, Tag("ask-step")]
    | Annotated[TaskStep, Tag("task-step")]
    | Annotated[PageStep, Tag("page-step")]
    | Annotated[ClockStep, Tag("clock-step")]
    | Annotated[PlayStep, Tag("play-step")],
    Discriminator(_kind),
]
"""Tags differ from keys, so that a place in an error is never mistaken for a key of the step."""
