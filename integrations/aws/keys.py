"""The key layer: access keys, SSH keys, signing certificates, service credentials. Inactive, never deleted.

A deleted key takes its last use with it, and its id could no longer be told from the log. An access key that
was out of our hands is not switched on again: its owner makes another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.aws.asking import change, rows, settled
from integrations.aws.denial import denied_since
from integrations.aws.inline import Place, policy_at, settling
from integrations.aws.minted import minted_keys
from integrations.aws.principals import directory_of, kept_back, user_name
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["KINDS", "activate_key", "deactivate_key", "find_keys", "keys_are_inactive"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How IAM spells one kind of long-lived credential."""

    listing: str
    rows: str
    id: str
    update: str


KINDS: Mapping[str, Kind] = {
    "access key": Kind("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", "UpdateAccessKey"),
    "SSH key": Kind("ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "UpdateSSHPublicKey"),
    "signing certificate": Kind(
        "ListSigningCertificates", "Certificates", "CertificateId", "UpdateSigningCertificate"
    ),
    "service credential": Kind(
        "ListServiceSpecificCredentials", "ServiceSpecificCredentials", "ServiceSpecificCredentialId",
        "UpdateServiceSpecificCredential",
    ),
}  # fmt: skip
_READS = (
    "iam:GetUser", "iam:ListUsers", *(f"iam:{each.listing}" for each in KINDS.values()), "iam:GetUserPolicy",
    "cloudtrail:LookupEvents",
)  # fmt: skip
_UPDATES = tuple(f"iam:{each.update}" for each in KINDS.values())
_LISTS = f"IAM API, {', '.join(each.listing for each in KINDS.values())}; CloudTrail API, LookupEvents"
_NO_KEYS = "people of Identity Center have no keys"
_ROTATE = "an access key that was out of our hands stays Inactive: its owner makes a new one in its place"


def _listed(ctx: Context, user: str, kind: str) -> list[Json]:
    """Return a user's credentials of one kind: id, Status, and whose they are."""
    how = KINDS[kind]
    found = rows(ctx, f"iam.{how.listing}", how.rows, UserName=user)
    made = ("CreateDate", "UploadDate")
    return [
        {"kind": kind, "user": user, "id": row[how.id], "Status": row["Status"],
         "made": next((row[key] for key in made if key in row), None)}
        for row in found
    ]  # fmt: skip


def _active(ctx: Context, account: Account, name: str | None) -> list[Json]:
    """Return every Active credential: the user's own, and keys they made for others since the deny."""
    if name is None:
        return []
    found = [row for kind in KINDS for row in _listed(ctx, name, kind)]
    since = denied_since(policy_at(ctx, Place("User", name)))
    for user, key in minted_keys(ctx, account, name, since) if since else ():
        found += [row for row in _listed(ctx, user, "access key") if row["id"] == key]
    return [row for row in found if row["Status"] == "Active"]


@action(
    "aws.find_keys",
    kind="find", layer="key", finds="things",
    scopes=_READS,
    source=_LISTS,
)  # fmt: skip
def find_keys(ctx: Context, account: Account) -> list[Thing]:
    """Find the user's active keys of every kind, and access keys they made for others since the deny.

    People of Identity Center have none. Only reads.
    """
    if directory_of(ctx, account):
        return []
    return [_thing(row, account) for row in _active(ctx, account, user_name(ctx, account))]


def _thing(row: Json, account: Account) -> Thing:
    of = "" if row["user"] == account.login else f" of {row['user']}"
    return Thing(row["id"], f"{row['kind']} {row['id']}{of}", row)


@action(
    "aws.deactivate_key",
    kind="close", layer="key",
    noticed="on-next-use",
    repeat="guarded",
    undo="aws.activate_key", proof="aws.keys_are_inactive",
    scopes=(*_READS, *_UPDATES, "organizations:DescribeOrganization"),
    source=f"IAM API, {', '.join(each.update for each in KINDS.values())}",
)  # fmt: skip
def deactivate_key(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Set one key to Inactive: AWS takes it no more, and still knows it.

    thing: from `find_keys`. Safe to repeat: a key that is Inactive or gone is Unchanged. Temporary
    credentials made with it before live on: the deny of `quarantine` stops those. Returns the key's row
    before and after.
    """
    if directory_of(ctx, account):
        return Refused(_NO_KEYS)
    own = user_name(ctx, account)
    before = _standing(ctx, account, own, thing.state)
    if before is None:
        return Unchanged(f"{thing.label} is gone")
    if before["Status"] != "Active":
        return Unchanged(f"{thing.label} is {before['Status']}", before)
    if why := _spared(ctx, account, own, thing.id, before):
        return Refused(f"{thing.label}: {why}")
    return Changed(before, _set(ctx, before, "Inactive"))


@action(
    "aws.activate_key",
    kind="reopen", layer="key",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; deactivate the key again", proof="aws.keys_are_inactive",
    scopes=(*_READS, *_UPDATES),
    source=f"IAM API, {', '.join(each.update for each in KINDS.values())}",
)  # fmt: skip
def activate_key(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Set an SSH key, a signing certificate or a service credential to Active again; never an access key.

    before: what `deactivate_key` recorded. An access key is refused: it returns only by rotation, which its
    owner does. Safe to repeat: one that is Active is Unchanged. Returns its row before and after.
    """
    if directory_of(ctx, account):
        return Refused(_NO_KEYS)
    if before["kind"] == "access key":
        return Refused(_ROTATE)
    if before["Status"] != "Active" or before["id"] != thing.id:
        return Refused(f"{ascii(thing.id)[:60]} was not Active before")
    state = _standing(ctx, account, user_name(ctx, account), before)
    if state is None:
        return Refused(f"the {before['kind']} {thing.id} is gone")
    if state["Status"] == "Active":
        return Unchanged(f"the {before['kind']} {thing.id} is Active", state)
    return Changed(state, _set(ctx, state, "Active"))


@action(
    "aws.keys_are_inactive",
    kind="prove", layer="key",
    scopes=_READS,
    source=_LISTS,
)  # fmt: skip
def keys_are_inactive(ctx: Context, account: Account) -> Proof:
    """List keys of every kind again: closed when none is Active. Only reads.

    Pending while IAM may not have settled since the deny. What is read is the listed status, no more: no key
    is ever tried.
    """
    if directory_of(ctx, account):
        return Proof("closed", _NO_KEYS, [])
    name = user_name(ctx, account)
    left = [f"{row['kind']} {row['id']} of {row['user']}" for row in _active(ctx, account, name)]
    if left:
        return Proof("open", f"Active: {', '.join(left)}", left)
    if until := settling(ctx, denied_since(policy_at(ctx, Place("User", name))) if name else None):
        return Proof("pending", "none is Active, and IAM may not have settled yet", [], until)
    return Proof("closed", "no key of any kind is listed as Active", [])


def _standing(ctx: Context, account: Account, own: str | None, known: Json) -> Json:
    """Return the present row of a key, or None when it is gone.

    own: the user's present name; what was theirs under an earlier name is theirs.
    """
    user = own if known["user"] in {account.login, own} else known["user"]
    listed = _listed(ctx, user, known["kind"]) if user and known["kind"] in KINDS else []
    return next((row for row in listed if row["id"] == known["id"]), None)


def _spared(ctx: Context, account: Account, own: str | None, key: str, row: Json) -> str:
    """Say why a key stays as it is; empty when it is the person's to lose."""
    if row["id"] != key:
        return f"{ascii(key)[:60]} is not the key it is said to be"
    if row["user"] != own and key not in {each["id"] for each in _active(ctx, account, own)}:
        return "it was not made by this person since the deny"
    return kept_back(ctx, account.id)


def _set(ctx: Context, row: Json, status: str) -> Json:
    """Write a status and read it back until it agrees."""
    how, label = KINDS[row["kind"]], f"{row['kind']} {row['id']}"
    given = {"UserName": row["user"], how.id: row["id"], "Status": status}
    change(ctx, f"set the {label} to {status}", f"iam.{how.update}", before=row, **given)

    def look() -> Json:
        return next(
            (each for each in _listed(ctx, row["user"], row["kind"]) if each["id"] == row["id"]), None
        )

    after = settled(ctx, look, lambda seen: seen is not None and seen["Status"] == status)
    if after is None or after["Status"] != status:
        raise ServiceError(f"the {label} does not read {status} after the call", where=ctx.service)
    return after
