"""Writes the demand of the drill: a mail from somebody who left Fjordlight, as a mail server keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from integrations.lab.company import DOMAIN

__all__ = ["TAKEN", "demand", "last"]

TAKEN = "12 GB of your repositories and the customer export of May"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MAIL = """\
Return-Path: <paid.in.full@mailbox.example>
Received: from relay.mailbox.example (relay.mailbox.example [203.0.113.7])
 by mx.{domain} with ESMTPS id 4b1d for <board@{domain}>; {received}
Authentication-Results: mx.{domain}; spf=pass smtp.mailfrom=mailbox.example;
 dkim=pass header.d=mailbox.example; dmarc=pass header.from=mailbox.example
Received: from [10.8.0.2] (unknown [198.51.100.23])
 by relay.mailbox.example with ESMTPSA id 77aa; {sent}
DKIM-Signature: v=1; a=rsa-sha256; d=mailbox.example; s=k1; bh=; b=
Date: {sent}
From: "Board liaison <board@{domain}>" <paid.in.full@mailbox.example>
Reply-To: paid.in.full@otherbox.example
To: board@{domain}
Subject: Your source code
Message-ID: <fjl-1@mailbox.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=fjl"

--=fjl
Content-Type: text/plain; charset=utf-8

You ended my contract. I still have {taken}.

Send 3 BTC to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 within 72 hours, or I sell the code to a competitor
and tell your customers and the press. Samples: https://files.mailbox.example/fjl

Answer on Telegram @paid_in_full_fjl.
--=fjl
Content-Type: application/zip
Content-Disposition: attachment; filename="sample.zip"
Content-Transfer-Encoding: base64

UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==
--=fjl--
"""  # the address is the example of BIP 173, the archive an empty one


def demand(received: datetime, taken: str = TAKEN) -> bytes:
    """Return the mail as it arrived at this moment (with a zone); taken: what its writer says they have."""
    sent = format_datetime(received - timedelta(seconds=4))
    text = _MAIL.format(domain=DOMAIN, received=format_datetime(received), sent=sent, taken=taken)
    return text.replace("\n", "\r\n").encode()


def last(weekday: str, hour: int, present: datetime) -> datetime:
    """Return the latest moment before the present when it was this weekday and this hour, in its zone.

    Raises ValueError for what is no day of a week, in English and small letters.
    """
    hours = present.replace(hour=hour, minute=0, second=0, microsecond=0)
    back = (present.weekday() - _DAYS.index(weekday)) % 7
    moment = hours - timedelta(days=back)
    return moment if moment < present else moment - timedelta(days=7)
