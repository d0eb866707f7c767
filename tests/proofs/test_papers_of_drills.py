"""Every document we ship is rendered from a case of every playbook: with what the case knows, and its gaps shown."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC, datetime

import pytest

from integrations.lab.company import SUBJECT
from integrations.lab.demand import demand
from runner.cases.drafting import draft
from runner.desk.claim import Claim
from runner.language.outlines import outlines
from runner.language.shipped import shipped
from tests.cases.company import Company

OUTLINES = outlines(shipped("templates"))
DRILLS = {
    "suspected-dprk-worker": {"seen": "One device, {{ three }} accounts.", "engaged": "contractor"},
    "post-termination-extortion": {"channel": "mail"},
}


@pytest.fixture(scope="module", params=DRILLS)
def drilled(request, tmp_path_factory):
    """A case by a playbook we ship, run as far as it goes until people must answer or approve."""
    folder = tmp_path_factory.mktemp(request.param)
    with closing(Company(folder, compress=86_400)) as company:
        message = folder / "demand.eml"
        message.write_bytes(demand(datetime.now(UTC)))
        given = {"subject": SUBJECT.mail, **DRILLS[request.param]}
        handed = message if "extortion" in request.param else None
        code = company.desk.open(request.param, given, claim=Claim("ingrid", None), demand=handed)
        assert not company.run(code).refused
        yield company.work(code), request.param


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_a_template_renders_from_it_or_shows_what_it_lacks(drilled, name):
    work, _ = drilled
    drafted = draft(work, name, {}, id=f"proof-{name}", to=["counsel"])
    text = drafted.document.text
    assert text.startswith("# ")
    assert text.count("[[MISSING: ") >= len(drafted.document.missing)
    assert bool(drafted.document.missing) == ("[[MISSING: " in text)
    shown = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"\{\{|\{%|Undefined", shown)
    assert "DRAFT" in text
    assert work.code in text


def test_what_the_case_knows_is_in_its_papers(drilled):
    work, name = drilled
    found = json.dumps(
        [draft(work, each, {}, id=f"all-{each}", to=["counsel"]).document.text for each in OUTLINES]
    )
    assert work.settings.company in found
    if name == "post-termination-extortion":
        assert "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" in found
    else:
        assert "One device, {{ three }} accounts." in found, "what was said is no template"
