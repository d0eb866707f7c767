"""The limit: a thread and a connection of httpx2 a door, all let go at once; it keeps and remembers nothing.

Each makes the calls that our own action makes: reads its door, waits for the others, shuts it, reads it back.
"""

from __future__ import annotations

import sys
import threading

import httpx2


def main(url: str, doors: int) -> None:
    """Shut doors 1 to `doors` of the stand-in at `url`."""
    together = threading.Barrier(doors)

    def shut(door: int) -> None:
        with httpx2.Client(base_url=url, trust_env=False, timeout=30) as client:
            client.get(f"/doors/{door}").raise_for_status()
            together.wait()
            client.post(f"/doors/{door}").raise_for_status()
            client.get(f"/doors/{door}").raise_for_status()

    threads = [threading.Thread(target=shut, args=(door,)) for door in range(1, doors + 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
