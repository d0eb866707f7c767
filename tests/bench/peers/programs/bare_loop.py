"""The limit: asyncio and httpx2, every door at once, then the calls that follow. It remembers nothing."""

from __future__ import annotations

import asyncio
import sys

import httpx2


async def main(url: str, doors: int, following: int) -> None:
    """Shut every door, then make the calls that follow, one after the other."""
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30, limits=limits) as client:
        await asyncio.gather(*(client.post(f"/doors/{door}") for door in range(1, doors + 1)))
        for number in range(1, following + 1):
            await client.post(f"/after/{number}")


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
