"""Takes out of a file what does not validate, so that the rest can be checked in the same run."""

from __future__ import annotations

import copy
import re
from typing import Any

from pydantic import ValidationError

from runner.language.fields import NAME
from runner.language.playbook import Playbook

__all__ = ["salvaged"]

_OPTIONAL = ("approve", "fire", "covert")


def salvaged(value: Any, error: ValidationError) -> Playbook | None:
    """Return the playbook without its broken pieces, or None when too little is left.

    A broken step keeps its place and its id, as a task nobody will set: positions stay right.
    """
    kept = copy.deepcopy(value)
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        _take_out(kept, each["loc"], each["type"])
    try:
        return Playbook.model_validate(kept)
    except ValidationError:
        return None


def _take_out(kept: Any, loc: Any, kind: str) -> None:
    match loc:
        case ("phases", int(number), "steps", int(index), str(), str(key)) if kind == "extra_forbidden":
            _steps(kept, number)[index].pop(key, None)
        case ("phases", int(number), "steps", int(index), *_):
            steps = _steps(kept, number)
            name = steps[index].get("id") if isinstance(steps[index], dict) else None
            named = isinstance(name, str) and re.fullmatch(NAME, name)
            steps[index] = {"id": name if named else f"broken-{number}-{index}", "task": "broken"}
        case ("phases", int(number), key, *_) if kind == "extra_forbidden" or key in _OPTIONAL:
            kept["phases"][number].pop(key, None)
        case ("inputs", str(name), *_):
            kept["inputs"].pop(name, None)
        case ("emergency", *_) | (str(),) if kind == "extra_forbidden" or loc[0] == "emergency":
            kept.pop(loc[0], None)


def _steps(kept: Any, number: int) -> Any:
    return kept["phases"][number]["steps"]
