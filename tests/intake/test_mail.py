"""What a mail says of itself is read whole, in order, and believed only where our own server wrote it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from integrations.lab.demand import demand as lab_demand
from runner.intake.demand import Check, Header
from tests.intake.conftest import MAILS, reading


def test_the_envelope_is_decoded(first):
    assert (first.kind, first.media, first.name) == ("e-mail", "message/rfc822", "first.eml")
    assert first.sender == "quiet.partner@mailbox.example"
    assert first.sender_name == "Ingrid Sørensen <ingrid@fjordlight.example>"
    assert first.sent_by == first.return_path == "quiet.partner@mailbox.example"
    assert first.reply_to == "answers@otherbox.example"
    assert first.to == ("helene.dahl@fjordlight.example", "board@fjordlight.example")
    assert first.cc == ("press@paper.example",)
    assert first.subject == "Your source code 🔥"
    assert first.date == "2026-11-25T06:13:00Z"
    assert first.message_id == "<first.1@mailbox.example>"
    assert first.in_reply_to == "<exit-interview@fjordlight.example>"
    assert (first.user_agent, first.originating_ip) == ("K-9 Mail", "198.51.100.9")


def test_all_headers_are_there_in_the_order_of_the_file_and_as_they_stand(first):
    assert [each.name for each in first.headers][:4] == [
        "Return-Path", "Received", "Authentication-Results", "Received-SPF",
    ]  # fmt: skip
    assert len(first.headers) == 21
    assert first.headers[1].value.endswith(
        "id abc\n\tfor <helene.dahl@fjordlight.example>; Wed, 25 Nov 2026 09:14:02 +0000"
    )
    assert Header("Subject", "=?utf-8?b?WW91ciBzb3VyY2UgY29kZSDwn5Sl?=") in first.headers


def test_the_way_is_read_hop_by_hop_with_the_time_between(first):
    newest, oldest = first.hops
    assert (newest.by_host, newest.from_host, newest.ip) == (
        "mx.fjordlight.example",
        "relay.mailbox.example",
        "203.0.113.7",
    )
    assert (newest.at, newest.skew_s, newest.ours) == ("2026-11-25T09:14:02Z", 4, True)
    # The address the relay saw, not the one the client gave as its name.
    assert (oldest.from_host, oldest.ip, oldest.ours) == ("[10.0.0.5]", "198.51.100.9", False)
    assert (oldest.at, oldest.skew_s) == ("2026-11-25T09:13:58Z", None)
    assert first.date_skew_s == 3 * 3600 + 58


def test_what_servers_verified_names_who_says_so(first):
    ours = "mx.fjordlight.example"
    results, spf = "Authentication-Results", "Received-SPF"
    assert first.checks == (
        Check("spf", "pass", "mailbox.example", ours, results, trusted=True),
        Check("dkim", "fail", "mailbox.example", ours, results, trusted=True),
        Check("dmarc", "none", "mailbox.example", ours, results, trusted=True),
        Check("spf", "pass", "mailbox.example", ours, spf, trusted=True),
        Check("arc", "none", "relay.mailbox.example", "", "ARC-Seal", trusted=False),
        Check("auth", "pass", "", "relay.mailbox.example", "ARC-Authentication-Results", trusted=False),
        Check("dkim-signature", "not verified here", "mailbox.example", "", "DKIM-Signature", trusted=False),
    )


def test_without_receivers_in_the_settings_nothing_is_believed():
    demand = reading("first.eml", receivers=()).demand
    assert not any(each.trusted for each in demand.checks)
    assert not any(each.ours for each in demand.hops)
    assert not demand.received_trusted


def test_results_forged_in_our_name_below_a_foreign_hop_are_not_believed():
    demand = reading("forged.eml").demand
    assert [(each.method, each.result, each.said_by) for each in demand.checks] == [
        ("dmarc", "pass", "mx.fjordlight.example"),
        ("spf", "pass", "mx.fjordlight.example"),
    ]
    assert not any(each.trusted for each in demand.checks)


def test_only_the_topmost_results_in_our_name_are_believed(mail):
    """Without a foreign hop, a forged header below our own cannot be told from it but by its place."""
    ours = "Authentication-Results: mx.fjordlight.example; dmarc=fail header.from=a.example"
    forged = "Authentication-Results: mx.fjordlight.example; dmarc=pass header.from=a.example"
    demand = mail(
        "x", "Received: from c by mx.fjordlight.example; Wed, 25 Nov 2026 09:14:02 +0000", ours, forged
    )
    assert [(each.result, each.trusted) for each in demand.checks] == [("fail", True), ("pass", False)]


@pytest.mark.parametrize(
    ("value", "said_by", "found"),
    [
        (
            "spf=pass smtp.mailfrom=a.example; dkim=none",
            "",
            [("spf", "pass", "a.example"), ("dkim", "none", "")],
        ),
        ("mx.fjordlight.example 1; none", "mx.fjordlight.example", []),
        (
            "mx.fjordlight.example; dkim/1=pass (a; b=c \\) d) header.i=@a.example",
            "mx.fjordlight.example",
            [("dkim", "pass", "a.example")],
        ),
    ],
)
def test_results_are_read_as_rfc_8601_and_its_breakers_spell_them(mail, value, said_by, found):
    checks = mail("x", f"Authentication-Results: {value}").checks
    assert [(each.method, each.result, each.domain) for each in checks] == found
    assert {each.said_by for each in checks} <= {said_by}


def test_a_receiver_with_a_leading_dot_means_every_host_below_it(mail):
    hop = "Received: from c by EU1.protection.fjordlight.example; Wed, 25 Nov 2026 09:14:02 +0000"
    assert mail("x", hop, receivers=(".fjordlight.example",)).received_trusted
    assert not mail("x", hop, receivers=("fjordlight.example",)).received_trusted


def test_what_does_not_fit_together_is_said(first):
    assert first.doubts[:3] == (
        "the name shown holds another address (ingrid@fjordlight.example) than the sender's (quiet.partner@mailbox.example)",
        "replies go to another domain (otherbox.example) than the sender's (mailbox.example)",
        "the Date header (2026-11-25T06:13:00Z) is 10858 seconds off the time at relay.mailbox.example",
    )
    forged = reading("forged.eml").demand.doubts
    assert "the From header names several senders; the first is taken" in forged
    assert "the hop at mx.fjordlight.example is 7200 seconds earlier than the one before it" in forged
    german = reading("german.eml").demand.doubts
    assert german == (
        "the sender's domain is not plain ASCII (xn--fjrdlight-i8a.example); letters of it may look like others",
    )


def test_receipt_is_what_our_own_server_wrote_on_top(first):
    assert (first.received, first.received_trusted) == ("2026-11-25T09:14:02Z", True)
    assert first.received_from == "the topmost Received header, by mx.fjordlight.example, a receiver of ours"


def test_receipt_by_an_unknown_server_is_doubtful_and_never_later_than_the_file(mail):
    early = mail("x", "Received: from c by mx.elsewhere.example; Wed, 25 Nov 2026 09:14:02 +0000")
    assert (early.received, early.received_trusted) == ("2026-11-25T09:14:02Z", False)
    assert "which the settings do not name" in early.received_from
    late = mail("x", "Received: from c by mx.elsewhere.example; Wed, 25 Nov 2099 09:14:02 +0000")
    none = mail("x", "Received: from c by mx.fjordlight.example")
    assert late.received == none.received == "2026-11-27T07:30:00Z"
    assert late.received_from == "when the file was last written; the message may have come earlier"


def test_plain_text_is_preferred_and_html_is_reduced_to_what_is_seen(first):
    assert first.quote_from == "text"
    assert first.quote.startswith("You fired me. I kept 40 GB")
    german = reading("german.eml").demand
    assert german.quote_from == "html"
    assert german.quote == (
        "Sehr geehrte Damen und Herren,\n\nzahlen Sie 1.250.000,50 Euro bis zum 30.11.2026 um 18 Uhr MEZ. Sonst"
        " veröffentlichen wir alle Kundendaten und verkaufen den Rest an die Konkurrenz."
    )
    assert german.subject == "Lösung"


def test_scripts_and_styles_are_no_text_of_the_demand(first):
    assert "99 BTC" not in {each.stated for each in first.amounts}
    assert [each.stated for each in first.amounts] == ["2.5 BTC", "$150,000"]


def test_parts_are_hashed_and_kept_unopened():
    read = reading("first.eml")
    archive, picture, inner = read.demand.attachments
    assert (archive.name, archive.media, archive.bytes, archive.inline) == (
        "../../proof.zip",
        "application/zip",
        5,
        False,
    )
    assert (picture.name, picture.media, picture.inline) == ("", "image/png", True)
    assert read.parts[0] == b"PK\x03\x04\n"
    assert [each.sha256 for each in read.demand.attachments] == [
        hashlib.sha256(each).hexdigest() for each in read.parts
    ]
    assert (inner.media, inner.headers) == (
        "message/rfc822",
        (Header("From", "somebody@else.example"), Header("Subject", "inside")),
    )


def test_an_attached_mail_is_kept_as_its_exact_bytes_and_nothing_of_it_counts():
    read = reading("first.eml")
    raw = (MAILS / "first.eml").read_bytes()
    assert read.parts[2] == b"From: somebody@else.example\nSubject: inside\n\nPay 7 BTC within 7 days."
    assert read.parts[2] in raw
    assert "7 BTC" not in {each.stated for each in read.demand.amounts}
    assert (
        "an attached mail was not read; if the demand is in it, hand that mail in by itself"
        in read.demand.doubts
    )


def test_the_demand_of_a_drill_holds_what_a_playbook_looks_for():
    moment = datetime(2026, 11, 25, 9, 14, tzinfo=UTC)
    demand = reading(lab_demand(moment)).demand
    assert (demand.received, demand.received_trusted) == ("2026-11-25T09:14:00Z", True)
    assert (demand.deadline.utc, demand.deadline.assumed) == ("2026-11-28T09:14:00Z", False)
    assert [(each.chain, each.verdict) for each in demand.wallets] == [("bitcoin", "valid")]
    assert {each.kind for each in demand.mentions} == {"sell", "competitor", "customers", "journalist"}
    assert [each.name for each in demand.attachments] == ["sample.zip"]
    assert {each.result for each in demand.checks if each.trusted} == {"pass"}


def test_the_demand_is_plain_json_with_lists_for_tuples(first):
    found = first.as_json()
    assert found["to"] == ["helene.dahl@fjordlight.example", "board@fjordlight.example"]
    assert found["deadline"]["utc"] == "2026-11-27T17:00:00Z"
    assert found["attachments"][2]["headers"][1] == {"name": "Subject", "value": "inside"}
