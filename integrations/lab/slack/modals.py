"""The views people have open, as Slack keeps them: a stack of modals each, and a Home tab each.

Source: https://docs.slack.dev/reference/views and https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from integrations.lab.slack.blocks import IN_VIEW, Judge
from integrations.lab.slack.people import APP, BOT_ID, TEAM
from integrations.lab.slack.workspace import No
from runner.actions.values import Json

__all__ = ["Modals", "View", "checked", "numbered"]

_DEEPEST = 3
_LONGEST = 250_000  # bytes, view_too_large
_TITLES = ("title", "submit", "close")
_KEYS = {
    "type", "blocks", "private_metadata", "callback_id", "external_id", "title", "submit", "close",
    "clear_on_close", "notify_on_close", "submit_disabled",
}  # fmt: skip
View = dict[str, Json]


def numbered(blocks: Json) -> Json:
    """Return blocks as stored: what came without a `block_id` or an `action_id` is given one."""
    made = []
    for block in blocks:
        kept = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
        for name in ("accessory", "element"):
            if name in block:
                kept[name] = _named(block[name])
        if block["type"] == "actions":
            kept["elements"] = [_named(each) for each in block["elements"]]
        made.append(kept)
    return made


def _named(element: Json) -> Json:
    return {**element, "action_id": element.get("action_id") or secrets.token_urlsafe(4)}


def checked(given: Json) -> View:
    """Return a view that Slack accepts. Raises No (invalid_arguments) with every reason."""
    judge = Judge()
    if not isinstance(given, dict) or given.get("type") not in {"modal", "home"}:
        raise _not_a("modal or home")
    if len(str(given)) > _LONGEST:
        raise No("view_too_large")
    judge.blocks(given.get("blocks"), IN_VIEW, "/view/blocks")
    for name, most in (("private_metadata", 3_000), ("callback_id", 255), ("external_id", 255)):
        if name in given:
            judge.length(given[name], f"/view/{name}", most, least=0)
    wrong = [*judge.wrong, *_titles(given)]
    extra = sorted(set(given) - _KEYS)
    wrong += [f"[ERROR] invalid additional property: {each} [json-pointer:/view]" for each in extra]
    if wrong:
        raise No("invalid_arguments", response_metadata={"messages": wrong})
    return given


def _not_a(kind: str) -> No:
    messages = [f"[ERROR] must be a {kind} [json-pointer:/view/type]"]
    return No("invalid_arguments", response_metadata={"messages": messages})


def _titles(given: View) -> list[str]:
    judge = Judge()
    if given["type"] == "home":
        extra = [each for each in _TITLES if given.get(each)]
        return [f"[ERROR] not allowed in a Home tab [json-pointer:/view/{each}]" for each in extra]
    judge.text(given.get("title"), "/view/title", 24)
    for each in ("submit", "close"):
        if given.get(each) is not None:
            judge.text(given[each], f"/view/{each}", 24)
    blocks = given.get("blocks")
    listed = blocks if isinstance(blocks, list) else []
    asks = any(isinstance(each, dict) and each.get("type") == "input" for each in listed)
    lacking = ["[ERROR] missing required field: submit [json-pointer:/view]"]
    return judge.wrong + (lacking if asks and not given.get("submit") else [])


class Modals:
    """Who has which view before them."""

    def __init__(self, next_id: Callable[[str], str]) -> None:
        """next_id: makes an id that begins as given."""
        self._next_id = next_id
        self.stacks: dict[str, list[View]] = {}
        self.last: dict[str, View] = {}
        """By person: the modal last before them, closed or not."""
        self.homes: dict[str, View] = {}
        self.errors: dict[str, Json] = {}
        """By person: what the last submission was refused for."""

    def open(self, user: str, given: Json) -> View:
        """Open a modal in place of whatever was open. Raises No."""
        view = self._made(checked(given), "modal")
        self.stacks[user] = []
        return self._shown(user, view)

    def push(self, user: str, given: Json) -> View:
        """Open a modal on top of the open one. Raises No."""
        stack = self.stacks.get(user, [])
        if not stack:
            raise No("not_found")
        if len(stack) >= _DEEPEST:
            raise No("push_limit_reached")
        view = self._made(checked(given), "modal")
        view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        return self._shown(user, view)

    def update(self, key: str, given: Json, old_hash: str = "", external: str = "") -> View:
        """Change an open modal; key or external: which. Raises No."""
        checked(given)
        found = self._where(key, external)
        if found is None:
            raise No("not_found")
        user, views, at = found
        if old_hash and old_hash != views[at]["hash"]:
            raise No("hash_conflict")
        kept = {each: views[at][each] for each in ("id", "root_view_id", "previous_view_id")}
        view = {**self._made(given, "modal"), **kept}
        views[at] = self.last[user] = view
        self.errors.pop(user, None)
        return view

    def publish(self, user: str, given: Json, old_hash: str = "") -> View:
        """Put a view on a person's Home tab. Raises No."""
        checked(given)
        before = self.homes.get(user)
        if old_hash and (before is None or before["hash"] != old_hash):
            raise No("hash_conflict")
        view = self._made(given, "home")
        if before:
            view |= {"id": before["id"], "root_view_id": before["id"]}
        self.homes[user] = view
        return view

    def before(self, user: str, key: str) -> View | None:
        """Return a view that is before a person now: the topmost modal, or the Home tab."""
        stack = self.stacks.get(user, [])
        home = self.homes.get(user)
        return next((each for each in (*stack[-1:], *([home] if home else [])) if each["id"] == key), None)

    def close(self, user: str, *, every: bool = False) -> None:
        """Close the topmost modal, or all of them."""
        stack = self.stacks.get(user, [])
        del stack[0 if every else -1 :]
        self.errors.pop(user, None)
        if stack:
            self.last[user] = stack[-1]

    def state(self) -> dict[str, Json]:
        """Return each person's view and Home tab."""
        views = {
            user: {
                **view,
                "closed": not any(each["id"] == view["id"] for each in self.stacks.get(user, [])),
                "errors": self.errors.get(user, {}),
            }
            for user, view in self.last.items()
        }
        return {"views": views, "homes": self.homes}

    def _where(self, key: str, external: str) -> tuple[str, list[View], int] | None:
        for user, stack in self.stacks.items():
            for at, each in enumerate(stack):
                if each["id"] == key or (external and each["external_id"] == external):
                    return user, stack, at
        return None

    def _shown(self, user: str, view: View) -> View:
        self.stacks.setdefault(user, []).append(view)
        self.last[user] = view
        self.errors.pop(user, None)
        return view

    def _made(self, given: View, kind: str) -> View:
        if given["type"] != kind:
            raise _not_a(kind)
        key = self._next_id("V0VIEW")
        return {
            "id": key, "team_id": TEAM, "type": kind, "blocks": numbered(given["blocks"]),
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "external_id": given.get("external_id", ""), "state": {"values": {}},
            "hash": f"{self._next_id('17900')}.{secrets.token_hex(4)}",
            "title": given.get("title"), "submit": given.get("submit"), "close": given.get("close"),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "previous_view_id": None, "root_view_id": key,
            "app_id": APP, "app_installed_team_id": TEAM, "bot_id": BOT_ID,
        }  # fmt: skip
