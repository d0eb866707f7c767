"""Which playbooks a person may open a case with: accepted by the settings, and theirs to start."""

from __future__ import annotations

from runner.actions.values import Json
from runner.desk.office import Office
from runner.language.loading import load
from runner.language.shipped import shipped

__all__ = ["choices"]


def choices(office: Office, person: str) -> list[Json]:
    """Return the shipped playbooks a person may start: `{name, shown_as, emergency, inputs}`.

    name: for the desk alone, and shown nowhere. emergency: whether it provides for one.
    inputs: `{name, type, about, of, optional}`.
    """
    roles = next((set(each.roles) for each in office.directory.people() if each.id == person), set[str]())
    found = []
    for path in sorted(shipped("playbooks").glob("*.yaml")):
        loaded = load(path)
        book = loaded.playbook
        if book is None or not office.settings.accepts(loaded.sha256) or roles.isdisjoint(book.people.start):
            continue
        inputs = [
            {"name": name, **one.model_dump(mode="json", include={"type", "about", "of", "optional"})}
            for name, one in book.inputs.items()
        ]
        emergency = book.emergency is not None and office.settings.emergencies
        found.append(
            {
                "name": book.playbook,
                "shown_as": book.shown_as,
                "emergency": emergency,
                "inputs": inputs,
            }
        )
    return found
