"""What `doctor` says of the database that machines share."""

from __future__ import annotations

from runner.desk.doctor import _database


def test_the_server_is_asked_how_it_is_and_what_time_it_has(fleet):
    [row] = _database(fleet.desk._office)
    assert row["ok"], row
    assert row["detail"].startswith("PostgreSQL ")
    assert "its clock " in row["detail"]


def test_a_store_of_one_machine_has_no_such_row(company):
    assert _database(company.office) == []
