"""References name and compare; data is only ever data."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from runner.errors import UsageError
from runner.language.references import BadReference, fill, names_used, parse, references_in, render

SCOPE = {
    "inputs": {"engaged": "agency", "seen": "{{ inputs.engaged }} {% raw %}"},
    "same-person": ["okta/1", "okta/2"],
    "found": {"candidates": [{"key": "k", "label": "l"}], "eu_data": [], "open": 2},
}
HOSTILE = [
    "{{7*7}}", "${7*7}", "#{}", "<%= %>", "{% if x %}", "{0.__class__}", "%(x)s", "$$", "${secret.okta}", "{{ seen }}",
    "\u202e", "{#", "}}", "\x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.engaged", "agency"),
        ("found.candidates[0].label", "l"),
        ("found['open']", 2),
        ("same-person", ["okta/1", "okta/2"]),
        ('inputs.engaged == "agency" and not found.eu_data', True),
        ("1 < found.open <= 2", True),
        ('"okta/1" in same-person', True),
        ("'a-b' == 'a-b'", True),
        ("found.eu_data or false", False),
    ],
)
def test_a_reference_yields_what_the_case_knows(text: str, value: object) -> None:
    assert parse(text).evaluate(SCOPE) == value


@pytest.mark.parametrize(
    "text",
    [
        "7*7", "f()", "a.b(1)", "a|upper", "a is defined", "a - b", "x[y]", "x[0:1]", "", "a b", "a if b else c",
        "__class__", "a.__class__", "[1]", "{}", "'x' ~ 'y'", "{{ a }}", "a }} b {{ c", "a·b", "-a",
        "(" * 5_000 + "a" + ")" * 5_000, "not " * 5_000 + "a", "9" * 5_000,
    ],
)  # fmt: skip
def test_whatever_is_more_than_a_reference_is_refused(text: str) -> None:
    with pytest.raises(BadReference, match=r"^expected"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% if x %}{% endif %}",
        "{# c #}",
        "{{ x",
        "{{ {{ x }} }}",
        "{{}}",
        "{{ x | safe }}",
        "{{- x }}",
        "{{ x -}}",
    ],
)
def test_templates_are_refused_inside_text(text: str) -> None:
    with pytest.raises(BadReference):
        references_in(text)


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_data_comes_out_as_it_went_in(data: str) -> None:
    assert render("<{{ inputs.x }}>", {"inputs": {"x": data}}) == f"<{data}>"
    assert fill({"a": ["{{ inputs.x }}"]}, {"inputs": {"x": data}}) == {"a": [data]}


@given(st.text())
def test_any_data_is_rendered_once_and_literally(data: str) -> None:
    assert render("{{ a }}{{ a }}", {"a": data}) == data + data


@pytest.mark.parametrize("text", ["${7*7}", "#{}", "<%= %>", "{0.__class__}", "%(x)s", "$$", "} } {"])
def test_other_languages_stay_text(text: str) -> None:
    assert render(text, {}) == text


def test_a_lone_reference_keeps_its_type_and_others_become_words() -> None:
    assert fill("{{ found.open }}", SCOPE) == 2
    assert fill("{{ same-person }}: {{ found.open }}", SCOPE) == "okta/1, okta/2: 2"
    assert fill({"n": 5, "t": True}, SCOPE) == {"n": 5, "t": True}


@pytest.mark.parametrize(
    "text", ["{{ nmae }}", "{{ found.nope }}", "{{ found.candidates[7] }}", "{{ inputs.seen.x }}"]
)
def test_what_is_not_there_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="is not known"):
        render(text, SCOPE)


def test_values_that_do_not_compare_are_an_error_not_a_no() -> None:
    with pytest.raises(UsageError, match="do not compare"):
        parse('found.open < "x"').evaluate(SCOPE)


def test_the_names_used_are_the_first_parts() -> None:
    assert names_used(references_in("{{ a.b }} {{ c-d == e[0] }}")) == {"a", "c-d", "e"}
