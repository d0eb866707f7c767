"""Finds the file that a playbook's name means, the same for every verb: what was shown is what is opened."""

from __future__ import annotations

import os
from pathlib import Path

from runner.errors import UsageError
from runner.language.shipped import shipped

__all__ = ["playbook_file"]

_NO_PLAYBOOK = "clocks"  # stands beside the playbooks and is none


def playbook_file(name: str) -> Path:
    """Return the file: a path where the name has a folder or an ending, else a shipped playbook.

    A bare name never means a file of the current folder: somebody else may have put it there.
    Raises UsageError for a name that is not shipped, and for a path where nothing is.
    """
    given = Path(name)
    known = {each.stem: each for each in shipped("playbooks").glob("*.yaml") if each.stem != _NO_PLAYBOOK}
    if os.sep not in name and not given.suffix:
        if name in known:
            return known[name]
        raise UsageError(
            f'there is no playbook "{name}"', remedy=f"name a file, or one of {', '.join(sorted(known))}"
        )
    if not os.path.lexists(given):
        raise UsageError("there is no such file", where=name, remedy="correct the path")
    return given
