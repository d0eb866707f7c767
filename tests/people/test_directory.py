from __future__ import annotations

import pytest

from runner.people.directory import Directory

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0PaWwAvfqBWTXNgNaZ0kXnC3ch0mCkDVGTYFkwRkZD"


def test_members_of_a_role_come_in_the_order_of_the_settings(settings):
    assert [each.id for each in Directory(settings).members("duty-managers")] == ["tomas", "beatriz"]
    assert Directory(settings).members("nobody") == []


@pytest.mark.parametrize(
    "words", ["maren", "maren@fjordlight.example", "maren@FJORDLIGHT.example", "Maren Okafor"]
)
def test_a_person_is_found_by_exact_id_mail_or_name(settings, words):
    assert Directory(settings).person(words).id == "maren"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "*",
        "Maren",
        "maren ",
        "MAREN",
        "m\u0430ren",
        "maren okafor",
        "maren+x@fjordlight.example",
        "maren\u200b",
    ],
)
def test_words_that_nearly_fit_find_nobody(settings, words):
    assert Directory(settings).person(words) is None


def test_namesakes_are_nobody_by_name_and_somebody_by_id(make):
    pair = [
        {"id": name, "name": "Paul Smith", "mail": f"{name}@x.example", "roles": ["hr"]}
        for name in ("paul", "psmith")
    ]
    assert Directory(make(people=pair)).person("Paul Smith") is None
    assert Directory(make(people=pair)).person("psmith").id == "psmith"


def test_composed_and_decomposed_accents_are_one_name(make):
    jose = [{"id": "jose", "name": "Jose\u0301", "mail": "jose@x.example", "roles": ["hr"]}]
    assert Directory(make(people=jose)).person("Jos\u00e9").id == "jose"


def test_a_person_is_found_by_key_and_by_account(make):
    people = [
        {
            "id": "maren",
            "name": "Maren",
            "mail": "m@x.example",
            "roles": ["hr"],
            "keys": [f"{KEY} maren"],
            "accounts": {"okta": "00u1"},
        }
    ]
    directory = Directory(make(people=people))
    assert directory.by_key(f"{KEY} other comment").id == "maren"
    assert directory.by_key("ssh-ed25519 AAAA") is None
    assert directory.by_account("okta", "00u1").id == "maren"
    assert directory.by_account("github", "00u1") is None
    assert [each.id for each in directory.people()] == ["maren"]
