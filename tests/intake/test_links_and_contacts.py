"""Addresses of the net come out unclickable, and ways to reach somebody only where the text says what they are."""

from __future__ import annotations

import hashlib
from base64 import b32encode

import pytest

from runner.intake.contacts import contacts
from runner.intake.html_text import reduced
from runner.intake.links import defanged, links
from tests.intake.conftest import said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://pay.example/x?a=1.5", "hxxps://pay[.]example/x?a=1.5"),
        ("HTTP://PAY.example", "hxxp://PAY[.]example"),
        ("hxxp://pay[.]example/", "hxxp://pay[.]example/"),
        ("http://169.254.169.254/latest", "hxxp://169[.]254[.]169[.]254/latest"),
        ("http://[::ffff:169.254.169.254]/", "hxxp://[::ffff:169[.]254[.]169[.]254]/"),
        ("http://2852039166/", "hxxp://2852039166/"),
        ("http://0x7f.1/", "hxxp://0x7f[.]1/"),
        ("https://okta.com@evil.example/", "hxxps://okta[.]com[@]evil[.]example/"),
        ("http:\\\\evil.example\\x", "hxxp:\\\\evil.example\\x"),
        ("file:///etc/passwd", "file[:]///etc/passwd"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("data:text/html,x", "data[:]text/html,x"),
        ("mailto:a@b.example", "mailto[:]a[@]b[.]example"),
        ("https://xn--pple-43d.example/", "hxxps://xn--pple-43d[.]example/"),
        ("www.pay.example", "www[.]pay[.]example"),
        ("http://a.example/\u202egnp.exe", "hxxp://a[.]example/\ufffdgnp.exe"),
    ],
)
def test_an_address_is_defanged(url, shown):
    assert defanged(url) == shown


def test_addresses_come_from_the_text_and_from_the_markup_once_each(first):
    assert [(each.url, each.where) for each in first.links] == [
        ("hxxps://leak[.]example/fjl", "text"),
        ("hxxps://evil[.]example/t?id=1", "href"),
        ("hxxp://169[.]254[.]169[.]254/pixel.png", "src"),
    ]
    found, over = links(said("See (https://a.example/x), https://a.example/x. Also www.b.example!"), [])
    assert [each.url for each in found] == ["hxxps://a[.]example/x", "www[.]b[.]example"]
    many = " ".join(f"http://{number}.example" for number in range(320))
    kept, over = links(said(many), [])
    assert (len(kept), over) == (300, 20)


@pytest.mark.parametrize(
    ("html", "text", "addresses"),
    [
        ("<p>a<p>b<br>c", "a\nb\nc", []),
        ("a<!-- x > <b> -->b", "ab", []),
        ("a<!-- never ends", "a", []),
        ("<script>x</script>a<STYLE>y</STYLE >b", "ab", []),
        ("<script>never ends <p>a", "", []),
        ('<a href="x>y">z</a>', "z", [("href", "x>y")]),
        ("<a href='u' onclick=\"f('>')\">z</a>", "z", [("href", "u")]),
        ("<a href = http://a.example/?a&amp;b>z", "z", [("href", "http://a.example/?a&b")]),
        ("1 < 2 > 1 & 3 <3", "1 < 2 > 1 & 3 <3", []),
        ("&lt;b&gt; &euro;5 &#x41;&#66; &#0;", "<b> €5 AB \ufffd", []),
        ("İ<script>x</script>b", "İb", []),
        ("<td>1<td>2<tr><td>3", "1 2\n3", []),
    ],
)
def test_html_is_reduced_to_what_a_reader_sees(html, text, addresses):
    found = reduced(html)
    assert (found.text, found.addresses) == (text, addresses)


def found_in(text: str) -> list[tuple[str, str]]:
    return [(each.kind, each.value) for each in contacts(said(text))[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to quiet.partner@otherbox.example.", [("mail", "quiet.partner@otherbox.example")]),
        ("<a+b@c.example>,d@e", [("mail", "a+b@c.example")]),
        ("Telegram: @quiet_partner", [("telegram", "@quiet_partner")]),
        ("tg @quiet_partner", [("telegram", "@quiet_partner")]),
        ("https://t.me/quiet_partner.", [("telegram", "quiet_partner")]),
        ("https://t.me/+AbCdEf12", [("telegram", "AbCdEf12")]),
        ("find us: @quiet_partner", [("handle", "@quiet_partner")]),
        ("on Twitter @quiet", [("x", "@quiet")]),
        ("https://x.com/quiet and https://fedex.com/track", [("x", "quiet")]),
        ("https://www.linkedin.com/in/quiet-partner/", [("linkedin", "quiet-partner")]),
        ("the code is at github.com/quiet", [("github", "quiet")]),
        ("Signal: quiet.42", [("signal", "quiet.42")]),
        ("version quiet.42", []),
        ("Signal +49 151 23456789", [("phone", "+49 151 23456789")]),
        ("+1 is not enough, +123 neither", []),
        ("npm i @scope/package, user@host, a@b@c", []),
    ],
)
def test_a_way_to_reach_somebody_is_found_where_the_text_says_what_it_is(text, found):
    assert found_in(text) == found


def test_a_session_id_is_known_by_its_prefix():
    assert found_in("05" + "ab" * 32) == [("session", "05" + "ab" * 32)]
    assert found_in("06" + "ab" * 32) == []


def test_a_tox_id_carries_a_checksum():
    key = hashlib.sha256(b"a key").digest() + b"\x01\x02\x03\x04"
    even = odd = 0
    for first, second in zip(key[::2], key[1::2], strict=True):
        even, odd = even ^ first, odd ^ second
    whole = (key + bytes([even, odd])).hex().upper()
    [good] = contacts(said(whole))[0]
    [bad] = contacts(said(whole[:-1] + ("0" if whole[-1] != "0" else "1")))[0]
    assert (good.kind, good.verdict, bad.verdict) == ("tox", "valid", "invalid checksum")


def test_a_hidden_service_carries_a_checksum():
    """The first is the Tor Project's own example (rend-spec-v3, 6)."""
    [known] = contacts(said("http://pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion/x"))[0]
    assert (known.kind, known.verdict) == ("onion", "valid")
    made = b32encode(b"\x07" * 32 + b"\0\0\x03").decode().lower()
    [false] = contacts(said(f"{made}.onion"))[0]
    assert (false.verdict, false.value) == ("invalid checksum", f"{made}.onion")
    [old] = contacts(said("expyuzz4wqqyqhjn.onion"))[0]
    assert old.verdict == "form only"
