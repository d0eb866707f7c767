"""One target under atheris, in this process; the rest of the words are libFuzzer's."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["runner", "integrations", "yaml", "email", "json"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name, *words = sys.argv[1:]
    atheris.Setup([sys.argv[0], *words], TARGETS[name])
    atheris.Fuzz()
