"""The simulated Directory API: users, search, suspension, sessions, tokens, app passwords, backup codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from integrations.lab.company import DOMAIN
from integrations.lab.exchange import Reply, Request
from integrations.lab.google.organisation import Organisation
from integrations.lab.google.pages import Shape, paged, refusal
from integrations.lab.google.world import moment
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Directory"]

_USER = r"/admin/directory/v1/users/(?P<user>[^/]+)"
_CLAUSE = re.compile(r"(\w+)=('(?:[^'\\]|\\.)*'|[^\s']+)(?:\s+|$)")
_WRITABLE = {"suspended": bool, "recoveryEmail": str, "recoveryPhone": str}
_E164 = re.compile(r"\+[0-9]{7,15}")
_FIELDS: Mapping[str, Callable[[Json], list[str]]] = {
    "email": lambda user: [user["primaryEmail"], *user.get("aliases", ())],
    "externalId": lambda user: [each["value"] for each in user.get("externalIds", ())],
    "phone": lambda user: [each["value"] for each in user.get("phones", ())],
    "addressStreet": lambda user: [each["streetAddress"] for each in user.get("addresses", ())],
    "isAdmin": lambda user: [str(user["isAdmin"]).lower()],
}
"""What can be searched for (Search for users); recovery data is not among it."""


class Directory(Organisation):
    """What Google answers about people."""

    @route("GET", r"/admin/directory/v1/users")
    def _users(self, request: Request) -> Reply:
        if not request.asked("customer") and not request.asked("domain"):
            return refusal(400, "badRequest", "Bad Request")
        rows = list(self.world.users.values())
        if query := request.asked("query"):
            clauses = list(_CLAUSE.finditer(query))
            if "".join(each[0] for each in clauses) != query or any(
                each[1] not in _FIELDS for each in clauses
            ):
                return refusal(400, "invalid", "Invalid Input: query")
            rows = [user for user in rows if all(_fits(user, each[1], each[2]) for each in clauses)]
        return paged(request, rows, Shape("users", 100, 500, "admin#directory#users"))

    @route("GET", _USER)
    def _user(self, request: Request, user: str) -> Reply:
        del request
        if "@" in user and not user.endswith(f"@{DOMAIN}"):
            return refusal(403, "forbidden", "Not Authorized to access this resource/api")
        found = self.world.key(user)
        return Reply(200, self.world.users[found]) if found else self.missing("userKey")

    @route("PUT", _USER)
    def _update(self, request: Request, user: str) -> Reply:
        """Change some fields; null clears one (users.update has the semantics of a patch)."""
        found, body = self.world.key(user), request.json()
        if not found:
            return self.missing("userKey")
        for field, value in body.items():
            if field not in _WRITABLE or not (value is None or isinstance(value, _WRITABLE[field])):
                return refusal(400, "invalid", f"Invalid Input: {field}")
        if body.get("recoveryPhone") and not _E164.fullmatch(body["recoveryPhone"]):
            return refusal(400, "invalid", "Invalid Input: recoveryPhone")
        changed = [self._set(found, field, value) for field, value in body.items()]
        words = ", ".join(each for each in changed if each)
        return Reply(200, self.world.users[found], changed=f"user {found} {words}" if words else None)

    def _set(self, user: str, field: str, value: Json) -> str:
        """Set one field, and say what changed by it; empty when nothing did."""
        record = self.world.users[user]
        if (record.get(field) or None) == (value or None):
            return ""
        if field == "suspended":
            self.suspend(user, value, "ADMIN")
            self.done_by_us("SUSPEND_USER" if value else "UNSUSPEND_USER", user)
            return f"suspended {value}"
        record.pop(field, None)
        if value:
            record[field] = value
        verb, noun = (
            ("ADD" if value else "REMOVE"),
            {"recoveryEmail": "EMAIL", "recoveryPhone": "PHONE"}[field],
        )
        self.done_by_us(f"{verb}_RECOVERY_{noun}", user)
        return f"{field} {'set' if value else 'cleared'}"

    def suspend(self, user: str, value: Json, reason: str) -> None:
        """Suspend or unsuspend, whoever does it."""
        record = self.world.users[user]
        for key in ("suspensionReason", "suspensionTime"):
            record.pop(key, None)
        record["suspended"] = bool(value)
        if value:
            record |= {"suspensionReason": reason, "suspensionTime": moment()}

    @route("POST", _USER + "/signOut")
    def _sign_out(self, request: Request, user: str) -> Reply:
        del request
        found = self.world.key(user)
        if not found:
            return self.missing("userKey")
        had = self.world.sessions.pop(found, 0)
        self.done_by_us("RESET_SIGNIN_COOKIES", found)
        return Reply(204, changed=f"user {found} signed out" if had else None)

    @route("GET", _USER + "/aliases")
    def _aliases(self, request: Request, user: str) -> Reply:
        del request
        found = self.world.key(user)
        if not found:
            return self.missing("userKey")
        primary = self.world.users[found]["primaryEmail"]
        rows = [
            {"kind": "admin#directory#alias", "id": found, "primaryEmail": primary, "alias": each}
            for each in self.world.users[found].get("aliases", ())
        ]
        return self._list("aliases", rows, "aliases")

    @route("GET", _USER + "/tokens")
    def _tokens(self, request: Request, user: str) -> Reply:
        del request
        found = self.world.key(user)
        return (
            self._list("tokenList", [*self.world.tokens[found].values()])
            if found
            else self.missing("userKey")
        )

    @route("DELETE", _USER + r"/tokens/(?P<client>[^/]+)")
    def _delete_token(self, request: Request, user: str, client: str) -> Reply:
        del request
        found = self.world.key(user)
        if not found or not self.world.tokens[found].pop(client, None):
            return self.missing("clientId")
        self.done_by_us("REVOKE_3LO_TOKEN", found)
        return Reply(204, changed=f"user {found} token {client} deleted")

    @route("GET", _USER + "/asps")
    def _passwords(self, request: Request, user: str) -> Reply:
        del request
        found = self.world.key(user)
        return (
            self._list("aspList", [*self.world.passwords[found].values()])
            if found
            else self.missing("userKey")
        )

    @route("DELETE", _USER + r"/asps/(?P<code>[^/]+)")
    def _delete_password(self, request: Request, user: str, code: str) -> Reply:
        del request
        found = self.world.key(user)
        if not code.isdigit():
            return refusal(400, "invalid", "Invalid Input: codeId")
        if not found or not self.world.passwords[found].pop(int(code), None):
            return self.missing("codeId")
        self.done_by_us("REVOKE_ASP", found)
        return Reply(204, changed=f"user {found} app password {code} deleted")

    @route("GET", _USER + "/verificationCodes")
    def _codes(self, request: Request, user: str) -> Reply:
        """Show live codes in the clear, as Google does: whoever asks this has disclosed them."""
        del request
        found = self.world.key(user)
        if not found:
            return self.missing("userKey")
        kind = "admin#directory#verificationCode"
        rows = [{"kind": kind, "userId": found, "verificationCode": each} for each in self.world.codes[found]]
        return self._list("verificationCodesList", rows)

    @route("POST", _USER + "/verificationCodes/invalidate")
    def _void(self, request: Request, user: str) -> Reply:
        del request
        found = self.world.key(user)
        if not found:
            return self.missing("userKey")
        had, self.world.codes[found] = self.world.codes[found], []
        self.done_by_us("DELETE_2SV_SCRATCH_CODES", found)
        return Reply(204, changed=f"user {found} backup codes void" if had else None)

    def _list(self, kind: str, rows: list[Json], field: str = "items") -> Reply:
        """Return a list that has no pages; an empty one has no field."""
        return Reply(
            200, {"kind": f"admin#directory#{kind}", "etag": '"e"', **({field: rows} if rows else {})}
        )


def _fits(user: Json, field: str, value: str) -> bool:
    wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith("'") else value
    return wanted.lower() in [each.lower() for each in _FIELDS[field](user)]
