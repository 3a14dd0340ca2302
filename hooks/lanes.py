"""The lanes of one process, and what they share."""

from __future__ import annotations

import asyncio

from django.conf import settings

from hooks.announcing import Announcer
from hooks.hook import Hook
from hooks.known_instances import KnownInstances
from hooks.lane import Lane
from hooks.methods import CALLS, CONNECTS, EVENTS, STREAMS, TURNS
from hooks.outcome import Answer, Outcome
from hooks.overflow import Overflow
from hooks.spool import open_spool
from hooks.statements.reading import READ_CONNECT, READ_EVENT, READ_PROVED_CONNECT
from hooks.statements.streaming import READ_STREAM
from hooks.tickets.logins import Logins
from hooks.turns import CallsLane
from hooks.waiting import Surroundings
from hooks.without_database import Outage


class Lanes:
    """Each kind of hook has a lane: no row lock of an event holds up a connect or a call."""

    def __init__(self) -> None:
        deadline = settings.CLICKHOOK_HOOK_DEADLINE
        self.spool = open_spool()
        self.known = KnownInstances(deadline)
        self.logins = Logins(deadline)
        self._announcer = Announcer()
        outage, told = Outage(self.spool), self._announcer.something_was_recorded
        shared = Surroundings(deadline, self.known, outage, Overflow(outage), told)
        calls = CallsLane(shared)
        self._lanes = {
            CONNECTS: Lane(CONNECTS, _connect_statement(), shared),
            CALLS: calls,
            TURNS: calls.turns,
            STREAMS: Lane(STREAMS, READ_STREAM, shared),
            EVENTS: Lane(EVENTS, READ_EVENT, shared),
        }
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        lanes = [lane.run() for lane in self._lanes.values()]
        for working in (self.known.run(), *lanes, self._announcer.run()):
            self._tasks.append(asyncio.create_task(working))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in self._lanes.values():
            await lane.close()
        for part in (self.known, self.logins):
            await part.close()

    async def answer(self, hook: Hook) -> Answer:
        return await self._lanes[hook.method.lane].answer(hook)

    async def record(self, outcome: Outcome) -> None:
        """Of a hook that was refused at the door."""
        await self._lanes[EVENTS].record(outcome)


def _connect_statement() -> str:
    is_required = settings.CLICKHOOK_DOMAIN_PROOF == "required"
    return READ_PROVED_CONNECT if is_required else READ_CONNECT
