"""Notices that PostgreSQL's clock is stepped, by the clock without steps of this machine.

After a step forward everything looks older than it is, so nothing may be ended or deleted for its
age; after a step back some of it lies in the future. A worker that begins after a step sees it in
the difference to this machine's clock.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from itertools import accumulate
from typing import NamedTuple

from hooks.connection import LOOK_AT_CLOCK
from hooks.duties.repeating import Connection

log = logging.getLogger("hooks")
LEAST = 5.0  # seconds; what is less makes no lease wrong
SOUND = 30.0  # seconds, as for /readyz
DOUBTED_FOR = 86_400.0  # seconds, in which somebody may set a clock right
MOST = 100  # steps that are remembered
FORWARD = "PostgreSQL's clock was stepped forward, or found ahead,"
QUICK = 1.0  # seconds; an answer that took longer says too little


class Step(NamedTuple):
    noticed_at: float  # by this machine's clock without steps
    seconds: float  # forward


class ClockSteps:
    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()  # until the database was asked
        self._steps: deque[Step] = deque(maxlen=MOST)

    async def look(self, connection: Connection) -> float:
        """Seconds by which PostgreSQL's clock is ahead of this machine's."""
        asked_at = time.monotonic()
        [(database,)] = await (await connection.execute(LOOK_AT_CLOCK)).fetchall()
        took = time.monotonic() - asked_at
        if took <= QUICK:
            self.learn(database, asked_at + took / 2)
        return float(database) - (time.time() - took / 2)

    async def find_doubt(self, connection: Connection) -> str:
        """Why nothing may be deleted for its age. Empty where the clock is sound."""
        ahead = await self.look(connection)
        if abs(ahead) > SOUND:
            return f"PostgreSQL's clock and this machine's differ by {abs(ahead):.0f} s"
        step = self.forward_within(DOUBTED_FOR)
        if step > SOUND:
            return f"{FORWARD} by {step:.0f} s within the last day"
        return ""

    def learn(self, database: float, at: float) -> None:
        """`database`: its seconds since 1970; `at`: by this machine's clock without steps."""
        ahead = database - at
        step, self._ahead = ahead - self._ahead, ahead
        if abs(step) >= LEAST:
            log.warning("PostgreSQL's clock was stepped, or found to differ, by %+.0f s", step)
            self._steps.append(Step(at, step))

    def forward_within(self, seconds: float, now: float | None = None) -> float:
        """By how much what began in the last `seconds` may look older than it is."""
        since = (time.monotonic() if now is None else now) - seconds
        latest_first = [step.seconds for step in reversed(self._steps) if step.noticed_at >= since]
        return max(0.0, *accumulate(latest_first, initial=0.0))
