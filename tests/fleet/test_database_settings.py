"""What the settings may say of a shared database."""

from __future__ import annotations

import pytest

from runner.errors import SettingsError
from runner.settings import load

TEXT = """version: 1
company: Fjordlight
store: state
services:
  mail: {vendor: mail, host: 127.0.0.1}
"""


@pytest.fixture
def loaded(tmp_path):
    tmp_path.chmod(0o700)

    def read(more: str):
        path = tmp_path / "severance.yaml"
        path.write_text(TEXT + more)
        path.chmod(0o600)
        return load(path)

    return read


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://severance@db.example.com/severance?sslmode=verify-full",
        "postgresql://severance@127.0.0.1:5433/severance",
        "postgresql://severance@/severance?host=/run/postgresql",
    ],
)
def test_a_server_on_this_machine_or_known_by_its_certificate_is_taken(loaded, url):
    assert loaded(f"database: {url}\ndatabase_password: env:DB_PASSWORD\n").database == url


@pytest.mark.parametrize(
    ("more", "said", "rule"),
    [
        ("database: postgresql://s:hunter2@127.0.0.1/s\n", "a secret is written here", "secret-in-file"),
        ("database: postgresql://s@127.0.0.1/s?password=hunter2\n", "a secret is written here", "secret-in-file"),
        ("database: postgresql://s@127.0.0.1/s\ndatabase_password: hunter2\n", "a secret is written here", "secret-in-file"),
        ("database: postgresql://s@db.example.com/s\n", "needs sslmode=verify-full", "plain-database"),
        ("database: postgresql://s@db.example.com/s?sslmode=require\n", "needs sslmode=verify-full", "plain-database"),
        ("database: postgresql://s@/s?host=db.example.com\n", "needs sslmode=verify-full", "plain-database"),
        ("database: mysql://s@127.0.0.1/s\n", "postgresql", "bad-value"),
        ("database_password: env:DB_PASSWORD\n", "no `database`", "unused"),
    ],
)
def test_what_would_show_a_secret_or_cross_a_network_in_the_clear_is_refused(loaded, more, said, rule):
    with pytest.raises(SettingsError) as refused:
        loaded(more)
    text = refused.value.diagnostics()
    assert said in text
    assert f"[{rule}]" in text or rule == "bad-value"
    assert "hunter2" not in text
