"""Checks, before the night it is needed, that the workspace knows our app and we know our people."""

from __future__ import annotations

from collections.abc import Callable, Collection

from runner.chat.manifest import APP_SCOPES, SCOPES
from runner.desk.chat_line import ChatLine, Json
from runner.errors import SeveranceError

__all__ = ["checked"]

_SCOPES = "x-oauth-scopes"  # header of every answer: the scopes of the token it was asked with
_REMEDY = "severance slack manifest, update the app with it, and install it again"


def checked(line: ChatLine) -> list[Json]:
    """Return one row a check, as the desk's doctor does: service, check, ok, detail, remedy, exit.

    Opens no socket: Slack is asked for one's address, which is what the app token is for.
    """
    return [
        _row(line, "the app token opens a connection", lambda: _connects(line)),
        *_bot(line),
        _people(line),
    ]


def _bot(line: ChatLine) -> list[Json]:
    try:
        told = line.client.auth_test()
    except SeveranceError as error:
        return [_failed(line, "the bot is in our workspace", error)]
    team, has = str(told["team_id"]), _listed(told.headers)
    lacks = [each.name for each in SCOPES if each.name not in has]
    return [
        _row(line, "the bot is in our workspace", lambda: _same(team, line.chat.team)),
        _row(line, "the bot has its scopes", lambda: _complete(lacks, has)),
    ]


def _connects(line: ChatLine) -> tuple[str, str]:
    with line.passing():
        line.client.apps_connections_open(app_token=line.app_token)
    return f"with {', '.join(each.name for each in APP_SCOPES)}", ""


def _same(found: str, wanted: str) -> tuple[str, str]:
    return (
        found,
        "" if found == wanted else f"correct chat.team (it says {wanted}), or the token of the service",
    )


def _complete(lacks: Collection[str], has: Collection[str]) -> tuple[str, str]:
    if lacks:
        return f"missing: {', '.join(lacks)}", _REMEDY
    more = sorted(set(has) - {each.name for each in SCOPES})
    return f"{len(SCOPES)} needed" + (f"; it also has {', '.join(more)}" if more else ""), ""


def _people(line: ChatLine) -> Json:
    """Name who cannot be recognised: no fault while somebody can, they decide at a terminal."""
    known = set(line.pinned.values())
    without = [name for person, name in line.names.items() if person not in known]
    said = (
        f"at a terminal only, without accounts.{line.chat.service}: {', '.join(without)}" if without else ""
    )
    nobody = "" if known else f"pin people's member ids as people[].accounts.{line.chat.service}"
    return _row(line, "people are recognised", lambda: (said or f"all {len(known)}", nobody), exit_code=2)


def _row(line: ChatLine, check: str, look: Callable[[], tuple[str, str]], *, exit_code: int = 4) -> Json:
    """Return a check's row. look: returns what was found and, where that is wrong, what to do."""
    try:
        detail, remedy = look()
    except SeveranceError as error:
        return _failed(line, check, error)
    return {
        "service": line.chat.service,
        "check": check,
        "ok": not remedy,
        "detail": detail,
        "remedy": remedy,
        "exit": exit_code if remedy else 0,
    }


def _failed(line: ChatLine, check: str, error: SeveranceError) -> Json:
    told = {"detail": error.what, "remedy": error.remedy, "exit": int(error.exit)}
    return {"service": line.chat.service, "check": check, "ok": False, **told}


def _listed(headers: Json) -> set[str]:
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    return {each.strip() for each in named.get(_SCOPES, "").split(",")} - {""}
