"""Legal holds in Google Vault: from then on nobody, the person included, can delete for good what is held.

A hold is evidence kept in place, so it is a `keep`: `doors.keep` places holds before anything closes.
Vault may purge what a hold lets go of (holds.delete): letting go is a person's decision, made in Vault.
"""

from __future__ import annotations

from integrations.client import Http, Params, path
from integrations.google.connection import VAULT, Google, user_path
from integrations.google.paging import pages, rows
from integrations.wording import mark
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept
from runner.errors import ServiceError, ServiceRefused

__all__ = ["place_holds"]

_QUERIES: dict[str, Json] = {
    "MAIL": None,
    "DRIVE": {"driveQuery": {"includeSharedDriveFiles": True}},
    "HANGOUTS_CHAT": {"hangoutsChatQuery": {"includeRooms": True}},
    "VOICE": {"voiceQuery": {"coveredData": ["TEXT_MESSAGES", "VOICEMAILS", "CALL_LOGS"]}},
    "CALENDAR": None,
    "GEMINI": None,
    "GEMINI_IN_WORKSPACE": None,
}
"""Every corpus of a person, held whole. GROUPS is left out: it holds a group's archive, not a person's."""
_PAGE = {"pageSize": 100}  # the largest


@action(
    "google.place_holds",
    kind="keep",
    noticed="none",  # whoever is held is not told; an administrator can read it in Vault's own log
    repeat="keyed",
    scopes=(VAULT,),
    source="Vault API, matters.list, matters.create, matters.holds.list, matters.holds.create",
    retention="while it stands", lag="up to an hour until a new hold is in effect",
)  # fmt: skip
def place_holds(ctx: Context, account: Account) -> Kept:
    """Hold the person's mail, files, chats, calls, calendar and Gemini use in Vault, and keep the list.

    Makes a matter named by the case's code and nothing else, and one hold a corpus. Safe to repeat: what is
    held in an open matter of the case is not held twice. A corpus this edition lacks is named as missing;
    when Vault refuses every one it fails. Covers what is there and what comes; what was purged is gone.
    """
    user_path(account)  # the id goes into what we write: it must be one
    vault = ctx.connection(Google).vault
    if vault is None:
        return Kept((), "the settings say that there is no Vault: nothing is held")
    held = _held(ctx, vault, account, _matters(ctx, vault))
    wanted = [corpus for corpus in _QUERIES if corpus not in held]
    missing = _placed(ctx, vault, account, wanted) if wanted else {}
    matters = _matters(ctx, vault)
    if left := set(wanted) - set(missing) - _held(ctx, vault, account, matters):
        raise ServiceError(f"not held after the call: {', '.join(sorted(left))}", where=ctx.service)
    items = tuple(item for matter in matters for item in _kept(ctx, vault, matter))
    words = ", ".join(f"{corpus} ({why})" for corpus, why in missing.items())
    return Kept(items, f"refused by Vault: {words}" if words else "")


def _matters(ctx: Context, vault: Http) -> list[Json]:
    """Return the open matters of this case."""
    asked: Params = {**_PAGE, "state": "OPEN", "view": "BASIC"}
    found = rows(ctx, vault, "/v1/matters", "matters", asked)
    return [each for each in found if each.get("name") == ctx.case]


def _held(ctx: Context, vault: Http, account: Account, matters: list[Json]) -> set[str]:
    """Return the corpora of this person that are held in one of these matters."""
    holds = [hold for each in matters for hold in rows(ctx, vault, _holds_of(each), "holds", _PAGE)]
    return {
        str(hold["corpus"])
        for hold in holds
        if account.id in {each.get("accountId") for each in hold.get("accounts") or []}
    }


def _placed(ctx: Context, vault: Http, account: Account, wanted: list[str]) -> dict[str, int]:
    """Hold each corpus; returns those Vault refused, by status. Raises when it refused every one."""
    matter, refusals = _matter(ctx, vault), {}
    for corpus in wanted:
        query = _QUERIES[corpus]
        hold = {
            "name": f"{ctx.case} {corpus} {mark(ctx.key)[:8]}",
            "corpus": corpus,
            "accounts": [{"accountId": account.id}],
            **({"query": query} if query else {}),
        }
        what = f"hold {corpus} of {account.login} in Vault"
        try:
            ctx.write(what, lambda hold=hold: vault.post(_holds_of(matter), hold))  # type: ignore[misc]
        except ServiceRefused as refused:
            refusals[corpus] = refused.status
            if len(refusals) == len(_QUERIES):
                raise
    return refusals


def _matter(ctx: Context, vault: Http) -> Json:
    """Return the matter this very step made before, or make it: named by the case's code, marked ours."""
    ours = mark(ctx.key)
    made = next((each for each in _matters(ctx, vault) if each.get("description") == ours), None)
    if made is not None:
        return made
    body = {"name": ctx.case, "description": ours}
    return ctx.write(f"make the Vault matter {ctx.case}", lambda: vault.post("/v1/matters", body)).json


def _holds_of(matter: Json) -> str:
    return path("/v1/matters/{}/holds", str(matter["matterId"]))


def _kept(ctx: Context, vault: Http, matter: Json) -> list[Item]:
    """Keep the list of a matter's holds, as received."""
    found = pages(ctx, vault, _holds_of(matter), _PAGE)
    return [
        ctx.keep(f"vault-holds-{matter['matterId']}-{number:04d}.json", page.body)
        for number, page in enumerate(found, 1)
    ]
