"""Secrets in the file: comments and all, whether or not the rest can be read."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.problems import At, Problem, lines_of
from runner.language.source import Source
from runner.language.tokens import secrets_in

__all__ = ["secrets"]


def secrets(source: Source) -> Iterator[Problem]:
    """Yield a `secret-in-file` problem for everything that has a secret's shape; never its value."""
    for number, line in enumerate(lines_of(source.text), start=1):
        for start, end in secrets_in(line):
            at = At(number, start + 1, end - start)
            found = "expected no secrets in a playbook, found what looks like one"
            yield Problem(source.name, at, found, "secret-in-file", "revoke it now: it was in a file")
