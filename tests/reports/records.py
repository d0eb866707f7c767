"""A believable journal: three accounts of one person on Okta and GitHub, and everything that can go wrong."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from runner.actions.values import Account, Observation
from runner.evidence.chain import START, seal
from runner.intake.demand import Amount, Demand, Link, Wallet
from runner.people.links.scoring import propose
from runner.people.links.sightings import Place, Seen
from runner.reports.views import Circumstances

__all__ = ["Telling", "case", "circumstances", "handled", "opened"]

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAYBOOK = "playbook: suspected-dprk-worker\n"
SUBJECT = {
    "service": "okta",
    "id": "00u1",
    "login": "sam.reed@fjordlight.example",
    "facts": {"name": "Sam Reed"},
}
CODER = {"service": "github", "id": "1007", "login": "sam-reed-fjl", "facts": {}}
SECOND = {"service": "okta", "id": "00u2", "login": "j.calloway@fjordlight.example", "facts": {}}
SHUT = ("closed", "read back: {}")


class Telling:
    """Seals records one after another; `at` moves on by itself, or by `wait`."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.clock = BEGAN

    def wait(self, **time: float) -> None:
        self.clock += timedelta(**time)

    def stamp(self, **later: float) -> str:
        moment = self.clock + timedelta(**later)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def say(self, kind: str, status: str = "fact", /, **data: Any) -> None:
        prev = self.records[-1]["digest"] if self.records else START
        body = {"seq": len(self.records) + 1, "at": self.stamp(), "kind": kind, "class": status, "data": data}
        self.records.append(seal(body, prev))
        self.wait(milliseconds=7)


def opened(**changes: Any) -> list[dict[str, Any]]:
    """A case with nothing but its opening."""
    told = Telling()
    _open(told, **changes)
    return told.records


def case() -> list[dict[str, Any]]:
    """The whole story, up to a case that is not finished."""
    told = Telling()
    _open(told)
    _quiet(told)
    _approval(told)
    _lockdown(told)
    _after(told)
    return told.records


def handled(words: str = "pay 3 BTC") -> list[dict[str, Any]]:
    """The same case with an emergency, a demand, a door closed by hand and a hand-over; words: a stranger's."""
    told = Telling()
    _open(told)
    _quiet(told)
    told.say(
        "subject.sees", views=[{"service": "okta", "login": SUBJECT["login"], "why": "is an administrator"}]
    )
    told.say("emergency.declared", by="maren", because=words)
    asked = {
        "phase": "emergency",
        "need": 1,
        "each_of": [],
        "expires": told.stamp(hours=1),
        "lines": [],
        "command": "",
    }
    told.say("approval.asked", request="e1", step=None, digest="e1" * 32, of=["security-leads"], **asked)
    told.say(
        "approval.given",
        request="e1",
        digest="e1" * 32,
        by="ines",
        because=words,
        signed=True,
        signature="sig",
    )
    told.say("approval.used", request="e1")
    told.say(
        "ask.asked",
        request="r1",
        step="emergency-review",
        question="Was it right?",
        kind="yes-no",
        of=["counsel"],
        **asked,
    )
    told.say("emergency.unreviewed", request="r1", since=told.stamp())
    told.say("demand.received", item="dd" * 32, by="maren", how=words, demand=_demand(words))
    told.say("approval.objected", by="tomasz", because=words)
    told.say("approval.overruled", by="ines", because="the doors stand open")
    door = {"service": "okta", "layer": "app", "account": "00u1", "login": SUBJECT["login"]}
    seen = {"things": [], "reach": "subject", "verdict": "by-hand", "why": "no integration reaches it"}
    told.say("door.seen", **door, **seen)
    told.say("door.adopted", **door, by="maren", because=words, closed_at=told.stamp(), item="ee" * 32)
    told.say("handover.asked", by="maren", to="ines", because=words)
    told.say("handover.accepted", by="ines", because="")
    return told.records


def _demand(words: str) -> dict[str, Any]:
    due = {
        "stated": "within 72 hours",
        "quote": words,
        "utc": "2026-03-05T09:00:00.000Z",
        "assumed": True,
        "why": words,
    }
    found = Demand(kind="e-mail", name=words, sender=words, subject=words, received="2026-03-02T09:00:00.000Z",
                   amounts=(Amount("3 BTC", "BTC", "3", assumed=False, where="text", at=0),),
                   wallets=(Wallet("bitcoin", words, "valid", "text", 0),),
                   danger=(words,), links=(Link("hxxps://pay[.]example/x", "text"),), doubts=(words,))  # fmt: skip
    return {**found.as_json(), "deadline": due}


def circumstances(words: str = "90d") -> Circumstances:
    """What is known when the report is read: roles, a layer that is not there, and two sources of evidence."""
    source = {
        "service": "okta", "account": "00u1", "login": words, "action": "okta.keep_log", "retention": "90d", "lag": words,
        "bulk": True, "state": False, "kept": False, "kept_at": "", "items": 0, "why": words, "expires_at": "2026-03-02T09:00:00.000Z",
        "losing": True, "due_again_at": "", "covers_days": 90, "tenure_days": 425,
        "gap": "covers 90 of 425 days: ask whoever archives it for the rest",
    }  # fmt: skip
    return Circumstances(
        roles={"ines": ("security-leads", "counsel"), "maren": ("ir-oncall",)},
        lacks=[{"service": "okta", "layer": "key", "why": "okta gives people no keys"}],
        expiry={
            "as_of": "2026-03-02T09:00:00.000Z",
            "tenure": {"since": "2025-01-01T00:00:00.000Z", "said_by": words},
            "sources": [source, {**source, "action": "okta.keep_state", "state": True, "kept": True, "losing": False,
                                 "expires_at": "", "kept_at": "2026-03-02T09:00:00.000Z", "gap": "", "why": ""}],
        },
    )  # fmt: skip


def _open(told: Telling, **changes: Any) -> None:
    playbook = {
        "name": "suspected-dprk-worker",
        "version": 1,
        "sha256": hashlib.sha256(PLAYBOOK.encode()).hexdigest(),
        "shown_as": "Identity misrepresentation review",
        "text": PLAYBOOK,
    }
    data = {
        "code": "amber-falcon-7",
        "playbook": playbook,
        "settings_sha256": "5e" * 32,
        "company": "Fjordlight Systems",
        "inputs": {"subject": "sam.reed@fjordlight.example", "seen": "Two staff ids answer from one device."},
        "by": "maren",
        "drill": True,
        "compress": 3600,
    }
    told.say("case.opened", **{**data, **changes})


def _quiet(told: Telling) -> None:
    told.say("run.started", executor="w-1", host="ops-1", pid=4711)
    left_out = [{"service": "payroll", "why": "two people there fit the same staff id"}]
    guard = {"service": "okta", "id": "00u9", "login": "break-glass@fjordlight.example"}
    protected = [{**guard, "why": "break-glass", "frees": "ask the identity team to name another"}]
    told.say("subject.resolved", accounts=[SUBJECT, CODER], left_out=left_out, protected=protected)
    told.say("phase.started", phase="quiet")
    told.say(
        "page.sent",
        request="q1",
        to="counsel@fjordlight.example",
        via="mail",
        subject="amber-falcon-7 needs you",
    )
    told.say(
        "page.failed",
        request="q1",
        to="counsel",
        via="pager",
        subject="amber-falcon-7 needs you",
        why="no answer in 10 s",
    )
    told.say(
        "told",
        via="mail",
        service="mail",
        to="counsel@fjordlight.example",
        what="Request for advice",
        sha256="ad" * 32,
    )
    for number, (action, service, account, size, keeps, lag) in enumerate(
        [
            ("okta.keep_user", "okta", "00u1", 4210, "until deleted", ""),
            ("okta.keep_factors", "okta", "00u1", 1312, "until deleted", ""),
            ("okta.keep_system_log", "okta", "00u1", 8_812_400, "90 days", "up to 10 minutes"),
            ("github.keep_member", "github", "1007", 2210, "until deleted", ""),
            ("github.keep_audit_log", "github", "1007", 1_204_113, "180 days", "up to 10 minutes"),
            ("okta.keep_user", "okta", "00u2", 4198, "until deleted", ""),
        ],
        start=1,
    ):
        told.wait(seconds=3)
        digest = hashlib.sha256(f"{action}{account}".encode()).hexdigest()
        told.say(
            "item.kept", item=number, sha256=digest, bytes=size, name=f"{action}.json", media="application/json",
            action=action, service=service, account=account, source="vendor API", retention=keeps, lag=lag,
        )  # fmt: skip
    log = {"op": "quiet/keep/github.keep_git_events", "action": "github.keep_git_events", "service": "github"}
    told.say(
        "write.outcome", **log, account="1007", thing="", outcome="kept", before=None, after=None,
        why="git events older than 7 days are gone at the source",
    )  # fmt: skip
    _links(told)
    told.say(
        "ask.asked", request="a1", phase="quiet", step="same-person", question="Which accounts belong to the same person?",
        kind="choose", options=["00u2", "2044"], need=2, each_of=[], of=["ir-oncall", "security-leads"],
        expires=told.stamp(hours=2), if_silent="none", command="severance answer amber-falcon-7 same-person",
    )  # fmt: skip
    told.wait(minutes=11)
    told.say("ask.answered", request="a1", by="ines", value="okta/00u2")
    told.wait(minutes=2)
    told.say("ask.answered", request="a1", by="tomasz", value="okta/00u2")
    told.say("ask.closed", request="a1")
    confirmed = [{"key": "okta/00u2", "by": ["ines", "tomasz"]}]
    told.say("link.confirmed", accounts=[SECOND], rows=[], links=confirmed, by=["ines", "tomasz"])
    told.say("note", "counsel", by="counsel", text="privileged-canary: advice on duties follows by mail")
    told.say("phase.finished", phase="quiet", status="done")


DOORS = [  # service, account, layer, things, reach, verdict, why
    ("okta", SUBJECT, "account", 1, "subject", *SHUT),
    (
        "okta",
        SUBJECT,
        "session",
        3,
        "subject",
        "inferred",
        "Okta lists no sessions; ended, and the log shows the end",
    ),
    ("okta", SUBJECT, "grant", 2, "subject", *SHUT),
    ("okta", SUBJECT, "token", 1, "subject", *SHUT),
    ("okta", SUBJECT, "device", 2, "subject", *SHUT),
    ("okta", SUBJECT, "role", 1, "subject", *SHUT),
    ("okta", SUBJECT, "membership", 4, "subject", *SHUT),
    ("okta", SUBJECT, "app", 1, "subject", "by-hand", "the app Bluepine Expenses has no integration"),
    ("github", CODER, "account", 1, "subject", *SHUT),
    ("github", CODER, "token", 2, "subject", *SHUT),
    ("github", CODER, "key", 2, "subject", *SHUT),
    ("github", CODER, "grant", 1, "subject", *SHUT),
    ("github", CODER, "membership", 3, "subject", *SHUT),
    ("github", CODER, "role", 1, "subject", "open", "GitHub answered 422: last owner of the team release"),
    ("github", CODER, "shared", 1, "shared", "held", "deploy key 'ci-release' is used by a machine"),
    (
        "github",
        CODER,
        "session",
        1,
        "subject",
        "pending",
        "ends when the identity provider asks again, until 10:21",
    ),
    ("okta", SECOND, "account", 1, "subject", *SHUT),
    (
        "okta",
        SECOND,
        "session",
        1,
        "subject",
        "inferred",
        "Okta lists no sessions; ended, and the log shows the end",
    ),
    ("okta", SECOND, "grant", 1, "subject", *SHUT),
    ("okta", SECOND, "token", 1, "subject", "unknown", "the connection broke after the call went out"),
    ("okta", SECOND, "device", 1, "subject", *SHUT),
    ("okta", SECOND, "membership", 2, "subject", *SHUT),
]


def _links(told: Telling) -> None:
    """Propose the account that is confirmed later, and one that is not; with the words the code makes."""
    payroll = {"name": "payroll.csv", "sha256": "9a" * 32, "rows": 812, "not_comparable": 3}
    gap = {"service": "jira", "layer": "", "account": "", "why": "the token lacks a scope"}
    told.say(
        "link.searched", accounts=["okta/00u1", "github/1007"], values={"mfa-device": 1, "phone": 1, "payout-account": 1},
        services=["okta"], items=5, files=[payroll], proposed=2, unreadable=[gap],
    )  # fmt: skip
    place = Place("file", "payroll.csv", "9a" * 32, 41)
    read = Place("read", "okta")
    device, phone = Observation("mfa-device", "pfd-0001", "Pixel 9"), Observation("phone", "+12025550111")
    account = Observation("payout-account", "NO9386011117947")
    subject, second = Account(**SUBJECT), Account(**SECOND)
    row = Account("@people", "applicant:A-7", "j.call@mail.example", {"applicant_id": "A-7"})
    own = [Seen(subject, each, read) for each in (device, phone, account)]
    seen = [
        *(Seen(second, each, read) for each in (device, phone)),
        *(Seen(row, each, place) for each in (phone, account)),
    ]
    for each in propose([subject], own, seen):
        told.say("link.proposed", **each.as_json())


def _approval(told: Telling) -> None:
    for service, account, layer, count, reach, _verdict, why in DOORS:
        things = [
            {"id": f"{layer}-{n}", "label": f"{layer} {n}", "state": None, "shared": reach == "shared"}
            for n in range(count)
        ]
        told.say(
            "door.seen",
            **_key(service, layer, account),
            things=things,
            reach=reach,
            verdict="open",
            why=why if reach == "shared" else "",
        )
    lines = [
        "Who: okta: sam.reed, github: sam-reed-fjl, okta: j.calloway",
        "Closes: 19 doors on okta and github",
        "Breaks: nothing that others or machines use",
        "Cannot return: sessions and tokens have to be made anew",
        "Stays open: github deploy key ci-release (held); Bluepine Expenses (by hand)",
    ]
    digest = "c4" * 32
    told.say(
        "phase.planned", phase="lockdown", step=None, digest=digest, operations=[], lines=lines,
        notices=["okta.suspend_user: on-next-use"], unknown=["whether GitHub desktop sessions exist: no interface lists them"],
    )  # fmt: skip
    told.say(
        "approval.asked", request="p1", phase="lockdown", step=None, digest=digest, need=2,
        of=[], each_of=["security-leads", "duty-managers"],
        expires=told.stamp(hours=2), lines=lines, command="severance approve amber-falcon-7",
    )  # fmt: skip
    told.wait(minutes=4)
    told.say(
        "approval.given", request="p1", digest=digest, by="ines", because="evidence is safe", signed=True
    )
    told.wait(minutes=1, seconds=12)
    told.say("approval.given", request="p1", digest=digest, by="tomasz", because="", signed=True)
    told.say("approval.used", request="p1")


FOLLOW = ("session", "grant")
"""Layers whose close comes after another of the same account."""
LATE = "lockdown/doors/github.close_key@github/1007"
"""A head that was not ready in time."""


def _lockdown(told: Telling) -> None:
    told.say("phase.started", phase="lockdown")
    closing = [door for door in DOORS if door[5] not in ("held", "by-hand")]
    heads = [_op(each) for each in closing if each[2] not in FOLLOW and _op(each) != LATE]
    late = [{"name": LATE, "waiting_on": "reads before its first write"}]
    told.say("lockdown.fired", heads=heads, stragglers=late, prepared_ms=1840)
    go = told.clock
    written = [_close(told, door, go, place) for place, door in enumerate(closing)]
    told.clock = go
    told.wait(seconds=2)
    first = [each["write_at"] for each in written if each["head"] in (*heads, LATE)]
    told.say(
        "lockdown.measured", heads=len(heads) + 1, first_write_at=min(first), last_head_write_at=max(first),
        last_confirmed_at=max(each["confirmed_at"] for each in written), slowest_chain_calls=4, operations=written,
    )  # fmt: skip
    for service, account, layer, _count, _reach, verdict, why in DOORS:
        closed = told.stamp() if verdict in ("closed", "inferred") else ""
        made_late = ["token 2, made 09:19"] if (service, layer) == ("github", "token") else []
        told.say(
            "door.verdict", **_key(service, layer, account), verdict=verdict, why=why.format(layer),
            proof=f"{service}.{layer}_is_closed", closed_at=closed, step="doors", late=made_late,
        )  # fmt: skip
    told.say("phase.finished", phase="lockdown", status="finished")


def _close(told: Telling, door: Any, go: datetime, place: int) -> dict[str, Any]:
    """Say intent and outcome of one close, as its thread saw them; returns the outcome."""
    service, account, layer, _count, _reach, verdict, _why = door
    outcome = {"open": "refused", "unknown": "unknown"}.get(verdict, "changed")
    who = {
        "op": _op(door), "action": f"{service}.close_{layer}", "service": service, "account": account["id"], "thing": "",
    }  # fmt: skip
    told.say(
        "write.intent",
        **who,
        what=f"close {layer} of {account['login']}",
        before={"status": "ACTIVE"},
        attempt=1,
    )
    sent = go + timedelta(
        milliseconds=4 + place % 7 * 3 + 260 * (layer in FOLLOW) + 1210 * (_op(door) == LATE)
    )
    times = {
        "ready_at": _spell(go), "write_at": _spell(sent),
        "confirmed_at": _spell(sent + timedelta(milliseconds=270 + place * 37 % 320)),
    }  # fmt: skip
    why = {"refused": "422 last owner", "unknown": "connection broke"}.get(outcome, "")
    told.say(
        "write.outcome", **who, outcome=outcome, before=None, after=None, why=why, head=_op(door), **times
    )
    return dict(told.records[-1]["data"])


def _op(door: Any) -> str:
    return f"lockdown/doors/{door[0]}.close_{door[2]}@{door[0]}/{door[1]['id']}"


def _after(told: Telling) -> None:
    told.say("phase.started", phase="after")
    told.say(
        "standing.set",
        order="o1",
        what="Read every door back after 15 minutes",
        kind="recheck",
        due=told.stamp(minutes=15),
    )
    told.say(
        "standing.set",
        order="o2",
        what="Read every door back after 72 hours",
        kind="recheck",
        due=told.stamp(hours=72),
    )
    told.say(
        "ticket.made", service="jira", key="SEC-311", url="https://jira.fjordlight.example/browse/SEC-311"
    )
    door = {"service": "okta", "layer": "app", "account": "00u1"}
    told.say(
        "task.set", request="t1", phase="after", step="by-hand", text="Close Bluepine Expenses in its own console", of=["system-owners"], each_of=[], need=1,
        expires=told.stamp(hours=4), bring="a screenshot or export", document=None, command="severance answer amber-falcon-7 by-hand", door=door,
    )  # fmt: skip
    told.say(
        "task.set", request="t2", phase="after", step="desk", text="Brief the service desk: no resets, no parcels, no reasons", of=["ir-oncall"], each_of=[], need=1,
        expires=told.stamp(minutes=15), bring=None, document=None, command="severance answer amber-falcon-7 desk", door=None,
    )  # fmt: skip
    told.wait(minutes=9)
    told.say("task.done", request="t2", by="maren", value="Desk lead briefed by phone", item=None)
    told.say(
        "clock.proposed", request="k1", phase="after", step="breach-clock", clock="gdpr-33", of=["counsel"], each_of=[], need=1,
        about="Notify the supervisory authority of a personal-data breach", within="72h", days="calendar", zone="", expires=told.stamp(hours=4),
        starts="When the controller is reasonably certain that personal data was compromised",
        source="Regulation (EU) 2016/679, Article 33(1)", checked="2026-11-22", command="severance answer k1 start|decline",
    )  # fmt: skip
    told.say("approval.objected", "counsel", by="counsel", because="privileged-canary")
    told.wait(minutes=7)
    told.say("standing.done", order="o1", result={"closed": 15, "inferred": 2, "open": 1})
    told.say("run.ended", executor="w-1", host="ops-1", pid=4711, why="waiting for people")


def _key(service: str, layer: str, account: dict[str, Any]) -> dict[str, Any]:
    return {"service": service, "layer": layer, "account": account["id"], "login": account["login"]}


def _spell(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
