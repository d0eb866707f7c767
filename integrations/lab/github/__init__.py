"""A stand-in for one organisation on GitHub Enterprise Cloud: `GitHub(name, ledger, latency_ms=...)`.

It keeps state and refuses what GitHub refuses. It is split by what is asked about; `world` is the
state, `shapes` its spelling. Acts (`POST /_lab/act`): `mint`, `authorize`, `deploy-key`,
`new-hour`,
`collaborate`, `accept`, `rename`, `recycle`, `set-role`, `enterprise-team`, `caller`, `leave-long-ago`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from itertools import chain
from typing import ClassVar

from integrations.lab.company import SUBJECT
from integrations.lab.github.audit import AuditLog
from integrations.lab.github.credentials import Credentials
from integrations.lab.github.exports import Exports
from integrations.lab.github.people import People
from integrations.lab.github.repositories import Repositories
from integrations.lab.github.world import Authorization, DeployKey, User, moment
from integrations.lab.site import Site
from runner.actions.values import Json

__all__ = ["GitHub"]

_PARTS = (People, Credentials, Repositories, Exports, AuditLog)


class GitHub(AuditLog, People, Credentials, Repositories, Exports):
    """One organisation; the `token` is a personal one of an owner, the `app_token` a GitHub App's."""

    _routes: ClassVar = list(chain.from_iterable(part._routes for part in _PARTS))  # noqa: SLF001  # of StandIn

    def enrol(self, site: Site) -> Json:
        """Make a token of ours. The subject gave the build a key, which comes back held: others use it."""
        self.token = site.secret(self.name)
        self.act("deploy-key", {"login": SUBJECT.github, "repo": "payout-engine"})
        token = f"file:secrets/{self.name}"
        return {"url": self.url, "token": token, "org": self.org, "behind": ["github_enterprise"]}

    def state(self) -> Json:
        """Return memberships, credentials, keys, collaborators, forks, mails and exports."""
        world = self.world
        return {
            "users": {str(each.id): each.login for each in world.users.values()},
            "members": {str(user): asdict(each) for user, each in world.members.items()},
            "teams": {slug: sorted(people) for slug, people in world.teams.items()},
            "authorizations": [asdict(each) for each in world.authorizations.values()],
            "fine_grained": [asdict(each) for each in world.fine_grained.values()],
            "repos": {each.name: asdict(each) for each in world.repos.values()},
            "forks": [asdict(each) for each in world.forks.values()],
            "exports": [{"id": each.id, "state": each.state} for each in world.exports.values()],
            "mails": list(world.mails),
        }

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person or as time would; `login` names the person. Raises ValueError."""
        acts: dict[str, Callable[[User, Mapping[str, Json]], Json]] = {
            "mint": self._mint,
            "authorize": self._authorize,
            "deploy-key": self._deploy_key,
            "collaborate": self._collaborate,
            "accept": self._accept,
            "rename": self._rename,
            "recycle": self._recycle,
            "set-role": self._set_role,
            "enterprise-team": self._enterprise_team,
            "caller": self._caller,
            "leave-long-ago": self._leave_long_ago,
        }
        if name == "new-hour":  # the hourly allowance of requests begins anew
            self._used = 0
            return None
        user = self.world.named(str(given.get("login", "")))
        if name not in acts or user is None:
            raise ValueError(f"{self.name} knows no act {name!r} of {given.get('login')!r}")
        return acts[name](user, given)

    def _mint(self, user: User, given: Mapping[str, Json]) -> Json:
        """Mint a fine-grained token that reaches the organisation."""
        made = Authorization(
            self.world.fresh(), user.id, "fine-grained", str(given.get("title", "spare")), moment()
        )
        self.world.fine_grained[made.id] = made
        return asdict(made)

    def _authorize(self, user: User, given: Mapping[str, Json]) -> Json:
        """Authorise a credential through single sign-on; `type` as GitHub spells it."""
        return asdict(self.world.authorize(user.id, str(given.get("type", "personal access token")), "spare"))

    def _deploy_key(self, user: User, given: Mapping[str, Json]) -> Json:
        """Add a deploy key to `repo`."""
        number = self.world.fresh()
        made = DeployKey(
            number, "mirror", f"ssh-ed25519 AAAAC3NzaFjordlight{number}", False, user.id, moment()
        )
        self.world.repos[str(given["repo"])].keys[number] = made
        return asdict(made)

    def _collaborate(self, user: User, given: Mapping[str, Json]) -> Json:
        """Become an outside collaborator of `repo`, or with `invited` only be asked to."""
        repo = self.world.repos[str(given["repo"])]
        if given.get("invited"):
            repo.invitations[self.world.fresh()] = (user.id, "write")
        else:
            repo.outside[user.id] = "write"
        return asdict(repo)

    def _accept(self, user: User, given: Mapping[str, Json]) -> Json:
        """Accept the invitation to the organisation."""
        del given
        self.accept(user)
        return {"state": "active"}

    def _rename(self, user: User, given: Mapping[str, Json]) -> Json:
        """Take another login; the old one is free for anybody."""
        user.login = str(given["to"])
        return {"id": user.id, "login": user.login}

    def _recycle(self, user: User, given: Mapping[str, Json]) -> Json:
        """Delete this account, and let a stranger take its login and join the organisation."""
        del given, self.world.users[user.id]
        stranger = User(self.world.fresh(), user.login, "A stranger", "", moment())
        self.world.users[stranger.id] = stranger
        self.world.members[stranger.id] = self.world.members.pop(user.id)
        return {"id": stranger.id, "login": stranger.login}

    def _set_role(self, user: User, given: Mapping[str, Json]) -> Json:
        """Become `admin` or `member`."""
        self.world.members[user.id].role = str(given["role"])
        return {"role": given["role"]}

    def _enterprise_team(self, user: User, given: Mapping[str, Json]) -> Json:
        """Become a member through an enterprise team as well."""
        self.world.members[user.id].enterprise_teams.append(str(given["team"]))
        return {"team": given["team"]}

    def _caller(self, user: User, given: Mapping[str, Json]) -> Json:
        """Let the runner's token belong to this person."""
        del given
        self.world.caller = user.login
        return {"caller": user.login}

    def _leave_long_ago(self, user: User, given: Mapping[str, Json]) -> Json:
        """Let four months pass since this person left."""
        del given
        self.world.former[user.id].left -= timedelta(days=120)
        return {}
