"""The state of one simulated GitHub organisation: who is in it, what it owns, what they hold.

Every configured clone has ids of its own, so that an id of one service means nothing on another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from integrations.lab.company import PEOPLE, PERSONAS, SUBJECT, Person, github_id
from runner.actions.values import Json

__all__ = [
    "CALLER",
    "ORG",
    "Authorization",
    "DeployKey",
    "Export",
    "Fork",
    "Former",
    "Member",
    "Repo",
    "User",
    "World",
    "moment",
]

ORG = "fjordlight"
CALLER = "severance-fjl"
"""Login of the machine user whose token the runner holds; an owner of the organisation."""

_REPOS = {
    "ledger-core": True,
    "ledger-web": True,
    "payout-engine": True,
    "build-images": True,
    "infra-live": True,
    "data-lake": True,
    "handbook": True,
    "open-charts": False,
}
_TEAMS = {
    "Platform": ("infra-live", "build-images"),
    "Product": ("ledger-web", "ledger-core"),
    "Data": ("data-lake",),
}


def moment(**ago: float) -> str:
    """Return the time that long ago, RFC 3339 UTC with seconds, as GitHub prints times."""
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class User:
    """A personal account; the organisation does not own it."""

    id: int
    login: str
    name: str
    mail: str
    """What the identity provider calls the person; GitHub shows it in SAML identities only."""
    created: str


@dataclass(slots=True)
class Member:
    """One person's membership of the organisation."""

    role: str = "member"
    state: str = "active"
    direct: bool = True
    enterprise_teams: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DeployKey:
    """A key of one repository; it works whoever added it, and long after they left."""

    id: int
    title: str
    key: str
    read_only: bool
    added_by: int
    created: str


@dataclass(slots=True)
class Repo:
    """A repository of the organisation."""

    id: int
    name: str
    private: bool
    keys: dict[int, DeployKey] = field(default_factory=dict)
    outside: dict[int, str] = field(default_factory=dict)
    """Role name by user id, for people who are no members."""
    invitations: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Invited user id and role name, by invitation id."""


@dataclass(slots=True)
class Fork:
    """A private copy in somebody's own account, which goes when their access to `parent` goes."""

    id: int
    owner: int
    parent: str
    pushed: str


@dataclass(slots=True)
class Authorization:
    """A credential somebody authorised for the organisation through single sign-on."""

    id: int
    user: int
    type: str
    title: str
    authorized: str


@dataclass(slots=True)
class Former:
    """What GitHub remembers for three months about somebody who left."""

    role: str
    teams: list[str]
    forks: list[Fork]
    left: datetime


@dataclass(slots=True)
class Export:
    """One migration: an archive being made of repositories."""

    id: int
    repositories: list[int]
    content: bytes
    created: str
    state: str = "pending"
    looks: int = 0


@dataclass
class World:
    """Everything one simulated organisation holds; handlers change it in place."""

    service: str
    users: dict[int, User] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    teams: dict[str, set[int]] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    forks: dict[int, Fork] = field(default_factory=dict)
    authorizations: dict[int, Authorization] = field(default_factory=dict)
    fine_grained: dict[int, Authorization] = field(default_factory=dict)
    former: dict[int, Former] = field(default_factory=dict)
    invitations: dict[int, int] = field(default_factory=dict)
    """Invited user id by invitation id."""
    exports: dict[int, Export] = field(default_factory=dict)
    events: list[dict[str, Json]] = field(default_factory=list)
    mails: list[dict[str, str]] = field(default_factory=list)
    """Notices GitHub sent to people, oldest first."""
    caller: str = CALLER

    def __post_init__(self) -> None:
        """Fill the organisation with Fjordlight's people."""
        digest = hashlib.sha256(f"{self.service}/github".encode()).digest()
        self._ids = count(100_000_000 + int.from_bytes(digest[:3]) * 10)
        self._settle()
        self._equip()

    def fresh(self) -> int:
        """Return an id that nothing of this clone has yet."""
        return next(self._ids)

    def named(self, login: str) -> User | None:
        """Return who has this login now; logins are not case sensitive."""
        return next((each for each in self.users.values() if each.login.lower() == login.lower()), None)

    def user_of(self, someone: Person) -> User:
        """Return the GitHub account of somebody at Fjordlight. Raises KeyError."""
        return self.users[int(github_id(someone, self.service))]

    def authorize(self, user: int, kind: str, title: str) -> Authorization:
        """Let somebody authorise one more credential for the organisation."""
        made = Authorization(self.fresh(), user, kind, title, moment(days=40))
        self.authorizations[made.id] = made
        return made

    def _settle(self) -> None:
        caller = User(self.fresh(), CALLER, "Severance", "", moment(days=900))
        self.users[caller.id] = caller
        self.members[caller.id] = Member("admin")
        for someone in PEOPLE:
            if someone.github:
                user = User(
                    int(github_id(someone, self.service)),
                    someone.github,
                    someone.name,
                    someone.mail,
                    moment(days=1200),
                )
                self.users[user.id] = user
                self.members[user.id] = Member("admin" if "security-leads" in someone.roles else "member")
                self.teams.setdefault(someone.team.lower(), set()).add(user.id)
        outsider = User(self.fresh(), "halden-studio", "Halden Studio", "", moment(days=2000))
        self.users[outsider.id] = outsider
        for name, private in _REPOS.items():
            self.repos[name] = Repo(self.fresh(), name, private)
        self.repos["handbook"].outside[outsider.id] = "write"

    def _equip(self) -> None:
        """Give the personas what such people hold: a token, a key, an app, a private fork."""
        for someone in PERSONAS:
            user = self.user_of(someone).id
            self.authorize(user, "personal access token", "ci-scripts")
            self.authorize(user, "SSH key", "workstation")
        subject = self.user_of(SUBJECT).id
        self.authorize(subject, "OAuth app token", "Review board")
        granted = Authorization(self.fresh(), subject, "fine-grained", "nightly-export", moment(days=12))
        self.fine_grained[granted.id] = granted
        fork = Fork(self.fresh(), subject, "ledger-core", moment(days=3))
        self.forks[fork.id] = fork
        keeper = next(each for each in PEOPLE if "system-owners" in each.roles)
        key = DeployKey(
            self.fresh(),
            "build runner",
            "ssh-ed25519 AAAAC3NzaFjordlightBuildRunner",
            True,
            self.user_of(keeper).id,
            moment(days=400),
        )
        self.repos["build-images"].keys[key.id] = key

    def repos_of_team(self, slug: str) -> tuple[str, ...]:
        """Return the repositories a team may write to."""
        return next((repos for team, repos in _TEAMS.items() if team.lower() == slug), ())
