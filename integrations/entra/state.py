"""Keep what Entra says of a person now, as received, before anything is closed."""

from __future__ import annotations

from integrations.client import Params, path
from integrations.entra.connection import Graph
from integrations.entra.keys import KEYS, owned
from integrations.entra.logs import keep_pages
from integrations.entra.reading import quoted, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["keep_state"]

_USER = {
    "$select": "id,userPrincipalName,displayName,mail,otherMails,proxyAddresses,employeeId,accountEnabled,"
    "userType,createdDateTime,creationType,externalUserState,onPremisesSyncEnabled,onPremisesLastSyncDateTime,"
    "signInSessionsValidFromDateTime,lastPasswordChangeDateTime,mobilePhone,businessPhones,jobTitle,"
    "department,companyName,assignedLicenses,identities"
}
_MUST = (  # what closing destroys: without it, this action fails
    "/oauth2PermissionGrants", "/appRoleAssignments", "/authentication/methods", "/ownedObjects",
    "/createdObjects",
)  # fmt: skip
_MAY = (  # what survives closing: a refusal is named only
    "/memberOf", "/transitiveMemberOf", "/registeredDevices", "/ownedDevices", "/managedDevices",
    "/mailFolders/inbox/messageRules",
)  # fmt: skip


@action(
    "entra.keep_state",
    kind="keep",
    scopes=(
        "User.Read.All", "Directory.Read.All", "Application.Read.All", "UserAuthenticationMethod.Read.All",
        "RoleManagement.Read.Directory", "Device.Read.All", "DeviceManagementManagedDevices.Read.All",
        "MailboxSettings.Read",
    ),
    source="Microsoft Graph v1.0: Get user and its lists of memberships, grants, app role assignments, "
    "methods, devices, owned and created objects, inbox rules; List unifiedRoleAssignments; Get application, "
    "List federatedIdentityCredentials",
    retention="while it stands", lag="none",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep what Entra says of the user now: all that closing destroys, and what surrounds it.

    User, grants, app assignments, methods, roles, owned and created apps with their credentials as metadata
    (Graph shows no secret, only a secret's first three characters), groups, devices, inbox rules. One item a
    page, bytes as received. Safe to repeat. Fails when something that closing destroys cannot be read; names
    what else was refused, such as the mailbox or Intune without their permissions.
    """
    items, missing = [_object(ctx, "user", user_path(account), _USER)], []
    for part in _MUST:
        items += keep_pages(ctx, _name(part), user_path(account, part))
    held = {"$filter": f"principalId eq {quoted(account.id)}", "$expand": "roleDefinition"}
    items += keep_pages(ctx, "roles", "/roleManagement/directory/roleAssignments", held)
    items += _apps(ctx, account)
    for part in _MAY:
        try:
            items += keep_pages(ctx, _name(part), user_path(account, part))
        except ServiceRefused as refused:
            missing.append(f"{_name(part)} ({refused.status})")
        except CredentialsError:
            missing.append(f"{_name(part)} (no permission)")
    return Kept(tuple(items), f"refused by Graph: {', '.join(missing)}" if missing else "")


def _name(part: str) -> str:
    return part.rpartition("/")[2] if part != "/authentication/methods" else "authentication-methods"


def _object(ctx: Context, name: str, address: str, params: Params) -> Item:
    found = ctx.read(lambda: ctx.connection(Graph).directory.get(address, params))
    return ctx.keep(f"{name}.json", found.body)


def _apps(ctx: Context, account: Account) -> list[Item]:
    """Keep each app's credentials: the lists of owned objects leave the certificates' bytes out."""
    items: list[Item] = []
    for place, (app, on) in enumerate(owned(ctx, account).items(), 1):
        items.append(_object(ctx, f"app-{place}", path(f"/{on}/{{}}", app), KEYS))
        if on == "applications":
            trusts = path("/applications/{}/federatedIdentityCredentials", app)
            items += keep_pages(ctx, f"app-{place}-federated", trusts)
    return items
