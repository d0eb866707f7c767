"""Who is acting: claimed in a lab, and proved by a signature everywhere else."""

from __future__ import annotations

from runner.company import Person
from runner.desk.office import Office
from runner.errors import RefusedError
from runner.people.signature import message, sign_command, signer

__all__ = ["identify"]


def identify(
    office: Office, *, case: str, request: str, digest: str, verb: str, claimed: str | None, signature: str | None
) -> Person:
    """Return the person who acts.

    claimed: a name, id or mail, taken at its word only where the settings claim people (a lab on
    loopback). signature: the armoured `ssh-keygen -Y` signature over this very act.
    Raises RefusedError; without a signature it carries the command that makes one.
    """
    if office.settings.claimed_people and signature is None:
        person = office.directory.person(claimed or "")
        if person is None:
            known = ", ".join(each.id for each in office.directory.people())
            raise RefusedError("say who you are", remedy=f"--as NAME, one of {known}")
        return person
    text = message(case, request, digest, verb)
    if signature is None:
        raise RefusedError(
            f"to {verb}, sign it with the key pinned for you in the settings",
            where=case, remedy=f"{sign_command(text)}\n  then the same command with --sign approval.sig",
        )  # fmt: skip
    return signer(text, signature, office.directory.people())
