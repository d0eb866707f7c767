"""Evidence: the state and the logs, as received, page by page; and what could not be had, by name."""

import json

import pytest

from integrations.lab.company import SUBJECT
from runner.actions.contract import ACTIONS
from runner.actions.values import Account
from runner.errors import CredentialsError, RateLimited, RefusedError, ServiceError, ServiceRefused
from tests.integrations.telling import ledger_of

PERMISSION = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}


def values(house, name):
    return [row for key, body in house.items().items() if key.startswith(name) for row in json.loads(body)["value"]]


def test_the_state_is_kept_as_received(house):
    kept = house.do("keep_state", house.subject)
    items = house.items()

    assert kept.missing == ""
    assert len(kept.items) == len(items)
    assert {name.removesuffix(".json").removesuffix("-0001") for name in items} == {
        "user", "oauth2PermissionGrants", "appRoleAssignments", "authentication-methods", "ownedObjects",
        "createdObjects", "roles", "app-1", "app-1-federated", "memberOf", "transitiveMemberOf",
        "registeredDevices", "ownedDevices", "managedDevices", "messageRules",
    }  # fmt: skip
    user = json.loads(items["user.json"])
    assert (user["mail"], user["employeeId"]) == (SUBJECT.mail, SUBJECT.staff_id)
    assert user["signInSessionsValidFromDateTime"] == "2025-03-03T08:00:00Z"
    assert house.sent() == []


def test_what_closing_destroys_is_in_what_was_kept(house):
    house.do("keep_state", house.subject)
    app = json.loads(house.items()["app-1.json"])

    assert {each["scope"].strip() for each in values(house, "oauth2Perm")} == set(house.held()["grants"])
    assert len(values(house, "authentication-methods")) == 4
    assert [each["roleDefinition"]["displayName"] for each in values(house, "roles")] == ["Groups Administrator"]
    assert [each["displayName"] for each in app["passwordCredentials"]] == house.held()["secrets"]
    assert app["keyCredentials"][0]["key"]
    assert [each["name"] for each in values(house, "app-1-fed")] == house.held()["trusts"]
    assert values(house, "messageRules")[0]["actions"]["forwardTo"]


def test_no_secret_is_kept(house):
    house.do("keep_state", house.subject)
    whole = json.dumps([json.loads(body) for body in house.items().values()])

    assert '"secretText": null' in whole
    assert '"secretText": "' not in whole


def test_the_state_of_others_is_not_kept(house):
    house.do("keep_state", house.subject)

    assert b"release-pipeline" not in b"".join(house.items().values())


def test_keeping_the_state_twice_gives_the_same_bytes(house):
    house.do("keep_state", house.subject)
    first = dict(house.items())
    house.do("keep_state", house.subject)

    assert house.items() == first


@pytest.mark.parametrize("part", ["memberOf", "registeredDevices", "ownedDevices", "managedDevices", "messageRules"])
def test_what_closing_does_not_destroy_may_be_missing_by_name(house, part):
    house.fault(f"/{part}$", status=403, body={"error": {"code": "Forbidden", "message": "no"}})
    assert house.do("keep_state", house.subject).missing == f"refused by Graph: {part} (403)"

    house.fault(f"/{part}$", status=403, body=PERMISSION)
    assert house.do("keep_state", house.subject).missing == f"refused by Graph: {part} (no permission)"


@pytest.mark.parametrize(
    "part", ["oauth2PermissionGrants", "appRoleAssignments", "authentication/methods", "ownedObjects",
             "createdObjects", "directory/roleAssignments", "federatedIdentityCredentials"],
)  # fmt: skip
def test_what_closing_destroys_must_be_kept(house, part):
    house.fault(f"/{part}$", status=403, body=PERMISSION)

    with pytest.raises(CredentialsError):
        house.do("keep_state", house.subject)


def test_sign_ins_are_kept_page_by_page_and_only_the_persons_own(house):
    kept = house.do("keep_sign_ins", house.subject)
    pages = [json.loads(body)["value"] for body in house.items().values()]
    rows = [each for page in pages for each in page]

    assert [len(page) for page in pages] == [999, 41]
    assert len(kept.items) == len(pages) == 2
    assert {each["userId"] for each in rows} == {house.subject.id}
    assert len({each["id"] for each in rows}) == len(rows)
    assert "nothing older than 7 days" in kept.missing
    assert "not interactive" in kept.missing


@pytest.mark.parametrize(("tier", "days"), [("free", 7), ("p1", 30), ("p2", 30)])
def test_how_far_back_a_log_reaches_is_said_by_licence(make, tier, days):
    house = make(tier=tier)

    assert f"older than {days} days" in house.do("keep_audits", house.subject).missing


def test_the_declared_retention_is_that_of_the_worst_case():
    assert {ACTIONS[f"entra.{name}"].retention for name in ("keep_sign_ins", "keep_audits")} == {"7d"}


def test_without_a_licence_the_sign_ins_fail_by_name_and_nothing_is_called_kept(house, lab):
    lab.premium = False

    with pytest.raises(ServiceRefused) as refused:
        house.do("keep_sign_ins", house.subject)
    assert refused.value.code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    assert house.items() == {}


def test_the_audit_log_holds_what_the_person_did_and_what_we_did_with_our_name(house):
    house.do("disable_user", house.subject)
    house.do("keep_audits", house.subject)

    assert {each["activityDisplayName"] for each in values(house, "audits-did")} == {"Add owner to application"}
    (ours,) = [each for each in values(house, "audits-suff") if each["activityDisplayName"] == "Disable account"]
    assert ours["initiatedBy"]["app"]["displayName"] == "severance"
    assert "severance/0 (amber-falcon-7)" in ours["additionalDetails"][0]["value"]


def test_a_rate_limit_in_the_middle_of_the_log_cuts_nothing_off(house):
    house.do("keep_sign_ins", house.subject)
    whole = dict(house.items())
    house.items().clear()
    house.fault("signIns$", status=429, times=2)
    house.do("keep_sign_ins", house.subject)

    assert {name: len(values(house, name)) for name in whole} == {
        name: len(json.loads(body)["value"]) for name, body in whole.items()
    }


def test_a_page_that_breaks_is_asked_for_again_alone(house):
    house.do("user_is_disabled", house.subject)
    house.fault("signIns$", "truncate")
    house.do("keep_sign_ins", house.subject)

    asked = [each["query"] for each in ledger_of(house.lab) if each["path"].endswith("signIns")]
    assert len(asked) == 3
    assert asked[0] == asked[1]
    assert len(values(house, "sign-ins")) == 1040


def test_a_log_that_stays_limited_is_an_error_and_not_half_a_log(house):
    house.fault("signIns$", status=429, headers={"Retry-After": "3600"}, times=None)

    with pytest.raises(RateLimited):
        house.do("keep_sign_ins", house.subject)


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/auditLogs/signIns", "//evil.example/x", "http://user@127.0.0.1:1/x"]
)
def test_a_next_page_elsewhere_is_not_fetched(house, link):
    house.fault("signIns$", status=200, body={"value": [], "@odata.nextLink": link}, times=None)

    with pytest.raises(ServiceError, match="another host"):
        house.do("keep_sign_ins", house.subject)


def test_a_page_that_is_its_own_next_ends_in_an_error(house, lab):
    link = f"{lab.url}/v1.0/auditLogs/signIns?loop=1"
    house.fault("signIns$", status=200, body={"value": [], "@odata.nextLink": link}, times=None)

    with pytest.raises(ServiceError, match="never end"):
        house.do("keep_sign_ins", house.subject)


def test_an_answer_that_is_no_collection_is_an_error(house):
    house.fault("signIns$", status=200, body={"odd": 1}, times=None)

    with pytest.raises(ServiceError, match="expected a collection"):
        house.do("keep_sign_ins", house.subject)


def test_a_quote_in_an_id_never_reaches_a_filter(house):
    account = Account("entra", f"{house.subject.id}' or userId ne '", "x")
    for name in ("keep_sign_ins", "keep_audits", "keep_state", "sessions_are_ended", "find_roles"):
        with pytest.raises(RefusedError):
            house.do(name, account)
    assert house.requests() == []
