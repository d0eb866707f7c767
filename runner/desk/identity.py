"""Who is acting: claimed in a lab, recognised by the chat, and proved by a signature everywhere else."""

from __future__ import annotations

from runner.company import Person
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.errors import RefusedError
from runner.people.barred import stranger
from runner.people.signature import message, sign_command, signer

__all__ = ["NEW", "identify"]

NEW = "new"
"""Stands for the code name of a case that is being opened."""


def identify(office: Office, claim: Claim, *, case: str, request: str, digest: str, verb: str) -> Person:
    """Return the person who does `verb` about `request`, whose content has this digest.

    Raises RefusedError; off loopback and without a signature it carries the command that makes one. To a
    name nobody has, a case that is there is as one that is not.
    """
    if claim.account:
        return _recognised(office, claim.account, case)
    if office.settings.claimed_people and claim.signature is None:
        person = office.directory.person(claim.name or "")
        if person is None and claim.name and case != NEW:
            raise stranger(case)
        if person is None:
            known = ", ".join(each.id for each in office.directory.people())
            raise RefusedError("say who you are", remedy=f"--as NAME, one of {known}")
        return person
    text = message(case, request, digest, verb)
    if claim.signature is None:
        raise RefusedError(
            f"to {verb}, sign it with the key pinned for you in the settings",
            where=case,
            remedy=f"{sign_command(text)}\n  then the same command with --sign approval.sig",
        )
    return signer(text, claim.signature, office.directory.people())


def _recognised(office: Office, account: str, case: str) -> Person:
    """Return whose pinned account in the chat's workspace this is. Raises RefusedError, as to a stranger."""
    chat = office.settings.chat
    person = office.directory.by_account(chat.service, account) if chat else None
    if person is None:
        raise stranger(case)
    return person
