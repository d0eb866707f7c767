"""A lockdown over every kind of service, undone: the stand-ins' own state tells what came back."""

from __future__ import annotations

from contextlib import suppress

import pytest

from integrations.lab.company import SUBJECT, github_id
from runner.actions.contract import ACTIONS
from runner.actions.planning import foresee
from runner.cases.reading_back import accounts_of
from runner.cases.reopenings import task_of
from runner.errors import RefusedError
from tests.cases.company import CLOSE, Company
from tests.cases.taking_back import lock, tasks, undone

WHO = SUBJECT.mail
NEVER_BACK = {
    "okta": {f"{WHO}/{each}" for each in ("api_tokens", "consents", "refresh_tokens", "sessions")},
    "github": {
        "authorizations", "fine_grained", "exports", "mails",
        f"members/{github_id(SUBJECT)}/state", "teams/platform", "forks",  # once the person accepts
    },
    "google": {f"{WHO}/{each}" for each in ("app_passwords", "codes", "sessions", "tokens")},
    "aws": {f"{WHO}/access", f"{WHO}/password"},  # access keys stay Inactive: their owner makes new ones
    "slack_org": {f"people/{WHO}/channels", f"people/{WHO}/sessions", "holds"},
    "entra": {f"{WHO}/methods", f"{WHO}/sessions"},
    "scim": {f"{WHO}/version"},
}  # fmt: skip
"""All that differs in a stand-in from before the case, by path; `holds` and `exports` are kept evidence."""


def states(company):
    return {service: company.state(service) for service in NEVER_BACK}


def differing(before, after, path=""):
    """Yield the paths at which two states differ; the order of a list of words tells nothing."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {*before, *after}:
            yield from differing(before.get(key), after.get(key), f"{path}/{key}")
    elif isinstance(before, list) and isinstance(after, list):
        if sorted(map(str, before)) != sorted(map(str, after)):
            yield path[1:]
    elif before != after:
        yield path[1:]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """What every service held before a case, and what it holds after the case was undone."""
    company = Company(tmp_path_factory.mktemp("everywhere"), services=len(NEVER_BACK))
    before = states(company)
    code = lock(company, who=SUBJECT)
    result = undone(company, code)
    yield company, code, result, before, states(company)
    company.close()


def closes(company, code):
    """Return the outcome of each close that changed something, oldest first, with its action."""
    outcomes = [each["data"] for each in company.records(code, "write.outcome")]
    return [
        (each, ACTIONS[each["action"]])
        for each in outcomes
        if each["outcome"] == "changed" and ACTIONS[each["action"]].kind == "close"
    ]


@pytest.mark.parametrize("service", NEVER_BACK)
def test_a_service_is_as_it_was_but_for_what_cannot_return(story, service):
    _, _, _, before, after = story
    differs = set(differing(before[service], after[service]))
    assert {each for each in differs if not each.startswith(tuple(NEVER_BACK[service]))} == set()
    assert differs


def test_every_service_was_locked_and_given_back(story):
    company, code, result, _, _ = story
    given_back = {op.partition("@")[2].partition("/")[0] for op in result["reopened"]}
    assert given_back == set(NEVER_BACK) == {each["service"] for each, _ in closes(company, code)}
    assert result["failed"] == []


def test_every_reversible_door_reads_open_or_waits_for_the_person_only(story):
    company, code, _, _, _ = story
    doors = company.doors(code)
    reads = {
        (each["service"], each["layer"]): doors[(each["service"], each["layer"])].verdict
        for each, action in closes(company, code)
        if action.undo and (each["service"], each["layer"]) != ("github", "key")  # only the person can
    }
    assert len(reads) > 12
    assert {key for key, verdict in reads.items() if verdict != "open"} == {("github", "membership")}
    assert doors[("github", "membership")].verdict == "pending"


def test_whatever_cannot_return_is_named_with_its_reason(story):
    company, code, result, _, _ = story
    final = [(each, action.no_undo) for each, action in closes(company, code) if not action.undo]
    assert len(final) > 10
    for each, why in final:
        assert any(line.startswith(each["service"]) and line.endswith(why) for line in result["left"]), each


def test_a_door_that_another_ones_closing_shut_reads_open_again_with_it(story):
    company, code, _, _, _ = story
    door = company.doors(code)[("aws", "membership")]
    assert (door.verdict, door.left) == ("open", False)
    assert "open again with what was given back" in door.why


def test_an_access_key_is_never_made_to_work_again_and_its_owner_makes_a_new_one(story):
    company, code, result, _, _ = story
    assert company.state("aws")[WHO]["access"] == ["Inactive", "Inactive"]
    texts = [each["text"] for each in tasks(company, code, "anew")]
    assert (
        len([each for each in texts if "access key AKIA" in each and "its owner makes a new one" in each])
        == 2
    )
    assert len([each for each in result["left"] if "access key AKIA" in each]) == 2


def test_changes_are_undone_newest_first_and_none_is_made_twice(story):
    company, code, _, _, _ = story
    undone_ops = [
        each["data"]["op"].removeprefix("undo/doors/")
        for each in company.records(code, "write.outcome")
        if each["data"]["op"].startswith("undo/doors/")
    ]
    assert undone_ops == [each["op"] for each, action in reversed(closes(company, code)) if action.undo]
    assert company.changed_twice() == []


def test_a_reopening_understands_a_thing_as_its_find_shows_it(founded):
    """People who close a door by hand leave us no more than what was found before."""
    company = founded(services=len(NEVER_BACK))
    code = company.open(CLOSE, subject=WHO)
    company.ask(code)
    company.run(code)
    work, tried = company.work(code), set[str]()
    services, accounts = work.services, accounts_of(work)
    for door in company.case(code).doors.values():
        closer = (
            services.layer_action(door.service, "close", door.layer) if door.service in NEVER_BACK else None
        )
        for thing in door.things if closer and closer.undo else ():
            about = "" if thing["id"] == door.account else thing["id"]
            operation = {
                "op": "undo/x", "action": closer.undo, "service": door.service, "account": door.account,
                "args": {"before": thing["state"], "thing": about},
            }  # fmt: skip
            account = accounts[(door.service, door.account)]
            task = task_of(operation, services, account)
            given = [task.thing] if task.thing else []
            with suppress(RefusedError):  # performed, it is refused and named; what it must not do is break
                foresee(task.action, services.planning(door.service), account, *given, **task.arguments)
            tried.add(door.service)
    assert tried == set(NEVER_BACK)
