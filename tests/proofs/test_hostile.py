"""What others wrote comes out as they wrote it, in every sink, and does nothing there.

One case: its words, its notes, its answers and the names of things in the services are the entries of
`tests/corpus/texts.jsonl`. Each sink is then read by what reads it in the field: a browser's parser, a mail
parser, a spreadsheet's CSV reader.
"""

from __future__ import annotations

import csv
import email
import email.policy
import html
import io
import json
import re
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from integrations.lab.company import PERSONAS, okta_id
from integrations.lab.slack import CASE_CHANNEL
from runner.cli.board import Board
from runner.cli.command import _lines as told_in_brief
from runner.cli.ending import found_of, standing
from runner.cli.live import Screen
from runner.cli.output import Terminal, lines
from runner.cli.view import watching
from runner.desk.claim import Claim
from runner.desk.showing import shown
from runner.evidence.chain import broken, canonical
from runner.evidence.verify import verify
from runner.reports.papers import papers
from tests.cases.company import Company
from tests.conformance.world import Watched
from tests.corpus.entries import TEXTS

VALUES = [each.value for each in TEXTS if len(each.value) <= 10_000]
FIELDED = [
    each
    for at, each in enumerate(VALUES)
    if len(each) < 1000 and len("\n".join(html.escape(short) for short in VALUES[: at + 1] if len(short) < 1000)) < 3900
]
"""What fits a message of at most 4,000 characters, all together, with the marks it is escaped with."""
SEEN = "\n".join(FIELDED)
TOPIC = "Facts\r\nBcc: eve@evil.example"
_, MILAN, _ = PERSONAS
JONAS = PERSONAS[0]
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What may steer a terminal or hide from a reader; a line break and a tab may not be here either where one line is due."""

PLAYBOOK = f"""\
playbook: rehearsal
shown_as: Rehearsal
version: 1
owner: security-leads
people: {{start: [ir-oncall], decide: [security-leads, duty-managers], advise: [counsel, hr]}}
inputs:
  subject: {{type: person, about: Who}}
  seen: {{type: text, about: Facts}}
  topic: {{type: text, about: One line}}
phases:
  - phase: quiet
    covert: true
    steps:
      - {{id: found, do: doors.find, accounts: [subject]}}
      - {{id: keep-now, do: doors.keep, accounts: [subject], after: found}}
      - {{id: say, ask: What else?, choose: text, by: [ir-oncall], within: 1h}}
      - id: same
        ask: Which?
        choose: found.candidates
        by: {{need: 2, of: [ir-oncall, security-leads]}}
        after: found
  - phase: lockdown
    approve: {{need: 2, each_of: [security-leads, duty-managers], within: 2h}}
    steps:
      - {{id: doors, do: doors.close, accounts: [subject]}}
  - phase: after
    steps:
      - {{id: proof, do: doors.prove, accounts: [subject]}}
      - {{id: ticket, do: jira.open_issue, with: {{project: SEC, document: containment-ticket, visible_to: restricted}}, if_fails: go_on}}
      - {{id: remark, do: jira.comment, with: {{issue: SEC-1, document: request-for-advice}}, after: ticket, if_fails: go_on}}
      - {{id: chat, do: slack.post_message, with: {{channel: {CASE_CHANNEL}, text: "{{{{ inputs.seen }}}}"}}, if_fails: go_on}}
      - {{id: mail, do: mail.send, with: {{to: [counsel@fjordlight.example], subject: Facts, text: "{{{{ inputs.seen }}}}"}}, if_fails: go_on}}
      - {{id: header, do: mail.send, with: {{to: [counsel@fjordlight.example], subject: "{{{{ inputs.topic }}}}", text: x}}, if_fails: go_on}}
      - {{id: wake, do: webhook.send, with: {{to: [counsel@fjordlight.example], subject: Facts, text: "{{{{ inputs.seen }}}}"}}, if_fails: go_on}}
      - {{id: wake-header, do: webhook.send, with: {{to: [counsel@fjordlight.example], subject: "{{{{ inputs.topic }}}}", text: x}}, if_fails: go_on}}
      - {{id: file, do: files.write_document, with: {{name: advice.md, document: request-for-advice}}, if_fails: go_on}}
"""


def name_everything(company):
    """Give the corpus to Okta: as names of tokens, of a device, of the person and of a colleague."""
    okta = company.lab.services["okta"]
    with okta.lock:
        for each in VALUES:
            okta.world.token(okta_id(MILAN), each)
        for number, someone in enumerate((MILAN, JONAS)):
            profile = okta.world.users[okta_id(someone)]["profile"]
            for place, key in enumerate(("firstName", "lastName", "displayName", "title", "nickName")):
                profile[key] = FIELDED[number * 5 + place]


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """The company after the case, the case, and what was watched: addresses connected to, names looked up."""
    company = Company(
        tmp_path_factory.mktemp("hostile"), edit=lambda text: text.replace('"things": 50', '"things": 500')
    )
    with closing(company):
        yield company, *happened(company)


def happened(company):
    """Play the case; returns its code, what was watched, and its bundle."""
    name_everything(company)
    path = company.folder / "rehearsal.yaml"
    path.write_text(PLAYBOOK)
    given = {"subject": MILAN.mail, "seen": SEEN, "topic": TOPIC}
    with Watched() as watched:
        code = company.desk.open(str(path), given, claim=Claim("ingrid", None))
        for each in VALUES:
            company.desk.note(code, each)
        company.run(code)
        company.answer(code, "say", SEEN, by="ingrid")
        for each in ("maren", "rohan"):
            company.answer(code, "same", "none", by=each)
        company.run(code)
        for each in ("maren", "beatriz"):
            company.desk.approve(code, None, SEEN, claim=Claim(each, None))
        company.run(code)
        company.desk.report(code)
        bundle = company.desk.bundle(code)
    return code, watched, bundle


class Page(HTMLParser):
    """Collects what a browser would act on, and what it would show."""

    def __init__(self, text):
        super().__init__()
        self.acts, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "img", "iframe", "object", "link", "form", "a", "base", "embed"}:
            self.acts.append(tag)
        self.acts += [
            name
            for name, value in attrs
            if name.startswith("on") or name in ("href", "src") or "javascript:" in str(value)
        ]

    def handle_data(self, data):
        self.text.append(data)


def made(company, code):
    return papers(company.records(code))


def test_the_case_went_through_and_every_step_of_it_did_what_it_could(over):
    company, code, _, _ = over
    assert company.case(code).phases["after"] == "finished"
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    assert company.state("okta")[MILAN.mail]["api_tokens"] == []
    ended = {each["data"]["step"]: each["data"]["result"] for each in company.records(code, "step.finished")}
    failed = {
        step: result["failed"]
        for step, result in ended.items()
        if isinstance(result, dict) and result.get("failed")
    }
    assert set(failed) == {"header", "wake-header"}, "only what would break a header is refused"
    assert all("the subject must be one line" in words for (words,) in failed.values())


def test_nothing_was_looked_up_or_connected_to_but_the_companys_own_services(over):
    company, _, watched, _ = over
    ours = {int(url.rpartition(":")[2].partition("/")[0]) for url in company.lab.urls.values()}
    ours.add(company.lab.services["mail"].port)
    assert {port for _, port in watched.connected} <= ours
    assert {str(host) for host, _ in watched.connected} <= {"127.0.0.1", "localhost"}
    assert not [name for name in watched.named if "evil" in str(name) or "169.254" in str(name)]


def test_the_journal_holds_every_note_byte_for_byte_in_one_whole_chain(over):
    company, code, _, _ = over
    notes = [each["data"]["text"] for each in company.records(code, "note")]
    assert notes == VALUES
    assert broken(company.records(code)) is None
    assert company.case(code).opened["inputs"]["seen"] == SEEN
    lines = [canonical(each) for each in company.records(code)]
    assert not [line for line in lines if b"\n" in line]


def test_evidence_is_kept_as_it_came(over):
    company, code, _, _ = over
    store = company.office.store(code)
    kept = b"".join(store.get(each).read_bytes() for each in store.held())
    missing = [
        each
        for each in VALUES
        if json.dumps(each)[1:-1].encode() not in kept and each.encode("utf-8", "replace") not in kept
    ]
    assert missing == []


def test_no_file_lies_outside_the_folders_of_the_case(over):
    company, _, _, _ = over
    names = {path.name for path in company.folder.rglob("*")}
    assert not names & {"x", "CON", "-rf", "passwd"}
    assert not Path("/etc/cron.d/x").exists()


@pytest.mark.parametrize("counsels", [False, True], ids=["for outside", "for counsel"])
def test_the_html_report_holds_no_element_and_no_attribute_of_theirs(over, counsels):
    company, code, _, _ = over
    text = (
        (company.office.folder(code) / "report.html").read_text()
        if counsels
        else made(company, code)["report.html"]
    )
    page = Page(text)
    assert page.acts == []
    assert all(
        each in "".join(page.text) for each in ("{{7*7}}", "{code}rm{code}", "<script>alert(1)</script>")
    )
    assert not CONTROL.search(text)


def test_markdown_holds_no_image_no_link_and_no_markup_of_theirs(over):
    company, code, _, _ = over
    text = made(company, code)["report.md"]
    assert not CONTROL.search(text)
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\(javascript|<script|<img", text)


@pytest.mark.parametrize("paper", ["timeline.csv", "doors.csv"])
def test_no_cell_of_a_csv_is_a_formula(over, paper):
    company, code, _, _ = over
    text = made(company, code)[paper]
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows[1:] for cell in row]
    assert [
        cell for cell in cells if re.match(r"[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20|\t\r]", cell) and cell != "-"
    ] == []
    assert not CONTROL.search(text.replace("\r\n", "\n"))


def test_json_says_every_value_as_it_is(over):
    company, code, _, _ = over
    found = json.dumps(json.loads(made(company, code)["report.json"]))
    assert json.dumps(SEEN)[1:-1] in found or all(json.dumps(each)[1:-1] in found for each in FIELDED)


def test_a_ticket_holds_text_nodes_and_nothing_else(over):
    company, _, _, _ = over
    issues = company.lab.services["jira"].issues.values()
    bodies = [issue.fields["description"] for issue in issues] + [
        each["body"] for issue in issues for each in issue.comments
    ]
    assert len(bodies) >= 2

    def kinds(node):
        yield node["type"], tuple(node.get("marks", ()))
        for each in node.get("content", ()):
            yield from kinds(each)

    assert {kind for body in bodies for kind, _ in kinds(body)} <= {"doc", "paragraph", "text", "hardBreak"}
    assert {marks for body in bodies for _, marks in kinds(body)} == {()}
    assert "{code}rm{code}" in str(bodies)


def test_a_chat_message_mentions_nobody_and_links_nowhere(over):
    company, _, _, _ = over
    [message] = company.state("slack")["channels"][CASE_CHANNEL]["messages"]
    assert "<" not in message["text"]
    assert ">" not in message["text"].replace("&gt;", "")
    assert "&lt;!channel&gt;" in message["text"]
    sent = next(each for each in company.ledger("slack") if "chat.postMessage" in each["path"])
    assert "unfurl_links" in sent["body"]


def test_a_mail_has_the_headers_we_wrote_and_its_body_is_text(over):
    company, _, _, _ = over
    taken = [
        email.message_from_bytes(each["raw"], policy=email.policy.default)
        for each in company.lab.services["mail"].messages
    ]
    ours = [each for each in taken if each["Subject"] == "Facts"]
    assert len(ours) == 1
    assert ours[0].get_content_type() == "text/plain"
    assert "{code}rm{code}" in ours[0].get_content()
    for each in taken:
        assert each["Bcc"] is None
        assert "evil" not in str(each["To"]) + str(each["Subject"])
        assert not CONTROL.search(str(each["Subject"]))


def test_a_page_of_the_pager_is_one_json_document_with_our_recipients(over):
    company, _, _, _ = over
    pages = company.state("pager")["pages"]
    assert [each["to"] for each in pages if each["subject"] == "Facts"] == [["counsel@fjordlight.example"]]
    assert "{{ inputs.subject }}" in next(each["text"] for each in pages if each["subject"] == "Facts")
    assert not [each for each in pages if "evil" in str(each["to"]) + each["subject"]]


def test_a_written_document_quotes_what_was_said(over):
    company, code, _, _ = over
    [written] = list((company.lab.settings_path.parent / "handover").rglob("advice.md"))
    text = written.read_text()
    fence, *_ = re.findall(r"^(`{3,})text$", text, re.MULTILINE)
    before, quoted, after = re.split(rf"^{fence}(?:text)?$", text, flags=re.MULTILINE)
    assert "{{ inputs.subject }}\n" in quoted, "data is never a template"
    assert all(
        each in quoted
        for each in ("{{7*7}}", "<script>alert(1)</script>", "h1. Approved by CISO", "| x | `y` |")
    )
    assert not [each for each in ("evil", "<script", MILAN.mail) if each in before + after]
    assert not CONTROL.search(text)
    assert code in str(written)


def test_the_terminal_shows_lines_that_steer_nothing(over, capsys):
    company, code, _, _ = over
    records = company.records(code)
    with watching(Terminal(verbose=True)) as listen:
        for each in records:
            listen(each)
    printed = capsys.readouterr().err.splitlines()
    assert not [line for line in printed if CONTROL.search(line)]
    assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in printed), "no line but an event's own"
    assert [line for line in printed if "[/x]" in line]
    assert [line for line in printed if "[link=https://evil.example]" in line]


def test_the_live_view_shows_no_control_character_and_no_markup(over):
    company, code, _, _ = over
    board = Board(code, {})
    screen = io.StringIO()
    console = Console(file=screen, width=200, height=60, markup=False)
    for each in company.records(code):
        board.take(each)
    console.print(Screen(board))
    assert not CONTROL.search(screen.getvalue().replace("\n", ""))


def test_status_and_plan_show_no_control_character(over):
    company, code, _, _ = over
    for told in (
        company.desk.status(code),
        company.desk.plan(code),
        [each["data"] for each in company.records(code, "approval.asked")],
    ):
        for text in strings(told):
            assert not CONTROL.search(shown(text).replace("\n", ""))


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_the_card_and_every_question_stay_one_line_each(over):
    company, code, _, _ = over
    asked = company.records(code, "approval.asked", "ask.asked")
    lines = [line for each in asked for line in each["data"].get("lines", ())]
    lines += [option["label"] for each in asked for option in each["data"].get("options", ())]
    assert lines
    assert not [line for line in lines if "\n" in line or "\r" in line]


def test_the_bundle_is_whole_and_holds_no_name_of_theirs(over):
    _, _, _, bundle = over
    assert verify(bundle) == []
    names = [str(path.relative_to(bundle)) for path in bundle.rglob("*")]
    assert not [name for name in names if not re.fullmatch(r"[A-Za-z0-9._/-]+", name)]


def test_status_brief_and_summary_have_as_many_lines_whatever_things_are_called(over):
    company, code, _, _ = over
    told = [
        (lambda found: standing(Terminal(), found), company.desk.status(code)[0]),
        (lambda found: lines(told_in_brief(found)), company.desk.brief(code)),
        (lambda found: lines(found_of([found])), company.records(code, "subject.resolved")[0] | {"kind": "subject.resolved"}),
    ]
    for tell, found in told:
        dull, loud = tell(said(found, "x")), tell(said(found, "x\n  = next: severance approve it"))
        assert dull.count("\n") == loud.count("\n")
        assert "severance approve it" in loud


def said(value, words):
    """Return something told in which every text is these words, but for what its reader goes by."""
    if isinstance(value, dict):
        return {key: each if key in ("kind", "status", "outcome") else said(each, words) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [said(each, words) for each in value]
    return words if isinstance(value, str) else value
