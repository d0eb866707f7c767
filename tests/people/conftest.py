"""A company of responders for the tests of `runner.people`, and settings that hold it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.company import Company
from runner.settings import Settings

PEOPLE = [
    {
        "id": "ingrid",
        "name": "Ingrid Solheim",
        "mail": "ingrid@fjordlight.example",
        "roles": ["ir-oncall"],
        "accounts": {"okta": "00uingrid"},
    },
    {
        "id": "maren",
        "name": "Maren Okafor",
        "mail": "maren@fjordlight.example",
        "roles": ["security-leads"],
        "accounts": {"okta": "00umaren", "github": "1002"},
    },
    {
        "id": "tomas",
        "name": "Tomas Arvidsson",
        "mail": "tomas@fjordlight.example",
        "roles": ["security-leads", "duty-managers"],
        "accounts": {"okta": "00utomas"},
    },
    {
        "id": "beatriz",
        "name": "Beatriz Nogueira",
        "mail": "beatriz@fjordlight.example",
        "roles": ["duty-managers"],
        "accounts": {"okta": "00ubeatriz"},
    },
    {"id": "helene", "name": "Helene Dubois", "mail": "helene@fjordlight.example", "roles": ["counsel"]},
]


@pytest.fixture
def make():
    """Return a function that builds settings, with some keys written otherwise."""

    def build(**written) -> Settings:
        raw = {
            "version": "1",
            "company": "Fjordlight Systems",
            "store": "state",
            "services": {
                name: {"vendor": name, "url": "http://127.0.0.1:1"} for name in ("okta", "github", "slack")
            },
            "people": PEOPLE,
            "protected": [
                {"service": "okta", "id": "00ubreak", "why": "break-glass", "frees": "ask the identity team"}
            ],
        }
        company = Company.model_validate({**raw, **written})
        return Settings.model_construct(
            **dict(company), path=Path("/nowhere/severance.yaml"), sha256="0" * 64
        )

    return build


@pytest.fixture
def settings(make) -> Settings:
    return make()
