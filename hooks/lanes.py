"""The lanes of one process, and what they share."""

from __future__ import annotations

import asyncio

from django.conf import settings

from hooks.announcing import Announcer
from hooks.hook import Hook
from hooks.known_instances import KnownInstances
from hooks.lane import Lane, Surroundings
from hooks.methods import Kind
from hooks.outcome import Answer, Outcome
from hooks.spool import Spool
from hooks.statements.reading import READ_CONNECT, READ_EVENT, READ_PROVED_CONNECT
from hooks.tickets.logins import Logins
from hooks.turns import CallsLane
from hooks.without_database import Outage


class Lanes:
    """Each kind of hook has a lane: no row lock of an event holds up a connect or a call."""

    def __init__(self) -> None:
        deadline = settings.CLICKHOOK_HOOK_DEADLINE
        self.spool = Spool(settings.CLICKHOOK_DATA_DIR / "spool", settings.CLICKHOOK_SPOOL_LIMIT)
        self.known = KnownInstances(deadline)
        self.logins = Logins(deadline)
        self._announcer = Announcer()
        shared = Surroundings(
            deadline, self.known, Outage(self.spool), self._announcer.something_was_recorded
        )
        self._connects = Lane("connects", _connect_statement(), shared)
        self._calls = CallsLane(shared)
        self._events = Lane("events", READ_EVENT, shared)
        self._all = (self._connects, self._calls, self._calls.turns, self._events)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for part in (self.known, *self._all, self._announcer):
            self._tasks.append(asyncio.create_task(part.run()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for part in (self.known, self.logins, *self._all):
            await part.close()

    async def answer(self, hook: Hook) -> Answer:
        if hook.method.kind is Kind.CONNECT:
            return await self._connects.answer(hook)
        lane = self._calls if hook.method.name == "call" else self._events
        return await lane.answer(hook)

    async def record(self, outcome: Outcome) -> None:
        """Of a hook that was refused at the door."""
        await self._events.record(outcome)


def _connect_statement() -> str:
    is_required = settings.CLICKHOOK_DOMAIN_PROOF == "required"
    return READ_PROVED_CONNECT if is_required else READ_CONNECT
