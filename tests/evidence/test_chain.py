"""The hash chain: one spelling, and every change to a record is seen."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest

from runner.evidence.chain import START, broken, canonical, parse, seal, withhold


def chain(*kinds: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for seq, kind in enumerate(kinds, start=1):
        prev = records[-1]["digest"] if records else START
        record = {
            "seq": seq,
            "at": "2026-03-02T09:00:00.000Z",
            "kind": kind,
            "class": "fact",
            "data": {"n": seq},
        }
        records.append(seal(record, prev))
    return records


def test_keys_are_sorted_and_text_stays_readable() -> None:
    assert canonical({"b": 1, "a": "Zoë"}) == '{"a":"Zoë","b":1}'.encode()


def test_a_stranger_gets_the_same_digest_with_a_json_library_and_sha256() -> None:
    record = chain("note")[0]
    rest = {key: value for key, value in record.items() if key != "digest"}
    spelled = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(spelled.encode()).hexdigest() == record["digest"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\x00\x1f\u2028", "\ud83d" + "\ude00", "😀"])
def test_any_text_a_service_can_send_survives_the_journal(text: str) -> None:
    record = seal({"seq": 1, "at": "", "kind": "note", "class": "fact", "data": {"text": text}}, START)
    assert parse(canonical(record)) == record
    assert broken([parse(canonical(record))]) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_json_cannot_spell_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"x": value})


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"x": object()})


def test_a_whole_chain_is_not_broken() -> None:
    assert broken(chain("case.opened", "note", "note")) is None
    assert broken([]) is None


@pytest.mark.parametrize("field", ["seq", "at", "kind", "class", "data", "prev", "digest"])
def test_a_change_to_any_field_breaks_the_chain(field: str) -> None:
    records = copy.deepcopy(chain("a", "b", "c"))
    records[1][field] = {"n": 99} if field == "data" else "changed"
    assert broken(records) is not None


@pytest.mark.parametrize("place", [0, 1])
def test_a_record_taken_out_breaks_the_chain(place: int) -> None:
    records = chain("a", "b", "c")
    del records[place]
    assert broken(records) is not None


def test_two_records_swapped_break_the_chain() -> None:
    first, second, third = chain("a", "b", "c")
    assert broken([first, third, second]) is not None


def test_a_record_put_in_between_breaks_the_chain() -> None:
    first, second = chain("a", "b")
    extra = seal({**first, "kind": "forged", "seq": 2}, first["digest"])
    assert broken([first, extra, second]) is not None


def test_a_number_that_repeats_breaks_the_chain() -> None:
    first = chain("a")[0]
    again = seal({**first, "seq": 1}, first["digest"])
    assert "does not follow" in str(broken([first, again]))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b"{",
        b'{"a":"\\u0041"}',
        b'{"a":NaN}',
        b"\xff",
    ],
)
def test_a_line_in_any_other_spelling_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"canonical|Expecting|decode|compliant"):
        parse(line)


def test_a_line_nested_too_deep_is_refused() -> None:
    with pytest.raises(ValueError, match=r"too deep|Expecting"):
        parse(b"[" * 200_000)


def test_a_withheld_record_leaves_the_chain_whole_and_says_nothing() -> None:
    records = chain("a", "b", "c")
    records[1]["class"] = "counsel"
    records = [records[0], seal(records[1], records[0]["digest"])]
    stub = withhold(records[1])
    assert broken([records[0], stub]) is None
    assert "data" not in stub
    assert "kind" not in stub


@pytest.mark.parametrize(
    "change",
    [{"prev": "1" * 64}, {"seq": 3}, {"class": "fact"}, {"withheld": "yes"}, {"data": {}}, {"withheld": 1}],
)
def test_a_stub_that_is_not_quite_one_breaks_the_chain(change: dict[str, Any]) -> None:
    records = chain("a", "b")
    stub = withhold({**records[1], "class": "counsel"})
    assert broken([records[0], {**stub, **change}]) is not None


def test_a_stub_with_another_digest_breaks_the_record_after_it() -> None:
    first, second, third = chain("a", "b", "c")
    stub = {**withhold({**second, "class": "counsel"}), "digest": "2" * 64}
    assert broken([first, stub, third]) is not None
