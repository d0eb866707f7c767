"""The simulated tenant refuses what Entra refuses, remembers, and differs from its clones."""

import httpx2
import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.entra import Entra, entra_id
from integrations.lab.entra.filters import matcher
from integrations.lab.ledger import Ledger
from runner.errors import CredentialsError, ServiceRefused
from tests.integrations.entra.conftest import House
from tests.integrations.telling import close_all

ROW = {
    "mail": "ann@x.example", "n": 0, "at": "2026-11-22T12:00:00.5Z", "status": {"errorCode": 0},
    "phones": ["+1", "+2"], "targets": [{"id": "a"}, {"id": "b"}], "nothing": None,
}  # fmt: skip


def test_clones_have_ids_of_their_own_and_the_token_of_one_does_not_open_the_other(tmp_path, house):
    clone = Entra("entra-2", Ledger(tmp_path / "clone.jsonl"), secret="another-secret")
    clone.start()
    try:
        assert entra_id(SUBJECT) != entra_id(SUBJECT, "entra-2")
        assert set(house.lab.world.users).isdisjoint(clone.world.users)
        token = house.entra.connection.directory._auth()
        answer = httpx2.get(f"{clone.url}/v1.0/users/{entra_id(SUBJECT, 'entra-2')}", headers=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    finally:
        clone.stop()


def test_two_runs_make_the_same_world(tmp_path):
    first, second = (Entra("entra", Ledger(tmp_path / f"{each}.jsonl")) for each in ("one", "two"))

    assert first.state() == second.state()


def test_a_token_lives_as_long_as_it_says(house, lab):
    lab.lifetime_s = -1
    with pytest.raises(CredentialsError, match="the token was refused"):
        house.do("user_is_disabled", house.subject)


def test_a_path_graph_does_not_have_is_refused_in_its_words(house):
    with pytest.raises(ServiceRefused, match="Resource not found for the segment 'doors'"):
        house.entra.connection.directory.get("/doors")


def test_an_act_it_does_not_know_is_said_with_those_it_knows(lab):
    with pytest.raises(ValueError, match="synchronise"):
        lab.act("fly", {"mail": SUBJECT.mail})
    with pytest.raises(ValueError, match="nobody here"):
        lab.act("sign-in", {"mail": "nobody@fjordlight.example"})


def test_a_user_shows_little_unless_asked_for_more(house):
    directory = house.entra.connection.directory
    plain = directory.get(f"/users/{house.subject.id}").json
    chosen = directory.get(f"/users/{house.subject.id}", {"$select": "id,accountEnabled"}).json

    assert "accountEnabled" not in plain
    assert set(chosen) == {"@odata.context", "id", "accountEnabled"}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("mail eq 'ANN@x.example'", True),
        ("mail eq 'x' or (n eq 0 and status/errorCode eq 0)", True),
        ("mail eq 'x' or n eq 1", False),
        ("mail eq 'o''neil'", False),
        ("phones/any(p:p eq '+2')", True),
        ("phones/any(p:p eq '+3')", False),
        ("targets/any(t:t/id eq 'b') and n eq 0", True),
        ("at ge 2026-11-22T12:00:00Z", True),
        ("at ge 2026-11-22T12:00:01Z", False),
        ("nothing ge 2026-11-22T12:00:01Z", False),
    ],
)
def test_filters_are_read_as_odata_says(expression, fits):
    assert matcher(expression)(ROW) is fits


@pytest.mark.parametrize("expression", ["mail", "mail like 'x'", "(mail eq 'x'", "mail eq 'x' extra", "mail eq '", "' eq 1"])
def test_a_filter_that_makes_no_sense_is_refused(expression):
    with pytest.raises(ValueError, match="Invalid filter clause"):
        matcher(expression)


def test_an_untold_credential_opens_nothing(lab):
    answer = httpx2.post(f"{lab.url}/{'0' * 8}/oauth2/v2.0/token", data={"grant_type": "password"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_what_is_done_twice_changes_the_world_once(lab):
    house = House(lab)
    with house.entra.gate.opened():
        for _ in range(2):
            house.entra.connection.directory.patch(f"/users/{house.subject.id}", {"accountEnabled": False})
            house.entra.connection.directory.post(f"/users/{house.subject.id}/revokeSignInSessions")
    close_all()

    assert house.duplicates() == []
    assert len(house.writes()) == 2
