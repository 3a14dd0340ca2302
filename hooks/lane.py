"""Batches: hooks that wait together are read, decided and recorded in one round trip each way."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from psycopg.errors import LockNotAvailable

from hooks.clock import clock
from hooks.connection import HookConnection
from hooks.database import DatabaseAway
from hooks.facts import Facts
from hooks.hook import Hook
from hooks.ledgers import Ledgers
from hooks.metrics import count_batch
from hooks.outcome import Answer, Outcome
from hooks.reasons import Reason
from hooks.recording import Record
from hooks.settling import settle
from hooks.statements.parts import Parts
from hooks.statements.writing import PROBE, write
from hooks.waiting import Surroundings, Waiting

log = logging.getLogger("hooks")

MAX_BATCH = 128
# Turns of the event loop, some 10 us each, before a batch leaves. Whoever was answered by the last
# batch is back with the next hook by then: at 8 connections batches are twice as large for it, and
# a third more hooks are answered.
GATHERING_TURNS = 4
MAX_WAITING = 4096
LOOK_EVERY = 0.02  # seconds, for whoever has waited too long, while a batch is under way
PROBE_EVERY = 0.25  # seconds, while the database is away


class Lane:
    """A queue with a connection of its own. While a batch is under way, the next one gathers."""

    def __init__(self, name: str, read: str, shared: Surroundings) -> None:
        """`read` is the statement that reads the facts for the kind of hook that goes here."""
        self.name, self._read, self._shared = name, read, shared
        self._connection = HookConnection()
        self._waiting: deque[Waiting] = deque()
        self._some = asyncio.Event()
        self._probe: asyncio.Task[None] | None = None
        self._late: asyncio.TimerHandle | None = None

    async def answer(self, hook: Hook) -> Answer:
        return await self._queue(Waiting(hook))

    async def record(self, outcome: Outcome) -> Answer:
        """For a hook that was refused at the door."""
        return await self._queue(Waiting(None, outcome))

    async def run(self) -> None:
        """Works until it is cancelled; no hook and no fault ends it."""
        while True:
            await self._some.wait()
            for _ in range(GATHERING_TURNS):
                await asyncio.sleep(0)
            batch = self._take(MAX_BATCH)
            try:
                count_batch(self.name, len(batch), _since(batch[0]))
                await self._process(batch)
            except Exception:  # nothing may end the lane
                log.exception("fault in a batch of %s", self.name)
                _fail(batch)

    async def close(self) -> None:
        if self._probe is not None:
            self._probe.cancel()
        await self._connection.close()

    async def _queue(self, waiting: Waiting) -> Answer:
        if len(self._waiting) >= MAX_WAITING and not waiting.is_from_spool:
            return await self._shared.overflow.answer(waiting.hook)
        self._waiting.append(waiting)
        self._some.set()
        return await waiting.answered

    def _take(self, most: int) -> list[Waiting]:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]
        if not self._waiting:
            self._some.clear()
        return batch

    def _decide_again(self, batch: Sequence[Waiting]) -> None:
        """After a while, in which others of the lane go on."""
        loop = asyncio.get_running_loop()
        for waiting in batch:
            if waiting.is_given_up:
                continue
            if waiting.pause:
                loop.call_later(waiting.pause, self._put_back, [waiting])
            else:
                self._put_back([waiting])

    def _put_back(self, batch: Sequence[Waiting]) -> None:
        self._waiting.extendleft(reversed(batch))
        self._some.set()

    async def _process(self, batch: list[Waiting]) -> None:
        if self._probe is not None:
            return self._answer_without_database(batch)
        self._give_up_late_ones(batch)
        batch = [waiting for waiting in batch if not waiting.is_given_up]
        try:
            with self._connection.within(self._shared.deadline):
                self._decide_again(await self._settle_all(batch))
        except DatabaseAway as away:
            self._shared.outage.begin(self.name, str(away))
            self._probe = asyncio.create_task(self._wait_for_database())
            # Whoever waits has no better chance.
            self._answer_without_database([*batch, *self._take(MAX_WAITING)])
        finally:
            if self._late is not None:
                self._late.cancel()

    def _give_up_late_ones(self, batch: Sequence[Waiting]) -> None:
        """Each in its own time, also of those that wait for the next batch.

        One that was busy or overtaken, or came from another lane, may wait for longer than this
        batch does.
        """
        loop = asyncio.get_running_loop()
        since = loop.time() - self._shared.deadline
        late = [waiting for waiting in (*batch, *self._waiting) if waiting.is_late(since)]
        for waiting in late:
            waiting.is_given_up = True
        if late:
            self._answer_without_database(late)
        self._late = loop.call_later(LOOK_EVERY, self._give_up_late_ones, batch)

    async def _settle_all(self, batch: list[Waiting]) -> list[Waiting]:
        """Those to decide again. Raises DatabaseAway."""
        try:
            return await self._settle_or_retry(batch)
        except LockNotAvailable:
            return await self._settle_one_by_one(batch)
        except DatabaseAway:
            raise
        except Exception:  # one hook's fault is neither answered 200 nor does it stop the others
            log.exception("fault in a batch of %d", len(batch))
            return await self._settle_one_by_one(batch)

    async def _settle_one_by_one(self, batch: list[Waiting]) -> list[Waiting]:
        """So that a row that somebody locks, or a poisonous hook, is one hook's matter alone."""
        again, locked = [], 0
        for waiting in batch:
            try:
                again += await self._settle_or_retry([waiting])
            except LockNotAvailable:
                locked += 1
                self._answer_without_database([waiting])
            except DatabaseAway:
                raise
            except Exception:
                log.exception("fault in a hook", extra=waiting.described)
                _fail([waiting])
        if locked > 1 and locked == len(batch):
            raise DatabaseAway("a table is locked")
        return again

    async def _settle_or_retry(self, batch: list[Waiting]) -> list[Waiting]:
        """Tries once more on a new connection: the server may only have restarted meanwhile."""
        was_open = self._connection.is_open
        try:
            return await self._settle(batch)
        except DatabaseAway:
            if not was_open or self._connection.has_expired:
                raise
            return await self._settle(batch)

    async def _settle(self, batch: list[Waiting]) -> list[Waiting]:
        """Those to decide again: another process changed meanwhile what they were decided on."""
        ledgers = Ledgers()
        await self._decide([waiting for waiting in batch if waiting.hook], ledgers)
        records = [record for waiting in batch if (record := waiting.note_sent())]
        created = await self._write(records, ledgers)
        return [waiting for waiting in batch if not waiting.settle(created)]

    async def _decide(self, batch: list[Waiting], ledgers: Ledgers) -> None:
        if not batch:
            return
        hooks = [waiting.hook for waiting in batch if waiting.hook]
        questions = orjson.dumps([hook.question(n) for n, hook in enumerate(hooks)])
        rows = await self._connection.execute(self._read, [questions.decode()])

        now, all_facts = clock.now(), [Facts._make(row) for row in rows]
        for facts in all_facts:
            ledgers.note_meters(facts.tenant_id, facts.metering)
        for waiting, hook, facts in zip(batch, hooks, all_facts, strict=True):
            if waiting.is_given_up:  # meanwhile
                continue
            self._shared.known.remember(hook.key, facts.instance)
            waiting.tenant_id = facts.tenant_id
            waiting.outcome = (
                None if self._is_decided_elsewhere(waiting) else settle(hook, facts, now, ledgers)
            )

    def _is_decided_elsewhere(self, waiting: Waiting) -> bool:
        """Whether it goes to another lane, now that the facts say whose hook it is."""
        return False

    async def _write(self, records: list[Record], ledgers: Ledgers) -> set[Any]:
        """The ids of the sessions and calls that came to be."""
        parts = Parts.of(records, ledgers.values(), [*ledgers.streams.values()])
        if not any(parts):
            return set()
        statement = write(*(part is not None for part in parts))
        rows = await self._connection.execute(statement, [part for part in parts if part])
        self._shared.recorded()
        return {row[0] for row in rows}

    def _answer_without_database(self, batch: list[Waiting]) -> None:
        batch = [waiting for waiting in batch if not waiting.answered.done()]
        self._shared.outage.note_refused([id_ for waiting in batch for id_ in waiting.sent])
        asking = [waiting for waiting in batch if waiting.hook]
        answers = self._shared.outage.answer([w.hook for w in asking if w.hook])
        for waiting, answer in zip(asking, answers, strict=True):
            waiting.finish(answer)

        for waiting in batch:
            if waiting.outcome:  # refused at the door
                waiting.finish(waiting.outcome.answer)

    async def _wait_for_database(self) -> None:
        """Until it answers; meanwhile hooks are answered without it, and at once."""
        while True:
            await asyncio.sleep(PROBE_EVERY)
            try:
                with self._connection.within(self._shared.deadline):
                    await self._connection.execute(PROBE, [])
            except (DatabaseAway, psycopg.Error):  # whatever is wrong, somebody may mend it
                continue
            self._probe = None
            return self._shared.outage.end(self.name)


def _since(waiting: Waiting) -> float:
    return asyncio.get_running_loop().time() - waiting.since


def _fail(batch: Sequence[Waiting]) -> None:
    for waiting in batch:
        waiting.finish(Answer.refusal(Reason.GATEWAY_FAULT))
