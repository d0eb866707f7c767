"""Puts the messages of one case together: what is demanded by now, from all that was received."""

from __future__ import annotations

import json
from collections.abc import Sequence

from runner.actions.values import Json
from runner.intake.demand import Demand

__all__ = ["gathered"]

_TOGETHER = (
    "deadlines",
    "amounts",
    "wallets",
    "memos",
    "mentions",
    "danger",
    "contacts",
    "links",
    "attachments",
)
"""What a later message adds to, and does not take back."""


def gathered(messages: Sequence[Json]) -> Json:
    """Return one demand out of several, as JSON: the newest message, with what the others hold besides.

    messages: each as `Demand.as_json` gave it, in the order they came in. The newest deadline counts; a
    message that states none leaves the one before standing. Without messages every field is empty.
    """
    if not messages:
        return Demand().as_json()
    together = {key: _each_once([value for each in messages for value in each[key]]) for key in _TOGETHER}
    stated = [each["deadline"] for each in messages if each["deadline"]["utc"]]
    return {**messages[-1], **together, "deadline": (stated or [messages[-1]["deadline"]])[-1]}


def _each_once(values: list[Json]) -> list[Json]:
    return list({json.dumps(each, sort_keys=True): each for each in values}.values())
