"""Documents are filled from plain data; what is missing blocks, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import RefusedError, UsageError
from runner.language.documents import names, render


def write(folder: Path, text: str) -> Path:
    (folder / "note.md.j2").write_text(text, "utf-8")
    return folder


def test_the_first_line_is_the_title(tmp_path: Path) -> None:
    folder = write(tmp_path, "# Case {{ case }}\n\n{% for x in xs %}- {{ x }}\n{% endfor %}")
    document = render("note", {"case": "amber-falcon-7", "xs": ["{{ case }}", "<b>"]}, folder)
    assert (document.name, document.title) == ("note", "Case amber-falcon-7")
    assert document.text == "# Case amber-falcon-7\n\n- {{ case }}\n- <b>\n"
    assert names(folder) == {"note"}


def test_every_missing_field_is_named_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "# T\n{{ a.b }} {{ c }} {% if d %}{% endif %}{% for x in e %}{% endfor %}{{ f|default('') }}\n",
    )
    with pytest.raises(RefusedError) as refused:
        render("note", {}, folder)
    assert refused.value.what == "the document lacks: a.b, c, d, e"


@pytest.mark.parametrize(
    "text",
    [
        "no title\n", "# \n", "# T {{ x", "# T {{ 'a' * 9 }}", "# T {{ 2 ** 9 }}", "# T {{ '%9s' % 1 }}",
        "# T {{ 'a'.upper() }}", "# T {{ x|format }}", "# T {% include 'note.md.j2' %}", "# T {% import 'x' as y %}",
        "# T {{ 'a'.__class__.mro() }}",
    ],
)  # fmt: skip
def test_a_template_that_does_more_than_fill_in_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises((UsageError, RefusedError)):
        render("note", {"x": "y"}, write(tmp_path, text))


def test_range_and_other_helpers_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not safely callable"):
        render("note", {}, write(tmp_path, "# T {% for i in range(9) %}{% endfor %}"))


def test_a_document_has_an_end(tmp_path: Path) -> None:
    folder = write(tmp_path, "# T\n{% for a in xs %}{% for b in xs %}{{ word }}{% endfor %}{% endfor %}")
    with pytest.raises(UsageError, match="longer than"):
        render("note", {"xs": list(range(1000)), "word": "x" * 1000}, folder)


def test_objects_with_methods_never_reach_a_template(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        render("note", {"path": tmp_path}, write(tmp_path, "# T {{ path }}"))


@pytest.mark.parametrize("name", ["../note", "gone", "note.md", "", "NOTE"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no document"):
        render(name, {}, write(tmp_path, "# T\n"))
