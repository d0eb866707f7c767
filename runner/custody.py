"""What the settings say of evidence: where it is kept, how long, and who may have it deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator

from runner.written import Name, Part, Text

__all__ = ["Evidence", "Retention"]


class Evidence(Part):
    """Where items are kept: beside the journal, in a folder that hosts share, or in a vault.

    Written as `evidence: /mnt/cases`, or with options as `evidence: {at: "s3://bucket/prefix", region: …}`.
    What the vault alone understands stays in `options`.
    """

    at: Text | None = None
    """A folder, or an address with its scheme; in the store's own folder when None."""
    options: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _set_options_apart(cls, written: Any) -> Any:
        if isinstance(written, str):
            return {"at": written}
        if not isinstance(written, dict):
            return written
        own = {key: value for key, value in written.items() if key == "at"}
        return {**own, "options": {key: value for key, value in written.items() if key != "at"}}

    @model_validator(mode="after")
    def _options_are_a_vaults(self) -> Self:
        if self.options and not self.scheme:
            raise ValueError("`at: scheme://…` beside the other keys; a folder takes none")
        return self

    @property
    def scheme(self) -> str:
        """What stands before `://`; empty for a folder."""
        before, found, _ = (self.at or "").partition("://")
        return before if found else ""

    @property
    def address(self) -> str:
        """What stands after `://`."""
        return (self.at or "").partition("://")[2]


class Retention(Part):
    """How long the records of a closed case are kept, and whose two people may then have it deleted."""

    keep: Annotated[str, StringConstraints(pattern=r"^(0d|[1-9][0-9]{0,3}[dy])$")] = "7y"
    """Since its last record: `400d`, or `7y`, of 366 days each, so that nothing goes too early."""
    delete: tuple[Name, ...] = ()
    """Roles: one of their people asks for a deletion, another confirms it. Nothing is deleted without any."""

    @property
    def span(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(days=int(self.keep[:-1]) * (366 if self.keep.endswith("y") else 1))
