import pytest

from integrations.lab.company import PERSONAS
from runner.actions.values import Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, RefusedError, ServiceError

LAYERS = {
    "token": ("find_tokens", "revoke_token", "tokens_are_gone", "personal access token"),
    "grant": ("find_grants", "revoke_grant", "grants_are_gone", "OAuth app token"),
    "key": ("find_keys", "remove_key", "keys_are_gone", "SSH key"),
}
each_layer = pytest.mark.parametrize("layer", LAYERS)


def authorized(house, account, kind):
    every = house.lab.world.authorizations.values()
    return [each.id for each in every if (str(each.user), each.type) == (account.id, kind)]


@each_layer
def test_every_authorised_credential_of_a_layer_is_closed_and_only_the_persons_own(house, layer):
    find, close, proof, kind = LAYERS[layer]
    other = house.person(PERSONAS[1])
    house.act("authorize", login=other.login, type=kind)
    house.act("authorize", type=kind)
    theirs = authorized(house, other, kind)

    outcomes = [house.do(close, house.subject, thing) for thing in house.things(find)]

    assert [type(each) for each in outcomes] == [Changed, Changed]
    assert authorized(house, house.subject, kind) == []
    assert authorized(house, other, kind) == theirs
    assert house.do(proof, house.subject).verdict == ("unknown" if layer == "token" else "closed")


@each_layer
def test_closing_a_credential_twice_changes_the_world_once(house, layer):
    find, close, _, _ = LAYERS[layer]
    thing = house.things(find)[0]
    house.fault("DELETE ", "lose-answer")

    with pytest.raises(AnswerLost):
        house.do(close, house.subject, thing)

    assert isinstance(house.do(close, house.subject, thing), Unchanged)
    assert len(house.writes()) == 1


@each_layer
def test_an_open_credential_is_proven_open(house, layer):
    _, _, proof, kind = LAYERS[layer]
    house.act("authorize", type=kind)

    assert house.do(proof, house.subject).verdict == "open"


@each_layer
def test_another_persons_credential_is_never_closed_under_this_name(house, layer):
    _, close, _, kind = LAYERS[layer]
    other = house.person(PERSONAS[1])
    number = house.act("authorize", login=other.login, type=kind)["id"]

    outcome = house.do(
        close, house.subject, Thing(f"credential:{number}", "theirs", {"type": "authorization"})
    )

    assert isinstance(outcome, Unchanged)
    assert number in authorized(house, other, kind)


@each_layer
def test_once_the_membership_is_gone_the_absence_of_credentials_is_only_inferred(house, layer):
    house.do("remove_member", house.subject)

    assert house.do(LAYERS[layer][2], house.subject).verdict == "inferred"


@each_layer
def test_a_list_that_github_will_not_give_is_no_empty_list(house, layer):
    house.fault("GET /orgs/fjordlight/credential-authorizations", status=404, body={"message": "Not Found"})

    assert house.do(LAYERS[layer][2], house.subject).verdict == "unknown"


def test_fine_grained_tokens_are_found_and_revoked_by_a_github_app(app_house):
    minted = app_house.act("mint")["id"]
    things = [each for each in app_house.things("find_tokens") if each.state["type"] == "fine-grained"]

    outcomes = [app_house.do("revoke_token", app_house.subject, each) for each in things]

    assert f"fine-grained:{minted}" in {each.id for each in things}
    assert all(isinstance(each, Changed) for each in outcomes)
    assert app_house.lab.world.fine_grained == {}
    assert isinstance(app_house.do("revoke_token", app_house.subject, things[0]), Unchanged)


def test_a_github_app_proves_the_token_layer_directly(app_house):
    assert app_house.do("tokens_are_gone", app_house.subject).verdict == "open"
    for thing in app_house.things("find_tokens"):
        app_house.do("revoke_token", app_house.subject, thing)

    assert app_house.do("tokens_are_gone", app_house.subject).verdict == "closed"


def test_a_personal_token_may_not_end_a_fine_grained_one_and_says_so(house):
    minted = house.act("mint")["id"]

    outcome = house.do(
        "revoke_token", house.subject, Thing(f"fine-grained:{minted}", "x", {"type": "fine-grained"})
    )

    assert isinstance(outcome, Refused)
    assert "GitHub App" in outcome.why
    assert minted in house.lab.world.fine_grained


def test_deploy_keys_the_person_added_are_shared_things_and_survive_the_membership(house):
    added = house.act("deploy-key", repo="payout-engine")["id"]
    house.do("remove_member", house.subject)

    keys = [each for each in house.things("find_keys") if each.shared]

    assert [each.id for each in keys] == [f"deploy-key:payout-engine:{added}"]
    assert house.do("keys_are_gone", house.subject).verdict == "open"


def test_a_deploy_key_is_removed_and_can_be_put_back(house):
    key = house.act("deploy-key", repo="payout-engine")
    thing = next(each for each in house.things("find_keys") if each.shared)

    closed = house.do("remove_key", house.subject, thing)
    assert house.lab.world.repos["payout-engine"].keys == {}
    assert isinstance(house.do("remove_key", house.subject, thing), Unchanged)

    reopened = house.do("restore_key", house.subject, closed.before)

    assert [each.key for each in house.lab.world.repos["payout-engine"].keys.values()] == [key["key"]]
    assert reopened.after["title"] == key["title"]
    assert isinstance(house.do("restore_key", house.subject, closed.before), Unchanged)
    assert house.duplicates() == []


def test_a_deploy_key_somebody_else_added_is_left_alone(house):
    repo = house.lab.world.repos["build-images"]
    number = next(iter(repo.keys))
    thing = Thing(
        f"deploy-key:build-images:{number}", "x", {"type": "deploy key", "repo": "build-images"}, shared=True
    )

    outcome = house.do("remove_key", house.subject, thing)

    assert isinstance(outcome, Refused)
    assert number in repo.keys


def test_an_authorisation_cannot_be_given_back_and_says_why(house):
    before = house.do("remove_key", house.subject, house.things("find_keys")[0]).before

    assert "only the person" in house.do("restore_key", house.subject, before).why


@pytest.mark.parametrize("repo", ["../../orgs/fjordlight", "a/b", "x?y", "..", "a\r\nb"])
def test_a_repository_name_that_would_bend_an_address_is_refused(house, repo):
    thing = Thing("deploy-key:x:1", "x", {"type": "deploy key", "repo": repo}, shared=True)

    with pytest.raises(RefusedError):
        house.do("remove_key", house.subject, thing)

    assert house.writes() == []


def test_a_page_link_to_another_host_is_not_followed(house):
    link = {"Link": '<http://127.0.0.1:9/steal>; rel="next"'}
    house.fault("GET /orgs/fjordlight/credential-authorizations", status=200, body=[], headers=link, times=3)

    with pytest.raises(ServiceError, match="another host"):
        house.things("find_tokens")


def test_a_list_that_holds_other_people_too_gives_only_the_persons_own(house):
    theirs = {"login": "clara-weiss-fjl", "credential_id": 7, "credential_type": "personal access token"}
    house.fault("GET /orgs/fjordlight/credential-authorizations", status=200, body=[theirs])

    assert house.things("find_tokens") == []


def test_all_pages_of_a_long_list_are_read(house):
    for _ in range(230):
        house.act("authorize")

    assert len(house.things("find_tokens")) == 231
