"""When each source loses its next record, how much of the tenure it holds, and what is kept first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.lab.company import SUBJECT
from runner.actions.contract import Action
from runner.actions.values import Account
from runner.casefile.contents import CaseFile, Operation
from runner.cases.keeping import keep_ordered
from runner.cases.perishing import perishing, tenure
from runner.clock import stamp
from runner.errors import UsageError
from runner.evidence.verify import verify
from tests.cases.company import QUIET

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAM = Account("dir", "u1", "sam", {"created": "2025-01-01T00:00:00Z"})
"""425 days before NOW, and a morning."""


def days(number: float) -> timedelta:
    return timedelta(days=number)


class Services:
    """The configured services: one, with what it can keep."""

    def __init__(self, *keeps: Action) -> None:
        self._keeps = list(keeps)

    def names(self) -> list[str]:
        return ["dir"]

    def actions(self, name: str, kind: str) -> list[Action]:
        assert (name, kind) == ("dir", "keep")
        return self._keeps


def keep(name: str, remembers: str, lag: str = "none", *, bulk: bool = True) -> Action:
    return Action(
        name=f"dir.{name}",
        kind="keep",
        run=lambda: None,
        scopes=(),
        source="",
        retention=remembers,
        lag=lag,
        bulk=bulk,
    )


def case_of(*accounts: Account, **kept: Any) -> CaseFile:
    """A case with these accounts; kept: by action, when the first account's was kept, or the outcome."""
    case = CaseFile(accounts=list(accounts))
    for number, (action, when) in enumerate(kept.items()):
        given = {"confirmed_at": stamp(when)} if isinstance(when, datetime) else when
        data = {
            "action": f"dir.{action.rstrip('_')}", "service": "dir", "account": "u1", "outcome": "kept",
            "after": [{"sha256": "a"}], "why": "", "confirmed_at": stamp(NOW), **given,
        }  # fmt: skip
        case.operations[str(number)] = Operation(str(number), outcome={"data": data})
    return case


def only(case: CaseFile, action: Action) -> Any:
    [source] = perishing(case, Services(action), NOW)
    return source


def test_what_remembers_less_than_the_tenure_is_losing_now_and_goes_on():
    source = only(case_of(SAM), keep("log", "90d"))
    assert (source.expires_at, source.losing) == (stamp(NOW), True)
    assert (source.covers_days, source.tenure_days) == (90, 425)
    assert "covers 90 of 425 days since 2025-01-01 (dir sam, created)" in source.gap
    assert "whoever archives it" in source.gap


def test_what_remembers_the_whole_tenure_loses_its_first_day_at_start_and_retention():
    new = replace(SAM, facts={"started": "2026-02-01T00:00:00Z"})
    source = only(case_of(new), keep("log", "90d"))
    assert source.expires_at == stamp(datetime(2026, 2, 1, tzinfo=UTC) + days(90))
    assert not source.losing
    assert (source.covers_days, source.gap) == (29, "")


def test_what_was_kept_expires_no_more_but_what_comes_after_does():
    source = only(case_of(SAM, log=NOW - days(1)), keep("log", "90d", "up to 2 hours"))
    assert (source.kept, source.losing) == (True, False)
    behind = timedelta(hours=2)
    assert source.expires_at == stamp(NOW - days(1) - behind + days(90))
    assert source.due_again_at == stamp(NOW - days(1) + behind)


def test_what_was_kept_twice_is_covered_without_counting_a_day_twice():
    source = only(case_of(SAM, log=NOW - days(10), log_=NOW - days(5)), keep("log", "90d"))
    assert source.covers_days == 95
    assert source.kept_at == stamp(NOW - days(5))


def test_days_that_were_lost_between_two_keepings_are_not_covered():
    source = only(case_of(SAM, log=NOW - days(30), log_=NOW), keep("log", "7d"))
    assert source.covers_days == 14


@pytest.mark.parametrize("created", ["", None, "soon", 7, "0001-01-01T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_a_tenure_nobody_states_stays_unknown(created):
    case = case_of(replace(SAM, facts={"created": created}))
    assert tenure(case, NOW) is None
    source = only(case, keep("log", "90d"))
    assert (source.expires_at, source.covers_days, source.tenure_days) == ("", None, None)
    assert "not known" in source.gap


def test_the_earliest_date_that_any_account_states_counts_and_is_said():
    older = Account("hr", "7", "s.reed", {"started": "2024-05-01"})
    case = CaseFile(accounts=[SAM], rows=[older])
    found = tenure(case, NOW)
    assert found is not None
    assert found.since == "2024-05-01T00:00:00.000Z"
    assert found.said_by == "hr s.reed, started"


def test_a_retention_nobody_declared_stays_unknown_and_a_state_does_not_expire():
    unknown = only(case_of(SAM), keep("log", ""))
    assert (unknown.expires_at, unknown.state) == ("", False)
    assert "not known" in unknown.gap
    state = only(case_of(SAM), keep("state", "while it stands", bulk=False))
    assert (state.expires_at, state.losing, state.state, state.gap) == ("", False, True, "")


@pytest.mark.parametrize(
    "outcome",
    [{"outcome": "failed", "after": None, "why": "401"}, {"after": [], "why": "401"}],
    ids=["failed", "nothing was there to keep"],
)
def test_an_attempt_that_kept_nothing_leaves_the_source_losing_and_says_why(outcome):
    source = only(case_of(SAM, log=outcome), keep("log", "90d"))
    assert (source.kept, source.losing, source.why) == (False, True, "401")


def test_a_service_that_is_configured_no_more_is_named_and_not_left_out():
    gone = Account("old", "u9", "sam")
    [source] = perishing(case_of(gone), Services(), NOW)
    assert (source.service, source.kept) == ("old", False)
    assert "configured no more" in source.gap


def test_the_shortest_time_to_a_loss_comes_first_and_not_the_shortest_retention():
    new = replace(SAM, facts={"created": "2026-01-31T00:00:00Z"})
    kept = case_of(new, week=NOW)
    services = Services(
        keep("state", "while it stands"), keep("half", "180d"), keep("month", "30d"), keep("week", "7d")
    )
    order = [each.action for each in perishing(kept, services, NOW)]
    assert order == ["dir.month", "dir.week", "dir.half", "dir.state"]


def test_of_two_that_are_losing_the_one_that_is_gone_sooner_comes_first():
    services = Services(keep("quarter", "90d"), keep("week", "7d"))
    for subject in (SAM, replace(SAM, facts={})):
        assert [each.action for each in perishing(case_of(subject), services, NOW)] == [
            "dir.week",
            "dir.quarter",
        ]


# in a case


@pytest.fixture
def code(company):
    code = company.open(QUIET, subject=SUBJECT.mail)
    company.play(code)
    return code


def test_a_source_that_lags_is_kept_once_more_after_its_lag_and_only_once(company, code):
    orders = [
        each["data"] for each in company.records(code, "standing.set") if each["data"]["kind"] == "keep"
    ]
    firsts = {each["order"] for each in orders if not each.get("again")}
    again = [each for each in orders if each.get("again")]
    assert firsts
    assert sorted(each["order"] for each in again) == sorted(f"{each}/after-lag" for each in firsts)
    results = {
        each["data"]["order"]: each["data"]["result"] for each in company.records(code, "standing.done")
    }
    for each in again:
        assert results[each["order"]]["outcome"] == "kept"
        assert "once more" in each["what"]


def test_what_arrived_late_in_the_log_is_kept_by_the_second_keeping(founded):
    company = founded(compress=1)  # the second keeping is due in an hour, so it is carried out here by hand
    code = company.open(QUIET, subject=SUBJECT.mail)
    company.run(code)
    company.act("okta", "sign-in", mail=SUBJECT.mail)
    orders = [each for each in company.case(code).orders.values() if each.id.endswith("/after-lag")]
    [order] = [each for each in orders if "okta.keep_log" in each.id]
    assert not order.done
    with company.office.holding(code):
        result = keep_ordered(company.work(code), order.data)
    assert (result["outcome"], result["new"] > 0) == ("kept", True)
    assert len(company.case(code).orders) == len(orders) * 2


def test_once_all_is_kept_nothing_of_the_subject_is_losing(company, code):
    sources = perishing(company.case(code), company.office.services(code), datetime.now(UTC))
    assert {each.service for each in sources} == {"okta", "github"}
    assert all(each.kept for each in sources)
    assert not any(each.losing for each in sources)
    [log] = [each for each in sources if each.action == "okta.keep_log"]
    assert log.covers_days == 90
    assert log.tenure_days
    assert log.tenure_days > 90


def test_status_tells_how_many_sources_are_kept_and_what_is_lost_next(company, code):
    fresh = company.open(QUIET, subject="milan.horvat@fjordlight.example")
    [before] = company.desk.status(fresh)
    assert before["evidence"]["unkept"] == before["evidence"]["sources"] > 0
    assert before["evidence"]["next"]["losing"]
    [after] = company.desk.status(code)
    assert (after["evidence"]["unkept"], after["evidence"]["losing"]) == (0, 0)
    assert after["evidence"]["next"]["expires_at"] > stamp(datetime.now(UTC))


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_a_report_in_each_format_says_what_expires(company, code, form):
    path = company.desk.report(code, form)
    assert path.stat().st_mode & 0o077 == 0
    assert "90" in path.read_text()
    assert "keep" in path.read_text()
    assert path.suffix == f".{form}"


def test_a_report_as_csv_is_a_folder_of_tables_and_the_bundle_holds_them(company, code):
    folder = company.desk.report(code, "csv")
    tables = {each.name for each in folder.iterdir()}
    assert {"doors.csv", "decisions.csv", "expiry.csv", "timeline.csv", "unknown.csv"} <= tables
    assert "okta.keep_log" in (folder / "expiry.csv").read_text()
    bundle = company.desk.bundle(code)
    assert verify(bundle) == []
    assert tables <= {each.name for each in (bundle / "data").iterdir()}


def test_a_report_in_no_format_is_refused_by_name(company, code):
    with pytest.raises(UsageError, match="docx"):
        company.desk.report(code, "docx")
