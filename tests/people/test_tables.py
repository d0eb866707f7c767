"""A file handed in is read as data, by a closed schema, or refused with every place at which it is wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, strategies as st

from runner.people.links.tables import MOST_TROUBLES, Table

HEAD = "staff_id,mail,phone,started\n"


def table(content, encoding="utf-8"):
    data = content.encode() if isinstance(content, str) else content
    return Table("payroll.csv", "5e" * 32, lambda: io.BytesIO(data), encoding)


def troubles(content, encoding="utf-8"):
    checked = table(content, encoding)
    list(checked.check())
    return [(each.line, each.column, each.message) for each in checked.troubles]


def rows(content, encoding="utf-8"):
    checked = table(content, encoding)
    first = list(checked.check())
    assert checked.troubles == []
    assert list(checked.rows()) == first
    return first


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_line_end_and_byte_order_mark_are_found_out(end, between, mark):
    text = (
        mark
        + between.join(["Staff ID", "E-Mail", "Phone"])
        + end
        + between.join(["FL-1", "a@b.example", "1"])
        + end
    )
    assert rows(text) == [(2, ["FL-1", "a@b.example", "1"])]


def test_what_spreadsheets_on_windows_write_is_read_when_it_is_declared():
    content = "staff_id;address\nFL-1;Stra\xdfe 7\n".encode("cp1252")
    assert rows(content, "cp1252") == [(2, ["FL-1", "Straße 7"])]
    assert troubles(content) == [(2, 10, "expected utf-8, found another byte")]


def test_quotes_delimiters_and_line_ends_in_a_cell_are_its_text():
    assert rows('staff_id,address\nFL-1,"Havnegata 14,\n""Bergen"""\nFL-2,x\n') == [
        (2, ["FL-1", 'Havnegata 14,\n"Bergen"']),
        (4, ["FL-2", "x"]),
    ]


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@x", "|calc", "=cmd|'/c calc'!A0"])
def test_a_formula_is_text_like_any_other(risky):
    assert rows(f"staff_id,handle\nFL-1,{risky}\n") == [(2, ["FL-1", risky])]


def test_empty_rows_below_the_last_are_no_rows():
    assert rows("staff_id,phone\nFL-1,1\n,\n\n") == [(2, ["FL-1", "1"])]


def test_columns_nobody_may_compare_are_named_with_line_and_column():
    assert troubles('staff_id,"Full, Name",phone,Nationalität,salary\nFL-1,x,1,x,9\n') == [
        (1, 11, 'expected no column about names, found "Full, Name"'),
        (1, 29, 'expected no column about where somebody comes from, found "Nationalität"'),
        (1, 42, 'expected a known column, found "salary"'),
    ]


def test_no_row_is_given_out_of_a_file_with_such_a_column():
    assert list(table("staff_id,name\nFL-1,Jonas\n").check()) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", [(1, 1, "expected a column that says who a row is about: staff_id, applicant_id, mail")]),
        ("phone\n1\n", [(1, 1, "expected a column that says who a row is about: staff_id, applicant_id, mail")]),
        ("staff_id,phone,Phone\n", [(1, 16, 'expected one column "phone", found "Phone"')]),
        ("staff_id,,phone\n", [(1, 10, 'expected a known column, found " "')]),
        (HEAD + "FL-1,,1\n", [(2, 1, "expected 4 cells, found 3")]),
        (HEAD + ",,1,\n", [(2, 1, "expected one of staff_id, applicant_id, mail filled in, found none")]),
        (HEAD + "FL 1;x,,1,\n", [(2, 1, 'expected an id or a mail in staff_id, found "FL 1;x"')]),
        (HEAD + 'FL-1,"a b",1,\n', [(2, 7, 'expected an id or a mail in mail, found "a b"')]),
        (HEAD + "FL-1,,1,1.2.2024\n", [(2, 9, 'expected YYYY-MM-DD in started, found "1.2.2024"')]),
        (HEAD + 'FL-1,,"1\n2",soon\n', [(3, 4, 'expected YYYY-MM-DD in started, found "soon"')]),
        (HEAD + "FL-1,,1,\nFL-2,\0,1,\n", [(3, 1, "expected text, found a NUL byte")]),
        (HEAD + 'FL-1,,"1,\n', [(2, 1, "expected cells as RFC 4180 writes them")]),
        (HEAD + 'FL-1,,1"x"\r,\n', [(2, 1, "expected cells as RFC 4180 writes them")]),
        ("staff_id\n../../etc/passwd\n", [(2, 1, 'expected an id or a mail in staff_id, found "../../etc/passwd"')]),
        ("staff_id\n\u202eFL-1\n", [(2, 1, 'expected an id or a mail in staff_id, found "\u202eFL-1"')]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_line_and_column(content, expected):
    assert troubles(content) == expected


def test_utf_16_is_refused_in_words():
    assert troubles(HEAD.encode("utf-16"))[0] == (1, 1, "expected utf-8 or cp1252, found UTF-16")


def test_a_line_without_end_does_not_fill_memory():
    [(line, _, message), *_] = troubles("staff_id\nFL-1\n" + "x" * (3 << 20))
    assert (line, message) == (3, "expected lines under 1048576 bytes, found a longer one")


def test_a_quote_that_never_closes_does_not_fill_memory():
    endless = 'staff_id\n"' + "FL-1\n" * 100_000
    [(line, _, message)] = troubles(endless)
    assert (line, message) == (2, "expected cells as RFC 4180 writes them")


def test_all_problems_are_told_up_to_a_number_that_is_read():
    assert len(troubles("staff_id\n" + "!\n" * 15)) == 15
    assert len(troubles("staff_id\n" + "!\n" * 1000)) == MOST_TROUBLES


cells = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=20)


@given(st.lists(st.tuples(st.from_regex(r"[A-Z]{2}-[0-9]{1,4}", fullmatch=True), cells), max_size=8))
def test_whatever_a_csv_writer_writes_comes_back(written):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["staff_id", "handle"])
    writer.writerows(written)
    assert [cells for _, cells in rows(text.getvalue())] == [list(each) for each in written]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(content):
    checked = table(content)
    assert all(len(cells) == len(checked.titles) for _, cells in checked.check())
