"""People approve one plan; with any field of it changed afterwards nothing fires, and the words say why."""

from __future__ import annotations

import copy
import hashlib
import json
import re

import pytest
import sqlalchemy as sa

from integrations.lab.company import PERSONAS, okta_id
from runner.actions.values import as_json
from runner.cases.approving import ask_approval, wanted
from runner.cases.plans import freeze
from runner.database.journal import Entry
from runner.database.tables import JOURNAL
from runner.desk.claim import Claim
from runner.errors import RefusedError
from runner.evidence.chain import canonical
from tests.cases.company import CLOSE, SHARED, Company
from tests.desk.test_approvals import LINKED_CLOSE

_, MILAN, ELIAS = PERSONAS


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = Company(tmp_path_factory.mktemp("changed"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def planned(company):
    """A case whose lockdown, and whose step of shared doors, was never asked for yet."""
    code = company.open(CLOSE + SHARED, subject=MILAN.mail)
    company.run(code)
    company.work(code).write("approval.expired", request="approve-lockdown", why="to be asked anew")
    return code


def leaves(value, path=()):
    """Yield the path of every scalar, and of every list and mapping that could lose or gain something."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        yield path
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path


def mutated(body, path):
    """Return a copy of a plan with one field changed: a list loses its last, a number grows, a text changes."""
    changed = copy.deepcopy(body)
    inside = changed
    for each in path[:-1]:
        inside = inside[each]
    last = path[-1]
    old = inside[last]
    inside[last] = (
        old[:-1] if old and isinstance(old, list) else ["x"] if isinstance(old, list)
        else not old if isinstance(old, bool)
        else old + 1 if isinstance(old, int)
        else "doors" if old is None
        else f"{old}x"
    )  # fmt: skip
    return changed


def parts(company, code, name):
    work = company.work(code)
    phase = next(each for each in work.playbook.phases if each.phase == name)
    step = next((each for each in phase.steps if getattr(each, "approve", None)), None)
    return work, phase, step


def frozen(company, code, name):
    work, phase, step = parts(company, code, name)
    return work, phase, step, freeze(phase, step, work.case(), work.services, work.frame)


@pytest.mark.parametrize("name", ["lockdown", "shared"])
def test_every_field_of_a_plan_is_in_its_digest(company, planned, name):
    _, _, _, plan = frozen(company, planned, name)
    fields = list(leaves(plan.body))
    digests = [hashlib.sha256(canonical(mutated(plan.body, path))).hexdigest() for path in fields]
    assert {path[0] for path in fields} == set(plan.body)
    assert plan.digest not in digests
    assert len(set(digests)) == len(fields)


def test_no_approval_of_a_plan_that_differs_in_one_field_counts_for_this_one(company, planned):
    """For every field: the changed plan was asked for and has its quorum; what holds now is asked anew."""
    work, phase, step, plan = frozen(company, planned, "lockdown")
    quorum = wanted(work, phase, step)
    by_name = {tuple(each for each in path if isinstance(each, str)): path for path in leaves(plan.body)}
    assert len(by_name) >= 15
    slipped = []
    for name, path in by_name.items():
        body = mutated(plan.body, path)
        digest = hashlib.sha256(canonical(body)).hexdigest()
        request = {**_request(plan, quorum, work), "request": f"ask-{'-'.join(name)}", "digest": digest}
        yes = {"request": request["request"], "digest": digest, "because": "", "waive": []}
        work.journal.append(
            Entry("phase.planned", {**plan.as_json(), "plan": body, "digest": digest}),
            Entry("approval.asked", request),
            *(Entry("approval.given", {**yes, "by": who}) for who in ("maren", "beatriz")),
        )
        fresh, asked = ask_approval(work, phase, step, quorum)
        case = work.case()
        over, now_asked = case.requests[request["request"]], case.requests[asked]
        if fresh.digest != plan.digest or over.status != "expired" or now_asked.decisions:
            slipped.append(name)
        work.write("approval.expired", request=asked, why="the next field")
    assert slipped == []
    assert company.changes("okta", "github") == []


def _request(plan, quorum, work):
    data = {"phase": plan.phase, "step": plan.step, "need": quorum.needed, "of": list(quorum.of or ())}
    later = work.deadline(3600).isoformat()
    return {**data, "each_of": list(quorum.each_of or ()), "expires": later, "lines": [], "command": ""}


def with_service(text):
    lines = text.splitlines(keepends=True)
    jira = next(line for line in lines if line.strip().startswith("jira:"))
    return text.replace(jira, jira + jira.replace("jira:", "jira-two:", 1))


def without(part):
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.strip().startswith(part)
    )


PROTECT = {"service": "okta", "id": okta_id(MILAN), "why": "kept by the board", "frees": "ask the board"}
SETTINGS = {
    "a cap is lowered": lambda text: text.replace('"things": 50', '"things": 49'),
    "a cap is raised": lambda text: text.replace('caps: {"accounts": ', 'caps: {"accounts": 1'),
    "the subject's account is protected": lambda text: text.replace(
        "\nprotected:", f"\nprotected:\n  - {json.dumps(PROTECT)}"
    ),
    "a service is added": with_service,
    "a service is removed": without("files:"),
    "a person is added": lambda text: text.replace(
        "people:\n",
        'people:\n  - {"id": "new", "name": "new", "mail": "new@fjordlight.example", "roles": ["hr"]}\n',
    ),
    "only a comment is added": lambda text: text + "# a comment\n",
}


@pytest.fixture
def edited(company):
    """Change the settings on disk, as an editor does, and read them again; put them back at the end."""
    path, before = company.lab.settings_path, company.lab.settings_path.read_text()

    def edit(how):
        after = how(path.read_text())
        assert after != path.read_text()
        path.write_text(after)
        company.reload()

    yield edit
    path.write_text(before)
    company.reload()


def approved(company, phases=CLOSE):
    code = company.open(phases, subject=MILAN.mail)
    company.ask(code)
    company.approve(code)
    return code


@pytest.mark.parametrize("how", SETTINGS)
def test_settings_that_changed_after_the_approval_void_it(company, edited, how):
    code = approved(company)
    edited(SETTINGS[how])
    company.run(code)
    assert company.records(code, "approval.used", "lockdown.fired") == []
    [over] = company.records(code, "approval.expired")
    assert over["data"] == {"request": "approve-lockdown", "why": "the plan changed"}
    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    with pytest.raises(RefusedError, match="no such plan"):
        company.approve(code, "maren", digest=company.records(code, "approval.given")[0]["data"]["digest"])
    assert company.changes("okta", "github") == []


def without_github(text):
    kept = [
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith("  github:") and '"service": "github"' not in line
    ]
    return re.sub(r',? ?"github": "\d+"', "", "".join(kept))


def test_a_service_that_holds_an_account_and_is_taken_away_stops_the_case_by_name(company, edited):
    code = approved(company)
    edited(without_github)
    for step in ("found", "keep-now"):
        company.run(code)
        [failed] = [each for each in company.waiting(code) if each["request"] == f"{step}-failed-1"]
        assert "the settings have no service github any more" in failed["question"]
        company.answer(code, failed["request"], "skip", by="ingrid")
    assert "put github back into the settings" in company.run(code).refused
    assert company.records(code, "approval.used", "lockdown.fired") == []
    assert company.changes("okta", "github") == []


def test_a_linked_account_that_is_confirmed_after_the_approval_voids_it(company):
    code = company.open(LINKED_CLOSE, subject=MILAN.mail)
    company.ask(code)
    company.approve(code)
    other = company.open(CLOSE, subject=ELIAS.mail)
    accounts = [as_json(each) for each in company.case(other).accounts]
    company.office.journal(code).write("link.confirmed", request="", accounts=accounts, by=["maren", "rohan"])
    company.run(code)
    company.answer(code, "same-person", "none", by="maren")
    company.answer(code, "same-person", "none", by="rohan")
    company.run(code)
    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    assert company.records(code, "approval.used", "lockdown.fired") == []
    assert company.changes("okta", "github") == []


def test_an_approval_of_one_case_is_worth_nothing_in_another(company):
    first, second = approved(company), company.open(CLOSE, subject=MILAN.mail)
    company.ask(second)
    yes = [each["data"] for each in company.records(first, "approval.given")]
    with pytest.raises(RefusedError, match="no such plan"):
        company.desk.approve(second, yes[0]["digest"], "x", claim=Claim("maren", None))
    for each in yes:
        company.office.journal(second).write("approval.given", **each)
    company.run(second)
    assert company.records(second, "approval.used", "lockdown.fired") == []
    assert company.changes("okta", "github") == []


ROWS = {
    "the playbook's text": ("case.opened", "Rehearsal", "Rehearsed"),
    "the playbook as it runs": ("case.opened", '"need":2', '"need":1'),
    "its digest": ("case.opened", '"sha256":"', '"sha256":"0'),
    "who started it": ("case.opened", '"by":"ingrid"', '"by":"nobody"'),
    "the account": ("subject.resolved", okta_id(MILAN), okta_id(ELIAS)),
    "the plan": ("phase.planned", okta_id(MILAN), okta_id(ELIAS)),
    "the request": ("approval.asked", '"need":2', '"need":1'),
    "who approved": ("approval.given", '"by":"maren"', '"by":"tomas"'),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_journal_that_was_edited_stops_every_run(company, row):
    kind, old, new = ROWS[row]
    code = approved(company)
    mine = (JOURNAL.c.case_code == code) & (JOURNAL.c.kind == kind)
    with company.office.database.begin() as connection:
        rows = connection.execute(sa.select(JOURNAL).where(mine).order_by(JOURNAL.c.seq)).all()
        assert old in rows[0].record
        edited = sa.update(JOURNAL).where(mine & (JOURNAL.c.seq == rows[0].seq))
        connection.execute(edited.values(record=rows[0].record.replace(old, new)))
    with pytest.raises(RefusedError, match="its records were changed: record"):
        company.run(code)
    assert company.records(code, "approval.used", "lockdown.fired") == []
    assert company.changes("okta", "github") == []
