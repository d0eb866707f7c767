"""A file is what is in it; what is no message is refused in words that say what to hand in instead."""

from __future__ import annotations

import pytest

from runner.errors import UsageError
from runner.intake.demand import LARGEST
from tests.intake.conftest import reading


@pytest.mark.parametrize(
    ("start", "media"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
    ],
)
def test_a_picture_is_kept_and_nothing_is_read_out_of_it(start, media):
    demand = reading(start + b"Pay 2 BTC to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 by Friday").demand
    assert (demand.kind, demand.media) == ("image", media)
    assert (demand.quote, demand.amounts, demand.wallets, demand.deadline.utc) == ("", (), (), "")
    assert demand.left_out == ("nothing was read out of the picture; a person must write down what it shows",)
    assert "the deadline, as stated, with its time zone" in demand.asked
    assert "whether a person is in danger" in demand.asked


def test_names_and_endings_count_for_nothing():
    assert reading(b"\x89PNG\r\n\x1a\n").demand.kind == "image"
    assert reading(b"Pay. From: me\n").demand.kind == "text"
    assert reading(b"Subject: Pay\nI have your data.\n").demand.kind == "text"
    assert reading(b"Subject: Pay\nFrom: me\n\nI have your data.\n").demand.kind == "e-mail"


@pytest.mark.parametrize(
    ("content", "what", "remedy"),
    [
        (b"", "empty", "hand in the mail as .eml"),
        (b" \r\n\t", "empty", "hand in the mail as .eml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "Outlook", "export the mail as .eml"),
        (b"PK\x03\x04" + b"\0" * 99, "archive", "never opened"),
        (b"%PDF-1.7\n", "a PDF", "the mail it came with"),
        (b"\x7fELF" + b"\0" * 99, "neither a mail, nor a text, nor a picture", "hand in the mail as .eml"),
        (bytes(range(256)) * 4, "neither a mail, nor a text, nor a picture", "hand in the mail as .eml"),
    ],
)
def test_what_is_no_message_is_refused_in_words(content, what, remedy):
    with pytest.raises(UsageError, match=what) as refused:
        reading(content)
    assert remedy in refused.value.remedy
    assert refused.value.where == "handed-in"


def test_more_than_fifty_mebibytes_are_refused():
    with pytest.raises(UsageError, match="larger than 52428800 bytes"):
        reading(b"a" * (LARGEST + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_as_it_was_saved(encoding):
    demand = reading("Zahlen Sie 500 €, sonst veröffentlichen wir.".encode(encoding)).demand
    assert (demand.kind, demand.quote_from, demand.doubts) == ("text", "text", ())
    assert demand.quote == "Zahlen Sie 500 €, sonst veröffentlichen wir."
    assert [each.stated for each in demand.amounts] == ["500 €"]


def test_a_text_in_an_old_encoding_is_read_and_said_to_be_doubtful():
    demand = reading("Zahlen Sie 500 €, sonst veröffentlichen wir.".encode("cp1252")).demand
    assert demand.quote == "Zahlen Sie 500 €, sonst veröffentlichen wir."
    assert demand.doubts == (
        "the text is not UTF-8; it was read as Windows-1252, and some letters may be wrong",
    )


def test_a_chat_export_in_another_language_is_read_like_any_text():
    demand = reading("spanish.txt").demand
    assert (demand.kind, demand.received, demand.received_trusted) == ("text", "2026-11-27T07:30:00Z", False)
    assert demand.deadline.utc == "2026-11-29T07:30:00Z"
    assert demand.deadline.assumed
    assert [(each.chain, each.verdict) for each in demand.wallets] == [("tron", "valid")]
    assert [(each.kind, each.value) for each in demand.contacts] == [("telegram", "@sombra_fjl")]
    assert demand.danger == ("Sabemos dónde vives.",)


def test_a_very_long_text_is_cut_where_it_is_shown_and_that_is_said():
    demand = reading(b"Pay 2 BTC. " * 20_000).demand
    assert len(demand.quote) == 20_000
    assert demand.left_out == ("the text after 100000 characters",)
