"""What a stand-in with accounts tells the lab: who is who there, and how severance signs in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from integrations.lab.company import Person
from integrations.lab.server import StandIn
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["Doored"]


class Doored(StandIn, ABC):
    """A service on which Fjordlight's people have accounts."""

    vendor: ClassVar[str]
    """As severance.yaml spells it."""

    @staticmethod
    @abstractmethod
    def id_of(someone: Person, service: str) -> str:
        """Return a person's immutable id on one configured service; empty when they have no account there."""

    @abstractmethod
    def enrol(self, site: Site) -> Json:
        """Make our credentials and what the company did before; return the settings, less `vendor`.

        Called once, when the stand-in listens (`self.url`).
        """
