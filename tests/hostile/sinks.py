"""Every surface a stranger's words come out at, each with what reads it in the field.

A sink takes a text the way the surface's own code does, and holds that what comes out does nothing there, and says
what was said. A new surface adds one function, marked `sink`; the whole corpus and the strategies then go through.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import itertools
import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from integrations.addresses import path
from integrations.jira.issues import _plain
from integrations.mail import _message
from integrations.slack import _escaped
from integrations.wording import printable, spoils_a_header
from runner.chat.cards import blocks
from runner.chat.cards.escape import escaped, monospaced, shown as on_a_card
from runner.cli.board import Board
from runner.cli.live import Screen, Steady
from runner.cli.output import columns, document, lines
from runner.cli.words import line
from runner.desk.showing import guarded, shown
from runner.errors import RefusedError
from runner.evidence.chain import START, broken, canonical, parse, seal
from runner.evidence.folder import Folder
from runner.language.mermaid import _text
from runner.language.problems import At, Problem, quoted, rendered
from runner.language.references import render
from runner.language.verbatim import bullets, literal, verbatim
from runner.people.subject import shown as in_a_refusal
from runner.reports.encoding import cell, markdown, visible
from runner.reports.papers import papers
from tests.reports.records import circumstances, handled

__all__ = ["SINKS", "Page", "inert_papers", "papers_of", "parsed_markdown", "words"]

Sink = Callable[[str], None]
SINKS: dict[str, Sink] = {}

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What steers a terminal, hides, or turns the reading around: C0 and C1 controls, direction marks, half pairs."""
HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
FORMULAS = "=+-@|\t\r\uff1d\uff0b\uff0d\uff20\uff5c"
DOOR = {"service": "okta", "layer": "account", "account": "00u1", "things": [], "reach": "subject", "verdict": "open", "why": ""}
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def sink(function: Sink) -> Sink:
    SINKS[function.__name__.replace("_", " ")] = function
    return function


def still(text: str) -> str:
    """Return a text, once it is found to steer nothing."""
    assert not STEERING.search(text.replace("\n", "")), ascii(STEERING.search(text.replace("\n", "")))
    text.encode()
    return text


def words(text: str) -> str:
    return " ".join(text.split())


@sink
def the_terminal(text: str) -> None:
    for out in (shown(text), guarded(text)):
        assert still(out).count("\n") == text.count("\n")


@sink
def the_live_view(text: str) -> None:
    board, screen = Board("amber-falcon-7", {}), io.StringIO()
    for kind, data in (("door.seen", {**DOOR, "login": text}), ("note", {"by": "maren", "text": text})):
        board.take({"seq": 1, "at": "2026-03-02T09:00:00.000Z", "kind": kind, "class": "fact", "data": data})
    Steady(file=screen, width=120, height=40, markup=False, highlight=False, emoji=False).print(Screen(board))
    assert still(screen.getvalue()).count("\n") == 6  # the head, the columns, the account, what happened, and two empty lines


@sink
def a_line_an_event(text: str) -> None:
    record = {"seq": 1, "at": "2026-03-02T09:00:00.000Z", "kind": "note", "class": "fact", "data": {"by": "maren", "text": text}}
    assert "\n" not in still(shown(line(record)))


@sink
def columns_on_the_terminal(text: str) -> None:
    assert still(columns([["who", "what"], [text, "x"]])).count("\n") == 2
    assert still(shown(lines([f"left: {text}", "x"]))).count("\n") == 1


@sink
def json_on_the_terminal(text: str) -> None:
    out = document({"said": text})
    assert still(out).isascii()
    assert json.loads(out)["said"] == json.loads(json.dumps(text))


@sink
def problems_of_a_file(text: str) -> None:
    problem = Problem("a.yaml", At(1, 1), f"expected x, found {quoted(text)}", "rule", text)
    for form in ("text", "json", "github"):
        out = still(rendered([problem], {"a.yaml": text}, form))
        if form == "github":
            assert out.count("\n") == 1
            assert out.startswith("::error ")
        if form == "json":
            assert json.loads(out)["problems"][0]["rule"] == "rule"


@sink
def a_refusal(text: str) -> None:
    out = in_a_refusal(text)
    assert out.isascii()
    assert out.isprintable()


@sink
def a_card(text: str) -> None:
    out = on_a_card(text)
    assert not {unicodedata.category(each) for each in out} & HIDING
    assert len(out) <= 3100
    block = blocks.plain(out)
    assert (block["type"], block["emoji"]) == ("plain_text", False)
    assert 1 <= len(block["text"]) <= 3000


@sink
def markup_of_a_card(text: str) -> None:
    for out in (escaped(text), monospaced(text)):
        assert not re.search("[<>\n]|&(?!amp;|lt;|gt;)", out)
        assert not {unicodedata.category(each) for each in out} & HIDING
    assert monospaced(text).count("`") == 2


@sink
def a_message_in_a_channel(text: str) -> None:
    out = _escaped(text)
    assert not re.search("[<>]|&(?!amp;|lt;|gt;)", still(out))
    assert out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == printable(text)


@sink
def a_ticket(text: str) -> None:
    made = _plain(printable(text))
    kinds, said = set(), []

    def walk(node: dict) -> None:
        kinds.add((node["type"], *sorted(set(node) - {"type", "content", "text", "version"})))
        if node["type"] == "text":
            assert node["text"]
            said.append(still(node["text"]))
        for each in node.get("content", ()):
            walk(each)

    walk(made)
    assert kinds <= {("doc",), ("paragraph",), ("text",), ("hardBreak",)}
    assert words(" ".join(said)) == words(printable(text))


@sink
def a_mail(text: str) -> None:
    content = _message("key", "ops@fjordlight.example", ["counsel@fjordlight.example"], "amber-falcon-7", text).as_bytes()
    read = email.message_from_bytes(content, policy=email.policy.default)
    assert {each.lower() for each in read} == {
        "from", "to", "subject", "message-id", "date", "auto-submitted", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    assert read.get_content_type() == "text/plain"
    assert still(read.get_content().replace("\r\n", "\n").replace("\t", " ")).rstrip("\n") == printable(text).replace("\t", " ").rstrip("\n")


@sink
def a_header(text: str) -> None:
    assert spoils_a_header(text) or not STEERING.search(text)
    assert spoils_a_header(text) or "\n" not in text


@sink
def an_address(text: str) -> None:
    try:
        made = path("/api/v1/users/{}/lifecycle", text)
    except RefusedError as refused:
        assert refused.what.isascii()
        return
    assert made.isascii()
    parts = urlsplit(f"https://okta.example{made}")
    assert (parts.netloc, parts.query, parts.fragment) == ("okta.example", "", "")
    assert unquote(parts.path).split("/") == ["", "api", "v1", "users", text, "lifecycle"]


@sink
def a_reference_in_a_playbook(text: str) -> None:
    assert render("<{{ inputs.seen }}|{{ inputs.seen }}>", {"inputs": {"seen": text}}) == f"<{text}|{text}>"


@sink
def a_flowchart(text: str) -> None:
    assert not re.search('["\n]', still(_text(text)))


class Page(HTMLParser):
    """What a browser makes of a page: its elements with the names of their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[tuple[str, ...]] = set()
        self.told: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, *sorted(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.elements.add(("a comment", data))

    def handle_data(self, data: str) -> None:
        self.told.append(data)


def papers_of(*values: str) -> dict[str, str]:
    """Return the papers of a case in which people say these things in turn, wherever they say something."""
    turn = itertools.cycle(json.dumps(each)[1:-1] for each in values)
    records = json.loads(re.sub(SAID, lambda _: next(turn), json.dumps(handled(SAID))))
    return papers(records, around=circumstances(values[0]))


def parsed_markdown(text: str) -> set[str]:
    """Return the kinds of tokens a Markdown viewer finds."""
    tokens = MARKDOWN.parse(text)
    return {each.type for token in tokens for each in (token, *(token.children or ()))}


SAID = "what-they-said"
PLAIN = papers_of("pay by Friday")
ELEMENTS, TOKENS = Page(PLAIN["report.html"]).elements, parsed_markdown(PLAIN["report.md"])


def inert_papers(made: Mapping[str, str]) -> Page:
    """Hold that every paper of a case does nothing; returns the page."""
    page = Page(still(made["report.html"]))
    assert page.elements <= ELEMENTS
    assert parsed_markdown(still(made["report.md"])) <= TOKENS
    assert made["report.md"].count("\n#") == PLAIN["report.md"].count("\n#")
    json.loads(still(made["report.json"]))
    for name in (each for each in made if each.endswith(".csv")):
        _table(made[name])
    return page


def _table(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    for each in (each for row in rows[1:] for each in row):
        assert each == "-" or not each.strip(" \n").startswith(tuple(FORMULAS)), each[:80]
    still(text.replace("\r\n", "\n"))


@sink
def a_cell(text: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell(text), "x"])
    [[read, beside]] = csv.reader(io.StringIO(out.getvalue()))
    assert beside == "x"
    assert read in {visible(text), f"'{visible(text)}"}
    bare = read.lstrip()
    assert not bare or bare[0] not in FORMULAS


@sink
def a_line_of_markdown(text: str) -> None:
    out = markdown(text)
    assert "\n" not in out
    assert not re.search(r"https?://|www\.", out)
    assert parsed_markdown(f"| {out} |\n| --- |\n| {out} |\n\n- {out}\n") <= {
        "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close",
        "td_open", "td_close", "inline", "text", "text_special", "softbreak", "bullet_list_open", "bullet_list_close", "list_item_open",
        "list_item_close", "paragraph_open", "paragraph_close",
    }  # fmt: skip


@sink
def a_document(text: str) -> None:
    listed, flow = {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}, {"paragraph_open", "paragraph_close", "inline"}
    spans = {"text", "text_special", "softbreak", "code_inline"}
    assert parsed_markdown(f"Seen: {still(literal(text))}.\n") <= flow | spans
    assert parsed_markdown(still(bullets([text, text])) + "\n") <= listed | flow | spans
    assert parsed_markdown(f"# T\n\n{still(verbatim(text))}\n\nx\n") <= {"heading_open", "heading_close", "fence"} | flow | spans


@sink
def the_journal(text: str) -> None:
    record = seal({"seq": 1, "at": "2026-03-02T09:00:00.000Z", "kind": "note", "class": "fact", "data": {"text": text}}, START)
    kept = canonical(record)
    assert b"\n" not in kept
    read = parse(kept)
    assert read["data"]["text"] == json.loads(json.dumps(text))
    assert broken([read]) is None


@sink
def evidence(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        store = Folder(Path(folder) / "case")
        item = store.put(text, content, text)
        assert store.get(item.sha256).read_bytes() == content
        [kept] = [each for each in Path(folder).rglob("*") if each.is_file()]
        assert re.fullmatch(r"[0-9a-f]{64}\.(bin|txt|json|jsonl)", kept.name)
        assert item.name == text
