"""Tokens, keys and apps a member authorised for the organisation through single sign-on.

The credential itself is the person's own and stays theirs; what can be taken is its way in. Sources:
docs.github.com/enterprise-cloud@latest/rest/orgs/orgs (SAML SSO authorizations) and
/rest/orgs/personal-access-tokens, which only a GitHub App may call.
"""

from __future__ import annotations

from integrations.github.connection import GitHub, Params
from integrations.github.people import login_now, login_or_none, membership_of, same_person
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import CredentialsError, ServiceRefused

__all__ = [
    "authorizations",
    "close_authorization",
    "find_grants",
    "find_tokens",
    "grants_are_gone",
    "prove_unauthorized",
    "revoke_grant",
    "revoke_token",
    "tokens_are_gone",
]

TOKENS = frozenset({"personal access token"})
GRANTS = frozenset({"OAuth app token", "GitHub app token"})
ONLY_THE_PERSON = "only the person can authorise the credential for single sign-on again"
_READ, _WRITE = ("read:org",), ("admin:org",)
_LIST = "GitHub REST, List SAML SSO authorizations for an organization"
_REMOVE = "GitHub REST, Remove a SAML SSO authorization for an organization"


@action(
    "github.find_tokens", kind="find", finds="things", layer="token", scopes=_READ,
    source=f"{_LIST}; List fine-grained personal access tokens with access to organization resources",
)  # fmt: skip
def find_tokens(ctx: Context, account: Account) -> list[Thing]:
    """Find authorised personal access tokens; fine-grained ones too when our token is a GitHub App's."""
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    return [*authorizations(ctx, github, login, TOKENS), *(_fine_grained(ctx, github, login, account) or [])]


@action(
    "github.revoke_token", kind="close", layer="token", noticed="on-next-use", repeat="guarded",
    no_undo=f"{ONLY_THE_PERSON}; a revoked fine-grained token must be made anew",
    proof="github.tokens_are_gone", scopes=_WRITE,
    source=f"{_REMOVE}; Update the access a fine-grained personal access token has to organization resources",
)  # fmt: skip
def revoke_token(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one token's way into the organisation. Safe to repeat: it reads first."""
    if thing.state["type"] == "authorization":
        return close_authorization(ctx, account, thing, TOKENS)
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)
    found = _fine_grained(ctx, github, login, account)
    if found is None:
        return Refused("only a GitHub App may end a fine-grained token's access: use an App's token")
    before = next((each for each in found if each.id == thing.id), None)
    if before is None:
        return Unchanged("the token has no access to the organisation")
    where = github.at("/personal-access-tokens/{}", thing.id.partition(":")[2])
    ctx.write(
        f"revoke {thing.label}", lambda: github.http.post(where, {"action": "revoke"}), before=before.state
    )
    left = _fine_grained(ctx, github, login, account) or []
    return Changed(before.state, next((each.state for each in left if each.id == thing.id), None))


@action(
    "github.tokens_are_gone", kind="prove", layer="token", scopes=_READ,
    source=f"{_LIST}; List fine-grained personal access tokens with access to organization resources",
)  # fmt: skip
def tokens_are_gone(ctx: Context, account: Account) -> Proof:
    """Read back that no token of the person is let in; fine-grained ones are seen by GitHub Apps only."""
    proof = prove_unauthorized(ctx, account, TOKENS)
    if proof.verdict != "closed":
        return proof
    github = ctx.connection(GitHub)
    found = _fine_grained(ctx, github, login_now(ctx, github, account), account)
    if found is None:
        return Proof("unknown", "a member still, and only a GitHub App may list fine-grained tokens")
    return Proof("open", f"{len(found)} fine-grained token(s) let in") if found else proof


@action("github.find_grants", kind="find", finds="things", layer="grant", scopes=_READ, source=_LIST)
def find_grants(ctx: Context, account: Account) -> list[Thing]:
    """Find tokens of OAuth and GitHub Apps that the person authorised for the organisation."""
    github = ctx.connection(GitHub)
    return authorizations(ctx, github, login_now(ctx, github, account), GRANTS)


@action(
    "github.revoke_grant", kind="close", layer="grant", noticed="on-next-use", repeat="guarded",
    no_undo=ONLY_THE_PERSON, proof="github.grants_are_gone", scopes=_WRITE, source=_REMOVE,
)  # fmt: skip
def revoke_grant(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one app's way into the organisation in the person's name. Safe to repeat: it reads first."""
    return close_authorization(ctx, account, thing, GRANTS)


@action("github.grants_are_gone", kind="prove", layer="grant", scopes=_READ, source=_LIST)
def grants_are_gone(ctx: Context, account: Account) -> Proof:
    """Read back that no app acts in the person's name."""
    return prove_unauthorized(ctx, account, GRANTS)


def authorizations(ctx: Context, github: GitHub, login: str, kinds: frozenset[str]) -> list[Thing]:
    """Return a member's authorised credentials of these types, as things named `credential:ID`."""
    asked: Params = {"login": login, "per_page": 100}
    listed = ctx.read(lambda: github.http.rows(github.at("/credential-authorizations"), asked))
    mine = [
        each for each in listed if each["login"].lower() == login.lower() and each["credential_type"] in kinds
    ]
    return [
        Thing(f"credential:{each['credential_id']}", _label(each), {**each, "type": "authorization"})
        for each in mine
    ]


def close_authorization(ctx: Context, account: Account, thing: Thing, kinds: frozenset[str]) -> Outcome:
    """Remove one authorisation of this account, and of no other; reads first and afterwards."""
    github = ctx.connection(GitHub)
    login = login_now(ctx, github, account)

    def standing() -> Json:
        return next(
            (each.state for each in authorizations(ctx, github, login, kinds) if each.id == thing.id), None
        )

    before = standing()
    if before is None:
        return Unchanged("the credential is not authorised for the organisation")
    where = github.at("/credential-authorizations/{}", thing.id.partition(":")[2])
    ctx.write(f"remove the authorisation of {thing.label}", lambda: github.http.delete(where), before=before)
    return Changed(before, standing())


def prove_unauthorized(ctx: Context, account: Account, kinds: frozenset[str]) -> Proof:
    """Read back that no credential of these types is authorised.

    `inferred` once the membership is gone: GitHub lists authorisations of members only.
    """
    github = ctx.connection(GitHub)
    login = login_or_none(ctx, github, account)
    if login is None:
        return Proof(
            "inferred", f"GitHub knows no account {account.id} any more, so nothing of it can be read"
        )
    is_member = membership_of(ctx, github, login, account) is not None
    try:
        left = authorizations(ctx, github, login, kinds)
    except ServiceRefused as refused:
        if is_member:
            return Proof("unknown", f"the authorisations cannot be listed: {refused.what}")
        left = []
    if left:
        return Proof("open", f"{len(left)} still authorised", [each.state for each in left])
    if not is_member:
        return Proof("inferred", "no member any more: none is listed, and without membership none is let in")
    return Proof("closed", "GitHub lists none")


def _fine_grained(ctx: Context, github: GitHub, login: str, account: Account) -> list[Thing] | None:
    """Return fine-grained tokens as things named `fine-grained:ID`; None when we may not list them."""
    asked: Params = {"owner[]": login, "per_page": 100}
    try:
        listed = ctx.read(lambda: github.http.rows(github.at("/personal-access-tokens"), asked))
    except (CredentialsError, ServiceRefused):  # 403 or 404 for everything but a GitHub App
        return None
    mine = [each for each in listed if same_person(each["owner"], account)]
    return [
        Thing(
            f"fine-grained:{each['id']}",
            f"fine-grained token {each['token_name']}",
            {**each, "type": "fine-grained"},
        )
        for each in mine
    ]


def _label(made: Json) -> str:
    named = made.get("authorized_credential_title") or made.get("authorized_credential_note") or ""
    return f"{made['credential_type']} {named}".strip()
