"""What the audit logs of the simulated Google remember: everyone's sign-ins, the subject's busy weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.lab.company import PEOPLE, SUBJECT, Person
from integrations.lab.google.world import address_of, google_id, moment, number
from runner.actions.values import Json

__all__ = ["Event", "history"]

_BUSY = {"login": ("login_success", 1100), "drive": ("download", 1300), "token": ("activity", 40)}
_APP = "Harbourbook"  # reached through Google's single sign-on, and through nothing of ours


@dataclass(frozen=True, slots=True)
class Event:
    """Something somebody did."""

    at: str
    application: str
    name: str
    actor: str
    """User id."""
    mail: str
    address: str
    parameters: Mapping[str, str]

    def row(self, place: int, customer: str) -> Json:
        """Return the event as the Reports API gives it; place: in its log."""
        named = [{"name": name, "value": value} for name, value in self.parameters.items()]
        return {
            "kind": "admin#reports#activity",
            "id": {
                "time": self.at, "uniqueQualifier": str(place), "applicationName": self.application,
                "customerId": customer,
            },
            "actor": {"callerType": "USER", "email": self.mail, "profileId": self.actor},
            "ipAddress": self.address,
            "events": [{"type": self.application, "name": self.name, "parameters": named}],
        }  # fmt: skip


def history(service: str) -> dict[str, list[Json]]:
    """Return the past of one organisation by application, oldest event first; ids derive from the service."""
    now, log = datetime.now(UTC), defaultdict[str, list[Json]](list)
    past: list[tuple[datetime, str, str, Person]] = []
    for place, someone in enumerate(PEOPLE):
        times = [now - timedelta(hours=2 + 70 * at, minutes=place) for at in range(10)]
        past += [(when, "login", "login_success", someone) for when in times]
    for application, (name, often) in _BUSY.items():
        past += [(now - timedelta(minutes=90 + 40 * at), application, name, SUBJECT) for at in range(often)]
    past.append((now - timedelta(days=3), "saml", "login_success", SUBJECT))
    for when, application, name, someone in sorted(past, key=lambda each: each[0]):
        told = {"application_name": _APP} if application == "saml" else {"login_type": "google_password"}
        user = google_id(someone.staff_id, service)
        event = Event(moment(when), application, name, user, someone.mail, address_of(someone), told)
        log[application].append(event.row(len(log[application]), f"C{number(service, 8)}"))
    return log
