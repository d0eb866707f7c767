"""Files are searched for the subject's own values; of everybody else nothing stays."""

from __future__ import annotations

import io

import pytest

from runner.actions.values import Account, Observation
from runner.people.links.scoring import propose
from runner.people.links.searching import own_rows, search
from runner.people.links.sightings import FILES, token_of
from runner.people.links.tables import Table

SUBJECT = Account("okta", "00u1", "jonas", {"staff_id": "FL-1", "mail": "jonas@fjordlight.example"})
PAYROLL = """staff_id,payout_account,phone,started,ended
FL-1,NO93 8601 1117 947,+1 202 555 0111,2024-02-01,
FL-2,no9386011117947,,2024-05-01,2025-01-31
FL-3,GB33BUKB20201555555555,0012025550111,,
FL-4,DE00,n/a,,
"""
APPLICANTS = (
    f"applicant_id,mail,cv_sha256,phone\nA-1,new@mail.example,{'ab' * 32},+12025550111\nA-2,,{'cd' * 32},\n"
)
HR = (
    f"mail;staff_id;cv_sha256\nJonas@FJORDLIGHT.example;;{'ab' * 32}\njonas@fjordlight.example;;{'ab' * 32}\n"
)


def tables(*texts):
    return [
        Table(f"{n}.csv", f"{n}" * 64, lambda text=text: io.BytesIO(text.encode()))
        for n, text in enumerate(texts)
    ]


def found(*texts):
    files = tables(*texts)
    own = own_rows(files, [SUBJECT])
    assert [each.troubles for each in files] == [[] for _ in files]
    return own, search(files, {token_of(each.observation) for each in own} - {None})


def test_the_subjects_own_rows_say_what_is_searched_for():
    own, _ = found(PAYROLL)
    assert [each.observation for each in own] == [
        Observation("payout-account", "NO93 8601 1117 947"), Observation("phone", "+1 202 555 0111"),
    ]  # fmt: skip
    assert {each.account.id for each in own} == {"FL-1"}
    assert {each.place.line for each in own} == {2}


def test_own_rows_are_found_by_mail_where_a_row_has_no_staff_id():
    own, _ = found(HR)
    assert [each.place.line for each in own] == [3]  # RFC 5321: the local part's case counts


def test_another_staff_id_beside_the_same_mail_is_somebody_else():
    own, _ = found("staff_id,mail,phone\nFL-2,jonas@fjordlight.example,+12025550111\n")
    assert own == []


def test_rows_that_show_a_value_in_another_spelling_are_found():
    _own, hits = found(PAYROLL)
    others = [
        (each.account.id, each.observation.kind, each.place.line)
        for each in hits.seen
        if each.account.id != "FL-1"
    ]
    assert others == [("FL-2", "payout-account", 3), ("FL-3", "phone", 4)]


def test_values_of_one_file_are_searched_for_in_all():
    own, hits = found(HR, PAYROLL, APPLICANTS)
    assert {(each.account.id, each.observation.kind) for each in hits.seen} >= {
        ("applicant:A-1", "cv-hash"), ("applicant:A-1", "phone"), ("FL-2", "payout-account"),
    }  # fmt: skip
    [applicant] = propose([SUBJECT], own, hits.seen)
    assert applicant.key == "@people/applicant:A-1"
    assert applicant.accounts[0].facts == {"applicant_id": "A-1", "mail": "new@mail.example"}


def test_nothing_is_kept_of_a_row_that_shows_none():
    _, hits = found(PAYROLL, APPLICANTS)
    kept = repr(hits)
    assert "FL-4" not in kept
    assert "A-2" not in kept
    assert "GB33" not in kept
    assert hits.rows == {"0" * 64: 4, "1" * 64: 2}


def test_cells_that_cannot_be_compared_are_counted():
    _, hits = found(PAYROLL)
    assert hits.unread == {"0" * 64: 2}  # DE00 and n/a


def test_a_row_carries_when_somebody_worked_here():
    _own, hits = found(PAYROLL)
    milan = next(each.account for each in hits.seen if each.account.id == "FL-2")
    assert milan == Account(
        FILES, "FL-2", "FL-2", {"staff_id": "FL-2", "started": "2024-05-01", "ended": "2025-01-31"}
    )


def crowd(size, shared="NO9386011117947"):
    return "staff_id,payout_account\nFL-1,NO9386011117947\n" + "".join(
        f"P-{n},{shared}\n" for n in range(size)
    )


def test_a_value_of_half_the_company_keeps_nobody():
    _, hits = found(crowd(5_000))
    assert hits.crowded == {("payout-account", "NO9386011117947")}
    assert hits.seen == []


@pytest.mark.parametrize("size", [20, 150])
def test_a_value_of_many_people_is_counted_and_then_tells_nothing(size):
    own, hits = found(crowd(size))
    assert hits.crowded == set()
    assert len(hits.seen) == size + 1
    assert propose([SUBJECT], own, hits.seen, hits.crowded) == []


def test_a_file_with_a_problem_says_nothing_about_anybody():
    [broken] = tables("staff_id,nationality,phone\nFL-1,XX,+12025550111\n")
    assert own_rows([broken], [SUBJECT]) == []
    assert broken.troubles


def test_a_row_that_was_confirmed_is_the_subjects_own_from_then_on():
    row = Account(FILES, "applicant:A-1", "new@mail.example", {"applicant_id": "A-1"})
    [applicants] = tables(APPLICANTS)
    assert {each.account.id for each in own_rows([applicants], [SUBJECT, row])} == {"applicant:A-1"}
    [again] = tables(APPLICANTS)
    assert own_rows([again], [SUBJECT]) == []
