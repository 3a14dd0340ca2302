"""Which WCS instances this process knows: whether a body is worth parsing, before any is parsed.

What is remembered lets a hook in and never answers it: that is decided on fresh facts.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from hooks.authentication import Refused
from hooks.connection import HookConnection
from hooks.database import DatabaseAway
from hooks.facts import Instance
from hooks.reasons import Reason
from hooks.statements.reading import READ_INSTANCES, READ_MANY_INSTANCES

log = logging.getLogger("hooks")
# Somebody who posts under invented keys, or guesses signatures, costs at most one question a key in
# this time, and waits in a queue of their own.
ASK_AGAIN_AFTER = 0.1  # seconds
ASK_AGAIN_WHEN_AWAY_AFTER = 0.25  # seconds
MAX_ASKED = 10_000  # keys of which it is remembered when they were asked for
MAX_LEARNED = 10_000  # instances, when the process starts
MAX_WAITING = 512
MAX_BATCH = 128


class KnownInstances:
    def __init__(self, deadline: float) -> None:
        """`deadline` is in seconds: after it the database counts as away."""
        self._deadline = deadline
        self._known: dict[str, Instance] = {}
        self._asked_at: OrderedDict[str, float] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[Instance | None]] = {}
        self._some = asyncio.Event()
        self._connection = HookConnection()
        self._away_until = 0.0
        self._has_learned = False

    def get(self, key: str) -> Instance | None:
        return self._known.get(key)

    def remember(self, key: str, instance: Instance | None) -> None:
        if instance is None:
            self._known.pop(key, None)
        else:
            self._known[key] = instance

    async def ask(self, key: str) -> Instance | None:
        """What the database knows now. Raises Refused: overloaded, or the database is away."""
        if time.monotonic() - self._asked_at.get(key, -ASK_AGAIN_AFTER) < ASK_AGAIN_AFTER:
            return self._known.get(key)
        if time.monotonic() < self._away_until:
            return self._remembered_or_refused(key, Reason.DATABASE_AWAY)
        if key not in self._waiting:
            if len(self._waiting) >= MAX_WAITING:
                raise Refused(Reason.OVERLOADED)
            self._waiting[key] = asyncio.get_running_loop().create_future()
            self._some.set()
        try:
            return await asyncio.shield(self._waiting[key])
        except Refused as refused:
            return self._remembered_or_refused(key, refused.reason)

    async def run(self) -> None:
        """Works until it is cancelled."""
        await self._learn()
        while True:
            await self._some.wait()
            self._some.clear()
            while keys := list(self._waiting)[:MAX_BATCH]:
                try:
                    await self._look_up(keys)
                except Exception:  # nothing may end the look-ups
                    log.exception("fault in looking up instances")
                    self._refuse(keys, Reason.GATEWAY_FAULT)
            if not self._has_learned and time.monotonic() > self._away_until:
                await self._learn()

    async def _learn(self) -> None:
        """So that a process keeps events also where its first hook comes without a database."""
        try:
            with self._connection.within(self._deadline):
                rows = await self._connection.execute(READ_MANY_INSTANCES, [MAX_LEARNED])
        except DatabaseAway:
            self._away_until = time.monotonic() + ASK_AGAIN_WHEN_AWAY_AFTER
            return self._refuse(list(self._waiting), Reason.DATABASE_AWAY)
        except Exception:  # nothing may end the look-ups
            log.exception("fault in learning the instances")
        else:
            self._known |= {key: Instance._make(columns) for key, *columns in rows}
        self._has_learned = True
        return None

    async def close(self) -> None:
        await self._connection.close()

    def _remembered_or_refused(self, key: str, reason: Reason) -> Instance:
        if key not in self._known:
            raise Refused(reason)
        return self._known[key]

    async def _look_up(self, keys: list[str]) -> None:
        try:
            with self._connection.within(self._deadline):
                rows = await self._connection.execute(READ_INSTANCES, [keys])
        except DatabaseAway:
            self._away_until = time.monotonic() + ASK_AGAIN_WHEN_AWAY_AFTER
            return self._refuse(keys, Reason.DATABASE_AWAY)

        found = {key: Instance._make(columns) for key, *columns in rows}
        for key in keys:
            self.remember(key, found.get(key))
            self._note_asked(key)
            self._waiting.pop(key).set_result(found.get(key))
        return None

    def _note_asked(self, key: str) -> None:
        self._asked_at[key] = time.monotonic()
        self._asked_at.move_to_end(key)
        if len(self._asked_at) > MAX_ASKED:
            self._asked_at.popitem(last=False)

    def _refuse(self, keys: list[str], reason: Reason) -> None:
        for key in keys:
            waiting = self._waiting.pop(key)
            waiting.set_exception(Refused(reason))
            waiting.exception()  # read here, since whoever asked may be gone
