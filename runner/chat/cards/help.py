"""What the command can do: only the verbs a person may use; everybody else reads one dull line."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["HELP_PLAIN", "VERBS", "help_text"]

HELP_PLAIN = "There is nothing here for you right now."

VERBS = {
    "open": ("open", "open a case"),
    "emergency": ("emergency [CODE]", "what can be given back is closed, once one more person confirms"),
    "status": ("status [CODE]", "how a case stands"),
    "brief": ("brief CODE", "what to know before anything else"),
    "plan": ("plan CODE", "what the next phase will do"),
    "approve": ("approve CODE", "read a plan, and approve it"),
    "deny": ("deny CODE [REASON]", "deny a plan: it will not run"),
    "object": ("object CODE REASON", "pause every approval until a decider overrules you"),
    "answer": ("answer CODE REQUEST [VALUE]", "answer a question, a task or a clock"),
    "adopt": ("adopt CODE", "a door that somebody closed by hand"),
    "stop": ("stop CODE [REASON]", "no new write; what is running finishes"),
    "resume": ("resume CODE", "run it again, after a stop or a refusal"),
    "note": ("note CODE TEXT", "put words on the record"),
    "help": ("help", "this"),
}
"""How each verb is written, and what it does; in the order of the help."""


def help_text(command: str, verbs: Iterable[str]) -> str:
    """Return the help, in plain text, of somebody who may use these verbs; the dull line for everybody else.

    command: the slash command, as `/ops`.
    """
    may = set(verbs)
    told = [f"{command} {usage}: {does}" for name, (usage, does) in VERBS.items() if name in may]
    return "\n".join(told) if told else HELP_PLAIN
