"""The company in a process of its own, which sends what people do from inside: at its moment, waiting for nobody.

Through the control endpoint an act waits for its acknowledgement, and its way there would be measured too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.lab.launch import start
from integrations.lab.slack import SlackStandIn
from integrations.lab.slack.delivery import Sending
from runner.actions.values import Json
from tests.bench.chat_acts import Act, as_sending
from tests.bench.chat_wrecks import wrecks
from tests.bench.table import ROOT

__all__ = ["LabProcess", "lab"]

_ACKNOWLEDGED_WITHIN_S = 20.0
_ANSWERED_WITHIN_S = 120.0


class LabProcess:
    """The company's process, as its parent sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout
        self.settings = Path(json.loads(process.stdout.readline())["settings"])

    def connections(self) -> int:
        """Return how many sockets the app has open."""
        return int(self._ask(do="connections"))

    def play(self, acts: list[Act]) -> list[float]:
        """Have people act; returns the milliseconds from each act to its acknowledgement, inf for none."""
        return [float(each) for each in self._ask(do="play", acts=[each.as_json() for each in acts])]

    def answered(self, acts: list[Act]) -> list[float]:
        """Have people act, one after the other; returns the milliseconds until each was answered, inf for never."""
        return [float(each) for each in self._ask(do="answered", acts=[each.as_json() for each in acts])]

    def wreck(self, acts: list[Act], count: int, seed: int, a_second: float) -> int:
        """Send malformed envelopes made of these acts; returns how many the socket took."""
        made = [each.as_json() for each in acts]
        return int(self._ask(do="wreck", acts=made, count=count, seed=seed, a_second=a_second))

    def _ask(self, **told: Json) -> Json:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def lab(out: Path, services: int, latency_ms: float, compress: float) -> Iterator[LabProcess]:
    """Run the company for the length of the block."""
    command = [sys.executable, "-m", "tests.bench.chat_lab", str(out), str(services), str(latency_ms), str(compress)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            yield LabProcess(process)
        finally:
            process.terminate()


def _serve(out: Path, services: int, latency_ms: float, compress: float) -> None:
    company = start(out, services=services, latency_ms=latency_ms, compress=compress)
    house = company.services["slack"]
    assert isinstance(house, SlackStandIn)
    _say({"settings": str(company.settings_path)})
    for line in sys.stdin:
        _say(_done(house, json.loads(line)))


def _say(told: Json) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _done(house: SlackStandIn, told: Json) -> Json:
    acts = [Act(**each) for each in told.get("acts", ())]
    match told["do"]:
        case "connections":
            return house.link.count
        case "play":
            return _play(house, acts)
        case "answered":
            return [_answered_ms(house, each) for each in acts]
        case _:
            return _wreck(house, acts, told["count"], told["seed"], told["a_second"])


def _play(house: SlackStandIn, acts: list[Act]) -> list[float]:
    began, sent = time.monotonic(), []
    for act in acts:
        time.sleep(max(0.0, began + act.at_s - time.monotonic()))
        with house.lock:
            sending = as_sending(house, act)
        sent.append(house.delivery.offer(sending))
    end = time.monotonic() + _ACKNOWLEDGED_WITHIN_S
    for each in sent:
        each.done.wait(max(0.0, end - time.monotonic()))
    return [_took_ms(each) for each in sent]


def _answered_ms(house: SlackStandIn, act: Act) -> float:
    """Return how long after an act its person was shown something that nobody else sees."""
    with house.lock:
        sending, before = as_sending(house, act), len(house.world.ephemerals.get(act.user, ()))
    began = time.monotonic()
    house.delivery.offer(sending)
    while len(house.world.ephemerals.get(act.user, ())) == before:
        if time.monotonic() > began + _ANSWERED_WITHIN_S:
            return float("inf")
        time.sleep(0.002)
    return (time.monotonic() - began) * 1000


def _took_ms(sending: Sending) -> float:
    """Return how long after the act its acknowledgement came, the way of the first copy to the socket included."""
    if not sending.acks:
        return float("inf")
    waited = (sending.sent[sending.id] - sending.began) * 1000
    return waited + float(sending.acks[0]["after_ms"])


def _wreck(house: SlackStandIn, acts: list[Act], count: int, seed: int, a_second: float) -> int:
    def whole(number: int) -> Json:
        act = acts[number % len(acts)]
        with house.lock:
            sending = as_sending(house, act)
        return json.loads(sending.text(sending.id, 0))

    began, taken = time.monotonic(), 0
    for number, text in enumerate(wrecks(whole, count, seed)):
        time.sleep(max(0.0, began + number / a_second - time.monotonic()))
        taken += house.link.send(text)
    return taken


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
