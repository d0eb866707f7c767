"""The people of a drill: they see what they are asked, and answer by the path real people take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from integrations.lab.control import Control
from runner.actions.values import Json
from runner.company import Person
from runner.desk.cases import Desk
from runner.desk.chat_hands import ChatHands
from runner.desk.claim import Claim
from runner.desk.fates import Fates
from runner.desk.office import Office
from runner.desk.repertoire import scenario
from runner.desk.scenarios import Scenario
from runner.errors import SeveranceError
from runner.settings import Settings, load

__all__ = ["Cast", "main"]

LOOK_EVERY_S = 0.2
FATES_A_LOOK = 4  # what happens meanwhile is looked at more often: one indexed query, not a whole case
PROOF = "Drill: the account was suspended by hand, and the app's own page shows it.\n"


class Cast:
    """Simulated people, in a process of their own: they record what they decide, and run nothing."""

    def __init__(
        self,
        settings: Settings,
        code: str,
        folder: Path,
        played: str | None = None,
        *,
        in_chat: bool = False,
    ) -> None:
        """folder: the lab's, where they find the files they hand in. played: the scenario, if any.

        in_chat: they use the chat, but for what must come with a file.
        """
        self._command = [sys.executable, "-c", "from runner.desk.cast import main; main()"]
        self._command += [str(settings.path), code, str(folder), played or "", "chat" if in_chat else ""]

    def __enter__(self) -> Self:
        """Start watching."""
        self._process = subprocess.Popen(self._command, start_new_session=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._process.terminate()
        self._process.wait()


class _People:
    """What the process does."""

    def __init__(
        self, settings: Settings, code: str, folder: Path, played: Scenario | None, hands: ChatHands | None
    ) -> None:
        self._settings, self._code, self._hands = settings, code, hands
        self._desk = Desk(settings)
        self._silent = played.silent if played else ()
        self._otherwise = played.answers if played else ()
        self._fates = Fates(self._desk, Office(settings), code, Control(settings.folder))
        self._fates.await_(played.meanwhile if played else ())
        self._tables = settings.folder / "tables"
        self._proof = folder / "proof-by-hand.txt"
        self._proof.write_text(PROOF)
        self._done: set[tuple[str, str]] = set()

    def act_forever(self) -> None:
        """Answer, one person a look: the next one sees what the first one did. Ends with its drill."""
        drill = os.getppid()
        while os.getppid() == drill:  # a killed drill terminates nobody; its people must not stay behind
            case = self._desk.status(self._code)[0]
            for clock in case["clocks"]:
                self._stop(clock)
            for asked in case["waiting"]:
                ready = [
                    each for each in self._who(asked["who"]) if (asked["request"], each.id) not in self._done
                ]
                if ready:
                    self._fates.look()  # before the next person: what one approval sets off precedes another
                    self._answer(asked, ready[0])
            for _ in range(FATES_A_LOOK):
                self._fates.look()
                time.sleep(LOOK_EVERY_S / FATES_A_LOOK)

    def _who(self, roles: Iterable[str]) -> list[Person]:
        wanted, silent = set(roles), self._silent
        return [
            person
            for person in self._settings.people
            if wanted & set(person.roles) and person.id not in silent
        ]

    def _answer(self, asked: Json, person: Person) -> None:
        self._done.add((asked["request"], person.id))
        try:
            if asked["kind"] == "approval":
                self._approve(asked["request"], person)
            else:
                self._reply(asked, person, self._told(asked["request"], person) or self._value(asked))
        except SeveranceError:
            return  # the starter and barred people are refused, and somebody else answered first: as in life

    def _approve(self, request: str, person: Person) -> None:
        if self._hands:
            self._hands.approve(person, self._code, request)
        else:
            because = "drill: the plan is as expected"
            self._desk.approve(self._code, None, because, claim=Claim(person.id, None))

    def _reply(self, asked: Json, person: Person, value: str) -> None:
        if self._hands and not asked["bring"]:
            self._hands.answer(person, self._code, asked["request"], value)
        else:
            claim, item = Claim(person.id, None), self._item(asked["request"])
            self._desk.answer(self._code, asked["request"], value, claim=claim, item=item)

    def _stop(self, clock: Json) -> None:
        """Stop a running clock: in a drill, what it was for is done at once."""
        if clock["status"] == "running":
            claim = Claim(clock["started_by"], None)
            self._desk.answer(
                self._code, clock["request"], "stop", claim=claim, because="drill: the notice was sent"
            )

    def _item(self, request: str) -> Path:
        """Return the export a task asks for, where the company has one of its name; else a proof in words."""
        export = self._tables / f"{request}.csv"
        return export if export.is_file() else self._proof

    def _told(self, request: str, person: Person) -> str:
        """Return what the scenario has this person answer; nothing where it leaves it to them."""
        fitting = (each for each in self._otherwise if fnmatchcase(request, each.asked))
        return next((each.answer for each in fitting if person.id in (each.by or (person.id,))), "")

    def _value(self, asked: Json) -> str:
        if asked["kind"] == "task":
            return "done"
        if asked["kind"] == "clock":
            return "start"
        options = [str(each["key"]) for each in asked["options"]]
        if asked["answer"] == "choose":
            return self._what_now(asked) if "retry" in options else self._same_hand(asked["options"])
        return "yes"

    def _what_now(self, asked: Json) -> str:
        """Try a failed step again, twice, then go on without it."""
        return "retry" if str(asked["request"]).endswith(("-failed-1", "-failed-2")) else "skip"

    def _same_hand(self, options: list[Json]) -> str:
        """Confirm what a device shows; a shared address or phone alone is no proof."""
        return ",".join(str(each["key"]) for each in options if "strong" in str(each["label"])) or "none"


def main() -> None:
    """Act as `Cast` asks for it, until terminated."""
    path, code, folder, played, place = sys.argv[1:]
    settings = load(Path(path))
    hands = ChatHands(Control(settings.folder), settings.chat) if place and settings.chat else None
    one = scenario(played) if played else None
    _People(settings, code, Path(folder), one, hands).act_forever()
