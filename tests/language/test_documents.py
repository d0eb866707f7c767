"""Documents are filled from plain data; what is missing is shown, by name and with who knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.errors import UsageError
from runner.language.documents import render
from runner.language.outlines import ROOTS, outline, outlines

BASE: dict[str, Any] = {
    "case": {"code": "amber-falcon-7"},
    "now": "2026-03-02T09:30:00.000Z",
    "document": {"version": 2, "status": "DRAFT", "to": ["counsel", "hr"]},
}
HEAD = """{# for: hr
   tlp: RED
   privileged: yes
   needs:
     given.name = how the person is addressed | HR
     house.entity = the legal entity
     demand.deadline.utc = the deadline
     given.kind (short, long) = how long the letter is | counsel
   may:
     given.order = the order's number
#}
"""
BODY = "# T\n\n{{ given.name }}; {{ house.entity }}; {{ demand.deadline.utc }}; {{ given.kind }}; {{ given.order }}.\n"


def write(folder: Path, text: str) -> Path:
    (folder / "note.md.j2").write_text(text, "utf-8")
    return folder


def rendered(folder: Path, text: str, **scope: Any) -> Any:
    return render("note", {**BASE, **scope}, write(folder, text))


def test_the_first_line_is_the_title_and_the_head_stands_below_it(tmp_path: Path) -> None:
    text = "# Case {{ case.code }}\n\n{% for door in doors %}- {{ door }}\n{% endfor %}"
    document = rendered(tmp_path, text, doors=["{{ case }}", "okta"])
    assert (document.name, document.title) == ("note", "Case amber-falcon-7")
    assert document.text == (
        "# Case amber-falcon-7\n\n| | |\n| --- | --- |\n| Case | amber-falcon-7 |\n| TLP | TLP:AMBER |\n"
        "| Version | 2 |\n| Status | DRAFT |\n| As of | 2026-03-02T09:30:00.000Z (UTC) |\n"
        "| Language | English |\n| Distribution | counsel, hr |\n\n"
        "Drafted from the record of the case. This is not legal advice.\n\n- {{ case }}\n- okta\n"
    )
    assert (document.missing, document.privileged) == ((), False)
    assert list(outlines(tmp_path)) == ["note"]


def test_every_gap_is_shown_in_its_place_with_who_knows_it_and_told_beside_the_text(tmp_path: Path) -> None:
    document = rendered(tmp_path, HEAD + BODY, given={"name": "  "}, demand={"deadline": None})
    assert document.missing == (
        "how the person is addressed, HR",
        "the legal entity, the settings, under papers",
        "the deadline, whoever received the demand",
        "how long the letter is (short, long), counsel",
    )
    for each in document.missing:
        assert f"[[MISSING: {each}]]" in document.text
    assert "| Missing | 4, marked below; not to be sent before they are filled in |" in document.text
    assert "; .\n" in document.text  # what may be left out leaves nothing


def test_a_document_with_all_it_needs_lacks_nothing(tmp_path: Path) -> None:
    scope = {
        "given": {"name": "Ann", "kind": "short", "order": "17"},
        "house": {"entity": "Fjordlight AS"},
        "demand": {"deadline": {"utc": "2026-03-05"}},
    }
    document = rendered(tmp_path, HEAD + BODY, **scope)
    assert document.missing == ()
    assert "Ann; Fjordlight AS; 2026-03-05; short; 17.\n" in document.text
    assert "Missing" not in document.text
    assert document.privileged


@pytest.mark.parametrize("field", ["kind", "order"])
def test_a_value_that_is_none_of_the_choices_is_a_gap_even_where_it_may_be_left_out(
    tmp_path: Path, field: str
) -> None:
    text = HEAD.replace("given.order =", "given.order (a, b) =") + BODY
    document = rendered(tmp_path, text, given={"name": "Ann", "kind": "short", field: "neither"})
    assert any(
        each.startswith(("how long the letter is (", "the order's number (")) for each in document.missing
    )
    assert "neither" not in document.text


def test_what_counsel_calls_privileged_is_called_so_in_counsels_words_only(tmp_path: Path) -> None:
    house = {"entity": "E", "classification": "PRIVILEGED & CONFIDENTIAL"}
    assert "\n**PRIVILEGED & CONFIDENTIAL**\n" in rendered(tmp_path, HEAD + BODY, house=house).text
    open_ = HEAD.replace("privileged: yes", "privileged: no") + BODY
    assert "PRIVILEGED" not in rendered(tmp_path, open_, house=house).text
    assert "PRIVILEGED" not in rendered(tmp_path, HEAD + BODY, house={"entity": "E"}).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no title\n", "expected `# Title`"),
        ("# \n", "expected `# Title`"),
        ("# T {{ x", "unexpected end of template"),
        ("# T {{ case.code * 9 }}", r"does not compute with \*"),
        ("# T {{ 2 ** 9 }}", "does not compute with"),
        ("# T {{ '%9s' % 1 }}", "does not compute with %"),
        ("# T {{ 'a'.upper() }}", "not safely callable"),
        ("# T {{ now|format }}", "No filter named 'format'"),
        ("# T {% include 'note.md.j2' %}", "no loader"),
        ("# T {% import 'x' as y %}", "no loader"),
        ("# T {{ 'a'.__class__.mro() }}", "unsafe|undefined"),
        ("# T {{ weather }}", 'asks for "weather"'),
        ("# T {{ given.rain }}", "uses given.rain and does not declare it"),
        ("# T {{ given }}", "uses given and does not declare it"),
        ("# T {{ case.weather }}", "no attribute 'weather'"),
        ("{# rain #}\n# T\n", "a line that says nothing: rain"),
        ("{# tlp: PINK #}\n# T\n", "found PINK"),
        ("{# needs:\n doors.okta = a door #}\n# T\n", "only given, house, inputs, demand are declared"),
    ],
)  # fmt: skip
def test_a_template_that_does_more_than_fill_in_what_it_declares_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        rendered(tmp_path, text, given={}, house={})


def test_range_and_other_helpers_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='asks for "range"'):
        rendered(tmp_path, "# T {% for i in range(9) %}{% endfor %}")


def test_a_document_has_an_end(tmp_path: Path) -> None:
    text = "# T\n{% for a in doors %}{% for b in doors %}{{ now }}{% endfor %}{% endfor %}"
    with pytest.raises(UsageError, match="longer than"):
        rendered(tmp_path, text, doors=list(range(1000)), now="x" * 1000)


def test_objects_with_methods_never_reach_a_template(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not JSON serializable"):
        rendered(tmp_path, "# T {{ doors }}", doors=tmp_path)


@pytest.mark.parametrize("name", ["../note", "gone", "note.md", "", "NOTE"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no document"):
        render(name, BASE, write(tmp_path, "# T\n"))


def test_a_link_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("# T\n")
    (tmp_path / "note.md.j2").symlink_to(tmp_path / "real.txt")
    assert outlines(tmp_path) == {}
    with pytest.raises(UsageError, match="there is no document"):
        render("note", BASE, tmp_path)


def test_an_outline_says_what_a_step_may_give(tmp_path: Path) -> None:
    found = outline("note", HEAD + BODY)
    assert {name: field.needed for name, field in found.under("given").items()} == {
        "name": True,
        "kind": True,
        "order": False,
    }
    assert found.under("given")["kind"].choices == ("short", "long")
    assert (found.audience, found.tlp, found.privileged, found.problems) == ("hr", "RED", True, ())


def test_every_root_a_template_may_name_is_filled_by_the_case() -> None:
    from runner.cases import drafting  # noqa: PLC0415

    source = Path(drafting.__file__).read_text("utf-8")
    assert [root for root in ROOTS if f'"{root}":' not in source] == []
