"""What the simulated Jira accepts in a ticket, and the words it refuses the rest with."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.values import Json

__all__ = ["FIELDS", "PROJECTS", "bad_text", "errors_of", "letters", "level_of"]

FIELDS = ("project", "issuetype", "summary", "description", "labels", "security")
PROJECTS = {"SEC": {"Incident team": "10001", "Managers": "10002"}, "OPS": {}}
"""Issue security levels by name, per project."""
_TYPES = ("Task", "Incident", "Bug")


def errors_of(fields: Mapping[str, Json], version: str) -> dict[str, str]:
    """Return Jira's words by field."""
    errors = {
        each: f"Field '{each}' cannot be set. It is not on the appropriate screen, or unknown."
        for each in fields
        if each not in FIELDS
    }
    project = (fields.get("project") or {}).get("key")
    if project not in PROJECTS:
        return {**errors, "project": "valid project is required"}
    if (fields.get("issuetype") or {}).get("name") not in _TYPES:
        errors["issuetype"] = "Specify a valid issue type"
    summary = str(fields.get("summary") or "")
    if not summary or "\n" in summary or len(summary) > 255:
        errors["summary"] = "You must specify a summary of one line and at most 255 characters."
    if any(" " in each for each in fields.get("labels", [])):
        errors["labels"] = "The label must not contain spaces."
    if "security" in fields and not level_of(fields):
        errors["security"] = "Security level not valid for this project and user."
    if why := bad_text(fields.get("description", ""), version):
        errors["description"] = why
    return errors


def level_of(fields: Mapping[str, Json]) -> Json:
    """Return a ticket's security level with id and name, None for none or one this project lacks."""
    levels = PROJECTS[fields["project"]["key"]]
    wanted = (fields.get("security") or {}).get("id")
    return next(({"id": id_, "name": name} for name, id_ in levels.items() if id_ == wanted), None)


def bad_text(body: Json, version: str) -> str:
    """Say what is wrong with a description or a comment; "" when nothing is."""
    if version == "2":
        return "" if isinstance(body, str) else "Operation value must be a string"
    if body in ("", None) or (
        isinstance(body, dict) and body.get("type") == "doc" and body.get("version") == 1
    ):
        return (
            ""
            if len(letters(body)) <= 32_767
            else "The entered text is too long. It exceeds the allowed limit of 32,767."
        )
    return "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


def letters(body: Json) -> str:
    """Return a document's letters: paragraphs parted by an empty line."""
    if not isinstance(body, dict):
        return str(body or "")
    lines = (
        "".join(node.get("text", "\n") for node in block.get("content", []))
        for block in body.get("content", [])
    )
    return "\n\n".join(lines)
