"""What may be compared is a closed list; what a value counts for falls with the people who share it."""

from __future__ import annotations

import re

import pytest

from runner.people.links.columns import OBSERVED, column, refusal
from runner.people.links.normalising import normal
from runner.people.links.observations import KINDS, weight

SPELLED = {
    "mfa-device", "device", "ip", "vpn-exit", "payout-account", "phone", "address", "referee", "cv-hash",
    "photo-hash", "git-author", "git-key", "handle", "recovery-mail",
}  # fmt: skip


def test_the_list_is_the_one_that_vendors_spell():
    assert set(KINDS) == SPELLED
    assert set(OBSERVED.values()) == SPELLED


@pytest.mark.parametrize("kind", sorted(SPELLED))
def test_every_kind_says_why_and_cites_something_public(kind):
    found = KINDS[kind]
    assert len(found.why.split()) > 5
    assert re.search(r"https://\S+", found.source)
    assert 0 < found.few <= found.most


@pytest.mark.parametrize("kind", [*sorted(SPELLED), "nationality"])
def test_a_value_never_counts_more_for_more_people(kind):
    weights = [weight(kind, others) for others in range(1, 30)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0
    assert weight(kind, 0) == 0


def test_an_operator_of_a_dozen_personas_does_not_hide_behind_their_number():
    """Google, April 2025: one operator with at least twelve personas."""
    assert weight("mfa-device", 11) >= 0.5


@pytest.mark.parametrize(
    "title",
    [
        "name", "Full Name", "first_name", "Vorname", "NOM", "apellidos", "姓名", "Фамилия",
        "nationality", "Nationalität", "nationalité", "Staatsangehörigkeit", "citizenship", "Staatsbürgerschaft",
        "国籍", "гражданство", "ethnicity", "Ethnie", "origin", "Herkunft", "país de nacimiento", "birth place",
        "accent", "Akzent", "native_language", "Muttersprache", "langue maternelle", "mother-tongue", "Родной язык",
        "religion", "Konfession", "宗教", "face", "faceEmbedding", "Gesicht", "photo likeness", "biometrics",
        "worker.nationality.code", "nameOfPerson",
    ],
)  # fmt: skip
def test_columns_about_who_somebody_is_are_refused_in_any_spelling_and_language(title):
    assert column(title) is None
    message, help_ = refusal(title)
    assert message.startswith("expected no column about ")
    assert "never compared" in help_


def test_a_column_nobody_compares_is_refused_with_the_nearest_one():
    assert refusal("phne") == (
        "expected a known column",
        'did you mean "phone"?; take out what nobody compares',
    )
    assert "known: staff_id" in refusal("salary")[1]


@pytest.mark.parametrize(
    ("title", "meant"),
    [("Staff ID", "staff_id"), ("E-Mail", "mail"), ("cvSha256", "cv_sha256"), ("IBAN", "iban"), ("IP", "ip")],
)
def test_case_and_separators_of_a_title_do_not_count(title, meant):
    assert column(title) == meant


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILfPnrEU+bBl94a4++ynBt0QKLCFlhLIvCDOTAmMTCyS"
PRINT = "SHA256:" + "A" * 43


@pytest.mark.parametrize(
    ("kind", "spellings", "compared"),
    [
        ("phone", ["+1 202 555 0111", "+1 (202) 555-0111", "0012025550111", "+1.202.555.0111", "\uff0b12025550111"], "+12025550111"),
        ("phone", ["+44 (0)20 7946 0018", "+442079460018"], "+442079460018"),
        ("phone", ["+1 202 555 0111 ext. 12", "+12025550111x12"], "+12025550111x12"),
        ("ip", ["203.0.113.7", "::ffff:203.0.113.7", " 203.0.113.7 "], "203.0.113.7"),
        ("ip", ["2001:db8:1:2::1", "2001:0DB8:1:2:ffff::9"], "2001:db8:1:2::/64"),
        ("vpn-exit", ["198.51.100.4"], "198.51.100.4"),
        ("payout-account", ["NO93 8601 1117 947", "no9386011117947"], "NO9386011117947"),
        ("payout-account", ["8601 11 17947", "8601.11.17947", "8601-11-17947"], "86011117947"),
        ("payout-account", ["bc1QAbCdEf0123"], "bc1QAbCdEf0123"),
        ("address", ["Havnegata 14, Bergen", "HAVNEGATA  14 Bergen", "Havnegata 14\nBergen"], "havnegata 14 bergen"),
        ("address", ["12 Rue de l\u2019\u00c9glise", "12 rue de l'Eglise"], "12 rue de l eglise"),
        ("recovery-mail", ["Jo.Weber@MAIL.example", "mailto:Jo.Weber@mail.example"], "Jo.Weber@mail.example"),
        ("referee", ["+1 202 555 0190", "0012025550190"], "+12025550190"),
        ("referee", ["ref@Firm.example"], "ref@firm.example"),
        ("cv-hash", ["AB" * 32, "sha256:" + "ab" * 32], "ab" * 32),
        ("git-key", [KEY, f"{KEY} jonas@laptop"], normal("git-key", KEY)),
        ("git-key", [PRINT, PRINT + "="], PRINT),
        ("git-key", ["0x" + "AB" * 20, " ".join(["abab"] * 10)], "ab" * 20),
        ("handle", ["https://www.example.com/fl/~01ab/", "example.com/fl/~01AB"], "example.com/fl/~01ab"),
        ("device", ["pf3x9k2l", "PF3X9K2L"], "PF3X9K2L"),
        ("mfa-device", ["pfdAb1"], "pfdAb1"),
    ],
)  # fmt: skip
def test_spellings_of_one_value_are_equal(kind, spellings, compared):
    assert {normal(kind, each) for each in spellings} == {compared}


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints():
    assert normal("git-key", KEY) == "SHA256:5qkZZo3inXiLuVzU3882EcdJeQAkpHLJYjfjlISjSL4"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "2025550111", "+12025550111"),  # whose country code it would be is a guess
        ("phone", "+12025550111", "+12025550111x12"),
        ("payout-account", "bc1QAbCdEf0123", "bc1qabcdef0123"),
        ("recovery-mail", "Jo@mail.example", "jo@mail.example"),  # RFC 5321: the local part is its host's
        ("address", "Havnegata 14", "Havnegata 41"),
        ("address", "Havnegt. 14", "Havnegata 14"),
        ("ip", "2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("mfa-device", "pfdab1", "pfdAB1"),
    ],
)
def test_a_doubt_keeps_two_values_apart(kind, one, other):
    assert normal(kind, one) != normal(kind, other)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((kind, missing) for kind in sorted(SPELLED) for missing in ("", "  ", "n/a", "None", "-", "unknown")),
        ("device", "To be filled by O.E.M."), ("device", "System Serial Number"), ("device", "0000000"),
        ("ip", "10.1.2.3"), ("ip", "192.168.0.1"), ("ip", "127.0.0.1"), ("ip", "100.64.1.1"), ("ip", "fe80::1"),
        ("ip", "fd00::1"), ("ip", "203.0.113.300"), ("ip", "2852039166"),
        ("phone", "12345"), ("phone", "0000000000"), ("phone", "call me"), ("phone", "+12345678901234567"),
        ("payout-account", "****1234"), ("payout-account", "xxxx-xxxx-1234"), ("payout-account", "12"),
        ("address", "Bergen"), ("recovery-mail", "nobody"), ("referee", "Paul Smith"),
        ("cv-hash", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), ("cv-hash", "ab"),
        ("git-key", "ssh-rsa !!!"), ("git-key", "ssh-rsa QUJD"), ("handle", "@ab"), ("phone", "9" * 2000),
        ("name", "Paul Smith"), ("nationality", "XX"), ("language", "en"), ("face", "ab" * 32),
    ],
)  # fmt: skip
def test_what_is_missing_masked_private_or_forbidden_is_never_compared(kind, value):
    assert normal(kind, value) == ""
