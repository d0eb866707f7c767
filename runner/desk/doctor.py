"""Checks, before the night it is needed, that every service answers to our credentials. Only reads.

It says as loudly which cases nothing moves on: the night may be on already.
"""

from __future__ import annotations

import shutil

from runner.actions.values import Json
from runner.cases.protecting import members_of
from runner.cases.skew import LOUD_S, TOLD_S, in_words
from runner.cases.threads import each_at_once
from runner.database import opening
from runner.database.postgres import ask
from runner.desk.office import Office
from runner.desk.standing import left_behind
from runner.errors import Exit, SeveranceError
from runner.settings import Settings, service_settings

__all__ = ["doctor", "left_alone"]


def doctor(settings: Settings, names: list[str], *, try_lock: bool = False) -> list[Json]:
    """Return one row a check: service, check, ok, detail, remedy, exit.

    names: configured services; empty for all, for where evidence is kept and for the cases as well. try_lock:
    write an object there that is locked for minutes, and try to remove it. Raises SettingsError for a name
    that is not configured.
    """
    office = Office(settings)
    services = office.services("doctor")
    for name in names:
        service_settings(settings, name)  # says which services there are, where this is none
    chosen = names or services.names()
    rows = each_at_once(lambda name: _answers(office, name), chosen)
    groups = [(each.service, each.group) for each in settings.protected if each.service and each.group]
    wanted = [group for group in dict.fromkeys(groups) if group[0] in chosen]
    rows += each_at_once(lambda group: _protects(office, *group), wanted)
    if not names:
        rows += [*_database(office), *office.custody.examine(trial=try_lock), *left_alone(office)]
    return [*rows, _ssh_keygen(), _pagers(settings)]


def _database(office: Office) -> list[Json]:
    """Return a row for the server that machines share, where there is one; clocks that differ are told."""
    if not office.settings.database:
        return []
    row = {"service": "database", "check": "it answers, and tells our time", "remedy": "", "exit": 0}
    with opening.in_words(office.settings.database):
        found = ask(office.database)
    told = f"PostgreSQL {found.version}, {found.took_ms:.1f} ms, its clock {found.ahead_s:+.1f} s from ours"
    apart = abs(found.ahead_s) > TOLD_S
    amiss = {"remedy": "set this machine's clock by NTP", "exit": int(Exit.OUR_FAULT)} if apart else {}
    return [{**row, "ok": not apart, "detail": told, **amiss}]


def left_alone(office: Office) -> list[Json]:
    """Return a row for each case that nothing moves on before a person does, or one that there is none."""
    check = "no case is stranded or dead-lettered"
    row = {"service": "cases", "check": check, "ok": True, "detail": "none is", "remedy": "", "exit": 0}
    return [
        {
            **row,
            "ok": False,
            "detail": f"{code} is {state.word.upper()}: {state.why}",
            "remedy": state.next or f"severance status {code}",
            "exit": int(Exit.WAITING),
        }
        for code, state in left_behind(office)
    ] or [row]


def _answers(office: Office, name: str) -> Json:
    services = office.services("doctor")
    row = {
        "service": name,
        "check": "answers and knows us",
        "ok": True,
        "detail": "",
        "remedy": "",
        "exit": 0,
    }
    try:
        ping = services.vendor(name).ping
        opened, _ = services.open(name)
        told = ping(opened) if ping else "opened; it has nothing harmless to read"
    except SeveranceError as error:
        return {**row, "ok": False, "detail": error.what, "remedy": error.remedy, "exit": int(error.exit)}
    detail = told if isinstance(told, str) else ", ".join(f"{key}: {value}" for key, value in told.items())
    off = in_words(services.skews.beyond(TOLD_S)) if services.skews.beyond(TOLD_S) else ""
    if services.skews.beyond(LOUD_S):
        remedy = "set the clock of this machine, for example with: timedatectl set-ntp true"
        return {**row, "ok": False, "detail": off, "remedy": remedy, "exit": int(Exit.OUR_FAULT)}
    return {**row, "detail": f"{detail}; {off}" if off else detail}


def _protects(office: Office, name: str, group: str) -> Json:
    """Look whether a protected group can be read: until it can, nothing of its service is closed."""
    row = {"service": name, "check": f"who is in the protected group {group}", "ok": False, "remedy": ""}
    try:
        members = members_of(office.services("doctor"), name, group)
    except SeveranceError as error:
        return {**row, "detail": error.what, "remedy": error.remedy, "exit": int(error.exit)}
    if not members:
        return {**row, "detail": "nobody", "remedy": "correct the group in `protected`", "exit": 2}
    return {**row, "ok": True, "detail": f"{len(members)} members", "exit": 0}


def _ssh_keygen() -> Json:
    found = shutil.which("ssh-keygen")
    return {
        "service": "this machine",
        "check": "ssh-keygen verifies approvals",
        "ok": bool(found),
        "detail": found or "not found",
        "remedy": "" if found else "install OpenSSH 8.2 or newer",
        "exit": 0 if found else 4,
    }


def _pagers(settings: Settings) -> Json:
    named = ", ".join(settings.page_by)
    return {
        "service": "settings",
        "check": "somebody can be woken",
        "ok": bool(named),
        "detail": named or "page_by is empty",
        "remedy": "" if named else "name mail or a pager in page_by",
        "exit": 0 if named else 2,
    }
