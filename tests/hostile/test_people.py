"""Who is meant, and by what id: one person, or a refusal that says what to give; rows 14 to 18."""

from __future__ import annotations

from dataclasses import fields
from urllib.parse import unquote

import pytest

from integrations.addresses import path
from runner.errors import RefusedError
from runner.people.subject import read_who
from tests.corpus.entries import into
from tests.corpus.strategies import every, ids, texts

PAUL = "Paul.Smith@fjordlight.example"


@pytest.mark.parametrize("entry", into("subject"), ids=str)
def test_what_could_mean_many_or_nobody_is_refused(entry):
    with pytest.raises(RefusedError) as refused:
        read_who(entry.value)
    assert refused.value.what.isascii()
    assert len(refused.value.what) < 700
    assert refused.value.remedy


@pytest.mark.parametrize("entry", into("mail-of-paul"), ids=str)
def test_a_mail_spelled_otherwise_is_another_person_but_for_the_case_of_its_domain(entry):
    assert (read_who(entry.value) == read_who(PAUL)) is (entry.expected == "same")


@pytest.mark.parametrize("entry", into("id"), ids=str)
def test_an_id_is_one_segment_of_an_address_or_is_refused(entry):
    try:
        made = path("/users/{}/x", entry.value)
    except RefusedError as refused:
        assert entry.expected == "refused"
        assert refused.what.isascii()
        return
    assert entry.expected == "segment"
    assert [unquote(each) for each in made.split("/")] == ["", "users", entry.value, "x"]


@every(first=ids, second=ids)
def test_any_ids_are_as_many_segments_as_there_are_or_are_refused(first, second):
    try:
        made = path("/users/{}/keys/{}", first, second)
    except RefusedError:
        return
    assert [unquote(each) for each in made.split("/")] == ["", "users", first, "keys", second]
    assert made.isascii()


@every(text=texts | ids)
def test_whatever_is_typed_names_one_thing_or_is_refused(text):
    try:
        who = read_who(text)
    except RefusedError as refused:
        assert refused.what.isascii()
        return
    assert sum(bool(getattr(who, each.name)) for each in fields(who)) == 1
