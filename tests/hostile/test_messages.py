"""Messages of extortionists: kept to the byte, read within limits, nothing in them looked up; rows 37 to 39."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

from integrations.addresses import base_of
from runner.errors import SettingsError, UsageError
from runner.intake.reading import read_demand
from runner.reports.wording import demand_lines
from tests.conformance.world import Watched
from tests.corpus.entries import TEXTS, into
from tests.corpus.strategies import every, mails, texts

SAVED = datetime(2026, 11, 25, 9, 14, tzinfo=UTC)
SAYING = [*into("demand"), *(each for each in TEXTS if each.value.strip() and "\ud800" not in each.value and "\udc00" not in each.value)]


def read(content: bytes, name: str = "demand.eml"):
    """Read as the desk does; returns the demand, None where it is refused in words, and sees that nobody is asked."""
    with Watched() as watched:
        try:
            found = read_demand(content, name, saved=SAVED, receivers=("mx.fjordlight.example",))
        except UsageError as refused:
            assert refused.what
            assert refused.remedy
            found = None
    assert not list(watched.connected)
    assert not list(watched.named)
    if found is None:
        return None
    demand = found.demand
    assert demand.sha256 == hashlib.sha256(content).hexdigest()
    assert len(found.parts) == len(demand.attachments)
    json.dumps(demand.as_json(), allow_nan=False)
    list(demand_lines({**demand.as_json(), "deadline": demand.as_json()["deadline"], "at": "", "by": "", "how": "", "item": ""}))
    return demand


@pytest.mark.parametrize("entry", into("mail"), ids=str)
def test_a_mail_made_to_harm_its_reader_is_read_or_refused_and_asks_nobody(entry):
    read(entry.content)


@pytest.mark.parametrize("entry", SAYING, ids=str)
def test_a_text_is_read_as_it_was_said_and_its_links_are_defanged(entry):
    content = entry.content
    demand = read(content, "note.txt")
    if demand and demand.kind == "text" and len(content) < 4000:
        assert demand.quote.replace("\r\n", "\n").strip() == content.decode().removeprefix("\ufeff").replace("\r\n", "\n").strip()
    assert demand is None or not [each.url for each in demand.links if "://" in each.url and each.url.startswith("http")]


@pytest.mark.parametrize("entry", TEXTS, ids=str)
def test_a_header_and_a_file_name_are_read_as_they_are_and_name_no_path(entry):
    said = entry.content.replace(b"\r", b"").replace(b"\n", b" ")[:3000]
    mail = b"From: a@mailbox.example\r\nSubject: " + said + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    mail += b'Content-Type: application/x; name="' + said.replace(b'"', b"'") + b'"\r\n\r\nx\r\n--b--\r\n'
    demand = read(mail, entry.value)
    assert demand is not None
    assert [each.name for each in demand.headers][:2] == ["From", "Subject"]
    assert len(demand.attachments) == 1


@pytest.mark.parametrize("entry", into("base-url"), ids=str)
def test_an_address_unfit_to_carry_a_token_is_refused(entry):
    with pytest.raises(SettingsError), Watched() as watched:
        base_of(entry.value, "shop")
    assert not list(watched.named)


@every(content=mails)
def test_any_mail_is_read_or_refused(content):
    read(content)


@every(subject=texts, body=texts)
def test_any_words_in_a_mail_are_read_or_refused(subject, body):
    head = f"From: a@mailbox.example\r\nSubject: {' '.join(subject.split())}\r\n\r\n{body}"
    read(head.encode("utf-8", "surrogatepass"))
