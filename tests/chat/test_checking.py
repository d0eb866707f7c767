"""What `severance doctor` finds out about the chat, asked of a workspace that answers as Slack does."""

from __future__ import annotations

import json
import re

import pytest

from runner.chat.checking import checked
from runner.chat.manifest import SCOPES
from tests.cli.conftest import lab, running_lab, severance  # noqa: F401  fixtures

SOCKET, TEAM, RIGHTS, PEOPLE = (
    "the app token opens a connection", "the bot is in our workspace", "the bot has its scopes", "people are recognised",
)  # fmt: skip


def rows(company):
    """Return every check by its name."""
    return {each["check"]: each for each in checked(company.desk.chat_line())}


def secret(company, name):
    return company.lab.settings_path.parent / "secrets" / name


def test_a_workspace_that_is_set_up_passes_every_check(company):
    found = rows(company)
    assert list(found) == [SOCKET, TEAM, RIGHTS, PEOPLE]
    assert [each for each in found.values() if not each["ok"] or each["exit"] or each["remedy"]] == []
    assert {each["service"] for each in found.values()} == {"slack"}
    assert found[RIGHTS]["detail"].startswith(f"{len(SCOPES)} needed")


def test_an_app_token_that_opens_nothing_is_found_and_not_shown(company):
    secret(company, "slack-app").write_text("xapp-1-A0ELSE-1-0badc0de0badc0de")
    found = rows(company)
    assert (found[SOCKET]["ok"], found[SOCKET]["exit"]) == (False, 4)
    assert "invalid_auth" in found[SOCKET]["detail"]
    assert found[TEAM]["ok"]
    assert "0badc0de" not in json.dumps(found)


def test_the_bots_token_in_the_place_of_the_apps_is_found(company):
    secret(company, "slack-app").write_text(secret(company, "slack").read_text())
    assert not rows(company)[SOCKET]["ok"]


def test_a_bot_that_is_not_let_in_is_found_and_its_scopes_are_not_guessed_at(company):
    secret(company, "slack").write_text("xoxb-0badc0de0badc0de")
    found = rows(company)
    assert (found[TEAM]["ok"], found[TEAM]["exit"]) == (False, 4)
    assert RIGHTS not in found
    assert found[SOCKET]["ok"]


def test_another_workspace_is_named_with_what_the_settings_say(founded):
    company = founded(edit=lambda text: re.sub(r'"team": "T[A-Z0-9]+"', '"team": "T0ELSEWHERE"', text))
    found = rows(company)[TEAM]
    assert (found["ok"], found["exit"]) == (False, 4)
    assert found["detail"].startswith("T0")
    assert "T0ELSEWHERE" in found["remedy"]


@pytest.mark.parametrize("scope", [each.name for each in SCOPES])
def test_a_scope_that_was_not_granted_is_named(company, scope):
    company.lab.services["slack"].scopes.discard(scope)
    found = rows(company)[RIGHTS]
    assert (found["ok"], found["detail"], found["exit"]) == (False, f"missing: {scope}", 4)
    assert found["remedy"].startswith("severance slack manifest")


def test_a_scope_more_than_needed_is_named_and_no_fault(company):
    company.lab.services["slack"].scopes.add("files:read")
    found = rows(company)[RIGHTS]
    assert found["ok"]
    assert "files:read" in found["detail"]


def without_pins(*people):
    """Return an edit that takes the chat's ids off these people, or off everybody."""

    def edit(text):
        lines = text.splitlines()
        chosen = [each for each in lines if not people or any(f'"id": "{name}"' in each for name in people)]
        return (
            "\n".join(
                re.sub(r', "slack": "U[A-Z0-9]+"', "", each) if each in chosen else each for each in lines
            )
            + "\n"
        )

    return edit


def test_who_cannot_be_recognised_is_named_and_no_fault(founded):
    found = rows(founded(edit=without_pins("maren", "helene")))[PEOPLE]
    assert (found["ok"], found["exit"]) == (True, 0)
    assert found["detail"] == "at a terminal only, without accounts.slack: Maren Okafor, Helene Dubois"


def test_a_chat_in_which_nobody_is_recognised_is_a_fault(founded):
    found = rows(founded(edit=without_pins()))[PEOPLE]
    assert (found["ok"], found["exit"]) == (False, 2)
    assert "people[].accounts.slack" in found["remedy"]


def test_doctor_shows_them_after_the_services_and_not_where_others_are_asked_about(severance, lab):  # noqa: F811
    done = severance("doctor", "--json", "--config", str(lab))
    names = [each["check"] for each in json.loads(done.stdout)["checks"]]
    assert (done.returncode, names[-4:]) == (0, [SOCKET, TEAM, RIGHTS, PEOPLE])
    alone = severance("doctor", "files", "--json", "--config", str(lab))
    assert {SOCKET, TEAM} & {each["check"] for each in json.loads(alone.stdout)["checks"]} == set()


def test_a_secret_that_is_not_there_is_a_row_and_no_end_of_doctor(severance, lab):  # noqa: F811
    written = lab.parent / "without.yaml"
    written.write_text(lab.read_text().replace("file:secrets/slack-app", "file:secrets/nowhere"))
    written.chmod(0o600)
    done = severance("doctor", "--json", "--config", str(written))
    last = json.loads(done.stdout)["checks"][-1]
    assert (done.returncode, last["service"], last["ok"], last["exit"]) == (4, "chat", False, 4)
