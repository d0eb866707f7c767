"""The rooms of the house and the arrows between them, as data; walked over every import of every module.

`ARROWS` says what a room may import of `runner`; `IMPORTERS` says who alone may import a library.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.registry import discover

ROOT = Path(__file__).parents[1]
discover()

SETTINGS = {
    "runner.company", "runner.company_rules", "runner.custody", "runner.loopback", "runner.private_file",
    "runner.redaction", "runner.secrets", "runner.settings", "runner.settings_problems", "runner.telemetry_settings",
    "runner.written",
}  # fmt: skip
"""The modules of one room, kept beside the folders: settings.py and what it stands on."""

VALUES = {"runner.actions.values", "runner.actions.doors"}
"""What records are made of; whoever reads records may name them."""

ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "actions": set(),
    "language": {"actions"},
    "settings": {"actions", "runner.language.problems", "runner.language.source"},  # one reader of YAML for all
    "people": {"settings", *VALUES},
    "evidence": {*VALUES, "runner.actions.vaults"},
    "intake": {"runner.actions.values"},
    "reports": {"evidence", *VALUES},
    "database": {"clock", "runner.evidence.chain", *VALUES},
    "casefile": {"clock", "database", "language", "people", "settings", "runner.intake.gathering", *VALUES},
    "cases": {
        "casefile", "clock", "database", "actions", "intake", "language", "people", "evidence", "settings",
    },
    "telemetry": {"settings", "runner.language.tokens", *VALUES},
    "desk": {
        "cases", "casefile", "clock", "database", "actions", "intake", "language", "reports", "people", "evidence",
        "settings", "telemetry",
    },
    "fleet": {"clock", "desk", "runner.telemetry.sink"},  # it says what it could not do
    "cli": {"clock", "desk", "runner.chat.checking", "runner.chat.manifest", "runner.chat.server", "runner.fleet.server"},
    "chat": {"clock", "desk", "fleet", "runner.telemetry.sink"},
}
"""Room: rooms, or single modules, it may import besides itself and `errors`."""

HANDS = {
    "runner.actions.contract", "runner.actions.gate", "runner.actions.opening", "runner.actions.values",
    "runner.actions.vaults", "runner.errors",
}  # fmt: skip
"""What an integration may know of `runner`."""

SHARED_HANDS = {
    "addresses", "answers", "carrier", "client", "deadline", "pages", "rates", "slack_web", "transport", "wording",
}  # fmt: skip
"""Modules of `integrations` that belong to no vendor: the one HTTP client, and what words go through."""

IMPORTERS: dict[str, tuple[str, ...]] = {
    "Crypto": ("runner.intake.wallets",),
    "aiosmtpd": ("integrations.lab.mail",),
    "boto3": ("integrations.aws.sdk", "integrations.aws.storing"),
    "botocore": ("integrations.aws.sdk", "integrations.aws.storing", "integrations.aws.refusals"),
    "cryptography": (
        "integrations.entra.credentials", "integrations.lab.certificate", "integrations.lab.entra",
        "integrations.lab.google.access", "integrations.lab.settings_file",
    ),
    "dbos": ("runner.cases.engine", "runner.database.forgetting"),
    "httpcore2": ("integrations.deadline", "integrations.transport"),  # what httpx2 sends with
    "httpx2": ("integrations.carrier", "integrations.client", "integrations.transport", "integrations.webhook"),
    "jinja2": (
        "runner.language.references", "runner.language.documents", "runner.language.outlines", "runner.reports",
    ),
    "jira": ("integrations.jira",),
    "jwt": (
        "integrations.entra.credentials", "integrations.google.access", "integrations.lab.entra",
        "integrations.lab.google.access",
    ),
    "keyring": ("runner.secrets",),
    "markupsafe": ("runner.language.documents", "runner.language.verbatim", "runner.reports"),  # jinja2's own escaping
    "opentelemetry": ("runner.telemetry.export",),
    "platformdirs": ("runner.settings",),
    "prometheus_client": ("runner.telemetry.exposition",),
    "requests": ("integrations.jira",),  # what the jira library sends with
    "rich": ("runner.cli",),
    "slack_bolt": ("runner.chat",),
    "slack_sdk": ("integrations.slack_web", "runner.chat"),
    "sqlalchemy": ("runner.database", "runner.cases.engine", "runner.desk"),
    "typer": ("runner.cli",),
    "websockets": ("integrations.lab.slack.link", "runner.chat.socket_mode"),
    "yaml": ("runner.language.source",),
}
EVERYWHERE = {"pydantic", "pydantic_core"}
ONLY_THE_TYPE = {"runner.cases.engine", "runner.desk"}
"""Who hands a database on: of sqlalchemy they may name `Engine`, and nothing else."""

LONGEST_MODULE, LONGEST_FUNCTION = 250, 40  # lines
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "base", "impl"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "telnetlib"}
PLAIN_WORDS = {"files", "mail", "webhook"}  # vendors whose names are also words of the field
SURFACES = {"chat": "slack", "cli": "slack"}  # rooms where a vendor's name is the name of our own surface
FORMATS = {"github"}  # of lint's output: annotations of a pull request, not the vendor's doors
PROFILES = {"github", r"github\.com/"}  # where a demand says to write to


@cache
def modules() -> dict[str, Path]:
    found = {}
    for room in ("runner", "integrations"):
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def imports(name: str) -> list[tuple[str, int]]:
    """Return every imported module with its line; `from package import module` counts as the module."""
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [(each.name, node.lineno) for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} imports relatively"
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                found.append((inner if inner in modules() else node.module or "", node.lineno))
    return found


def room_of(name: str) -> str:
    if name in SETTINGS:
        return "settings"
    return name.split(".")[1] if "." in name else ""


def within(name: str, owners: tuple[str, ...] | set[str]) -> bool:
    return any(name == owner or name.startswith(f"{owner}.") for owner in owners)


RUNNER = [name for name in modules() if within(name, ("runner",)) and name != "runner"]
OURS = list(modules())
VENDORS = [
    name
    for name in modules()
    if within(name, ("integrations",)) and name != "integrations" and not within(name, ("integrations.lab",))
]
LAB = [name for name in modules() if within(name, ("integrations.lab",))]


@pytest.mark.parametrize("name", RUNNER)
def test_a_room_imports_only_what_its_arrows_allow(name):
    room = room_of(name)
    allowed = ARROWS[room] | {room, "errors"}
    for imported, line in imports(name):
        if imported in {"runner", "integrations"} or not within(imported, ("runner",)):
            continue
        assert room_of(imported) in allowed or imported in allowed, (
            f"{name}:{line}: {room} may not import {imported}"
        )


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_knows_the_contract_the_client_and_itself(name):
    own = ".".join(name.split(".")[:2])
    allowed = HANDS | {own} | {f"integrations.{each}" for each in SHARED_HANDS}
    for imported, line in imports(name):
        if within(imported, ("runner", "integrations")):
            assert within(imported, allowed), f"{name}:{line} imports {imported}"


@pytest.mark.parametrize("name", LAB)
def test_a_stand_in_knows_nothing_of_the_runner_but_its_values(name):
    for imported, line in imports(name):
        if within(imported, ("runner", "integrations")):
            allowed = {"integrations.lab", "runner.actions.values", "runner.errors"}
            assert within(imported, allowed), f"{name}:{line} imports {imported}"


@pytest.mark.parametrize("name", RUNNER)
def test_the_runner_reaches_integrations_through_the_registry_and_the_desk_only(name):
    for imported, line in imports(name):
        if within(imported, ("integrations",)):
            assert room_of(name) == "desk", f"{name}:{line}"
            assert within(imported, ("integrations.lab",)), f"{name}:{line}"
    if name != "runner.actions.registry":
        texts = [node.value for node in ast.walk(tree(name)) if isinstance(node, ast.Constant)]
        loads = [each for each in texts if isinstance(each, str) and re.fullmatch(r"integrations(\.\w+)*", each)]
        assert room_of(name) == "desk" or loads == []


@pytest.mark.parametrize("name", OURS)
def test_a_library_is_imported_where_it_belongs(name):
    for imported, line in imports(name):
        top = imported.partition(".")[0]
        if top in sys.stdlib_module_names or top in {"runner", "integrations"} or top in EVERYWHERE:
            continue
        assert top in IMPORTERS, f"{name}:{line}: nobody is said to import {top}"
        assert within(name, IMPORTERS[top]), f"{name}:{line}: only {IMPORTERS[top]} import {top}"


@pytest.mark.parametrize("name", [name for name in RUNNER if within(name, ONLY_THE_TYPE)])
def test_who_hands_the_database_on_asks_it_nothing(name):
    used = [node for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)]
    asked = {node.attr for node in used if getattr(node.value, "id", "") in {"sa", "sqlalchemy"}}
    assert asked <= {"Engine"}


@pytest.mark.parametrize("name", RUNNER)
def test_the_runner_names_no_vendor(name):
    vendors = "|".join(sorted(set(SERVICES) - PLAIN_WORDS - {SURFACES.get(room_of(name), "")}))
    names = {node.id for node in ast.walk(tree(name)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)}
    assert not [each for each in names if re.search(rf"(^|_)({vendors})(_|$)", each, re.IGNORECASE)]
    for text, line in strings(name):
        spared = text in FORMATS and room_of(name) in {"language", "desk", "cli"}
        spared = spared or (text in PROFILES and name == "runner.intake.contacts")
        assert spared or not re.search(rf"\b({vendors})\b", text, re.IGNORECASE), f"{name}:{line}: {text!r}"
        assert text not in ACTIONS, f"{name}:{line} names the action {text}"


def strings(name: str) -> list[tuple[str, int]]:
    """Return the string constants that are no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    docs |= {id(node.value) for node in ast.walk(tree(name)) if isinstance(node, ast.Expr)}  # under a field
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("name", OURS)
def test_a_module_fits_on_a_few_screens_and_has_a_name_of_the_field(name):
    lines = len(modules()[name].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{name} has {lines} lines"
    assert not set(re.split(r"[._]", name)) & EMPTY_WORDS


@pytest.mark.parametrize("name", OURS)
def test_a_function_fits_on_one_screen(name):
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            told = ast.get_docstring(node) is not None
            spoken = (first.end_lineno or 0) - first.lineno + 1 if told else 0  # its docstring is no code
            lines = (node.end_lineno or 0) - node.lineno + 1 - spoken
            assert lines <= LONGEST_FUNCTION, f"{name}:{node.lineno}: {node.name} has {lines} lines"


@pytest.mark.parametrize("name", OURS)
def test_nothing_runs_data_or_trusts_blindly(name):
    for imported, line in imports(name):
        assert imported.partition(".")[0] not in UNSAFE, f"{name}:{line} imports {imported}"
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            assert called not in {"eval", "exec", "compile", "__import__"}, f"{name}:{node.lineno}"
            told = {each.arg: getattr(each.value, "value", None) for each in node.keywords}
            assert told.get("verify") is not False, f"{name}:{node.lineno} skips verifying TLS"
            assert not told.get("shell"), f"{name}:{node.lineno}"
            assert not told.get("follow_redirects"), f"{name}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert (getattr(node.value, "id", ""), node.attr) not in {("os", "system"), ("os", "popen")}


@pytest.mark.parametrize("name", RUNNER)
def test_only_the_clock_that_never_goes_back_tells_the_time(name):
    calls = (node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call))
    asked = {ast.unparse(each) for each in calls} & {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert not asked or name == "runner.clock"


@pytest.mark.parametrize("name", OURS)
def test_nothing_is_left_for_later(name):
    with modules()[name].open("rb") as file:
        comments = [each for each in tokenize.tokenize(file.readline) if each.type == tokenize.COMMENT]
    assert not [each.start for each in comments if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", each.string)]


def test_every_arrow_and_importer_is_still_drawn_to_something():
    """A table that names what is gone would let it come back unseen."""
    rooms = {room_of(name) for name in RUNNER}
    named = {each for allowed in ARROWS.values() for each in allowed if each.startswith("runner.")} | HANDS | SETTINGS
    assert named <= set(modules())
    assert rooms <= set(ARROWS)
    owners = {owner for owners in IMPORTERS.values() for owner in owners if not within(owner, ("runner.chat",))}
    assert owners <= set(modules()) | {"runner.reports"}
