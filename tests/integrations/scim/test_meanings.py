"""What `active: false` means: sourced row by row, vouched for by name, and never written where it is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from integrations.lab.company import SUBJECT
from integrations.scim.connection import Settings
from integrations.scim.meanings import MEANINGS, in_words, refusal
from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.values import Refused
from tests.conformance.vendors.scim import VOUCHED

SHUTS = [name for name, each in MEANINGS.items() if not refusal(name, each)]
NEVER = ["pagerduty", "github_emu", "github_org", "sentry"]
UNKNOWN = "some-saas"
UNVOUCHED = dict.fromkeys(VOUCHED)


def of(provider):
    return {**UNVOUCHED, "provider": provider}


@pytest.mark.parametrize("name", MEANINGS)
def test_every_row_says_where_it_was_read_and_when(name):
    row = MEANINGS[name]

    assert date(2026, 1, 1) <= date.fromisoformat(row.checked) <= datetime.now(UTC).date()
    assert row.source.startswith(("https://", "GitHub REST API"))
    assert len(row.says.split()) >= 4
    assert row.patch_answers in {None, 200, 204}


@pytest.mark.parametrize("name", MEANINGS)
def test_a_row_is_reversible_or_refused_with_what_to_do_instead(name):
    row = MEANINGS[name]
    if name in SHUTS:
        assert row.reversible is True
        assert row.instead == ""
    else:
        assert row.reversible is not True
        assert row.instead in refusal(name, row)


def test_what_deletes_removes_or_renames_a_person_is_refused_and_the_others_are_not():
    assert sorted(set(MEANINGS) - set(SHUTS)) == sorted(NEVER)
    assert set(SHUTS) == {"1password", "salesforce", "slack"}


def test_what_is_not_known_is_said_to_be_not_known():
    told = in_words("salesforce", MEANINGS["salesforce"])

    assert "mails the person: not known" in told
    assert "can be taken back: yes" in told
    assert "mails the person: no;" in in_words("slack", MEANINGS["slack"])


@pytest.mark.parametrize("provider", [*NEVER, UNKNOWN])
def test_where_it_destroys_or_nobody_knows_nothing_is_written_and_the_door_says_why(opened, ours, provider):
    house = opened(ours, **of(provider))
    account = house.account()

    [door] = house.do("find_open_account", account)
    outcome = house.do("deactivate_user", account)
    assert isinstance(outcome, Refused)
    assert outcome.why in door.label
    assert ("instead" if provider in NEVER else "vouch for it") in outcome.why
    assert house.plan("deactivate_user", account)["would"] == "refuse"
    assert house.do("user_is_inactive", account).verdict == "open"
    assert ours.sent() == []
    assert ours.user()["active"] is True


@pytest.mark.parametrize("provider", [*NEVER, UNKNOWN])
def test_what_somebody_shut_there_is_not_given_back_by_us(opened, ours, provider):
    ours.edit("active", False)
    outcome = opened(ours, **of(provider)).do("reactivate_user", opened(ours).account(), {"active": True})

    assert isinstance(outcome, Refused)
    assert ours.sent() == []


@pytest.mark.parametrize("provider", SHUTS)
def test_where_it_is_known_to_shut_and_nothing_more_it_is_written(opened, ours, provider):
    house = opened(ours, **of(provider))
    house.do("deactivate_user", house.account())

    assert ours.user()["active"] is False


def test_what_will_not_come_back_stands_at_the_door(opened, ours):
    [door] = opened(ours, **of("slack")).do("find_open_account", opened(ours).account())

    assert door.label == f"{SUBJECT.mail} (active; `active: true` will not give back the membership of every channel)"


@pytest.mark.parametrize("provider", [*SHUTS, *NEVER, UNKNOWN])
def test_doctor_shows_the_meaning_before_the_night_it_is_needed(opened, ours, provider):
    row = MEANINGS.get(provider)

    assert (row.says if row else "is not known") in opened(ours, **of(provider)).ping()["active: false"]


@pytest.mark.parametrize("left_out", ["active_false", "checked_by", "checked_on", "says"])
def test_nobody_vouches_without_a_name_a_day_and_what_was_seen(left_out):
    given = {key: value for key, value in VOUCHED.items() if key != left_out}

    with pytest.raises(ValidationError, match="needs active_false, checked_by, checked_on and says"):
        Settings(url="https://saas.example/scim", token="env:X", **given)


@pytest.mark.parametrize("extra", ["active_false", "checked_by", "checked_on", "says"])
def test_nobody_overrules_the_table(extra):
    with pytest.raises(ValidationError, match="for `provider: rfc` only"):
        Settings(url="https://saas.example/scim", token="env:X", provider="pagerduty", **{extra: VOUCHED[extra]})


@pytest.mark.parametrize(
    "bad", [{"active_false": "deletes"}, {"checked_on": "last week"}, {"checked_by": ""}, {"says": ""}, {"provider": "../x"}]
)
def test_a_vouching_that_says_nothing_is_refused(bad):
    with pytest.raises(ValidationError):
        Settings(url="https://saas.example/scim", token="env:X", **{**VOUCHED, **bad})


def test_every_layer_has_a_door_or_a_reason_and_sessions_are_a_persons_task():
    scim = SERVICES["scim"]

    assert {each.layer for each in ACTIONS.values() if each.vendor == "scim" and each.kind == "close"} == {"account"}
    assert set(scim.by_hand) == {"session"}
    assert "console" in scim.by_hand["session"]


def test_nothing_here_deletes_anybody():
    names = " ".join(each for each in ACTIONS if each.startswith("scim."))

    assert "delete" not in names
    assert "remove" not in names
