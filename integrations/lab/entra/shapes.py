"""How the simulated Entra spells things: ids, times, users, devices, apps, sign-ins, audit events."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from integrations.lab.company import Person
from runner.actions.values import Json

__all__ = [
    "HIRED", "ODATA", "app", "audit", "device", "guid", "method", "opaque", "sign_in", "spelled", "user",
]  # fmt: skip

ODATA = "#microsoft.graph."
HIRED = "2025-03-03T08:00:00Z"
_BROWSER = {
    "browser": "Edge 120.0.0", "operatingSystem": "Windows10", "deviceId": "", "displayName": None,
    "isCompliant": None, "isManaged": None, "trustType": None,
}  # fmt: skip


def guid(*parts: str) -> str:
    """Return an id in Entra's form, the same in every run."""
    digest = hashlib.sha256("/".join(("entra", *parts)).encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def opaque(*parts: str) -> str:
    """Return an id of the other form: base64url, the same in every run."""
    return base64.urlsafe_b64encode(hashlib.sha256("/".join(parts).encode()).digest()).decode().rstrip("=")


def spelled(when: datetime | None = None) -> str:
    """Return a time as Graph spells it, to the second."""
    return (when or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")


def user(object_id: str, someone: Person, **changed: Json) -> Json:
    """Return a whole user object."""
    given, _, family = someone.name.partition(" ")
    return {
        "id": object_id, "deletedDateTime": None, "accountEnabled": True, "displayName": someone.name,
        "givenName": given, "surname": family, "jobTitle": someone.title, "department": someone.team,
        "companyName": None, "mail": someone.mail, "userPrincipalName": someone.mail,
        "employeeId": someone.staff_id, "mobilePhone": someone.phone.replace(" ", ""), "businessPhones": [],
        "officeLocation": None, "preferredLanguage": None, "userType": "Member", "creationType": None,
        "externalUserState": None, "otherMails": [], "proxyAddresses": [f"SMTP:{someone.mail}"],
        "createdDateTime": HIRED, "lastPasswordChangeDateTime": HIRED,
        "signInSessionsValidFromDateTime": HIRED, "onPremisesSyncEnabled": None,
        "onPremisesLastSyncDateTime": None, "assignedLicenses": [], "identities": [], **changed,
    }  # fmt: skip


def device(object_id: str, name: str, system: str, trust: str) -> Json:
    """Return a device object. trust: Workplace (registered), AzureAd (joined), ServerAd (hybrid joined)."""
    synced = trust == "ServerAd"
    return {
        "@odata.type": ODATA + "device", "id": object_id, "deletedDateTime": None, "accountEnabled": True,
        "deviceId": guid("device", object_id), "displayName": name, "operatingSystem": system,
        "operatingSystemVersion": "14", "trustType": trust, "isManaged": True, "isCompliant": True,
        "approximateLastSignInDateTime": HIRED, "onPremisesSyncEnabled": True if synced else None,
        "onPremisesLastSyncDateTime": HIRED if synced else None, "profileType": "RegisteredDevice",
    }  # fmt: skip


def method(kind: str, method_id: str, **more: Json) -> Json:
    """Return an authentication method; Graph shows no secret of any."""
    return {"@odata.type": f"{ODATA}{kind}AuthenticationMethod", "id": method_id, **more}


def app(object_id: str, name: str, kind: str = "application", **changed: Json) -> Json:
    """Return an application or a servicePrincipal."""
    return {
        "@odata.type": ODATA + kind, "id": object_id, "deletedDateTime": None, "appId": guid("app", name),
        "displayName": name, "keyCredentials": [], "passwordCredentials": [], **changed,
    }  # fmt: skip


def sign_in(number: int, when: datetime, who: Json, ip: str, *, code: int = 0) -> Json:
    """Return one interactive sign-in."""
    reason = "Other." if code == 0 else "The user account is disabled."
    place = {"latitude": 60.39, "longitude": 5.32, "altitude": None}
    return {
        "id": guid("sign-in", str(number)), "createdDateTime": spelled(when), "userId": who["id"],
        "userDisplayName": who["displayName"], "userPrincipalName": who["userPrincipalName"],
        "appId": guid("app", "Office"), "appDisplayName": "Office 365 Exchange Online", "ipAddress": ip,
        "clientAppUsed": "Browser", "correlationId": guid("correlation", str(number)),
        "conditionalAccessStatus": "notApplied", "isInteractive": True, "riskDetail": "none",
        "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none",
        "riskEventTypes": [], "riskEventTypes_v2": [], "resourceDisplayName": "Microsoft Graph",
        "resourceId": "00000003-0000-0000-c000-000000000000",
        "status": {"errorCode": code, "failureReason": reason, "additionalDetails": None},
        "deviceDetail": dict(_BROWSER), "appliedConditionalAccessPolicies": [],
        "location": {"city": "Bergen", "state": "Vestland", "countryOrRegion": "NO", "geoCoordinates": place},
    }  # fmt: skip


def audit(number: int, what: str, by: Mapping[str, Json], on: Json, agent: str) -> Json:
    """Return one event of the directory's audit log, of now. by: `{"app": …}` or `{"user": …}`."""
    target = {
        "id": on["id"], "displayName": on.get("displayName"), "type": "User", "groupType": None,
        "userPrincipalName": on.get("userPrincipalName"), "modifiedProperties": [],
    }  # fmt: skip
    return {
        "id": f"Directory_{guid('audit', str(number))}_{number}", "category": "UserManagement",
        "correlationId": guid("correlation", "audit", str(number)), "result": "success", "resultReason": "",
        "activityDisplayName": what, "activityDateTime": spelled(), "loggedByService": "Core Directory",
        "operationType": "Update", "initiatedBy": {"app": None, "user": None, **by},
        "targetResources": [target], "additionalDetails": [{"key": "User-Agent", "value": agent}],
    }  # fmt: skip
