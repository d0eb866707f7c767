"""The simulated GitHub's credentials: single sign-on authorisations and fine-grained tokens."""

from __future__ import annotations

from integrations.lab.exchange import Reply, Request
from integrations.lab.github.office import GONE, Office, only_owners
from integrations.lab.github.shapes import authorization, fine_grained
from integrations.lab.github.world import ORG
from integrations.lab.server import route

__all__ = ["Credentials"]

_APPS_ONLY = Reply(403, {"message": "Resource not accessible by personal access token"})


class Credentials(Office):
    """What members may act with in the organisation's name."""

    @route("GET", f"/orgs/{ORG}/credential-authorizations")
    def authorizations(self, request: Request) -> Reply:
        """List authorisations of members, perhaps of one login."""
        if not self.owns():
            return only_owners()
        login = request.asked("login").lower()
        found = []
        for each in self.world.authorizations.values():
            holder = self.world.users[each.user].login
            if login in {"", holder.lower()}:
                found.append(authorization(holder, each))
        return self.paged(request, found)

    @route("DELETE", rf"/orgs/{ORG}/credential-authorizations/(?P<number>\d+)")
    def deauthorize(self, request: Request, number: str) -> Reply:
        """Take one authorisation away; the credential itself stays its holder's."""
        del request
        if not self.owns():
            return only_owners()
        made = self.world.authorizations.pop(int(number), None)
        if made is None:
            return GONE
        self.record("org_credential_authorization.revoke", user=self.world.users[made.user].login)
        return Reply(204, changed=f"authorization {number} revoked")

    @route("GET", f"/orgs/{ORG}/personal-access-tokens")
    def fine_grained_tokens(self, request: Request) -> Reply:
        """List fine-grained tokens that reach the organisation; GitHub Apps only."""
        if not self.is_app(request):
            return _APPS_ONLY
        owners = {each.lower() for name in ("owner[]", "owner") for each in request.query.get(name, [])}
        found = []
        for each in self.world.fine_grained.values():
            holder = self.world.users[each.user]
            if not owners or holder.login.lower() in owners:
                found.append(fine_grained(self.url, holder, each))
        return self.paged(request, found)

    @route("POST", rf"/orgs/{ORG}/personal-access-tokens/(?P<number>\d+)")
    def revoke_fine_grained(self, request: Request, number: str) -> Reply:
        """End one fine-grained token's access; GitHub Apps only."""
        if not self.is_app(request):
            return _APPS_ONLY
        if request.json() != {"action": "revoke"}:
            return Reply(
                422, {"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest"}
            )
        made = self.world.fine_grained.pop(int(number), None)
        if made is None:
            return GONE
        self.record("personal_access_token.access_revoked", user=self.world.users[made.user].login)
        return Reply(204, changed=f"fine-grained token {number} revoked")
