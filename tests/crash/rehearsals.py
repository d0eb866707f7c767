"""How a case of each playbook is opened, to be marched through its deaths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from integrations.lab.demand import demand
from runner.desk.cases import Desk
from runner.desk.claim import Claim

__all__ = ["REHEARSALS", "Rehearsal"]

_SUBJECT = "jonas.weber@fjordlight.example"


@dataclass(frozen=True)
class Rehearsal:
    """A case to be opened."""

    playbook: str
    said: Mapping[str, str] = field(default_factory=dict)
    demanded: bool = False
    """Whether a message is handed in."""

    def open(self, desk: Desk, folder: Path) -> str:
        """Open it and return its code name. folder: where the message is written to."""
        mail = folder / "demand.eml"
        if self.demanded:
            mail.write_bytes(demand(datetime.now(UTC)))
        claim = Claim("ingrid", None)
        return desk.open(self.playbook, self.said, claim=claim, demand=mail if self.demanded else None)


REHEARSALS: Mapping[str, Rehearsal] = {
    each.playbook: each
    for each in (
        Rehearsal(
            "suspected-dprk-worker",
            {"subject": _SUBJECT, "seen": "one device, three accounts", "engaged": "contractor"},
        ),
        Rehearsal("post-termination-extortion", {"subject": _SUBJECT, "channel": "mail"}, demanded=True),
    )
}
"""By playbook."""
