"""Views, and the way to a socket.

Sources: https://docs.slack.dev/reference/methods?family=views and
https://docs.slack.dev/reference/methods/apps.connections.open
"""

from __future__ import annotations

from integrations.lab.server import Reply
from integrations.lab.slack.messages import Messages
from integrations.lab.slack.modals import checked
from integrations.lab.slack.people import APP
from integrations.lab.slack.web import Given, method, parsed, yes
from integrations.lab.slack.workspace import No

__all__ = ["Views"]


class Views(Messages):
    """The methods about modals, Home tabs and sockets."""

    @method("views.open")
    def _view_open(self, given: Given) -> Reply:
        view = checked(parsed(given.get("view"), "invalid_arguments"))  # a refused view spends no trigger
        user = self.world.exchange(str(given.get("trigger_id", "")))
        return yes(view=self.modals.open(user, view))

    @method("views.push")
    def _view_push(self, given: Given) -> Reply:
        view = checked(parsed(given.get("view"), "invalid_arguments"))  # a refused view spends no trigger
        user = self.world.exchange(str(given.get("trigger_id", "")))
        return yes(view=self.modals.push(user, view))

    @method("views.update")
    def _view_update(self, given: Given) -> Reply:
        view = parsed(given.get("view"), "invalid_arguments")
        key, external = str(given.get("view_id", "")), str(given.get("external_id", ""))
        return yes(view=self.modals.update(key, view, str(given.get("hash") or ""), external))

    @method("views.publish")
    def _view_publish(self, given: Given) -> Reply:
        view = parsed(given.get("view"), "invalid_arguments")
        user = self.person(given.get("user_id"))
        if self.world.users[user].is_bot or self.world.users[user].deleted:
            raise No("user_not_found")
        return yes(view=self.modals.publish(user, view, str(given.get("hash") or "")))

    @method("apps.connections.open")
    def _connections_open(self, _given: Given) -> Reply:
        return yes(url=f"{self.link.ticket()}&app_id={APP}")
