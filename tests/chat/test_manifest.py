"""The manifest of the app: what Slack takes, the fewest permissions, dull words, and one page that excuses each."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from slack_sdk import WebClient

from runner.chat.manifest import (
    APP_SCOPES,
    COMMAND,
    EVENTS,
    FREE_CALLS,
    NAME,
    SCOPES,
    manifest,
    why_each,
    written,
)
from runner.cli import chat
from runner.company import Chat
from runner.desk.completing import playbooks
from runner.errors import RefusedError, UsageError
from tests.cli.conftest import COMMAND as SEVERANCE, environment, severance  # noqa: F401  a fixture

ROOT = Path(__file__).parents[2]
APP = manifest(NAME, COMMAND)

KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"redirect_urls", "scopes"},
    "oauth_config.scopes": {"bot", "user"},
    "settings": {
        "event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}  # fmt: skip
"""What Slack's schema admits where, of what an app without a web address may hold; it admits nothing else.

https://github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json, read 2026-11.
"""

LONGEST = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.shortcuts.name": 24,
    "features.shortcuts.callback_id": 255,
    "features.shortcuts.description": 150,
    "features.slash_commands.command": 32,
    "features.slash_commands.description": 2000,
    "features.slash_commands.usage_hint": 1000,
    "oauth_config.scopes.bot": 50,
    "settings.event_subscriptions.bot_events": 50,
}
"""The most characters, from the same schema."""


def walk(value, path=""):
    """Yield every mapping and every text with where it stands; the items of a list stand where it does."""
    if isinstance(value, list):
        for each in value:
            yield from walk(each, path)
        return
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from walk(each, f"{path}.{key}".lstrip("."))


def fits_slack(app):
    for path, value in walk(app):
        if isinstance(value, dict):
            assert set(value) <= KEYS[path], path
        elif isinstance(value, str) and path != "features.shortcuts.type":
            assert 1 <= len(value) <= LONGEST[path], path


@pytest.mark.parametrize("name", [NAME, "x", "Kontrollrum åäö 业务台", 'a "quoted": # name', "n" * 35])
def test_it_is_one_yaml_document_that_fits_what_slack_admits(name):
    app = manifest(name, "/" + "o" * 31)
    fits_slack(app)
    assert list(yaml.safe_load_all(written(app))) == [app]


def test_it_asks_for_the_fewest_permissions_and_opens_no_port():
    assert APP["oauth_config"] == {
        "scopes": {"bot": ["commands", "chat:write", "groups:read", "groups:write", "im:write", "users:read"]}
    }
    assert APP["settings"]["socket_mode_enabled"] is True
    assert "url" not in {key for _, value in walk(APP) if isinstance(value, dict) for key in value}
    assert APP["settings"]["event_subscriptions"] == {
        "bot_events": ["app_home_opened", "member_joined_channel", "member_left_channel", "channel_shared"]
    }
    assert [each.name for each in APP_SCOPES] == ["connections:write"]


def test_what_everybody_in_the_workspace_sees_is_dull():
    seen = json.dumps([APP["display_information"], APP["features"]]).casefold()
    telling = "case|incident|severance|approv|lockdown|security|subject|evidence|extort|dprk|investigat"
    assert not re.search(telling, seen)


@pytest.mark.parametrize(
    "words",
    [
        "Extortion desk", "DPRK", "North Korea watch", "Incident Bot", "insider-team", "Investigations", "Info Security",
        "InfoSec urity", "s e v e r a n c e", "\uff24\uff30\uff32\uff2b", "De\u0301sk Ransomware", "suspected_dprk_worker",
        "Reinstatement", *playbooks(),
    ],
)  # fmt: skip
def test_a_telling_word_is_refused_in_the_name_and_in_the_command(words):
    with pytest.raises(RefusedError, match="every member of the workspace would see it") as refused:
        manifest(words[:35], COMMAND, [each[:35] for each in playbooks()])
    assert refused.value.remedy == "choose dull words, such as 'Ops Desk' and /ops"
    command = "/" + re.sub(r"[^a-z-]", "", words.casefold())[:31]
    if len(command) > 4:
        with pytest.raises(RefusedError):
            manifest(NAME, command, [each[:31] for each in playbooks()])


@pytest.mark.parametrize("name", ["", "  ", "n" * 36, "two\nlines", "turned \u202e round", "a\x00b"])
def test_a_name_that_slack_does_not_take_or_that_hides_something_is_no_name(name):
    with pytest.raises(UsageError, match="1 to 35 characters"):
        manifest(name, COMMAND)


@pytest.mark.parametrize("command", ["/ops", "/o", "/o-p_s9", "/" + "o" * 31, "/" + "o" * 32, "ops", "/", "/Ops", "/9", "/o s", "/öps"])  # fmt: skip
def test_a_command_is_one_exactly_when_the_settings_take_it(command):
    def taken(attempt):
        try:
            attempt()
        except ValueError:
            return False
        except UsageError:
            return False
        return True

    by_settings = taken(
        lambda: Chat(service="s", team="T0FJORDLIGHT", app="A0SEVERANCE", app_token="x", command=command)
    )
    assert taken(lambda: manifest(NAME, command)) == by_settings


def test_every_permission_has_its_reason_on_the_page_and_every_call_of_a_scope_stands_beside_it():
    page = why_each()
    for each in (*SCOPES, *APP_SCOPES, *EVENTS):
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{each.name}` |")]
        assert each.why in row
        assert all(f"`{call}`" in row for call in each.used_by)
    assert "`slack.post_message` needs `groups:history`" in page


def test_the_chat_makes_exactly_the_calls_that_the_page_names():
    named = {call for each in (*SCOPES, *APP_SCOPES) for call in each.used_by} | set(FREE_CALLS)
    methods = {each for each in dir(WebClient) if "_" in each.strip("_")}
    made = {
        called
        for path in (ROOT / "runner" / "chat").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (called := node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None))
        in methods
    }
    assert made == {each.replace(".", "_") for each in named}


def test_the_readme_holds_the_page_as_it_is_generated():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [held] = re.findall(r"<!-- severance slack scopes -->\n(.*?)<!-- end -->", readme, re.DOTALL)
    assert held == why_each()


# the command


def test_the_verb_prints_what_can_be_pasted_and_nothing_else_on_stdout(severance):  # noqa: F811
    done = severance("slack", "manifest", "--name", "Facilities", "--command", "/fac")
    assert (done.returncode, yaml.safe_load(done.stdout)) == (0, manifest("Facilities", "/fac"))
    assert "From a manifest" in done.stderr


def test_as_json_it_is_one_document_with_the_form_that_slack_takes_as_well(severance):  # noqa: F811
    found = json.loads(severance("slack", "manifest", "--json").stdout)
    assert found == {"schema_version": 1, "manifest": APP}


def test_without_words_and_without_a_terminal_it_takes_the_dull_ones(severance):  # noqa: F811
    assert (chat._NAME, chat._COMMAND) == (NAME, COMMAND)
    assert yaml.safe_load(severance("slack", "manifest", stdin=subprocess.DEVNULL).stdout) == APP


def test_at_a_terminal_it_asks_for_both_and_the_questions_are_no_part_of_the_result(tmp_path):
    ours, theirs = pty.openpty()
    os.write(ours, b"Facilities\n\n")
    done = subprocess.run(
        [*SEVERANCE, "slack", "manifest"], stdin=theirs, capture_output=True, text=True, timeout=60,
        env=environment(tmp_path / "home"), check=True,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert yaml.safe_load(done.stdout) == manifest("Facilities", COMMAND)
    assert "Name of the app [Ops Desk]" in done.stderr


def test_a_telling_name_ends_with_exit_code_6_and_prints_no_manifest(severance):  # noqa: F811
    done = severance("slack", "manifest", "--name", "Incident desk")
    assert (done.returncode, done.stdout) == (6, "")
    assert "severance: --name: 'Incident desk' tells what it is for (incident)" in done.stderr


def test_the_page_is_printed_by_both_names_and_as_json(severance):  # noqa: F811
    assert severance("slack", "scopes").stdout == severance("slack", "manifest", "--why").stdout == why_each()
    found = json.loads(severance("slack", "scopes", "--json").stdout)
    assert [each["name"] for each in found["bot"]] == [each.name for each in SCOPES]
    assert all(each["why"] for key in ("bot", "app", "events") for each in found[key])
