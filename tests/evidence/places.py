"""Where evidence may be kept, as any process of a test can open it; run as a module, it is another host.

`python -m tests.evidence.places PLACE WORDS`: puts each word (JSON lists of texts) and prints the digests.
A word `die` kills the process with nothing more said; `half` kills it in the middle of an item.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from integrations.aws.vault import Settings, connect
from runner.actions.vaults import Objects, Safe
from runner.evidence.bucket import Bucket
from runner.evidence.folder import Folder
from runner.evidence.store import Store
from tests.object_store import KEY, REGION, SECRET, client

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """A kind of store, and where it is."""

    kind: str
    root: str
    url: str = ""
    bucket: str = "locked"
    mode: str = "governance"
    case: str = "amber-falcon-7"

    def open(self, host: str = "here") -> Store:
        """Open the store of one case, as a host has it: its own cache, the same evidence."""
        if self.kind == "bucket":
            return Bucket(self.objects(), self.case, Folder(Path(self.root, host)))
        return Folder(Path(self.root, "shared"))

    def objects(self, **changed: object) -> Objects:
        keys = {"access_key_id": "env:KEY", "access_key_secret": "env:SECRET"}
        lock = {"mode": self.mode, "days": 1}
        given = {"region": REGION, "lock": lock, "endpoint": self.url, **keys, **changed}
        held = {"env:KEY": KEY, "env:SECRET": SECRET}
        return connect(Settings.model_validate(given), Safe(f"{self.bucket}/{self.prefix}", "severance", held.__getitem__))

    @property
    def prefix(self) -> str:
        return Path(self.root).name

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.evidence.places", json.dumps(asdict(self)), json.dumps(words)]

    def overwrite(self, sha256: str, lies: bytes) -> None:
        """Put other bytes where an item is, as somebody with the rights to would."""
        if self.kind == "bucket":
            asking = client(self.url)
            asking.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{self.case}/{sha256}", Body=lies)
            asking.close()
        else:
            self.open().get(sha256).write_bytes(lies)


def _half() -> Iterator[bytes]:
    yield b"half"
    os.kill(os.getpid(), signal.SIGKILL)


def main(place: str, words: str) -> None:
    store = Place(**json.loads(place)).open("beside")
    for word in json.loads(words):
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        item = store.put(word, _half() if word == "half" else word.encode(), "text/plain")
        sys.stdout.write(f"{item.sha256}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
