"""Channels and people, as a bot may see and make them.

Source: https://docs.slack.dev/reference/methods?family=conversations
"""

from __future__ import annotations

import re

from integrations.lab.company import COMPANY
from integrations.lab.server import Reply
from integrations.lab.slack.people import BOT, BOT_ID, TEAM, shown
from integrations.lab.slack.web import Given, Web, boolean, method, yes
from integrations.lab.slack.workspace import Channel, No
from runner.actions.values import Json

__all__ = ["Conversations"]

_NAME = re.compile(r"[\w-]{1,80}")
_PAGE, _INVITED = 1_000, 100


class Conversations(Web):
    """The methods about channels and people."""

    @method("auth.test")
    def _auth_test(self, _given: Given) -> Reply:
        who = {"user": "severance", "user_id": BOT, "bot_id": BOT_ID}
        return yes(url=f"{self.url}/", team=COMPANY, team_id=TEAM, is_enterprise_install=False, **who)

    @method("users.info", "users:read")
    def _users_info(self, given: Given) -> Reply:
        return yes(user=shown(self.world.users[self.person(given.get("user"))]))

    @method("conversations.info")
    def _info(self, given: Given) -> Reply:
        key, channel = self._read(given)
        return yes(channel=self._described(key, channel))

    @method("conversations.members")
    def _members(self, given: Given) -> Reply:
        _, channel = self._read(given)
        limit, start = int(given.get("limit") or 100), int(given.get("cursor") or 0)
        if not 1 <= limit <= _PAGE:
            raise No("invalid_limit")
        more = start + limit < len(channel.everyone)
        shown_now = channel.everyone[start : start + limit]
        return yes(members=shown_now, response_metadata={"next_cursor": str(start + limit) if more else ""})

    @method("conversations.history")
    def _history(self, given: Given) -> Reply:
        channel = self.world.visible(str(given.get("channel", "")))
        self._need("history", channel)
        if not channel.is_member:
            raise No("not_in_channel")
        limit = int(given.get("limit", 100))
        if not 1 <= limit <= 999:
            raise No("invalid_limit")
        hidden = {"mrkdwn", "unfurled", "edits"}  # what the lab alone knows
        if not boolean(given.get("include_all_metadata", "")):
            hidden.add("metadata")
        newest = channel.messages[::-1][:limit]
        told = [{key: value for key, value in each.items() if key not in hidden} for each in newest]
        counted = {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}
        return yes(messages=told, has_more=len(channel.messages) > limit, **counted)

    @method("conversations.create")
    def _create(self, given: Given) -> Reply:
        is_private = boolean(given.get("is_private", ""))
        self.need("groups:write" if is_private else "channels:manage")
        name = self._free(str(given.get("name", "")))
        key = self.world.new_channel(name, is_private=is_private)
        made = yes(channel=self._described(key, self.channels[key]))
        return Reply(200, made.body, changed=f"channel {name}")

    @method("conversations.rename")
    def _rename(self, given: Given) -> Reply:
        key, channel = self._write(given)
        channel.name = self._free(str(given.get("name", "")))
        return yes(channel=self._described(key, channel))

    @method("conversations.setTopic")
    def _topic(self, given: Given) -> Reply:
        key, channel = self._write(given)
        if len(topic := str(given.get("topic", ""))) > 250:
            raise No("too_long")
        channel.topic = topic
        return yes(channel=self._described(key, channel))

    @method("conversations.archive")
    def _archive(self, given: Given) -> Reply:
        channel = self.world.visible(str(given.get("channel", "")))
        self._need("write", channel)
        if channel.is_archived:
            raise No("already_archived")
        channel.is_archived = True
        return yes()

    @method("conversations.invite")
    def _invite(self, given: Given) -> Reply:
        key, channel = self._write(given)
        asked = [each.strip() for each in str(given.get("users", "")).split(",") if each.strip()]
        if not asked:
            raise No("no_user")
        if len(asked) > _INVITED:
            raise No("too_many_users")
        wrong = [(user, why) for user in asked if (why := self._why_not(channel, user))]
        if wrong:
            errors = [{"ok": False, "user": user, "error": why} for user, why in wrong]
            raise No(wrong[0][1], errors=errors)
        for user in asked:
            self.join(key, user, BOT)
        made = yes(channel=self._described(key, channel))
        who = ",".join(sorted(asked))
        return Reply(200, made.body, changed=f"members {key} {who} {len(channel.members)}")

    @method("conversations.kick")
    def _kick(self, given: Given) -> Reply:
        key, channel = self._write(given)
        user = self.person(given.get("user"))
        if user == BOT:
            raise No("cant_kick_self")
        if user not in channel.members:
            raise No("not_in_channel")
        self.leave(key, user)
        return yes()

    @method("conversations.open")
    def _open(self, given: Given) -> Reply:
        asked = str(given.get("users", "")).split(",")
        if asked == [""]:
            raise No("users_list_not_supplied")
        self.need("im:write" if len(asked) == 1 else "mpim:write")
        key = self.direct(asked[0])
        full = boolean(given.get("return_im", ""))
        return yes(channel=self._described(key, self.channels[key]) if full else {"id": key})

    def direct(self, user: str) -> str:
        """Return the direct messages with a person. Raises No for one who cannot be written to."""
        someone = self.world.users[self.person(user)]
        if someone.is_bot:
            raise No("cannot_dm_bot")
        if someone.deleted:
            raise No("user_disabled")
        return self.world.im(user)

    def _read(self, given: Given) -> tuple[str, Channel]:
        key = str(given.get("channel", ""))
        channel = self.world.visible(key)
        self._need("read", channel)
        return key, channel

    def _write(self, given: Given) -> tuple[str, Channel]:
        key = str(given.get("channel", ""))
        channel = self.world.visible(key)
        self._need("write", channel)
        if channel.im:
            raise No("method_not_supported_for_channel_type")
        return key, self.world.entered(key)

    def _need(self, what: str, channel: Channel) -> None:
        if channel.im:
            self.need("im:write" if what == "write" and "im:write" in self.scopes else f"im:{what}")
        elif channel.is_private:
            self.need(f"groups:{what}")
        else:
            self.need({"write": "channels:manage"}.get(what, f"channels:{what}"))

    def _free(self, name: str) -> str:
        if not name:
            raise No("invalid_name_required")
        if len(name) > 80:
            raise No("invalid_name_maxlength")
        if not _NAME.fullmatch(name) or name != name.lower():
            raise No("invalid_name_specials")
        if any(each.name == name for each in self.channels.values()):
            raise No("name_taken")
        return name

    def _why_not(self, channel: Channel, user: str) -> str:
        someone = self.world.users.get(user)
        if someone is None:
            return "user_not_found"
        if user == BOT:
            return "cant_invite_self"
        if user in channel.members:
            return "already_in_channel"
        barred = someone.deleted or (someone.is_stranger and not channel.is_ext_shared)
        return "cant_invite" if barred else ""

    def _described(self, key: str, channel: Channel) -> Json:
        if channel.im:
            return {
                "id": key, "created": channel.created, "is_im": True, "is_org_shared": False,
                "user": channel.im, "is_user_deleted": self.world.users[channel.im].deleted, "priority": 0,
            }  # fmt: skip
        blank = {"value": channel.topic, "creator": BOT if channel.topic else "", "last_set": 0}
        is_private = channel.is_private
        return {
            "id": key, "name": channel.name, "name_normalized": channel.name, "is_channel": not is_private,
            "is_group": is_private, "is_im": False, "is_mpim": False, "is_private": is_private,
            "is_member": channel.is_member, "is_archived": channel.is_archived, "is_general": False,
            "is_shared": channel.is_ext_shared, "is_ext_shared": channel.is_ext_shared,
            "is_org_shared": False, "is_pending_ext_shared": channel.is_pending_ext_shared,
            "pending_shared": [], "created": channel.created, "creator": BOT, "unlinked": 0,
            "previous_names": [],
            "topic": blank, "purpose": {"value": "", "creator": "", "last_set": 0},
        }  # fmt: skip
