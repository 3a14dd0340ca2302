"""How soon strangers are answered: seldom ones at once, a flood of them one after the other.

Each waits on its own connection, where nothing more is read meanwhile. So the time of the process
that strangers have together does not grow with what they send.
"""

from __future__ import annotations

import asyncio
import time

from hooks.reasons import Reason

A_SECOND = 100  # strangers that a process answers
AT_ONCE = 100  # of those that come after a pause
LONGEST = 2.0  # seconds
STRANGERS = {Reason.INSTANCE_UNKNOWN, Reason.SIGNATURE_MISSING, Reason.SIGNATURE_WRONG}


class Pace:
    def __init__(self) -> None:
        self._turn = 0.0

    def take_turn(self, now: float) -> float:
        """Seconds to wait; `now` is on a clock that never goes back."""
        self._turn = max(self._turn + 1 / A_SECOND, now - AT_ONCE / A_SECOND)
        self._turn = min(self._turn, now + LONGEST)
        return max(self._turn - now, 0.0)

    async def wait(self) -> None:
        if seconds := self.take_turn(time.monotonic()):
            await asyncio.sleep(seconds)
