"""Who is in the simulated workspace: everybody at Fjordlight, and those an app must never believe."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.lab.company import DOMAIN, PEOPLE, Person, stable_id
from runner.actions.values import Json

__all__ = [
    "APP", "BOT", "BOT_ID", "GUEST", "LEAVER", "OTHER_BOT", "STRANGER", "TEAM", "TEAM_DOMAIN", "Member",
    "everybody", "shown", "slack_id",
]  # fmt: skip

TEAM, TEAM_DOMAIN, APP = "T0FJORDLIGHT", "fjordlight", "A0SEVERANCE"
BOT, BOT_ID = "U0SEVERANCE", "B0SEVERANCE"
_ELSEWHERE = "T0ELSEWHERE"
GUEST, STRANGER, OTHER_BOT, LEAVER = "U0GUEST0001", "U0STRANGER1", "U0OTHERBOT1", "U0LEAVER001"
"""A guest of several channels, somebody of another company's workspace, another app's bot, and a
deactivated member."""


@dataclass(slots=True)
class Member:
    """One user id, as the workspace knows it."""

    id: str
    name: str
    mail: str
    team: str = TEAM
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    """A guest."""
    is_ultra_restricted: bool = False
    """A guest of a single channel."""
    is_stranger: bool = False
    """Of another workspace, seen in a shared channel."""
    is_admin: bool = False

    @property
    def login(self) -> str:
        """The legacy user name, which payloads still carry."""
        return self.mail.partition("@")[0]


def slack_id(someone: Person) -> str:
    """Return a person's user id in the workspace: `U` and ten capitals or digits, the same in every run."""
    return stable_id("slack", someone.staff_id, "U", 11).upper()


def everybody() -> dict[str, Member]:
    """Return all users by id; the head of the company is the workspace's owner."""
    people = [Member(slack_id(each), each.name, each.mail) for each in PEOPLE]
    people[0].is_admin = True
    others = [
        Member(BOT, "severance", f"severance@{DOMAIN}", is_bot=True),
        Member(OTHER_BOT, "Build Bot", f"build.bot@{DOMAIN}", is_bot=True),
        Member(GUEST, "Gwen Visser", "gwen.visser@agency.example", is_restricted=True),
        Member(STRANGER, "Sten Fremd", "sten.fremd@elsewhere.example", team=_ELSEWHERE, is_stranger=True),
        Member(LEAVER, "Lena Gone", f"lena.gone@{DOMAIN}", deleted=True),
    ]
    return {each.id: each for each in (*people, *others)}


def shown(someone: Member) -> dict[str, Json]:
    """Return a user object as users.info shows it to a bot without users:read.email.

    Source: https://docs.slack.dev/reference/objects/user-object
    """
    profile = {
        "avatar_hash": "g0000000000", "display_name": someone.name, "display_name_normalized": someone.name,
        "fields": {}, "phone": "", "real_name": someone.name, "real_name_normalized": someone.name,
        "skype": "", "status_emoji": "", "status_expiration": 0, "status_text": "", "team": someone.team,
        "title": "",
        **{f"image_{size}": f"https://avatars.{DOMAIN}/{size}.png" for size in (24, 32, 48, 72, 192, 512)},
    }  # fmt: skip
    user: dict[str, Json] = {
        "id": someone.id, "team_id": someone.team, "name": someone.login, "deleted": someone.deleted,
        "profile": profile, "is_bot": someone.is_bot, "is_app_user": False, "updated": 1_790_000_000,
    }  # fmt: skip
    if someone.deleted:  # Slack leaves out what a deactivated member was
        return user
    standing = {
        "is_admin": someone.is_admin, "is_owner": someone.is_admin, "is_primary_owner": someone.is_admin,
        "is_restricted": someone.is_restricted, "is_ultra_restricted": someone.is_ultra_restricted,
        "real_name": someone.name, "color": "9f69e7", "tz": "Europe/Oslo",
        "tz_label": "Central European Time", "tz_offset": 3600,
    }  # fmt: skip
    if someone.is_stranger:
        standing["is_stranger"] = True
    return {**user, **standing}
