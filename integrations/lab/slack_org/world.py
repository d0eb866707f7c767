"""What the simulated Slack organisation holds: people, workspaces, channels, sessions, apps, logs, holds."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from dataclasses import dataclass, field

from integrations.lab.company import BREAK_GLASS, COMPANY, DOMAIN, PEOPLE, PERSONAS, SUBJECT, Person
from integrations.lab.slack_org.shapes import user_shape
from runner.actions.values import Json

__all__ = ["GUEST", "RUNNER", "STRANGER", "App", "Channel", "World", "slack_id"]

_START = (
    1_790_000_000  # seconds; what happened before the lab began is dated from here, the same in every run
)
_EXIT = "192.0.2.77"  # RFC 5737; the address behind which the one operator sits
GUEST, STRANGER = f"auditor@{DOMAIN}", "dana@partner.example"
RUNNER = f"severance@{DOMAIN}"
_OWNERS = {f"maren.okafor@{DOMAIN}", f"tomas.arvidsson@{DOMAIN}", RUNNER}
_ADMIN = f"katarina.vuk@{DOMAIN}"


def slack_id(service: str, what: str, prefix: str) -> str:
    """Return an id in Slack's form (a letter and ten of A-Z, 0-9), the same in every run."""
    digest = hashlib.sha256(f"{service}/slack/{prefix}/{what}".encode()).hexdigest()
    number, alphabet = int(digest, 16), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return prefix + "".join(alphabet[number // 36**place % 36] for place in range(10))


@dataclass(slots=True)
class Channel:
    """A conversation of one workspace."""

    id: str
    name: str
    team: str
    is_private: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    members: set[str] = field(default_factory=set)


@dataclass(slots=True)
class App:
    """An app, or a legacy integration (`service`), and where it is installed."""

    id: str
    name: str
    service: bool = False
    teams: set[str] = field(default_factory=set)


class World:
    """All state; users are as users.info gives them, keyed by id."""

    def __init__(self, service: str) -> None:
        """service: the configured name; ids derive from it."""
        self.service = service
        self.org = slack_id(service, COMPANY, "E")
        self.main, self.labs = (slack_id(service, name, "T") for name in ("main", "labs"))
        self.names = {self.main: COMPANY, self.labs: f"{COMPANY} Labs"}
        self.users: dict[str, Json] = {}
        self.resources: dict[str, Json] = {}
        """SCIM's part of each user: staff id, phones, address."""
        self.roles: dict[str, dict[str, str]] = defaultdict(dict)
        """Role by scope (the organisation, or a workspace), by user id."""
        self.sessions: dict[str, list[Json]] = defaultdict(list)
        self.channels: dict[str, Channel] = {}
        self.apps: dict[str, App] = {}
        self.changes: list[Json] = []
        """Integration log; each row with its team besides, which Slack does not show."""
        self.approved: list[Json] = []
        self.logins: list[Json] = []
        self.audit: list[Json] = []
        self.holds: dict[str, Json] = {}
        self.custodians: dict[str, list[Json]] = defaultdict(list)
        self._tick = _START
        for channel in ("general", "random", "platform", "customers-shared"):
            self.channel(channel, self.main, general=channel == "general", external="shared" in channel)
        self.channel("labs-general", self.labs, general=True)
        self.channel("incident-room", self.main, private=True)
        self.channel("side-project", self.main, private=True)
        self._move_in()
        self._subject(self.named(SUBJECT.mail))

    def now(self) -> int:
        """Return the next second: later than everything before it, and never later than the clock."""
        self._tick = min(self._tick + 1, max(self._tick, int(time.time())))
        return self._tick

    def named(self, mail: str) -> str:
        """Return a user id by e-mail. Raises ValueError."""
        for user, each in self.users.items():
            if each["profile"].get("email") == mail:
                return user
        raise ValueError(f"nobody here is {mail!r}")

    def channel(
        self, name: str, team: str, *, private: bool = False, general: bool = False, external: bool = False
    ) -> Channel:
        """Make a channel."""
        made = Channel(slack_id(self.service, name, "C"), name, team, private, general, external)
        self.channels[made.id] = made
        return made

    def join(self, user: str, name: str) -> None:
        """Put a user into a channel by its name. Raises ValueError."""
        for each in self.channels.values():
            if each.name == name:
                each.members.add(user)
                return
        raise ValueError(f"there is no channel {name!r}")

    def enter(self, user: str, team: str) -> None:
        """Put a user into a workspace and its general channel."""
        self.users[user]["enterprise_user"]["teams"].append(team)
        for each in self.channels.values():
            if each.team == team and each.is_general:
                each.members.add(user)

    def leave_everything(self, user: str) -> None:
        """Take a user out of sessions, channels, workspaces and roles, as a deactivation does."""
        self.sessions.pop(user, None)
        self.roles.pop(user, None)
        self.users[user]["enterprise_user"]["teams"] = []
        for each in self.channels.values():
            each.members.discard(user)

    def sign_in(self, user: str, team: str, ip: str, hardware: str = "MacBookPro18,3") -> Json:
        """Open a session and write the sign-in down."""
        client = {
            "device_hardware": hardware, "os": "macOS", "os_version": "15.1",
            "slack_client_version": "4.41.105", "ip": ip,
        }  # fmt: skip
        number = 1_000_000 + len(self.logins)
        made = {"user_id": user, "team_id": team, "session_id": number, "created": client, "recent": client}
        self.sessions[user].append(made)
        at = self.now()
        self.logins.append(
            {
                "user_id": user, "username": self.users[user]["name"], "date_first": at, "date_last": at,
                "count": 1, "ip": ip, "user_agent": f"SlackWeb ({hardware})", "isp": None, "country": None,
                "region": None,
            }
        )  # fmt: skip
        self.note("user_login", user, user, ip=ip)
        return made

    def note(self, action: str, actor: str, entity: str, *, ip: str = "192.0.2.10") -> None:
        """Write an event into the audit log."""
        who = self.users[actor]
        user = {"id": actor, "name": who.get("real_name", ""), "email": who["profile"].get("email", "")}
        self.audit.append(
            {
                "id": f"0c4ab1ce-0000-4000-8000-{len(self.audit):012d}", "date_create": self.now(),
                "action": action, "actor": {"type": "user", "user": user},
                "entity": {"type": "user", "user": {"id": entity}},
                "context": {"location": {"type": "enterprise", "id": self.org}, "ua": "", "ip_address": ip},
            }
        )  # fmt: skip

    def change(self, user: str, app: App, team: str, kind: str, scope: str = "") -> None:
        """Write a change to an integration into the workspace's log."""
        named = (
            {"service_id": app.id, "service_type": app.name}
            if app.service
            else {"app_id": app.id, "app_type": app.name}
        )
        row = {"user_id": user, "user_name": self.users[user]["name"], "date": str(self.now())}
        self.changes.append({**named, **row, "change_type": kind, "scope": scope, "team": team})

    def install(self, user: str, name: str, team: str, *, service: bool = False, scope: str = "bot") -> App:
        """Install an app, or set up a legacy integration, as a user would."""
        number = str(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
        made = App(number if service else slack_id(self.service, name, "A"), name, service)
        app = self.apps.setdefault(made.id, made)
        app.teams.add(team)
        self.change(user, app, team, "added", scope)
        return app

    def approve(self, user: str, app: App, team: str) -> None:
        """Let an app into a workspace, as its app manager."""
        shown = {"id": app.id, "name": app.name, "is_internal": False, "developer_type": "third_party"}
        actor = {"actor_id": user, "actor_type": "user"}
        row = {"app": shown, "scopes": [], "date_updated": self.now(), "last_resolved_by": actor}
        self.approved.append({**row, "team": team})

    def _move_in(self) -> None:
        runner = Person(
            "", "Severance", RUNNER, "Service account", "Security", "", "", "", "", "employee", ""
        )
        for someone in (runner, *PEOPLE, *BREAK_GLASS):
            user = slack_id(self.service, someone.staff_id or someone.mail, "W")
            self.users[user], self.resources[user] = user_shape(user, self.org, self.main, someone)
            self.enter(user, self.main)
            if someone.github:
                self.enter(user, self.labs)
            for channel in ("random", someone.team.lower()):
                if any(each.name == channel for each in self.channels.values()):
                    self.join(user, channel)
            if someone.mail in _OWNERS or someone in BREAK_GLASS:
                self.roles[user][self.org] = "primary owner" if someone is BREAK_GLASS[0] else "owner"
            self.sign_in(user, self.main, _EXIT if someone in PERSONAS else f"198.51.100.{len(self.users)}")
        self.roles[self.named(_ADMIN)][self.main] = "admin"
        for mail, trait in ((GUEST, "is_restricted"), (STRANGER, "is_stranger")):
            someone = Person("", mail.split("@")[0].title(), mail, "", "", "", "", "", "", "contractor", "")
            user = slack_id(self.service, mail, "W")
            self.users[user], self.resources[user] = user_shape(user, self.org, self.main, someone)
            self.users[user][trait] = True
            if trait == "is_restricted":
                self.enter(user, self.main)
            self.join(user, "customers-shared")

    def _subject(self, user: str) -> None:
        """Give the subject what the others have not: a second session, an app, a webhook, more channels."""
        self.sign_in(user, self.labs, "203.0.113.50", "iPhone16,1")
        for channel in ("customers-shared", "incident-room", "side-project"):
            self.join(user, channel)
        self.join(self.named(RUNNER), "incident-room")
        self.install(user, "Build Notifier", self.main, scope="bot,incoming-webhook")
        self.install(user, "incoming-webhook", self.main, service=True, scope="incoming-webhook")
        removed = self.install(user, "Old Poll", self.main)
        removed.teams.clear()
        self.change(self.named(_ADMIN), removed, self.main, "removed")
        others = self.install(self.named(_ADMIN), "Release Train", self.main)
        self.approve(self.named(_ADMIN), others, self.main)
