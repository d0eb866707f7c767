"""What is fuzzed: each target takes any bytes, and holds that nothing but what is promised comes of them.

An AssertionError, or any exception that is not ours, is a finding. What a target may raise is caught in it.
"""

from __future__ import annotations

import json
import math
import tempfile
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from integrations.addresses import base_of, next_page, path, stays_home
from integrations.answers import asked_wait_s, parsed
from runner.chat.grammar import FORMS, parse as parse_command
from runner.chat.payloads import fits, read
from runner.errors import CredentialsError, RefusedError, ServiceError, SettingsError, UsageError
from runner.evidence.chain import broken, canonical, parse as parse_record
from runner.evidence.verify import verify
from runner.intake.reading import read_demand
from runner.language.loading import load_text
from runner.language.problems import rendered
from runner.language.references import BadReference, references_in, render
from runner.language.source import parse
from runner.people.signature import signer
from runner.people.subject import read_who
from runner.settings import load as load_settings
from tests.evidence.test_bag import build, reseal
from tests.hostile.sinks import SINKS, inert_papers, papers_of

__all__ = ["SLOW", "TARGETS"]

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
SLOW = {"bundle", "papers", "signature", "surfaces"}
"""Those that write files, start programs, or go through every surface: they begin with a part of the corpus."""
SAVED = datetime(2026, 11, 25, 9, 14, tzinfo=UTC)
HOME = "https://shop.example/1"


def target(function: Target) -> Target:
    TARGETS[function.__name__.replace("_", "-")] = function
    return function


def _text(data: bytes) -> str:
    """Return any bytes as text, half pairs of surrogates among it."""
    return data.decode("utf-8", "surrogatepass") if _whole(data) else data.decode("latin-1")


def _whole(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


@target
def playbook(data: bytes) -> None:
    """Any text is a playbook or has problems at places that exist, each shown on lines of ours."""
    loaded = load_text(_text(data), "a.yaml")
    assert loaded.playbook is not None or loaded.problems
    for each in loaded.problems:
        assert each.at.line >= 1
        assert each.at.column >= 1
    told = rendered(loaded.problems, {"a.yaml": loaded.text})
    assert "\x1b" not in told
    told.encode()
    if loaded.playbook is not None:
        assert load_text(_text(data), "a.yaml").playbook == loaded.playbook


@target
def yaml(data: bytes) -> None:
    """What is read survives being written as JSON, which is YAML, and read again: nothing was hidden in it."""
    source = parse(_text(data), "a.yaml")
    assert source.value is None or not [each for each in source.problems if each.rule not in ("duplicate-key", "hidden-character")]
    if source.value is not None and not source.problems:
        again = parse(json.dumps(source.value, ensure_ascii=True), "a.json")
        readable = len(json.dumps(source.value)) < 1000 and not any(unicodedata.category(each) in ("Cc", "Cs") or each > "\uffff" or each in "\u2028\u2029\ufeff" for each in _text(data))
        assert not readable or "\\" in _text(data) or _same(again.value, source.value), (again.value, source.value)


def _same(again: object, first: object) -> bool:
    """JSON spells nothing as `null`, which our reader leaves a text."""
    if isinstance(first, dict):
        return isinstance(again, dict) and again.keys() == first.keys() and all(_same(again[key], each) for key, each in first.items())
    if isinstance(first, list):
        return isinstance(again, list) and len(again) == len(first) and all(map(_same, again, first))
    return again == ("null" if first is None else first)


@target
def references(data: bytes) -> None:
    """Text with references is refused, or rendered once."""
    text = _text(data)
    try:
        names = references_in(text)
        made = render(text, {"inputs": {"seen": "{{ inputs.seen }}"}})
    except (BadReference, UsageError):
        return
    assert names or made == text


@cache
def _settings() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="severance-fuzz-"))
    return folder / "severance.yaml"


@target
def settings(data: bytes) -> None:
    """Any file is settings, or refused in words that show no control character."""
    path = _settings()
    path.write_bytes(data)
    path.chmod(0o600)
    try:
        load_settings(path)
    except SettingsError as refused:
        told = refused.diagnostics()
        assert "\x1b" not in told
        told.encode()


@target
def address(data: bytes) -> None:
    """An id is one segment or refused; a link stays at home or is refused; a base is fit or refused."""
    text = _text(data)
    ids = text.split("|")
    try:
        made = path("/users" + "/{}" * len(ids), *ids)
        assert [unquote(each) for each in made.split("/")] == ["", "users", *ids]
        assert made.isascii()
    except RefusedError as refused:
        assert refused.what.isascii()
    with suppress(ServiceError):
        assert stays_home(text, HOME, "shop").startswith("https://shop.example")
    with suppress(ServiceError):
        found = next_page(text, HOME, "shop")
        assert found is None or found.startswith("https://shop.example")
    with suppress(SettingsError):
        assert base_of(text, "shop").isascii()


@target
def answer(data: bytes) -> None:
    """A body is one JSON value or none; a header asks for a finite wait."""
    try:
        value = parsed(data)
    except ValueError:
        value = None
    json.dumps(value, allow_nan=False)
    text = _text(data)
    for rate in ("okta", "github", "google", "graph", "retry-after"):
        for name in ("retry-after", "date", "x-rate-limit-reset", "x-ratelimit-reset"):
            wait = asked_wait_s(rate, {name: text})
            assert math.isfinite(wait)
            assert wait >= 0


@target
def delivery(data: bytes) -> None:
    """Whatever Slack's socket brings is an act of the account that stands in it, or nothing."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return
    for kind in ("slash_commands", "events_api", "interactive", data[:12].decode("latin-1")):
        if isinstance(payload, dict):
            fits({"envelope_id": "x", "type": kind, "payload": payload})
    found = read(payload)
    if found:
        assert found.user == "-" or json.dumps(found.user)[1:-1] in json.dumps(payload)
        assert max(map(len, (found.text, found.value, found.name, found.trigger))) <= 4000
        for each in (found.text, found.value, *found.told.values()):
            each.encode()


@target
def command(data: bytes) -> None:
    """What follows the slash command is one of ours or refused; who is meant is one person or refused."""
    text = _text(data)
    try:
        found = parse_command(text)
        assert found.verb in FORMS
        assert not {"\n", "/../"} & {found.case, found.step}
    except UsageError as refused:
        assert refused.remedy
    try:
        read_who(text)
    except RefusedError as refused:
        assert refused.what.isascii()


@target
def demand(data: bytes) -> None:
    """Any message is read or refused, and what is read can be put on record."""
    for name in ("demand.eml", "note.txt"):
        try:
            found = read_demand(data, name, saved=SAVED, receivers=("mx.fjordlight.example",))
        except UsageError as refused:
            assert refused.what
            continue
        json.dumps(found.demand.as_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")
        assert len(found.parts) == len(found.demand.attachments)


@target
def surfaces(data: bytes) -> None:
    """Every surface says any text, and it does nothing there."""
    text = _text(data)
    for name, sink in SINKS.items():
        if name != "evidence":  # it waits for the disk
            sink(text)


@target
def papers(data: bytes) -> None:
    """The papers of a case hold any text, and it does nothing there."""
    inert_papers(papers_of(*(_text(data).split("|")[:4])))


@cache
def _bundle() -> tuple[Path, dict[str, bytes]]:
    folder = Path(tempfile.mkdtemp(prefix="severance-fuzz-"))
    bag = build(folder / "case", folder / "bundle")
    return bag, {each.relative_to(bag).as_posix(): each.read_bytes() for each in sorted(bag.rglob("*")) if each.is_file()}


@target
def bundle(data: bytes) -> None:
    """A bundle of which any byte was changed is never called good, and verifying it never fails itself."""
    bag, whole = _bundle()
    names = list(whole)
    name = names[data[0] % len(names)] if data else names[0]
    at = int.from_bytes(data[1:3], "big") % (len(whole[name]) + 1)
    cut, rest = (data[3] if len(data) > 3 else 0), data[4:]
    changed = whole[name][:at] + rest + whole[name][at + cut :]
    try:
        (bag / name).write_bytes(changed)
        if data[:1] > b"\x80" and name.startswith("data/"):
            reseal(bag)  # an insider writes the manifests again; papers for reading are theirs to change
        problems = verify(bag)
        spared = data[:1] > b"\x80" and name.startswith(("data/report", "data/documents/"))
        assert problems or changed == whole[name] or spared, (name, at)
        assert all(isinstance(each, str) for each in problems)
    finally:
        for each, content in whole.items():
            (bag / each).write_bytes(content)


@target
def journal(data: bytes) -> None:
    """Any line is a record in its one spelling or refused, and any records are a whole chain or broken somewhere."""
    records = []
    for line in data.split(b"\n"):
        try:
            record = parse_record(line)
        except ValueError:
            continue
        assert canonical(record) == line
        records.append(record)
    found = broken(records)
    assert found is None or isinstance(found, str)
    assert records == [] or found is not None or records[0]["prev"] == "0" * 64


@target
def signature(data: bytes) -> None:
    """No bytes are a signature of anybody's."""
    text = data.decode("utf-8", "surrogateescape")
    for armoured in (text, f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"):
        try:
            signer(b"severance-approval\n", armoured, [])
        except (RefusedError, CredentialsError):
            continue
        raise AssertionError(armoured)
