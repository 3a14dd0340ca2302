"""Batches: hooks that wait together are read, decided and recorded together, in one round trip each way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from hooks import recording, statements
from hooks.database import AWAY
from hooks.facts import NOTHING, Facts
from hooks.hook import Hook
from hooks.reasons import Reason, refusal
from hooks.recording import Record
from hooks.spool import Spool
from hooks.views import handle

log = logging.getLogger("hooks")

MAX_BATCH = 128
# Turns of the event loop, some 10 us each, before a batch leaves. Whoever was answered by the last batch is back with the
# next hook by then: at 8 connections batches are twice as large for it, and a third more hooks are answered.
GATHERING_TURNS = 4
MAX_WAITING = 4096
MAX_ATTEMPTS = 5
REPLAN_EVERY = (
    10.0  # seconds: the tables grow, and a plan that was made for few rows would be slow for many
)
_INSTANCE_FACTS = 5  # the first columns of Facts: all that authenticates
# psycopg counts it among the OperationalErrors, but it is the fault of a value and not of the database.
POISON = psycopg.errors.ProgramLimitExceeded
Answer = tuple[int, bytes]


class Lane:
    """One connection and the hooks that wait for it. While a batch is under way, the next one gathers."""

    def __init__(
        self,
        read: str,
        connection: dict[str, Any],
        deadline: float,
        spool: Spool,
        remembered: dict[str, Facts],
        recorded: Callable[[], None],
    ) -> None:
        """`read` is the statement for the kind of hook that goes here.

        `deadline` is in seconds: after it the database counts as away, and the batch is answered without it. `recorded`
        is called when a batch is in the database.
        """
        self._read, self._parameters, self._deadline = read, connection, deadline
        self._spool, self._remembered, self._recorded = spool, remembered, recorded
        self._waiting: deque[Hook] = deque()
        self._some = asyncio.Event()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._planned_at = 0.0

    async def answer(self, hook: Hook) -> Answer:
        if len(self._waiting) >= MAX_WAITING:
            return _refusal(Reason.OVERLOADED)
        self._waiting.append(hook)
        self._some.set()
        return await hook.answered

    async def run(self) -> None:
        """Works until it is cancelled; no hook and no fault ends it."""
        while True:
            await self._some.wait()
            for _ in range(GATHERING_TURNS):
                await asyncio.sleep(0)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
            if not self._waiting:
                self._some.clear()
            try:
                await self._settle(batch)
            except Exception:  # nothing may end the lane
                log.exception("fault in settling a batch")
                for hook in batch:
                    _finish(hook, _refusal(Reason.GATEWAY_FAULT))

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _settle(self, batch: list[Hook]) -> None:
        loop, had_connection = asyncio.get_running_loop(), self._connection is not None
        alarm = loop.call_later(self._deadline, self._hang_up)
        try:
            again = await self._process(batch)
        except POISON:
            log.exception("a value too large in a batch of %d", len(batch))
            await self._one_by_one(batch)
        except AWAY as error:
            await self._disconnect()
            if (
                had_connection and loop.time() < alarm.when()
            ):  # it may only have been restarted since the last batch
                alarm.cancel()
                return await self._settle(batch)
            log.error("the database is away: %s", type(error).__name__)
            self._without_database([*batch, *self._waiting])  # whoever waits has no better chance
            self._waiting.clear()
            self._some.clear()
        except (
            Exception
        ):  # whatever one hook brings about must neither be answered 200 nor stop the others
            log.exception("fault in a batch of %d", len(batch))
            await self._one_by_one(batch)
        else:
            self._waiting.extendleft(reversed(again))
            if self._waiting:
                self._some.set()
        finally:
            alarm.cancel()
        return None

    def _hang_up(self) -> None:
        """Ends the wait at once. Cancelling it would not: psycopg then asks the server, which does not answer, to stop."""
        if self._connection is not None and not self._connection.closed:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as connected:
                connected.shutdown(socket.SHUT_RDWR)

    async def _one_by_one(self, batch: list[Hook]) -> None:
        """So that a poisonous hook is refused alone."""
        if len(batch) == 1:
            return _finish(batch[0], _refusal(Reason.GATEWAY_FAULT))
        for hook in batch:
            await self._settle([hook])
        return None

    async def _process(self, batch: list[Hook]) -> list[Hook]:
        """The hooks that must be decided again: what they found was changed by another process meanwhile."""
        rows = await self._execute(
            self._read, [json.dumps([hook.question(n) for n, hook in enumerate(batch)])]
        )
        for hook, row in zip(batch, rows, strict=True):
            hook.facts, hook.database_away = Facts(*row), False
            handle(hook)
        created = await self._write([hook.record for hook in batch if hook.record])
        self._remember(batch)
        return [hook for hook in batch if not self._finished(hook, created)]

    async def _write(self, records: list[Record]) -> set[Any]:
        if not records:
            return set()
        parts = recording.parts(records)
        rows = await self._execute(
            statements.write(*(part is not None for part in parts)), [p for p in parts if p]
        )
        self._recorded()
        return {row[0] for row in rows}

    def _finished(self, hook: Hook, created: set[Any]) -> bool:
        creates = hook.record and hook.record.creates
        if not hook.again and (creates is None or creates in created):
            _finish(hook, hook.answer or _refusal(Reason.GATEWAY_FAULT))
            return True
        hook.attempts += 1
        if hook.attempts < MAX_ATTEMPTS:
            return False
        log.error("%s was decided %d times and always overtaken", hook.method.name, MAX_ATTEMPTS)
        _finish(hook, _refusal(Reason.GATEWAY_FAULT))
        return True

    def _remember(self, batch: list[Hook]) -> None:
        for hook in batch:
            if hook.facts.instance_id is None:
                self._remembered.pop(hook.key, None)
            else:
                self._remembered[hook.key] = Facts._make(
                    [*hook.facts[:_INSTANCE_FACTS], *NOTHING[_INSTANCE_FACTS:]]
                )

    def _without_database(self, batch: list[Hook]) -> None:
        spooled = []
        for hook in batch:
            hook.facts, hook.database_away = self._remembered.get(hook.key, Facts()), True
            try:
                handle(hook)
            except Exception:  # as above
                log.exception("fault without the database")
                hook.answer = _refusal(Reason.GATEWAY_FAULT)
            if hook.answer and hook.answer[0] == Reason.SPOOLED.status:
                spooled.append(hook)
        if not self._spool.keep(spooled):
            for hook in spooled:
                hook.answer = _refusal(Reason.DATABASE_AWAY)
        for hook in batch:
            _finish(hook, hook.answer or _refusal(Reason.GATEWAY_FAULT))

    async def _execute(
        self, statement: str | bytes, parameters: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            async with asyncio.timeout(self._deadline):
                self._connection = await self._connect()
            self._cursor = (
                self._connection.cursor()
            )  # one for all: a new one learns the column types anew
            self._planned_at = time.monotonic()
        elif time.monotonic() - self._planned_at > REPLAN_EVERY:
            await self._connection.execute("DISCARD PLANS")
            self._planned_at = time.monotonic()
        await self._cursor.execute(statement, parameters, prepare=True)
        return await self._cursor.fetchall()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(**self._parameters, autocommit=True)
        connection.adapters.register_loader(
            "uuid", TextLoader
        )  # they only come and go: text is cheaper
        await connection.execute(statements.SETTINGS, [f"{self._deadline}s"])
        return connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*AWAY):
                await connection.close()


def _refusal(reason: Reason) -> Answer:
    return int(reason.status), json.dumps(refusal(reason.status)).encode()


def _finish(hook: Hook, answer: Answer) -> None:
    if not hook.answered.done():  # done: WCS hung up meanwhile
        hook.answered.set_result(answer)
