"""Start the whole simulated company on loopback, and write the settings that point at it.

```
OUT/severance.yaml    0600, ready to use      OUT/secrets/         tokens and keys, random per run
OUT/lab-ca.pem        vouches for the mail    OUT/ledgers/*.jsonl  what each service received
OUT/lab.json          how, and where, it runs OUT/tables/*.csv     what HR, payroll and recruiters export
```
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from integrations.lab.aws import Aws
from integrations.lab.certificate import server_context
from integrations.lab.doored import Doored
from integrations.lab.entra import Entra
from integrations.lab.github import GitHub
from integrations.lab.google import Google
from integrations.lab.jira import JiraStandIn
from integrations.lab.mail import MailStandIn
from integrations.lab.okta import Okta
from integrations.lab.scim import Scim
from integrations.lab.server import StandIn
from integrations.lab.settings_file import AS_IT_IS, Changes, write_settings
from integrations.lab.site import Site, write_private
from integrations.lab.slack import APP, SlackStandIn
from integrations.lab.slack_org import SlackOrg
from integrations.lab.tables import write_tables
from integrations.lab.webhook import WebhookStandIn
from runner.actions.values import Json
from runner.errors import UsageError

__all__ = ["Lab", "kinds", "serve", "start"]

_DOORED: tuple[type[Doored], ...] = (Okta, GitHub, Google, Aws, SlackOrg, Entra, Scim)
"""In the order in which a lab of few services takes them."""
_NEEDS: Mapping[str, str] = {"aws": "boto3"}
"""The library of an extra, by vendor: without it the runner could not open the service, so the lab leaves the
vendor out, and says so where it would have had its turn."""
_MOST = 64
_JIRA_USER, _MAIL_USER, _SENDER = "severance@fjordlight.example", "severance", "ops@fjordlight.example"
_STOPS = {signal.SIGTERM, signal.SIGINT}


@dataclass(frozen=True, slots=True)
class Lab:
    """A running company."""

    settings_path: Path
    services: Mapping[str, StandIn]
    """Every stand-in by configured name; `files` has none."""
    running: ExitStack

    @property
    def urls(self) -> dict[str, str]:
        """The base URL of every stand-in; for `mail`, where its lab control endpoints are."""
        return {name: each.url for name, each in self.services.items()}

    def stop(self) -> None:
        """Stop every stand-in. The ledgers stay."""
        self.running.close()


def kinds() -> dict[str, type[Doored]]:
    """Return every kind of service with doors by its vendor, in the order a lab of few takes them."""
    return {kind.vendor: kind for kind in _DOORED}


def start(
    out: Path,
    *,
    services: int = 2,
    latency_ms: float = 0,
    compress: float = 1,
    changes: Changes = AS_IT_IS,
) -> Lab:
    """Start every stand-in.

    services: how many have doors: one of each kind, then clones okta-2, github-2, … each with its own
    accounts. latency_ms: added to every answer. compress, changes: written into the settings.
    Raises UsageError for numbers out of range, and for a folder that holds another lab's ledgers.
    """
    _check(out, services, latency_ms)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as building:
        site = Site(out, latency_ms, building)
        (out / "ledgers").mkdir(mode=0o700)
        kinds = _obtainable(services)
        doored = dict(_named(kinds, at) for at in range(services))
        standins: dict[str, StandIn] = {}
        options = {name: _doored(site, name, kind, standins) for name, kind in doored.items()}
        options |= _tellers(site, standins)
        urls = {name: each.url for name, each in standins.items()}
        began = {"services": services, "latency_ms": latency_ms, "urls": urls}
        write_private(out / "lab.json", json.dumps(began) + "\n")
        write_tables(out / "tables")
        path = write_settings(out, options, doored, compress, changes)
        return Lab(path, standins, building.pop_all())


def serve(
    out: Path,
    *,
    services: int = 2,
    latency_ms: float = 0,
    compress: float = 1,
    changes: Changes = AS_IT_IS,
) -> None:
    """Run a lab in this process until SIGTERM or SIGINT.

    Once everything listens, one line of JSON goes to stdout: `{"settings": PATH, "urls": {NAME: URL}}`.
    Call it from the main thread. Raises UsageError as `start` does.
    """
    # Blocked before any thread starts, so that every thread inherits it and sigwait alone sees them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        lab = start(out, services=services, latency_ms=latency_ms, compress=compress, changes=changes)
        try:
            print(json.dumps({"settings": str(lab.settings_path), "urls": lab.urls}), flush=True)  # noqa: T201
            signal.sigwait(_STOPS)
        finally:
            lab.stop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check(out: Path, services: int, latency_ms: float) -> None:
    if not 1 <= services <= _MOST:
        raise UsageError(f"expected 1 to {_MOST} services, found {services}", where="lab")
    if not 0 <= latency_ms <= 60_000:
        raise UsageError(f"expected a latency of 0 to 60000 ms, found {latency_ms}", where="lab")
    for each in ("ledgers", "severance.yaml", "secrets"):
        if (out / each).exists():
            raise UsageError(
                f"a lab ran here before: {each} is there, and it is the record of what happened",
                where=str(out),
                remedy="choose an empty folder with --out, or remove this one",
            )


def _obtainable(services: int) -> list[type[Doored]]:
    """Return the kinds whose library is installed; names on stderr those that are left out for it."""
    found = []
    for place, kind in enumerate(_DOORED):
        library = _NEEDS.get(kind.vendor)
        if library is None or find_spec(library):
            found.append(kind)
        elif place < services:
            install = f"pip install 'severance[{kind.vendor}]'"
            print(f"lab: {kind.vendor} is left out: {library} is not installed ({install})", file=sys.stderr)  # noqa: T201
    return found


def _named(kinds: list[type[Doored]], at: int) -> tuple[str, type[Doored]]:
    """Return the name and the kind of the service at this place: `okta`, …, then `okta-2`."""
    turn, which = divmod(at, len(kinds))
    kind = kinds[which]
    return (kind.vendor if turn == 0 else f"{kind.vendor}-{turn + 1}", kind)


def _doored(site: Site, name: str, kind: type[Doored], standins: dict[str, StandIn]) -> Json:
    standin = kind(name, site.ledger(name), latency_ms=site.latency_ms)
    site.up(standin)
    standins[name] = standin
    return {"vendor": kind.vendor, **standin.enrol(site)}


def _tellers(site: Site, standins: dict[str, StandIn]) -> dict[str, Json]:
    """Start what carries words, and return its options."""
    token, late = site.secret("jira"), site.latency_ms
    jira = JiraStandIn("jira", site.ledger("jira"), user=_JIRA_USER, token=token, latency_ms=late)
    slack = _slack(site)
    pager = WebhookStandIn("pager", site.ledger("pager"), secret=site.secret("pager"), latency_ms=late)
    standins |= {"jira": jira, "slack": slack, "pager": pager}
    return {
        "jira": {
            "vendor": "jira",
            "url": site.up(jira),
            "user": _JIRA_USER,
            "token": "file:secrets/jira",
            "restricted_level": "Incident team",
        },
        "mail": _mail(site, standins),
        "slack": {"vendor": "slack", "url": f"{site.up(slack)}/api/", "token": "file:secrets/slack"},
        "pager": {"vendor": "webhook", "url": f"{site.up(pager)}/hooks/1", "secret": "file:secrets/pager"},
        "files": {"vendor": "files", "folder": "handover"},
    }


def _slack(site: Site) -> SlackStandIn:
    opener = site.secret("slack-app", f"xapp-1-{APP}-1-{secrets.token_hex(32)}")
    return SlackStandIn(
        "slack",
        site.ledger("slack"),
        token=site.secret("slack"),
        app_token=opener,
        latency_ms=site.latency_ms,
    )


def _mail(site: Site, standins: dict[str, StandIn]) -> Json:
    mail = MailStandIn(
        "mail",
        site.ledger("mail"),
        tls=server_context(site.out / "lab-ca.pem"),
        user=_MAIL_USER,
        password=site.secret("mail"),
        latency_ms=site.latency_ms,
    )
    site.up(mail)
    standins["mail"] = mail
    return {
        "vendor": "mail",
        "host": "127.0.0.1",
        "port": mail.port,
        "user": _MAIL_USER,
        "password": "file:secrets/mail",
        "sender": _SENDER,
        "ca_file": "lab-ca.pem",
    }


def main() -> None:
    """Run `serve` from the command line, for whoever wants the lab in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m integrations.lab.launch", description=serve.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--services", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0, metavar="MS")
    parser.add_argument("--compress", type=float, default=1)
    given = parser.parse_args()
    serve(given.out, services=given.services, latency_ms=given.latency, compress=given.compress)


if __name__ == "__main__":
    main()
