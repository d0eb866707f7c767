"""The explicit deny: written, dated and recognised.

An explicit deny wins over every allow, and is asked for at every request, so it stops what was handed out
before it too (IAM User Guide, Policy evaluation logic; Disabling permissions for temporary credentials).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from runner.actions.values import Json

__all__ = ["Narrowing", "denial", "denied_since", "stamp"]

Narrowing: TypeAlias = Callable[[datetime], Json]
"""Returns the Condition block of a deny made at a moment; None for no condition."""

_SID = re.compile(r"Severance(\d{8}T\d{6}Z)")
_FORM = "%Y%m%dT%H%M%SZ"


def _always(_made: datetime) -> Json:
    return None


def denial(narrowed: Narrowing = _always) -> str:
    """Return a policy that denies everything, from now on; its statement carries the moment."""
    made = datetime.now(UTC).replace(microsecond=0)
    statement = {"Sid": f"Severance{made:{_FORM}}", **_statement(narrowed(made))}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def denied_since(document: Json, narrowed: Narrowing = _always) -> datetime | None:
    """Return when `denial` made this document, or None when it is not one of ours, or not whole any more.

    document: as AWS gives it back, parsed. narrowed: what it was made with.
    """
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not isinstance(statements, list) or len(statements) != 1 or not isinstance(statements[0], dict):
        return None
    rest = dict(statements[0])
    sid = _SID.fullmatch(str(rest.pop("Sid", "")))
    try:
        made = datetime.strptime(sid[1], _FORM).replace(tzinfo=UTC) if sid else None
    except ValueError:
        return None
    return made if made and rest == _statement(narrowed(made)) else None


def stamp(when: datetime) -> str:
    """Return a moment in the form of policies, proofs and AWS: RFC 3339, UTC, seconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _statement(condition: Json) -> dict[str, Json]:
    always = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    return {**always, "Condition": condition} if condition else always
