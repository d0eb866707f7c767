"""The simulated organisation's records: the audit log, and legal holds."""

from __future__ import annotations

import json

from integrations.lab.server import Reply, Request, route
from integrations.lab.slack_org.organisation import method, no, yes
from integrations.lab.slack_org.workspaces import Workspaces
from integrations.lab.slack_org.world import slack_id
from runner.actions.values import Json

__all__ = ["Records"]


class Records(Workspaces):
    """What Slack remembers, and what it is told not to forget."""

    @route("GET", r"/audit/v1/logs")
    def _logs(self, request: Request) -> Reply:
        if not self.enterprise:
            return self.refused("audit", 403, "feature_not_enabled")
        actor, entity = request.asked("actor"), request.asked("entity")
        rows = [
            row
            for row in reversed(self.world.audit)
            if actor in {"", row["actor"]["user"]["id"]} and entity in {"", row["entity"]["user"]["id"]}
        ]
        limit, start = int(request.asked("limit", "1000")), request.asked("cursor", "0")
        if not start.isdigit():
            return self.refused("audit", 400, "invalid_cursor")
        end = int(start) + min(limit, 9999)
        cursor = str(end) if end < len(rows) else ""
        return Reply(200, {"entries": rows[int(start) : end], "response_metadata": {"next_cursor": cursor}})

    @method("admin.legalHold.policies.list")
    def _policies(self, request: Request) -> Reply:
        given = request.form()
        status = given.get("status", "")
        rows = [each for each in self.world.holds.values() if status in {"", each["status"]}]
        return self.paged(
            {"limit": "1000", **given}, "policies", rows, most=1000, policy_total_count=len(rows)
        )

    @method("admin.legalHold.policies.create")
    def _create(self, request: Request) -> Reply:
        given = request.form()
        name = given.get("name", "")
        if not name or any(each["name"] == name for each in self.world.holds.values()):
            return no(
                "invalid_arguments"
            )  # names are unique; what Slack answers to a second is not documented
        made: Json = {
            "id": slack_id(self.name, name, "H"), "team_id": self.world.org, "creator_id": self.runner,
            "name": name, "description": given.get("description", ""), "restrictions": ["NO_RESTRICTION"],
            "status": "ACTIVE", "date_created": self.world.now(), "date_updated": self.world.now(),
            "date_released": 0, "date_policy_start": 0, "date_policy_end": 0,
        }  # fmt: skip
        self.world.holds[made["id"]] = made
        return yes(f"hold {name} created", policy=made)

    @method("admin.legalHold.entities.list")
    def _entities(self, request: Request) -> Reply:
        given = request.form()
        if given.get("policy_id") not in self.world.holds:
            return no("legal_hold_not_found")
        rows = self.world.custodians[given["policy_id"]]
        return self.paged({"limit": "1000", **given}, "entities", rows, most=1000)

    @method("admin.legalHold.entities.add")
    def _add(self, request: Request) -> Reply:
        given = request.form()
        policy = self.world.holds.get(given.get("policy_id", ""))
        if policy is None:
            return no("legal_hold_not_found")
        if policy["status"] != "ACTIVE":
            return no("released_policy_edit_not_allowed")
        wanted = [
            each["entity_id"] for each in json.loads(given["entities"]) if each["entity_type"] == "USER"
        ]
        held = {each["entity_id"] for each in self.world.custodians[policy["id"]]}
        made = [self._custodian(policy["id"], user) for user in wanted if user not in held]
        failed = [user for user in wanted if user not in self.world.users]
        names = ",".join(each["entity_id"] for each in made)
        changed = f"hold {policy['id']} on {names}" if made else None
        return yes(changed, created_entities=made, failed_entities=failed)

    def _custodian(self, policy: str, user: str) -> Json:
        made: Json = {
            "id": slack_id(self.name, f"{policy}/{user}", "He"), "team_id": self.world.org,
            "policy_id": policy, "entity_type": "USER", "entity_id": user,
            "date_created": self.world.now(), "date_deleted": 0,
        }  # fmt: skip
        self.world.custodians[policy].append(made)
        return made
