"""Sums come as stated and are read only where they can be; threats are quoted, and danger to people comes first."""

from __future__ import annotations

import pytest

from runner.intake.amounts import amounts
from runner.intake.mentions import danger, mentions
from runner.intake.passages import Passage
from runner.intake.phrases import PHRASES
from tests.intake.conftest import said


@pytest.mark.parametrize(
    ("text", "stated", "currency", "value", "assumed"),
    [
        ("pay 2.5 BTC", "2.5 BTC", "BTC", "2.5", False),
        ("20 bitcoins", "20 bitcoins", "BTC", "20", False),
        ("0,500 BTC", "0,500 BTC", "BTC", "0.5", False),
        ("1.500 BTC", "1.500 BTC", "BTC", "", False),
        ("XMR 1200", "XMR 1200", "XMR", "1200", False),
        ("100 000 USDT", "100 000 USDT", "USDT", "100000", False),
        ("$50,000", "$50,000", "USD", "50000", True),
        ("$50,000 CAD", "$50,000 CAD", "CAD", "50000", False),
        ("US$ 3m", "US$ 3m", "USD", "3000000", False),
        ("1.5 million dollars", "1.5 million dollars", "USD", "1500000", True),
        ("€ 250k", "€ 250k", "EUR", "250000", False),
        ("250.000 €", "250.000 €", "EUR", "250000", False),
        ("EUR 1.250.000,50", "EUR 1.250.000,50", "EUR", "1250000.5", False),
        ("£1,000,000.25", "£1,000,000.25", "GBP", "1000000.25", False),
        ("1,5 Mio. Euro", "1,5 Mio. Euro", "EUR", "1500000", False),
        ("200'000 CHF", "200'000 CHF", "CHF", "200000", False),
        ("2 millones de dólares", "2 millones de dólares", "USD", "2000000", True),
        ("5 비트코인", "5 비트코인", "BTC", "5", False),
        ("in 2026 5 BTC", "5 BTC", "BTC", "5", False),
        ("1.2.3.4 BTC", "1.2.3.4 BTC", "BTC", "", False),
    ],
)
def test_a_sum_is_found_as_stated_and_read_where_it_can_be(text, stated, currency, value, assumed):
    [found] = amounts(said(text))[0]
    assert (found.stated, found.currency, found.value, found.assumed) == (stated, currency, value, assumed)
    assert text[found.at :].startswith(stated)


@pytest.mark.parametrize(
    "text", ["12 solutions", "3 m of cable", "5K people", "version 1.2", "10 eurosystems", "a 5"]
)
def test_numbers_without_money_are_no_sums(text):
    assert amounts(said(text)) == ((), 0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We will publish everything.", "publish"),
        ("Wir werden alles veröffentlichen.", "publish"),
        ("Nous allons tout divulguer.", "publish"),
        ("Lo publicaremos todo.", "publish"),
        ("Vamos vazar tudo.", "publish"),
        ("모든 자료를 유출하겠다.", "publish"),
        ("It goes to the highest bidder.", "sell"),
        ("Your competitors will love it.", "competitor"),
        ("Die Konkurrenz freut sich.", "competitor"),
        ("We report you to the data protection authority.", "regulator"),
        ("We will tell your customers.", "customers"),
        ("Expect a DDoS.", "ddos"),
        ("The press will hear of it.", "journalist"),
        ("We know where you live.", "physical"),
        ("Think of your family.", "physical"),
        ("Wir wissen, wo Sie wohnen.", "physical"),
        ("Sabemos dónde vives.", "physical"),
        ("Nous savons où vous habitez.", "physical"),
        ("Sabemos onde você mora.", "physical"),
        ("가족을 생각해라.", "physical"),
    ],
)
def test_a_threat_is_mentioned_with_its_sentence(text, kind):
    found = mentions(said(f"Hello. {text} Goodbye."))
    assert (kind, text) in [(each.kind, each.quote) for each in found]


@pytest.mark.parametrize(
    "text",
    ["I find your product useful.", "Please shoot me a mail.", "We sold shoes.", "Salesforce", "a fuselage"],
)
def test_harmless_sentences_mention_nothing(text):
    assert mentions(said(text)) == ()


def test_danger_to_people_comes_first_and_is_named_apart(first):
    assert first.mentions[0].kind == "physical"
    assert first.danger == ("We know where you live.",)
    assert [each.kind for each in first.mentions] == ["physical", "publish", "customers", "journalist"]
    assert danger(mentions(said("We will publish it."))) == ()


def test_a_sentence_counts_once_a_kind_and_a_kind_ten_times_at_most():
    assert len(mentions(said("We publish, publish and publish."))) == 1
    many = " ".join(f"We publish number {number}." for number in range(30))
    assert len(mentions(said(many))) == 10


def test_every_kind_has_phrases_in_several_languages():
    assert list(PHRASES) == [
        "publish", "sell", "competitor", "regulator", "customers", "ddos", "journalist", "physical",
    ]  # fmt: skip
    assert all(any(each[0] > "\u2fff" for each in phrases) for phrases in PHRASES.values())  # Korean


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two kill you three! Four", "Two kill you three!"),
        ("head\n\nTwo kill you\nthree\n\ntail", "Two kill you three"),
        ("Mr. X said so? We kill you", "We kill you"),
    ],
)
def test_a_sentence_ends_where_a_reader_sees_its_end(text, sentence):
    at = text.index("kill you")
    assert Passage("text", text).sentence(at, at + 8) == sentence


def test_a_sentence_without_end_is_cut():
    text = "a" * 1000 + " kill you " + "b" * 1000
    assert len(Passage("text", text).sentence(1001, 1009)) < 700
