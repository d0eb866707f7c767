"""What a service answers, or whoever answers in its place: a failure in our words, a cap, no credential gone; rows 27 to 32."""

from __future__ import annotations

import json
import math

import pytest

from integrations.addresses import base_of, next_page
from integrations.answers import asked_wait_s, parsed
from integrations.lab.faults import Fault
from integrations.pages import Pages
from runner.actions.contract import SERVICES
from runner.actions.live import Patience, patiently
from runner.errors import RateLimited, ServiceError, SettingsError, SeveranceError
from tests.conformance.cases import vendor_of
from tests.conformance.world import SECRET, Watched
from tests.corpus.entries import into
from tests.corpus.strategies import addresses, every, headers, json_texts, links
from tests.hostile.rudely import MOST, WAYS, Rude

HOME = "https://shop.example/1"
PINGED = [name for name in SERVICES if SERVICES[name].ping and name not in {"files", "mail"}]
"""Vendors that answer over HTTP."""


@pytest.fixture(scope="module")
def vendors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rude")
    opened = {name: vendor_of(name, folder / name) for name in PINGED}
    yield opened
    for each in opened.values():
        each.wire.stop()


def pinged(vendor, url):
    """Open the vendor anew at this address, and have it say who we are there."""
    vendor.url = url
    vendor.settings = SERVICES[vendor.name].settings(**vendor.options())
    services = type(vendor.services)({vendor.name: vendor.name}, lambda _: vendor.settings, lambda _: vendor.secret, "amber-falcon-7")
    opened, _ = services.open(vendor.name)
    try:
        return SERVICES[vendor.name].ping(opened)
    finally:
        getattr(getattr(opened, "http", opened), "close", lambda: None)()


def test_the_corpus_and_the_server_know_the_same_ways():
    assert {each.make for each in into("exchange")} == set(WAYS)


@pytest.mark.parametrize("entry", into("exchange"), ids=str)
@pytest.mark.parametrize("name", PINGED)
def test_whoever_answers_so_gets_no_credential_and_is_not_believed(name, entry, vendors):
    with Rude(entry.make) as rude, Watched() as watched:
        try:
            told = json.dumps(pinged(vendors[name], rude.url))
        except SeveranceError as error:
            told = error.diagnostics()
            assert error.what
    assert SECRET not in told
    assert rude.sent < MOST, "whoever sends without end is hung up on"
    assert {each[:2] for each in watched.connected} <= {("127.0.0.1", rude.port)}
    assert {str(each) for each in watched.named} <= {"127.0.0.1"}


@pytest.mark.parametrize("entry", into("refusal"), ids=str)
def test_a_refusal_of_whatever_shape_is_told_in_words(entry, tmp_path):
    name, body = entry.value
    vendor = vendor_of(name, tmp_path / name)
    vendor.renew()
    vendor.standin.faults.add([Fault.of({"match": ".", "kind": "status", "status": 400, "body": body, "times": None})])
    with pytest.raises(SeveranceError) as refused:
        SERVICES[name].ping(vendor.services.open(name)[0])
    assert refused.value.what
    vendor.close()


@pytest.mark.parametrize("entry", into("link"), ids=str)
def test_a_link_to_the_next_page_stays_at_home_or_is_refused(entry):
    try:
        found = next_page(entry.value, HOME, "shop")
    except ServiceError:
        assert entry.expected == "refused"
        return
    assert ("followed" if found else "last") == entry.expected
    assert found is None or found.startswith("https://shop.example/")


class Endless:
    """A service whose pages never end."""

    service = "shop"

    def __init__(self, again: bool) -> None:
        self.again, self.count = again, 0

    def page(self, url, path, *, parse=True):
        self.count += 1

    def following(self, page, url, service):
        return "https://shop.example/same" if self.again else f"https://shop.example/{self.count}"


@pytest.mark.parametrize("entry", into("pages"), ids=str)
def test_pages_that_never_end_are_given_up(entry):
    shop = Endless(entry.value == "the same cursor")
    pages = Pages(shop, HOME, "/1", shop.following)
    with pytest.raises(ServiceError, match=entry.expected):
        list(pages)
    assert shop.count <= 10_000


@pytest.mark.parametrize("entry", into("body"), ids=str)
def test_a_body_is_one_value_for_every_reader_or_none(entry):
    try:
        value = parsed(entry.content)
    except ValueError:
        assert entry.expected == "failure"
        return
    assert entry.expected == "value"
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("entry", into("wait"), ids=str)
def test_no_service_makes_us_wait_longer_than_we_will(entry):
    waits = []

    def call():
        raise RateLimited("not now", wait_s=asked_wait_s("retry-after", {"retry-after": entry.value}))

    with pytest.raises(RateLimited):
        patiently(call, Patience(pause=waits.append))
    assert all(0 < each <= 30 for each in waits)
    assert sum(waits) <= 120


@every(told=headers)
def test_any_headers_ask_for_a_wait_that_is_a_number(told):
    for rate in ("okta", "github", "google", "graph", "retry-after"):
        wait = asked_wait_s(rate, told)
        assert math.isfinite(wait)
        assert wait >= 0


@every(body=json_texts)
def test_any_body_is_json_or_a_failure(body):
    try:
        value = parsed(body)
    except ValueError:
        return
    json.dumps(value, allow_nan=False)


@every(link=links)
def test_any_link_stays_at_home_or_is_refused(link):
    try:
        found = next_page(link, HOME, "shop")
    except ServiceError:
        return
    assert found is None or found.startswith("https://shop.example")


@every(url=addresses)
def test_any_address_is_fit_to_carry_a_token_or_is_refused(url):
    try:
        base = base_of(url, "shop")
    except SettingsError as refused:
        assert refused.what
        return
    assert base.lower().startswith(("https://", "http://"))
