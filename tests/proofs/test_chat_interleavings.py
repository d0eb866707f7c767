"""A thousand ways in which decisions, a plan that changes, time and the runner can come between each other.

Whatever the order: a request ends at most once, is used only for distinct people who may decide about exactly
its digest, and never after a denial. What counts is read from the journal and judged by the design's words.
"""

from __future__ import annotations

import asyncio
import random
import sys
import threading
import time
import types
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest

from runner.cases.approving import approved, wanted
from runner.cases.waiting import Watch
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.errors import RefusedError
from tests.cases.company import LOCKDOWN, Company
from tests.desk.in_chat import in_chat, with_chat

LEADS, MANAGERS, STARTER = {"maren", "tomas", "both"}, {"beatriz", "anselm", "both"}, "both"
PEOPLE = ["maren", "tomas", "beatriz", "anselm", "both", "rohan", "helene", "nobody"]
ENDS = {"approval.used", "approval.denied", "approval.expired"}
INTERLEAVINGS, A_CASE = 1000, 10
SOON_S = 0.015
TASK = "\n    steps:\n      - {id: it, task: Do it, by: [ir-oncall], within: 1h}\n"
GUARDED = LOCKDOWN.partition("\n    steps:")[0] + TASK


def settings_of(text):
    """Give a person who starts cases the roles that decide as well, pin everybody in the chat, page nobody."""
    line = (
        '{"id": "both", "name": "both", "mail": "both@fjordlight.example", '
        '"roles": ["security-leads", "duty-managers", "ir-oncall"]}'
    )
    text = text.replace('page_by: ["mail", "pager"]', "page_by: []")
    return with_chat()(text.replace("people:\n", f"people:\n  - {line}\n"))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = Company(tmp_path_factory.mktemp("interleavings"), compress=1, edit=settings_of)
    yield made
    made.close()


# The runner, one look at a time


@types.coroutine
def look_over():
    yield


class Looks(Watch):
    """The case as the runner reads it; its next look is taken when the test says so."""

    meanwhile = None
    """Happens after the runner has read the case, and before it acts on what it read."""

    def refresh(self):
        case = super().refresh()
        if self.meanwhile:
            act, self.meanwhile = self.meanwhile, None
            act()
        return case

    async def until(self, ready):
        while (found := ready(super().refresh())) is None:
            await look_over()
        return found


class Runner:
    """A run that has come to the approval of its lockdown."""

    def __init__(self, work, settings_sha256, within_s):
        work = replace(work, frame=replace(work.frame, settings_sha256=settings_sha256))
        [phase] = [each for each in work.playbook.phases if each.phase == "lockdown"]
        quorum = wanted(work, phase, None)
        self.watch = Looks(work.following, lambda _: None)
        self.over = ""
        self._way = approved(work, self.watch, phase, None, quorum.model_copy(update={"within": within_s}))

    def look(self):
        if self.over:
            return
        try:
            self._way.send(None)
        except StopIteration:
            self.over = "used"
        except RefusedError:
            self.over = "refused"

    def close(self):
        self._way.close()


# What people do


class Scene:
    """One interleaving in a case: each act may be refused; none may do what the design forbids."""

    def __init__(self, company, desks, work, seed):
        self.dice = random.Random(seed)
        self.company, self.desks, self.work, self.code, self.seed = company, desks, work, work.code, seed
        self.done, self.plans = [], 0
        self.within_s = SOON_S if self.dice.random() < 0.15 else 3600
        self.runner = self.begin()

    def begin(self):
        """Start a run for a plan nobody has seen yet."""
        self.plans += 1
        runner = Runner(self.work, f"{self.seed}-{self.plans}", self.within_s)
        runner.look()
        return runner

    def act(self):
        kinds = {
            "decide": 10, "look": 4, "raced": 3, "object": 1, "overrule": 2, "change": 1, "again": 2,
            "wait": 1, "rerun": 1,
        }  # fmt: skip
        kind = self.dice.choices(list(kinds), list(kinds.values()))[0]
        self.done.append(kind)
        getattr(self, f"do_{kind}")()

    def do_decide(self):
        self.decision()()

    def do_again(self):
        """Twice the same: a delivery that came twice, or two presses."""
        act = self.decision()
        act()
        act()

    def do_look(self):
        self.runner.look()

    def do_raced(self):
        """Let somebody decide while the runner, which has read the case, freezes the plan anew."""
        self.runner.watch.meanwhile = self.decision()
        self.runner.look()
        self.runner.watch.meanwhile = None

    def do_object(self):
        self.said("object", self.dice.choice(["helene", *PEOPLE]))

    def do_overrule(self):
        self.said("overrule", self.dice.choice(PEOPLE))

    def do_change(self):
        """The plan changes: what runs next asks for another one at the same place."""
        self.runner.close()
        self.runner = self.begin()

    def do_rerun(self):
        """The run ended, or its process died; another asks for the same plan."""
        if self.runner.over != "used":
            self.runner.close()
            self.runner = Runner(self.work, f"{self.seed}-{self.plans}", self.within_s)
            self.runner.look()

    def do_wait(self):
        if self.within_s == SOON_S:
            time.sleep(SOON_S)

    def decision(self):
        """Return somebody's yes or no to the plan asked for now, or to one of earlier."""
        verb = self.dice.choices(["approve", "deny"], [8, 1])[0]
        who, desk = self.dice.choice(PEOPLE), self.dice.choice(self.desks)
        claim = in_chat(who) if self.dice.random() < 0.7 else Claim(who, None)
        digests = [each.data["digest"] for each in self.company.case(self.code).requests.values()]
        digest = digests[-1] if self.dice.random() < 0.8 else self.dice.choice(digests)
        digest = self.dice.choice([digest, digest, digest[:12], None])
        self.done.append((verb, who, digest and digest[:6]))

        def act():
            with suppress(RefusedError):
                getattr(desk, verb)(self.code, digest, "said", claim=claim)

        return act

    def said(self, verb, who):
        desk = self.dice.choice(self.desks)
        self.done.append((verb, who))
        say(desk, verb, self.code, who)


# What the design says of a journal


def sins(records):
    """Return what happened that must not, each in words; `used` counts how often a quorum was used."""
    asked = {each["data"]["request"]: each for each in records if each["kind"] == "approval.asked"}
    found, used = [], 0
    for name, request in asked.items():
        about = [each for each in records if each["data"].get("request") == name]
        ends = [each for each in about if each["kind"] in ENDS]
        if len(ends) > 1:
            found.append(f"{name} ended as {[each['kind'] for each in ends]}")
        if ends and about[-1] is not ends[0]:
            found.append(f"{name} was decided after its end")
        wrong = [each for each in about if each["kind"] == "approval.given" and not entitled(each, request)]
        found += [f"{name}: the yes of {each['data']['by']} is on record" for each in wrong]
        for end in ends:
            if end["kind"] == "approval.used":
                used += 1
                found += [f"{name}: {each}" for each in unfounded(records, about, request, end)]
    return found, used


def entitled(given, request):
    same = given["data"]["digest"] == request["data"]["digest"]
    return same and given["data"]["by"] in (LEADS | MANAGERS) - {STARTER}


def in_time(given, request):
    """Tell whether it was said before the request expired: what comes a moment later is recorded, and counts nothing."""
    expires = datetime.fromisoformat(request["data"]["expires"])
    return datetime.fromisoformat(given["at"]) < expires


def unfounded(records, about, request, end):
    """Yield why this use of an approval had no ground."""
    before = [each for each in about if each["seq"] < end["seq"]]
    said = [each for each in before if each["kind"] == "approval.given" and in_time(each, request)]
    people = {each["data"]["by"] for each in said}
    if not (people & LEADS and people & MANAGERS and len(people) >= request["data"]["need"] == 2):
        yield f"used with {people}"
    if any(each["kind"] == "approval.denied" for each in before):
        yield "used after a denial"
    late_s = datetime.fromisoformat(end["at"]) - datetime.fromisoformat(request["data"]["expires"])
    if late_s.total_seconds() > SOON_S:
        yield f"used {late_s} after it expired"
    standing = []
    for each in records[: end["seq"] - 1]:
        if each["kind"] == "approval.objected":
            standing.append(each["data"]["by"])
        elif each["kind"] == "approval.overruled":
            standing = []  # the desk lets none but deciders overrule
    if standing:
        yield f"used while {standing} objected"


def seeded():
    """Return a seed that is told when the test fails."""
    seed = random.SystemRandom().randrange(10**9)
    sys.stdout.write(f"seed {seed}\n")
    return seed


@pytest.fixture
def desks(company):
    """Two faces of one store, as the chat and a terminal are."""
    other = Desk(company.settings)
    yield [company.desk, other]
    other._office.database.dispose()


def test_a_request_ends_once_and_never_without_its_people_whatever_comes_between(company, desks):
    seed = seeded()
    total = 0
    for place in range(INTERLEAVINGS):
        if place % A_CASE == 0:
            code = company.open(GUARDED, by=STARTER, subject="")  # nobody: each look asks no service
            work = company.work(code)
        scene = Scene(company, desks, work, seed + place)
        for _ in range(scene.dice.randint(4, 10)):
            scene.act()
        scene.runner.close()
        if place % A_CASE == A_CASE - 1:
            found, used = sins(company.records(code))
            total += used
            assert found == [], (seed, place, scene.done)
        company.desk.overrule(code, "the next one", claim=in_chat("maren"))
    assert total >= INTERLEAVINGS // 20  # it is a proof of something: many quorums stood


def say(desk, verb, code, who):
    """Say something in the chat, about whatever is asked; it may be refused."""
    about = [code] if verb in ("object", "overrule") else [code, None]
    with suppress(RefusedError):
        getattr(desk, verb)(*about, "said", claim=in_chat(who))


def pressed_at_once(desks, code, presses):
    """Have eight people press in the same moment, in threads of their own."""
    start = threading.Barrier(len(presses))

    def press(desk, verb, who):
        start.wait()
        say(desk, verb, code, who)

    threads = [
        threading.Thread(target=press, args=(desks[at % 2], verb, who))
        for at, (verb, who) in enumerate(presses)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def asked_and_waited_for(work):
    """Run the approval as the runner does, in a thread of its own; return the thread."""
    [phase] = work.playbook.phases
    watch = Watch(work.following, lambda _: None)

    async def run():
        poller = asyncio.ensure_future(watch.poll_forever(work.busy))
        with suppress(RefusedError):
            await approved(work, watch, phase, None, wanted(work, phase, None))
        poller.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    return thread


def test_eight_people_who_press_at_once_while_the_runner_looks_make_one_end(company, desks):
    dice, used = random.Random(seeded()), 0
    for _ in range(25):
        code = company.open(GUARDED, by=STARTER, subject="")
        work = company.work(code)
        runner = asked_and_waited_for(work)
        company.until(lambda code=code: company.records(code, "approval.asked"))
        verbs = ["approve"] * 6 + [dice.choice(["approve", "deny"]), dice.choice(["object", "overrule"])]
        pressed_at_once(desks, code, [(verb, dice.choice(PEOPLE[:5])) for verb in verbs])
        for verb, who in (("overrule", "maren"), ("approve", "maren"), ("approve", "beatriz")):
            say(company.desk, verb, code, who)
        runner.join(30)
        found, stood = sins(company.records(code))
        assert found == []
        used += stood
    assert 5 <= used <= 25
