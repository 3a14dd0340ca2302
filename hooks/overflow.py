"""Hooks that find no room in their lane: what has happened already is kept on disk."""

from __future__ import annotations

import asyncio

from hooks.hook import Hook
from hooks.outcome import Answer
from hooks.policy import decide_without_database
from hooks.reasons import Reason
from hooks.without_database import Outage

GATHERING = 0.005  # seconds: one sync of the disk serves all events that come meanwhile


class Overflow:
    """WCS repeats no hook: a session or call whose end is refused would live until its lease."""

    def __init__(self, outage: Outage) -> None:
        self._outage = outage
        self._events: list[Hook] = []
        self._keeping: asyncio.Task[Answer] | None = None

    async def answer(self, hook: Hook | None) -> Answer:
        """`hook`: None where it was refused at the door, and only a record of it has no room."""
        if hook is None or decide_without_database(hook.method) is not Reason.SPOOLED:
            return Answer.refusal(Reason.OVERLOADED)
        self._events.append(hook)
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        return await asyncio.shield(self._keeping)  # if one WCS hangs up, the others still wait

    async def _keep(self) -> Answer:
        await asyncio.sleep(GATHERING)
        events, self._events, self._keeping = self._events, [], None
        if self._outage.keep(events):
            return Answer(Reason.SPOOLED, {})
        return Answer.refusal(Reason.OVERLOADED)
