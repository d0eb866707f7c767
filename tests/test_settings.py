from __future__ import annotations

import hashlib
import os

import pytest

from runner.errors import SettingsError
from runner.loopback import is_loopback, stays_here
from runner.settings import load, locate, service_settings

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0PaWwAvfqBWTXNgNaZ0kXnC3ch0mCkDVGTYFkwRkZD"
CANARY = "canary-7Qz9vK2pXw4T"

LAB = f"""\
version: 1
company: Fjordlight Systems
store: state
claimed_people: true
playbooks: {{accepted: any}}
compress: 60
page_by: [pager]
services:
  okta:  {{vendor: okta, url: "http://127.0.0.1:41001", token: "file:secrets/okta", crown: true, eu_data: true}}
  pager: {{vendor: webhook, url: "http://127.0.0.1:41006/hooks/1", secret: "file:secrets/pager", behind: [pager_app]}}
  files: {{vendor: files, folder: handover}}
people:
  - {{id: maren, name: Maren Okafor, mail: maren@Fjordlight.example, roles: [security-leads], accounts: {{okta: 00u1}}, keys: ["{KEY} maren"]}}
  - {{id: tomas, name: Tomas Arvidsson, mail: tomas@fjordlight.example, roles: [duty-managers, hr]}}
never: [00u9]
protected:
  - {{service: okta, id: 00ubreak, why: break-glass, frees: "ask the identity team"}}
minimum: {{close: 3}}
caps: {{accounts: 5}}
"""
REAL = """\
version: 1
company: Fjordlight Systems
store: /var/lib/severance
services:
  okta: {vendor: okta, url: "https://fjordlight.okta.com", token: "env:OKTA"}
"""


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a settings file only we can write, and returns its path."""
    folder = tmp_path / "config"
    folder.mkdir(mode=0o700)

    def put(text, mode=0o600):
        path = folder / "severance.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return put


def refusal(path):
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert refused.value.remedy
    return refused.value.what


def test_the_labs_file_is_read_whole(write):
    path = write(LAB)
    settings = load(path)
    assert (settings.company, settings.claimed_people, settings.compress, settings.page_by) == (
        "Fjordlight Systems",
        True,
        60,
        ("pager",),
    )
    okta = settings.services["okta"]
    assert (okta.vendor, okta.crown, okta.eu_data, dict(okta.options)) == (
        "okta",
        True,
        True,
        {"url": "http://127.0.0.1:41001", "token": "file:secrets/okta"},
    )
    assert settings.services["pager"].behind == ("pager_app",)
    maren = settings.people[0]
    assert (maren.mail, maren.roles, maren.accounts["okta"], maren.keys) == (
        "maren@fjordlight.example",
        ("security-leads",),
        "00u1",
        (KEY,),
    )
    assert settings.people_keys == {KEY: "maren"}
    assert settings.protected[0].frees == "ask the identity team"
    assert (settings.minimum.close, settings.minimum.undo, settings.minimum.shared) == (3, 2, 1)
    assert (settings.caps.accounts, settings.caps.things, settings.caps.percent) == (5, 50, 20)
    assert settings.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (settings.folder, settings.store_folder) == (path.parent, path.parent / "state")


def test_what_is_not_written_is_strict(write):
    settings = load(write(REAL))
    assert (settings.claimed_people, settings.compress, settings.people, settings.never) == (False, 1, (), ())
    assert (settings.minimum.close, settings.minimum.undo, settings.minimum.shared) == (2, 2, 1)
    assert settings.caps.accounts == 12
    assert not settings.accepts("a" * 64)
    assert str(settings.store_folder) == "/var/lib/severance"


PROTECTED = '{service: okta, id: 00ubreak, why: break-glass, frees: "ask the identity team"}'


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("service: okta, id: 00ubreak", ("okta", "00ubreak", None, None)),
        ("who: Ann@X.Example", (None, None, "Ann@x.example", None)),
        ("who: FL-1001", (None, None, "FL-1001", None)),
        ("service: okta, group: Board of directors", ("okta", None, None, "Board of directors")),
    ],
)
def test_an_account_a_person_or_a_group_is_protected(write, form, found):
    path = write(LAB.replace(PROTECTED, f"{{{form}, why: w, frees: f}}"))
    [entry] = load(path).protected

    assert (entry.service, entry.id, entry.who, entry.group) == found


@pytest.mark.parametrize(
    "form",
    [
        "service: okta", "id: 00u1", "group: Board", "who: FL-1, service: okta", "who: FL-1, id: 00u1", "who: FL-1, group: Board",
        "service: okta, id: 00u1, group: Board",
    ],
)  # fmt: skip
def test_what_protects_two_things_or_half_a_thing_is_refused_where_it_stands(write, form):
    said = refusal(write(LAB.replace(PROTECTED, f"{{{form}, why: w, frees: f}}")))

    assert ":17:5:" in said
    assert "expected `service` and `id`, or `service` and `group`, or `who` alone" in said


@pytest.mark.parametrize("who", ["Sigrid Haugen", "sigrid@", "a@b.example,c@d.example", "*", "okta:00u1", ""])
def test_whom_nobody_can_be_told_by_is_refused(write, who):
    said = refusal(write(LAB.replace(PROTECTED, f'{{who: "{who}", why: w, frees: f}}')))

    assert "a work mail or a staff id" in said or "one mail address" in said


def test_a_protected_group_of_a_service_nobody_configured_is_refused(write):
    said = refusal(write(LAB.replace(PROTECTED, "{service: okto, group: Board, why: w, frees: f}")))

    assert 'did you mean "okta"?' in said


def test_playbooks_are_accepted_by_digest(write):
    settings = load(write(f"{REAL}playbooks: {{accepted: [{'a' * 64}]}}\n"))
    assert settings.accepts("a" * 64)
    assert not settings.accepts("b" * 64)
    assert load(write(LAB)).accepts("b" * 64)


def test_settings_cannot_be_changed_once_read(write):
    settings = load(write(LAB))
    with pytest.raises(ValueError, match="frozen"):
        settings.claimed_people = False


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("version: 1", "version: 2", "1:10", "[wrong-value]"),
        ("company:", "compny:", "2:1", 'did you mean "company"?'),
        ("compress: 60", "compress: fast", "6:11", "[wrong-value]"),
        ("compress: 60", "compress: 0", "6:11", "greater than or equal to 1"),
        ("[pager]", "[pagr]", "7:11", 'did you mean "pager"?'),
        ("mail: maren@Fjordlight.example", "mail: maren@", "13:43", "expected one mail address"),
        ("roles: [duty-managers, hr]", "roles: []", "14:79", "expected at least 1 entry"),
        ("id: tomas", "id: maren", "14:10", "[duplicate-id]"),
        ("mail: tomas@fjordlight", "mail: maren@FJORDLIGHT", "14:46", "[duplicate-id]"),
        ("roles: [duty-managers, hr]", f"roles: [hr], keys: [{KEY} again]", "14:92", "also pinned for maren"),
        ("roles: [duty-managers, hr]", "roles: [hr], accounts: {okta: 00u1}", "14:102", "also belongs to maren"),
        ("roles: [duty-managers, hr]", "roles: [hr], accounts: {okat: 00u2}", "14:102", 'did you mean "okta"?'),
        ("service: okta, id: 00ubreak", "service: slack, id: 00ubreak", "17:15", 'no service is called "slack"'),
        (f"{KEY} maren", "ssh-ed25519 AAAA", "13:", "expected a public key line"),
        (f"{KEY} maren", f"ecdsa-sha2-nistp256 {KEY[12:]}", "13:", "expected a public key line"),
        ("minimum: {close: 3}", "minimum: {close: 0}", "18:18", "greater than or equal to 1"),
        ("caps: {accounts: 5}", "caps: {acounts: 5}", "19:8", 'did you mean "accounts"?'),
        ("claimed_people: true", "claimed_people: false", "5:23", "needs `claimed_people: true`"),
        ("never: [00u9]", "never: [00u9]\nnever: []", "16:1", "[duplicate-key]"),
        ("never: [00u9]", "never: &x [00u9]", "15:8", "[anchor]"),
        ("{accepted: any}", "{accepted: [any, xyz]}", "5:29", "[wrong-value]"),
    ],
)  # fmt: skip
def test_every_mistake_is_shown_at_its_place(write, old, new, place, said):
    assert old in LAB
    path = write(LAB.replace(old, new))
    text = refusal(path)
    assert any(line.startswith(f"{path}:{place}") for line in text.splitlines()), text
    assert said in text


def test_all_mistakes_are_shown_at_once(write):
    text = refusal(
        write(
            LAB.replace("version: 1", "version: 2")
            .replace("compress: 60", "compress: x")
            .replace("close: 3", "close: x")
        )
    )
    assert text.count("[wrong-value]") == 3


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# nothing\n",
        "- a\n- b\n",
        "just words\n",
        "{",
        "a: b: c",
        "\x00",
        b"\xff\xfe\x00",
        b"caf\xe9: 1",
        "a: !!python/object/apply:os.system [ls]",
        "x: " + "[" * 2000,
    ],
)
def test_what_is_no_settings_file_is_refused_in_words(write, content):
    assert "Traceback" not in refusal(write(content))


def test_a_file_that_is_too_large_is_refused(write):
    assert "larger than" in refusal(write(REAL + "#" * 1024 * 1024))


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_a_file_others_can_write_is_refused(write, mode):
    assert "can be written by others" in refusal(write(REAL, mode))


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_others_can_write_is_refused(write, mode):
    path = write(REAL)
    path.parent.chmod(mode)
    assert "its folder" in refusal(path)


def test_a_folder_higher_up_that_others_can_write_is_refused(write):
    path = write(REAL)
    above = path.parent.parent
    above.chmod(0o777)
    assert f"the folder {above} above it" in refusal(path)
    above.chmod(0o1777)
    assert load(path).company == "Fjordlight Systems"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_or_folder_of_another_user_is_refused(write):
    path = write(REAL)
    os.chown(path, 12345, 12345)
    assert "belongs to another user" in refusal(path)
    os.chown(path, 0, 0)
    os.chown(path.parent, 12345, 12345)
    assert "belongs to another user" in refusal(path)


def test_a_link_a_fifo_a_folder_and_nothing_are_refused(write, tmp_path):
    real = write(REAL)
    link, fifo, folder = (real.parent / name for name in ("link.yaml", "fifo.yaml", "folder.yaml"))
    link.symlink_to(real)
    os.mkfifo(fifo, 0o600)
    folder.mkdir(mode=0o700)
    assert "symbolic link" in refusal(link)
    assert "not a regular file" in refusal(fifo)
    assert "not a regular file" in refusal(folder)
    assert "no such file" in refusal(real.parent / "absent.yaml")
    assert "no such folder" in refusal(tmp_path / "absent" / "severance.yaml")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, so that no settings of whoever runs the tests are found."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    monkeypatch.delenv("SEVERANCE_CONFIG", raising=False)
    return tmp_path / "home" / ".config" / "severance"


def test_the_option_goes_before_the_variable_and_the_variable_before_home(home, write, tmp_path, monkeypatch):
    home.mkdir(parents=True)
    (home / "severance.yaml").write_text(REAL)
    assert locate(None) == home / "severance.yaml"
    other = tmp_path / "other.yaml"
    other.write_text(REAL)
    monkeypatch.setenv("SEVERANCE_CONFIG", str(other))
    assert locate(None) == other
    assert locate(str(write(REAL))) == write(REAL)


def test_a_file_planted_in_the_current_folder_is_never_used(home, tmp_path, monkeypatch):
    planted = tmp_path / "planted"
    planted.mkdir()
    for name in ("severance.yaml", "severance.yml", "severance.toml", ".severance.yaml"):
        (planted / name).write_text(REAL)
    (planted / "severance").mkdir()
    (planted / "severance" / "severance.yaml").write_text(REAL)
    monkeypatch.chdir(planted)
    for value in (".", "severance", ""):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        with pytest.raises(SettingsError, match="no settings"):
            locate(None)
    monkeypatch.setenv("SEVERANCE_CONFIG", "")
    with pytest.raises(SettingsError, match="no settings"):
        locate(None)


def test_a_file_in_the_current_folder_can_be_named(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(REAL)
    assert locate("mine.yaml") == tmp_path / "mine.yaml"


def test_a_named_file_that_is_missing_is_told_with_who_named_it(home, monkeypatch):
    monkeypatch.setenv("SEVERANCE_CONFIG", "/nowhere/x.yaml")
    with pytest.raises(SettingsError, match="/nowhere/x") as refused:
        locate(None)
    assert refused.value.where == "SEVERANCE_CONFIG"
    with pytest.raises(SettingsError) as refused:
        locate("/nowhere/y.yaml")
    assert refused.value.where == "--config"


def test_a_services_options_are_its_vendors_and_its_paths_start_at_the_file(write):
    path = write(LAB)
    settings = load(path)
    assert service_settings(settings, "pager").secret == "file:secrets/pager"
    assert service_settings(settings, "files").folder == path.parent / "handover"


@pytest.mark.parametrize(
    ("old", "new", "name", "place", "said"),
    [
        ("vendor: webhook", "vendor: webhok", "pager", "10:19", 'did you mean "webhook"?'),
        ("vendor: webhook", "vendor: webhook, secrt: x", "pager", "10:28", 'did you mean "secret"?'),
        (
            "{vendor: files, folder: handover}",
            "{vendor: files, url: http://localhost}",
            "files",
            "11:10",
            'expected the key "folder"',
        ),
    ],
)
def test_a_mistake_in_a_services_options_is_shown_at_its_place(write, old, new, name, place, said):
    path = write(LAB.replace(old, new))
    with pytest.raises(SettingsError) as refused:
        service_settings(load(path), name)
    assert f"{path}:{place}:" in refused.value.what
    assert said in refused.value.what


def test_a_service_that_is_not_configured_is_told(write):
    with pytest.raises(SettingsError, match="no service is called") as refused:
        service_settings(load(write(LAB)), "pagr")
    assert refused.value.remedy == 'did you mean "pager"?'


AWAY = ["https://fjordlight.okta.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://127.0.0.1@evil.example", "http://evil.example#127.0.0.1",
        "http://evil.example\\\\@127.0.0.1", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://0.0.0.0/", "http://[::]/",
        "http://[::1].evil.example/", "http://10.0.0.1/", "http://localhost%00.evil.example", "http:///path", "http://"]  # fmt: skip


@pytest.mark.parametrize("url", AWAY)
@pytest.mark.parametrize(
    "lines", ["claimed_people: true", "compress: 2", "claimed_people: true\nplaybooks: {accepted: any}"]
)
def test_the_labs_shortcuts_are_refused_for_a_service_that_is_not_on_loopback(write, url, lines):
    text = f'version: 1\ncompany: X\nstore: s\n{lines}\nservices:\n  here: {{vendor: okta, url: "http://127.0.0.1:1"}}\n  away: {{vendor: okta, url: "{url}"}}\n'
    said = refusal(write(text))
    assert "not on loopback: away [lab-only]" in said


@pytest.mark.parametrize("options", [{}, {"token": "env:X"}, {"folder": "x", "token": "env:X"}, {"region": "eu"}, {"url": "http://127.0.0.1", "host": "evil.example"},
                                     {"url": "http://127.0.0.1", "more": {"host": "evil.example"}}, {"url": "http://127.0.0.1", "mirrors": ["https://evil.example"]}])  # fmt: skip
def test_a_service_that_does_not_say_it_stays_is_taken_to_leave(options):
    assert not stays_here(options)


@pytest.mark.parametrize(
    "options",
    [
        {"folder": "x"},
        {"url": "http://localhost:4"},
        {"url": "https://[::1]:4/x"},
        {"host": "127.9.9.9", "port": "25"},
        {"url": "http://127.0.0.1", "token": "op://a/b/c"},
    ],
)
def test_a_service_on_loopback_or_in_a_folder_stays(options):
    assert stays_here(options)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("Localhost", False),
        ("localhost.", False),
        ("", False),
        ("127.0.0.1:80", False),
        ("::ffff:127.0.0.1", False),
    ],
)
def test_only_plain_spellings_are_loopback(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "line",
    [
        f'okta: {{vendor: okta, url: "http://127.0.0.1", token: "{CANARY}"}}',
        f"okta: {{vendor: okta, url: 'http://127.0.0.1', api_token: '{CANARY}'}}",
        f"okta: {{vendor: okta, url: http://127.0.0.1, login: {{password: {CANARY}}}}}",
        f"okta: {{vendor: okta, url: http://127.0.0.1, token: [{CANARY}, x]}}",
        f"okta: {{vendor: okta, url: http://127.0.0.1, signingSecret: {CANARY}}}",
        f"okta:\n    vendor: okta\n    url: http://127.0.0.1\n    private_key: |\n      {CANARY}\n      {CANARY}2\n",
        f"okta: {{vendor: okta, url: http://127.0.0.1, token: {CANARY}",
        f'okta: {{vendor: 7!, url: http://127.0.0.1, token: "{CANARY}"}}',
    ],
)
def test_a_secret_written_into_the_file_is_refused_and_never_shown(write, line):
    with pytest.raises(SettingsError) as refused:
        load(write(f"version: 1\ncompany: X\nstore: s\nservices:\n  {line}\n"))
    shown = refused.value.diagnostics() + repr(refused.value) + repr(refused.value.__cause__)
    assert CANARY not in shown
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
