"""Finds the responders of the settings: by role, by exact words, by key, by account."""

from __future__ import annotations

import unicodedata

from runner.company import Person, Rota
from runner.settings import Settings
from runner.written import same_mail

__all__ = ["Directory"]


class Directory:
    """The people of one settings file."""

    def __init__(self, settings: Settings) -> None:
        """Index nothing: a company has a handful of responders, and the file cannot change under us."""
        self._people = settings.people
        self._rotas = settings.rotas

    def people(self) -> tuple[Person, ...]:
        """Everyone, in the order of the settings."""
        return self._people

    def members(self, role: str) -> list[Person]:
        """Return everyone who holds a role, in the order of the settings."""
        return [person for person in self._people if role in person.roles]

    def rota(self, role: str) -> Rota | None:
        """Return the rota of a role, if it has one."""
        return self._rotas.get(role)

    def person(self, words: str) -> Person | None:
        """Return whom an id, a mail address or a name means exactly; None for nobody, or for namesakes."""
        composed = unicodedata.normalize("NFC", words)
        by_id = [person for person in self._people if person.id == composed]
        by_mail = [person for person in self._people if person.mail == same_mail(composed)]
        by_name = [person for person in self._people if person.name == composed]
        found = by_id or by_mail or by_name
        return found[0] if len(found) == 1 else None

    def by_key(self, key: str) -> Person | None:
        """Return whose public key this is (`type base64`; a comment after them is ignored)."""
        pinned = " ".join(key.split()[:2])
        return next((person for person in self._people if pinned in person.keys), None)

    def by_account(self, service: str, account: str) -> Person | None:
        """Return whose account on a configured service this is, by its immutable id."""
        return next((person for person in self._people if person.accounts.get(service) == account), None)
