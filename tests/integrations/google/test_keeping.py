"""Evidence: kept as received, page by page; and held in Vault, once, in a matter that names nobody."""

import json

import pytest

from integrations.lab.company import PERSONAS, SUBJECT
from runner.errors import AnswerLost, CredentialsError, RateLimited, ServiceRefused

PARTS = [
    "user",
    "tokens",
    "app-passwords",
    "role-assignments",
    "aliases",
    "groups",
    "device-1",
    "device-1-users",
]
CORPORA = {"MAIL", "DRIVE", "HANGOUTS_CHAT", "VOICE", "CALENDAR", "GEMINI", "GEMINI_IN_WORKSPACE"}
REFUSED = {
    "status": 403,
    "body": {"error": {"code": 403, "message": "Not Authorized", "status": "PERMISSION_DENIED"}},
}


def holds(house, corpus=""):
    found = [hold for matter in house.lab.state()["vault"] for hold in matter["holds"]]
    return [each for each in found if corpus in {"", each["corpus"]}]


def test_the_state_is_kept_as_received(house):
    kept = house.do("keep_state", house.subject)
    items = house.items()

    assert kept.missing == ""
    assert [name.rpartition("-")[0] for name in items] == PARTS
    user = json.loads(items["user-0001.json"])
    assert (user["primaryEmail"], user["recoveryPhone"]) == (SUBJECT.mail, SUBJECT.phone.replace(" ", ""))
    assert json.loads(items["role-assignments-0001.json"])["items"][0]["orgUnitId"]
    assert "mail on the old laptop" in items["app-passwords-0001.json"].decode()
    assert house.sent() == []


def test_the_state_of_others_is_not_kept(house):
    house.do("keep_state", house.subject)
    kept = b"".join(house.items().values())

    assert not [each for each in PERSONAS[1:] if each.mail.encode() in kept]


def test_keeping_the_state_twice_gives_the_same_bytes(house):
    house.do("keep_state", house.subject)
    first = dict(house.items())
    house.do("keep_state", house.subject)

    assert house.items() == first


@pytest.mark.parametrize(
    ("path", "part"), [("/aliases$", "aliases"), ("v1/groups$", "groups"), ("/v1/devices", "devices")]
)
def test_what_closing_does_not_destroy_may_be_missing_by_name(house, path, part):
    house.fault(path, **REFUSED)

    assert house.do("keep_state", house.subject).missing == f"refused by Google: {part} (403)"


def test_devices_without_a_delegation_are_missing_by_name(lab, make):
    lab.delegated.remove("https://www.googleapis.com/auth/cloud-identity.devices")

    house = make()
    assert house.do("keep_state", house.subject).missing == "refused by Google: devices (no token)"


@pytest.mark.parametrize("part", [r"users/\d+$", "/tokens$", "/asps$", "/roleassignments$"])
def test_what_closing_destroys_must_be_kept(house, part):
    house.fault(part, **REFUSED)

    with pytest.raises(ServiceRefused):
        house.do("keep_state", house.subject)


def test_the_logs_are_kept_page_by_page(house):
    house.do("sign_out", house.subject)
    kept = house.do("keep_log", house.subject)
    pages = {name: json.loads(body) for name, body in house.items().items()}
    sizes = {name: len(page.get("items", [])) for name, page in pages.items()}

    assert kept.missing == ""
    assert len(kept.items) == len(pages)
    assert {name.rpartition("-")[0] for name in pages} == {
        "login", "token", "drive", "admin", "user_accounts", "groups", "mobile", "saml", "takeout",
    }  # fmt: skip
    assert [sizes[f"drive-000{at}.json"] for at in (1, 2)] == [1000, 300]
    assert sizes["login-0001.json"] == 1000
    mine = [each for page in pages.values() for each in page.get("items", [])]
    assert {each["actor"]["profileId"] for each in mine} == {house.subject.id}


def test_a_page_is_stored_before_the_next_is_asked_for(house):
    house.fault("applications/drive$", "delay", seconds=0)  # meets the first page
    house.fault("applications/drive$", times=None, **REFUSED)

    assert house.do("keep_log", house.subject).missing == "refused by Google: drive (403)"
    assert "drive-0001.json" in house.items()


def test_a_log_this_edition_lacks_is_missing_by_name_and_the_others_are_kept(house):
    house.fault("applications/drive$", **REFUSED)
    house.fault("applications/takeout$", status=400, body={"error": {"code": 400, "message": "Bad Request"}})

    assert house.do("keep_log", house.subject).missing == "refused by Google: drive (403), takeout (400)"
    assert "saml-0001.json" in house.items()


def test_a_rate_limit_in_the_middle_of_a_log_cuts_nothing_off(house):
    body = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}
    house.fault("applications/drive$", "delay", seconds=0)
    house.fault("applications/drive$", status=403, body=body, times=2)
    house.do("keep_log", house.subject)

    assert (
        sum(len(json.loads(body).get("items", [])) for name, body in house.items().items() if "drive" in name)
        == 1300
    )


def test_a_log_that_stays_limited_is_an_error_and_not_half_a_log(house):
    house.fault("applications/token$", status=429, times=None)

    with pytest.raises(RateLimited):
        house.do("keep_log", house.subject)


def test_everything_of_the_person_is_held_in_a_matter_that_names_nobody(house):
    kept = house.do("place_holds", house.subject)
    [matter] = house.lab.state()["vault"]

    assert kept.missing == ""
    assert {each["corpus"] for each in matter["holds"]} == CORPORA
    assert matter["name"] == "amber-falcon-7"
    written = json.dumps([each["body"] for each in house.entries() if each["path"].startswith("/v1/matters")])
    assert [each for each in (SUBJECT.mail, SUBJECT.name, *SUBJECT.name.split()) if each in written] == []
    assert json.loads(next(iter(house.items().values())))["holds"] == matter["holds"]


def test_shared_drives_spaces_and_every_kind_of_call_are_held_too(house):
    house.do("place_holds", house.subject)

    assert holds(house, "DRIVE")[0]["query"] == {"driveQuery": {"includeSharedDriveFiles": True}}
    assert holds(house, "HANGOUTS_CHAT")[0]["query"] == {"hangoutsChatQuery": {"includeRooms": True}}
    assert len(holds(house, "VOICE")[0]["query"]["voiceQuery"]["coveredData"]) == 3
    assert "query" not in holds(house, "MAIL")[0]


def test_holding_again_holds_nothing_twice_in_this_step_or_another(house):
    house.do("place_holds", house.subject)
    writes = house.writes()
    house.do("place_holds", house.subject)
    house.do("place_holds", house.subject, key="another step")

    assert house.writes() == writes
    assert len(writes) == 1 + len(CORPORA)


def test_a_linked_account_is_held_in_a_matter_of_its_own_and_another_case_in_another(house):
    house.do("place_holds", house.subject)
    house.do("place_holds", house.person(PERSONAS[1]), key="linked")
    house.do("place_holds", house.subject, key="other", case="dull-heron-2")

    assert [each["name"] for each in house.lab.state()["vault"]] == [
        "amber-falcon-7",
        "amber-falcon-7",
        "dull-heron-2",
    ]
    assert len(holds(house)) == 3 * len(CORPORA)


def test_a_closed_matter_holds_no_more_and_is_not_trusted(house):
    house.do("place_holds", house.subject)
    house.act("close-matters")
    house.do("place_holds", house.subject, key="again")

    assert [each["state"] for each in house.lab.state()["vault"]] == ["CLOSED", "OPEN"]
    assert len(holds(house)) == 2 * len(CORPORA)


def test_a_corpus_this_edition_lacks_is_missing_by_name(house):
    house.act("lack-corpus", corpus="VOICE")
    kept = house.do("place_holds", house.subject)

    assert kept.missing == "refused by Vault: VOICE (403)"
    assert {each["corpus"] for each in holds(house)} == CORPORA - {"VOICE"}


def test_where_vault_refuses_every_hold_nothing_is_said_to_be_kept(house):
    for corpus in CORPORA:
        house.act("lack-corpus", corpus=corpus)

    with pytest.raises(ServiceRefused):
        house.do("place_holds", house.subject)
    assert house.items() == {}


def test_an_edition_without_vault_holds_nothing_and_every_case_says_so(make):
    house = make(vault=False)
    kept = house.do("place_holds", house.subject)

    assert (kept.items, kept.missing) == ((), "the settings say that there is no Vault: nothing is held")
    assert house.requests(tokens=True) == []


def test_without_a_delegation_for_vault_it_fails_and_says_so(lab, make):
    lab.delegated.remove("https://www.googleapis.com/auth/ediscovery")
    house = make()
    with pytest.raises(CredentialsError):
        house.do("place_holds", house.subject)


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("kind", ["lose-answer", "reset"])
def test_a_lost_answer_anywhere_leaves_one_matter_and_one_hold_a_corpus(house, at, kind):
    for _ in range(at - 1):
        house.fault("^POST /v1/matters", "delay", seconds=0)
    house.fault("^POST /v1/matters", kind)
    with pytest.raises(AnswerLost):
        house.do("place_holds", house.subject)
    house.lab.faults.clear()
    house.do("place_holds", house.subject)

    assert len(house.lab.state()["vault"]) == 1
    assert sorted(each["corpus"] for each in holds(house)) == sorted(CORPORA)
    assert house.duplicates() == []


def test_a_hold_vault_accepts_without_placing_it_is_no_hold(house):
    house.fault("^POST /v1/matters/.*/holds$", status=200, body={"holdId": "h"})

    with pytest.raises(Exception, match="not held after the call: MAIL"):
        house.do("place_holds", house.subject)


def test_no_hold_is_ever_let_go(house):
    house.do("place_holds", house.subject)

    assert [each for each in house.sent() if not each.startswith("POST ")] == []


def test_matters_are_read_to_the_last_page(house, lab):
    for at in range(250):
        lab.world.matters[f"old{at}"] = {"matterId": f"old{at}", "name": f"old {at}", "state": "OPEN"}
    house.do("place_holds", house.subject)
    house.do("place_holds", house.subject)

    assert len(house.writes()) == 1 + len(CORPORA)
