"""The fuzzer's targets, over the corpus and a few bytes more: what it found stays found, with or without atheris."""

from __future__ import annotations

import pytest

from tests.corpus.entries import BYTES
from tests.corpus.strategies import every, json_texts, mails, yaml_texts
from tests.fuzz.targets import SLOW, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_survived(name):
    for content in BYTES[:: 23 if name in SLOW else 1]:
        TARGETS[name](content)


@pytest.mark.parametrize("name", sorted(set(TARGETS) - SLOW))
@every(content=json_texts | mails | yaml_texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_survived(name, content):
    TARGETS[name](content)

