import json

import pytest

from integrations.lab.exchange import Reply
from integrations.lab.github import GitHub
from integrations.lab.ledger import Ledger, read
from runner.errors import AnswerLost, RateLimited, ServiceError
from tests.integrations.github.conftest import House
from tests.integrations.telling import close_all


def exports(house):
    return [
        each["changed"]
        for each in read(house.lab.ledger.path)
        if (each["changed"] or "").startswith("export of")
    ]


def archive_of(house):
    return house.items()[f"github-forks-{house.subject.id}.tar.gz"]


def test_the_state_kept_holds_each_answer_as_github_gave_it(house):
    kept = house.do("keep_membership", house.subject)

    lines = [json.loads(each) for each in house.items()[kept.items[0].name].decode().splitlines()]
    answers = {
        each["path"].partition("?")[0]: json.loads(each["body"]) for each in lines if each["status"] == 200
    }
    assert answers["/orgs/fjordlight/memberships/jonas-weber-fjl"]["role"] == "member"
    assert {each["credential_type"] for each in answers["/orgs/fjordlight/credential-authorizations"]} == {
        "personal access token", "SSH key", "OAuth app token",
    }  # fmt: skip
    assert answers["/orgs/fjordlight/teams/platform/memberships/jonas-weber-fjl"]["state"] == "active"
    assert (
        answers["/repos/fjordlight/infra-live/collaborators/jonas-weber-fjl/permission"]["role_name"]
        == "write"
    )
    assert house.writes() == []


def test_what_github_would_not_give_is_named_as_missing(house):
    assert "/personal-access-tokens" in house.do("keep_membership", house.subject).missing


def test_private_forks_are_exported_unlocked_and_the_archive_kept_as_received(house):
    house.do("keep_forks", house.subject)

    made = next(iter(house.lab.world.exports.values()))
    assert archive_of(house) == made.content
    assert "locked=False" in exports(house)[0]
    listed = json.loads(house.items()[f"github-forks-{house.subject.id}.json"])
    assert [each["full_name"] for each in listed] == ["jonas-weber-fjl/ledger-core"]


def test_the_archive_is_fetched_without_the_token(house):
    house.do("keep_forks", house.subject)  # the stand-in's storage refuses a request that carries one

    assert any(each.startswith("GET /archives/") for each in house.requests())


def test_a_second_run_takes_the_export_that_is_there(house):
    house.do("keep_forks", house.subject)
    house.do("keep_forks", house.subject)

    assert len(exports(house)) == 1


def test_an_export_whose_answer_was_lost_is_found_again(house):
    house.fault("POST /orgs/fjordlight/migrations", "lose-answer")
    with pytest.raises(AnswerLost):
        house.do("keep_forks", house.subject)

    house.do("keep_forks", house.subject)

    assert len(exports(house)) == 1
    assert archive_of(house)


def test_an_export_older_than_the_last_push_is_not_enough(house):
    house.do("keep_forks", house.subject)
    next(iter(house.lab.world.exports.values())).created = "2020-01-01T00:00:00Z"

    house.do("keep_forks", house.subject)

    assert len(exports(house)) == 2


def test_nobody_elses_fork_is_exported_and_no_fork_means_no_export(house):
    house.lab.world.forks.clear()

    kept = house.do("keep_forks", house.subject)

    assert exports(house) == []
    assert [each.name for each in kept.items] == [f"github-forks-{house.subject.id}.json"]


@pytest.mark.parametrize(("state", "error"), [("failed", ServiceError), ("exporting", RateLimited)])
def test_an_export_that_fails_or_never_ends_is_not_called_kept(house, state, error):
    house.fault(r"GET /orgs/fjordlight/migrations/\d+$", status=200, body={"state": state}, times=None)

    with pytest.raises(error):
        house.do("keep_forks", house.subject)

    assert house.items() == {}


def test_an_archive_on_a_host_that_is_not_named_is_not_fetched(house, tmp_path):
    storage = GitHub("storage", Ledger(tmp_path / "storage.jsonl"))
    storage.start()
    house.lab.archive_url = storage.url

    with pytest.raises(ServiceError, match="host not allowed"):
        house.do("keep_forks", house.subject)

    storage.stop()
    assert read(storage.ledger.path) == []


def test_an_archive_on_a_named_storage_host_is_fetched(house, tmp_path):
    storage = GitHub("storage", Ledger(tmp_path / "storage.jsonl"))
    storage.start()
    storage.world = house.lab.world
    house.lab.archive_url = storage.url
    named = house.opened(download_hosts=[storage.url.removeprefix("http://")])

    named.do("github.keep_forks", house.subject)

    storage.stop()
    assert f"github-forks-{house.subject.id}.tar.gz" in named.recorder.items


def test_git_events_are_asked_for_first_because_they_live_seven_days(house):
    kept = house.do("keep_audit_log", house.subject)

    names = [each.name for each in kept.items]
    assert names[0].startswith("github-audit-git-actor-")
    git = json.loads(house.items()[names[0]])
    assert {each["action"] for each in git} == {"git.clone", "git.fetch"}


def test_the_web_log_is_asked_for_beyond_the_three_months_github_shows_by_itself(house):
    house.do("keep_audit_log", house.subject)

    web = json.loads(house.items()["github-audit-web-actor-jonas-weber-fjl-0001.json"])
    ages = [(house.lab.world.events[-1]["@timestamp"] - each["@timestamp"]) / 86_400_000 for each in web]
    assert max(ages) > 160


class Tired(GitHub):
    """A GitHub that answers every other question to its audit log with "not now"."""

    asked = 0

    def admit(self, request):
        self.asked += request.path.endswith("/audit-log")
        if request.path.endswith("/audit-log") and self.asked % 2:
            return Reply(403, {"message": "You have exceeded a secondary rate limit"}, {"retry-after": "60"})
        return super().admit(request)


def test_a_limit_in_the_middle_of_a_long_log_loses_no_page(tmp_path):
    lab = Tired("github", Ledger(tmp_path / "tired.jsonl"))
    lab.start()
    house = House(lab, lab.token)
    for _ in range(250):
        lab.record("repo.access", actor=house.subject.login)

    house.do("keep_audit_log", house.subject)

    close_all()
    lab.stop()
    pages = [json.loads(body) for name, body in house.items().items() if "web-actor" in name]
    ids = [each["_document_id"] for page in pages for each in page]
    assert len(pages) == 3
    assert len(ids) == len(set(ids)) == 255


def test_a_renamed_person_is_searched_under_both_names(house):
    house.act("rename", to="jw-private")
    house.lab.record("repo.access", actor="jw-private")

    house.do("keep_audit_log", house.subject)

    assert {
        "github-audit-web-actor-jw-private-0001.json",
        "github-audit-git-actor-jonas-weber-fjl-0001.json",
    } <= set(house.items())


def test_a_log_page_on_another_host_is_not_followed(house):
    link = {"Link": '<http://127.0.0.1:9/steal?after=2>; rel="next"'}
    house.fault("GET /orgs/fjordlight/audit-log", status=200, body=[], headers=link)

    with pytest.raises(ServiceError, match="another host"):
        house.do("keep_audit_log", house.subject)
