"""The duty of a gateway's process: to record what it kept on disk. All else the worker does."""

from __future__ import annotations

import asyncio
import logging

from hooks.duties.replaying import replay
from hooks.lanes import Lanes

log = logging.getLogger("hooks")
REPLAY_EVERY = 5.0  # seconds


class Duties:
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._replay())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _replay(self) -> None:
        while True:
            await asyncio.sleep(REPLAY_EVERY)
            try:
                await replay(self._lanes)
            except Exception:  # it must go on; the log says what to mend
                log.exception("fault in replaying")
