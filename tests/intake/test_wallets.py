"""Addresses to pay to, judged by the vectors that the specifications themselves publish."""

from __future__ import annotations

import pytest

from runner.intake.base58 import BITCOIN, checked, plain
from runner.intake.bech32 import segwit
from runner.intake.wallets import memos, wallets
from tests.intake.conftest import said

# BIP 350, test vectors for v0-v16 native segregated witness addresses: address, witness program.
SEGWIT = [
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", 0, "751e76e8199196d454941c45d1b3a323f1433bd6"),
    (
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        0,
        "1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    ),
    (
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        1,
        "751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
    ),
    ("BC1SW50QGDZ25J", 16, "751e"),
    ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", 2, "751e76e8199196d454941c45d1b3a323"),
    (
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        1,
        "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    ),
    (
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        1,
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    ),
]
# BIP 350, invalid addresses: what is wrong with each.
NOT_SEGWIT = {
    "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut": "another network's prefix",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd": "bech32 instead of bech32m",
    "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf": "bech32 instead of bech32m",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL": "bech32 instead of bech32m",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh": "bech32m instead of bech32",
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47": "bech32m instead of bech32",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4": "a letter that is none of bech32",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R": "a version over 16",
    "bc1pw5dgrnzv": "a program of one byte",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav": "a program of 41 bytes",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P": "a length that version 0 has not",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq": "letters of both cases",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf": "more than four bits of padding",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j": "padding that is not zero",
    "bc1gmk9yu": "no program at all",
}
# draft-msporny-base58, section 5.
BASE58 = {
    "2NEpo7TZRRrLZSi2U": b"Hello World!",
    "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z": b"The quick brown fox jumps over the lazy dog.",
    "11233QC4": bytes.fromhex("0000287fb4cd"),
}
# EIP-55, test cases.
EIP_55 = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
ONE_CASE = ["0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77"]
# One well-known address a form: genesis blocks, foundations' donation pages, a token's contract.
KNOWN = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "bitcoin",
    "3P14159f73E4gFr7JterCCQh9QjiTjiZrG": "bitcoin",
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t": "tron",
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh": "xrp",
    "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L": "dogecoin",
    "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ": "litecoin",
    "t1Hsc1LR8yKnbbe3twRp88p6vFfC5t7DLbs": "zcash",
    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A": "monero",
    "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H": "monero",
}


def judged(text: str) -> list[tuple[str, str]]:
    return [(each.chain, each.verdict) for each in wallets(said(text))[0]]


@pytest.mark.parametrize(("address", "version", "program"), SEGWIT)
def test_the_valid_addresses_of_bip_350_are_read(address, version, program):
    assert segwit(address[:2].lower(), address) == (version, bytes.fromhex(program))


@pytest.mark.parametrize("address", NOT_SEGWIT, ids=NOT_SEGWIT.get)
def test_the_invalid_addresses_of_bip_350_are_none(address):
    assert segwit("tb" if address.startswith("t") else "bc", address) is None


def test_base58_spells_the_vectors_of_its_draft():
    for text, content in BASE58.items():
        assert plain(text) == content
    assert plain("0OIl") is None
    assert plain("") == b""
    assert checked("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", BITCOIN) is not None
    assert checked("1") is None


@pytest.mark.parametrize("address", EIP_55)
def test_the_case_of_an_ethereum_address_is_its_checksum(address):
    assert judged(address) == [("ethereum", "valid")]
    place = next(at for at, each in enumerate(address) if at > 1 and each.isalpha())
    turned = address[:place] + address[place].swapcase() + address[place + 1 :]
    assert judged(turned) == [("ethereum", "invalid checksum")]


@pytest.mark.parametrize("address", ONE_CASE)
def test_an_ethereum_address_in_one_case_has_no_checksum_to_judge(address):
    assert judged(address) == [("ethereum", "form only")]


@pytest.mark.parametrize(("address", "chain"), KNOWN.items())
def test_an_address_of_each_form_is_valid_and_with_a_letter_changed_it_is_not(address, chain):
    assert judged(f"send it to {address}, now") == [(chain, "valid")]
    place = len(address) // 2
    other = next(each for each in "23456789" if each != address[place])
    assert judged(address[:place] + other + address[place + 1 :]) == [(chain, "invalid checksum")]


def test_an_address_stands_where_it_was_found_and_counts_once():
    found, over = wallets(
        said("a bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=2 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    )
    assert [(each.address, each.where, each.at) for each in found] == [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "text", 10)
    ]
    assert over == 0


def test_solana_has_no_checksum_and_counts_only_where_it_is_named():
    key = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"
    assert judged(key) == []
    assert judged(f"Pay in SOL to {key}") == [("solana", "form only")]


@pytest.mark.parametrize(
    "text",
    [
        "DevelopmentEnvironmentsAndProductionSecrets",
        "rhododendronsarebeautifulintheirway",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00",
        "A" * 100_000,
    ],
)
def test_words_digests_and_long_runs_are_no_addresses(text):
    assert judged(text) == []


@pytest.mark.parametrize(
    ("text", "memo"),
    [
        ("Destination tag: 123456", "123456"),
        ("memo 4471 and memo: 4471", "4471"),
        ("Payment ID #0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_a_memo_that_must_stand_beside_a_payment_is_found(text, memo):
    assert memos(said(text)) == (memo,)


def test_a_memo_to_somebody_is_none():
    assert memos(said("I sent a memo to 3 people; see memo 12")) == ()


def test_more_addresses_than_are_kept_are_counted():
    many = " ".join(f"0x{number:040x}" for number in range(130))
    found, over = wallets(said(many))
    assert (len(found), over) == (100, 30)
