from __future__ import annotations

import base64
import json
import sys
import traceback
from types import ModuleType
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, strategies as st

from runner.errors import CredentialsError
from runner.redaction import MARK, Redactor, redact
from runner.secrets import is_reference, resolve

CANARY = "canary-7Qz9vK2pXw4T/+="


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Return a function that puts a command of a secret manager on PATH, alone."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(name, script):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return install


@pytest.fixture
def put(tmp_path):
    tmp_path.chmod(0o700)

    def write(content, mode=0o600):
        path = tmp_path / "secret"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    return write


def why(reference, folder):
    with pytest.raises(CredentialsError) as refused:
        resolve(reference, folder)
    assert refused.value.where == reference
    assert refused.value.remedy
    said = (
        refused.value.diagnostics() + repr(refused.value) + "".join(traceback.format_exception(refused.value))
    )
    assert "canary" not in said.replace(reference, "")
    return refused.value.what


def test_a_variable_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", CANARY)
    assert resolve("env:SOME_TOKEN", tmp_path) == CANARY


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_missing_or_empty_is_told(tmp_path, monkeypatch, value):
    monkeypatch.delenv("SOME_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("SOME_TOKEN", value)
    assert "not set, or empty" in why("env:SOME_TOKEN", tmp_path)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_is_read_from_the_settings_folder_without_its_last_newline(put, ending):
    path = put(CANARY + ending)
    assert resolve("file:secret", path.parent) == CANARY
    assert resolve(f"file:{path}", path.parent / "elsewhere") == CANARY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o610])
def test_a_file_others_can_read_is_refused(put, mode):
    assert "can be read by others" in why("file:secret", put(CANARY, mode).parent)


def test_a_file_that_is_missing_a_link_or_no_text_is_refused(put, tmp_path):
    assert "no such file" in why("file:secret", tmp_path)
    put(b"canary\xff\xfe\x00canary")
    assert "not UTF-8" in why("file:secret", tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert "symbolic link" in why("file:link", tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\n",
        "short",
        "canary canary ",
        " canary-canary",
        "\ufeffcanary-canary",
        "canary\nsecond-line",
        "canary\tcanary",
        "canary\x00canary",
        "canary\u200bcanary",
        "canary\r\rcanary",
    ],
)
def test_a_value_a_paste_has_spoiled_is_refused_now_and_never_shown(put, value):
    assert "cannot be used" in why("file:secret", put(value).parent)


def test_a_private_key_may_have_several_lines(put):
    pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEJk\nAAAABBBBCCCCDDDD\n-----END PRIVATE KEY-----"
    assert resolve("file:secret", put(f"{pem}\n").parent) == pem
    assert redact("leak: AAAABBBBCCCCDDDD") == f"leak: {MARK}"


def test_a_key_file_in_json_may_have_several_lines_and_its_key_is_redacted_line_by_line(put):
    pem = "-----BEGIN PRIVATE KEY-----\nDDDDEEEEFFFFGGGG\nHHHHIIIIJJJJKKKK\n-----END PRIVATE KEY-----\n"
    file = json.dumps({"type": "service_account", "private_key": pem}, indent=2)
    assert resolve("file:secret", put(f"{file}\n").parent) == file
    assert redact("leak: HHHHIIIIJJJJKKKK, service_account") == f"leak: {MARK}, service_account"


def test_1password_is_asked_without_a_shell(tool, tmp_path):
    tool("op", f'[ "$*" = "read --no-newline op://Vault A/okta; rm -rf/token" ] || printf "%s" "{CANARY}"')
    assert resolve("op://Vault A/okta/token", tmp_path) == CANARY


def test_vault_is_asked_for_one_field(tool, tmp_path):
    tool("vault", f'[ "$*" = "kv get -field=token -- secret/okta" ] && echo "{CANARY}"')
    assert resolve("vault:secret/okta#token", tmp_path) == CANARY


@pytest.mark.parametrize(("reference", "command"), [("op://a/b/c", "op"), ("vault:a#b", "vault")])
def test_a_secret_manager_that_fails_is_named_and_its_words_are_not_shown(tool, tmp_path, reference, command):
    tool(command, "echo canary-out; echo canary-err >&2; exit 1")
    assert f"{command} did not give it" in why(reference, tmp_path)


@pytest.mark.parametrize(("reference", "command"), [("op://a/b/c", "op"), ("vault:a#b", "vault")])
def test_a_secret_manager_that_is_not_there_is_named(monkeypatch, tmp_path, reference, command):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"the command {command} is not installed" in why(reference, tmp_path)


@pytest.fixture
def keyring(monkeypatch):
    """A keyring with one entry, in place of the optional library."""
    errors = ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})
    library = ModuleType("keyring")
    library.errors = errors

    def get_password(service, user):
        if service == "locked":
            raise errors.KeyringError("canary-words of the backend")
        return {("severance", "okta"): CANARY}.get((service, user))

    library.get_password = get_password
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_the_keyring_is_read(keyring, tmp_path):
    assert resolve("keyring:severance/okta", tmp_path) == CANARY
    assert "no such entry" in why("keyring:severance/github", tmp_path)
    assert "cannot be read" in why("keyring:locked/okta", tmp_path)


def test_a_missing_keyring_library_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "keyring is not installed" in why("keyring:severance/okta", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CANARY,
        "env:",
        "env:A B",
        "env:1A",
        "env:A\n",
        "file:",
        "file:a b",
        "keyring:x",
        "op://a/b",
        "op:a/b/c",
        "vault:a",
        "vault:#b",
        "http://x",
        "ENV:A",
        "env:A;id",
        "x" * 2000,
        f"password:{CANARY}",
    ],
)
def test_what_is_no_reference_is_refused_without_being_shown(text, tmp_path):
    assert not is_reference(text)
    with pytest.raises(CredentialsError) as refused:
        resolve(text, tmp_path)
    assert "canary" not in refused.value.diagnostics()


@pytest.mark.parametrize(
    "spell",
    [
        lambda secret: secret,
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
        lambda secret: base64.b64encode(f"u:{secret}".encode()).decode(),
        lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
        lambda secret: base64.b64encode(f"admin:{secret}!".encode()).decode(),
        lambda secret: quote(secret, safe=""),
        lambda secret: quote(secret, safe="").lower() if secret.islower() else quote(secret),
        quote_plus,
        lambda secret: secret.encode().hex(),
        lambda secret: secret.encode().hex().upper(),
        lambda secret: json.dumps({"token": secret}),
        repr,
    ],
    ids=[
        "plain",
        "base64",
        "url-safe base64",
        "basic +2",
        "basic +1",
        "basic +0",
        "url",
        "url slash",
        "form",
        "hex",
        "HEX",
        "json",
        "repr",
    ],
)
@pytest.mark.parametrize("secret", [CANARY, 'pässwörd "quoted" \\back', "canary?>>>~~~"])
def test_no_spelling_of_a_secret_survives(spell, secret):
    redactor = Redactor()
    redactor.remember(secret)
    said = redactor.redact(f"before {spell(secret)} after")
    assert MARK in said
    assert secret not in said
    assert len(said.replace(MARK, "")) <= len("before  after") + 20
    assert said.startswith("before ")
    assert said.endswith(" after")


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_any_secret_in_any_text_is_taken_out(secret, before, after):
    redactor = Redactor()
    redactor.remember(secret)
    assert secret not in redactor.redact(f"{before}{secret}{after}").replace(MARK, "")


@given(st.binary(max_size=7), st.text("abcdefXYZ0189-_", min_size=12, max_size=40), st.binary(max_size=7))
def test_base64_of_anything_around_a_secret_cannot_be_read_back(before, secret, after):
    redactor = Redactor()
    redactor.remember(secret)
    coded = base64.b64encode(before + secret.encode() + after).decode()
    assert MARK in redactor.redact(coded)


def test_a_resolved_secret_is_taken_out_everywhere_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "fresh-value-91xk")
    assert redact("fresh-value-91xk") == "fresh-value-91xk"
    resolve("env:SOME_TOKEN", tmp_path)
    assert redact("said fresh-value-91xk twice: fresh-value-91xk") == f"said {MARK} twice: {MARK}"


@pytest.mark.parametrize(
    "echo",
    [
        "Authorization: SSWS 00abc",
        "authorization: Bearer eyJ.x.y",
        '{"Authorization": "Basic dTpw"}',
        "Authorization=token",
    ],
)
def test_an_echoed_authorization_header_is_taken_out_although_nobody_knows_it(echo):
    said = Redactor().redact(f"400 {echo} bad request")
    assert MARK in said
    assert not any(part in said for part in ("00abc", "eyJ", "dTpw", "=token"))
    assert said.startswith("400 ")
    assert said.endswith(" request")


def test_a_redactor_does_not_show_what_it_knows():
    redactor = Redactor()
    redactor.remember(CANARY)
    assert "canary" not in repr(redactor) + str(redactor)


def test_the_longest_of_two_secrets_goes_first():
    redactor = Redactor()
    redactor.remember("abcdef")
    redactor.remember("abcdefghij")
    assert redactor.redact("abcdefghij abcdef") == f"{MARK} {MARK}"
