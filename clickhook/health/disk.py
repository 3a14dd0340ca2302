"""What is looked at on the disk: whether the spool can be written, its size, and the room left."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hooks.spool import Spool, SpoolError

LOOK_WITHIN = 1.0  # seconds
HANGS = "the disk does not answer"


class DiskState(NamedTuple):
    problem: str = ""
    spool_bytes: int = 0
    free_bytes: int = 0
    size_bytes: int = 0


class Disk:
    """In a thread of its own: a disk that hangs must not hold up hooks, nor take more threads."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._thread = ThreadPoolExecutor(1, "disk")
        self._look: asyncio.Future[DiskState] | None = None

    async def look(self) -> DiskState:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.run_in_executor(self._thread, self._examine)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_WITHIN):
                state = await asyncio.shield(self._look)
            self._look = None
            return state
        return DiskState(HANGS)

    def _examine(self) -> DiskState:
        try:
            self._spool.probe()
            room = shutil.disk_usage(self._spool.directory)
        except SpoolError as error:
            return DiskState(str(error))
        except OSError as error:
            return DiskState(f"the spool cannot be looked at: {error.strerror}")
        return DiskState("", self._spool.count_bytes(), room.free, room.total)
