from __future__ import annotations

import pytest

from runner.actions.values import Account
from runner.errors import RefusedError
from runner.people.barred import admit, barred, stranger
from runner.people.directory import Directory

ROLES = {"ir-oncall", "security-leads", "duty-managers", "counsel"}


def okta(identity, login="someone", **facts):
    return Account("okta", identity, login, facts)


def test_nobody_is_barred_by_a_stranger_to_the_responders(settings):
    assert (
        barred(settings, [okta("00ujonas", "jonas@fjordlight.example", mail="jonas@fjordlight.example")])
        == frozenset()
    )


@pytest.mark.parametrize(
    "account",
    [
        okta("00umaren"),
        Account("github", "1002", "mo-x"),
        okta("00uother", mail="maren@fjordlight.example"),
        okta("00uother", mail="MAREN@Fjordlight.Example"),
        okta("00uother", mail="maren+second@fjordlight.example"),
        okta("00uother", mail="ma\u200bren@fjordlight.example"),
        okta("00uother", mail="\uff4daren@fjordlight.example"),
        okta("00uother", "maren@fjordlight.example"),
        okta("00uother", second_mail="maren@fjordlight.example"),
        okta("00uother", mails=["x@x.example", "maren@fjordlight.example"]),
    ],
    ids=[
        "okta id",
        "github id",
        "mail",
        "case",
        "tag",
        "zero width",
        "full width",
        "login",
        "second mail",
        "list",
    ],
)
def test_the_subject_is_known_among_responders_by_id_and_by_every_spelling_of_the_mail(settings, account):
    assert barred(settings, [account]) == {"maren"}


def test_the_same_id_on_another_service_is_another_person(settings):
    assert barred(settings, [Account("slack", "1002", "x"), Account("okta", "1002", "x")]) == frozenset()


@pytest.mark.parametrize(
    "words", ["maren", "maren@fjordlight.example", "Maren Okafor", "okta:00umaren", "00umaren"]
)
def test_never_and_the_words_of_the_case_bar_by_any_name(make, settings, words):
    assert barred(make(never=[words]), []) == {"maren"}
    assert barred(settings, [], words) == {"maren"}


def test_linked_accounts_bar_their_people_too(settings):
    assert barred(settings, [okta("00umaren"), okta("00ubeatriz")]) == {"maren", "beatriz"}


def test_a_responder_with_a_role_is_admitted(settings):
    maren = Directory(settings).person("maren")
    assert admit(maren, ROLES, frozenset(), "amber-falcon-7") is maren


def answer(person, roles, kept_out):
    with pytest.raises(RefusedError) as refused:
        admit(person, roles, kept_out, "amber-falcon-7")
    return refused.value.diagnostics(), refused.value.exit


def test_subject_stranger_and_bystander_get_the_answer_of_a_case_that_does_not_exist(settings):
    maren = Directory(settings).person("maren")
    answers = {
        answer(maren, ROLES, frozenset({"maren"})),
        answer(None, ROLES, frozenset()),
        answer(maren, {"counsel"}, frozenset()),
        (stranger("amber-falcon-7").diagnostics(), stranger("amber-falcon-7").exit),
    }
    assert len(answers) == 1
    assert "maren" not in str(answers).lower()
