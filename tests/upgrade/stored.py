"""Takes a stored case out of its archive into a lab of today, and makes the services' world again as it had been."""

from __future__ import annotations

import json
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.lab.ledger import duplicates, read
from runner.desk.cast import Cast
from runner.desk.laboratory import beside
from runner.errors import Exit
from runner.evidence.chain import broken
from tests.desk.conftest import Beside

__all__ = ["ARCHIVES", "STAGES", "Stored", "stored", "to_the_end", "wrong_after"]

ARCHIVES = sorted(Path(__file__).parent.glob("*/cases.tar.xz"))
STAGES = ["1-opened", "2-waiting", "3-lockdown", "4-after", "5-done"]
AGAIN = "again"  # the User-Agent of what makes the world again
_SERVICES = 2
_COMPRESS = 1_000_000.0
_WORLDS = ("okta", "github", "jira")  # what is read back; what was said in the others is said


@dataclass(frozen=True)
class Stored:
    """A stored case, in a lab of today."""

    code: str
    company: Beside
    before: list[Any]
    """What the services had received when the case was stored, oldest first."""

    def ledger(self) -> list[Any]:
        """Return what the services received in both lives of the case."""
        return [*self.before, *(each for each in self.company.ledger() if each["user_agent"] != AGAIN)]


@contextmanager
def stored(archive: Path, stage: str, folder: Path) -> Iterator[Stored]:
    """Found a lab in `folder` whose store is the archive's at this stage, for the length of the block."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, [each for each in packed if each.name.startswith(stage)], filter="data")
    for each in (folder / stage).rglob("*"):  # the filter leaves modes of folders to the umask
        each.chmod(0o700 if each.is_dir() else 0o600)
    about = json.loads((folder / stage / "about.json").read_text())
    before = [line for path in sorted((folder / stage / "ledgers").glob("*.jsonl")) for line in read(path)]
    before.sort(key=lambda line: line["at"])
    with beside(folder / "lab", _SERVICES, 0, _COMPRESS) as settings:
        (folder / stage / "state").rename(settings.parent / "state")
        for line in before:
            if line["changed"] and line["service"] in _WORLDS:
                _again(settings, line)
        company = Beside(settings)
        try:
            yield Stored(about["code"], company, before)
        finally:
            company.close()


def _again(settings: Path, line: dict[str, Any]) -> None:
    """Ask for a change once more, of the same service of another lab."""
    url = json.loads((settings.parent / "lab.json").read_text())["urls"][line["service"]]
    headers = {"User-Agent": AGAIN, "Authorization": _credentials(settings, line["service"])}
    headers |= {"X-GitHub-Api-Version": "2022-11-28"}
    if line["body"]:
        headers["Content-Type"] = "application/json"
    path = f"{line['path']}?{line['query']}" if line["query"] else line["path"]
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request(line["method"], path, line["body"].encode() or None, headers)
        assert connection.getresponse().status == line["status"], line


def _credentials(settings: Path, service: str) -> str:
    secret = (settings.parent / "secrets" / service).read_text().strip()
    if service == "jira":
        return "Basic " + b64encode(f"severance@fjordlight.example:{secret}".encode()).decode()
    return f"{'SSWS' if service == 'okta' else 'Bearer'} {secret}"


def wrong_after(case: Stored, before: list[Any]) -> list[str]:
    """Return what a run of today broke: a record, the chain, or the world. before: the journal as it was stored."""
    records = case.company.records(case.code)
    changed = ["records of the earlier release were changed"] if records[: len(before)] != before else []
    damage = broken(records)
    return [*changed, *([damage] if damage else []), *(f"twice: {each}" for each in duplicates(case.ledger()))]


def to_the_end(case: Stored) -> list[str]:
    """Run a case with everybody answering until it is over; return what is wrong with how it ended."""
    company, before = case.company, case.company.records(case.code)
    with Cast(company.settings, case.code, company.path.parent):
        run = company.begin(case.code)
        out, complaint = company.wait(run)
    if run.returncode != Exit.DONE:
        return [f"exit {run.returncode}: {complaint or out}"]
    document = json.loads(out)
    ended = [] if document["outcome"] == "done" else [f"outcome: {document['outcome']}"]
    return [*ended, *document["left"], *wrong_after(case, before)]
