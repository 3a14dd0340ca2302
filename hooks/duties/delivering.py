"""Delivers webhooks: what is due is taken, sent by a thread each, and noted as soon as it is known.

Attempts go on between the turns, so no endpoint makes another one wait; after a kill, what was
under way is taken again when its lease is over.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection as djangos_connection

from hooks.duties.repeating import Connection
from hooks.statements.delivering import FAILED, NOTE, RECOVERED, TAKE
from hooks.webhooks.attempt import Outcome, TakenDelivery, make_attempt
from hooks.webhooks.exchange import Network
from hooks.webhooks.failures import Failure
from tenants.models import WebhookEndpoint

log = logging.getLogger("hooks")
EVERY = 0.5  # seconds
GATHERING = 0.02  # seconds, in which more attempts end, to be noted together
AT_ONCE = 128  # attempts
AT_ONCE_FAILING = 16  # of those, at endpoints that failed last time
DISABLED_AFTER = 5  # days of failure


class Deliveries:
    def __init__(self) -> None:
        self.news = asyncio.Event()  # an attempt has ended
        self._under_way: dict[int, bool] = {}  # by the delivery's id: whether its endpoint fails
        self._ended: list[Outcome] = []

    @property
    def is_busy(self) -> bool:
        return bool(self._under_way or self._ended)

    async def take_turn(self, connection: Connection) -> str:
        if self._ended or self.news.is_set():
            await asyncio.sleep(GATHERING)
        noted = await self._note_ended(connection)
        taken = await self._take(connection)
        network = Network()
        for delivery in taken:
            self._start(delivery, network)
        return f"{len(taken)} attempts begun, {noted} ended" if taken or noted else ""

    async def _note_ended(self, connection: Connection) -> int:
        """What could not be noted stays for the next turn."""
        ended = list(self._ended)
        if not ended:
            return 0
        rows = orjson.dumps([outcome.as_row() for outcome in ended]).decode()
        await connection.execute(NOTE, {"outcomes": rows})
        await _note_standings(connection, ended)
        del self._ended[: len(ended)]
        return len(ended)

    async def _take(self, connection: Connection) -> Sequence[TakenDelivery]:
        free = AT_ONCE - len(self._under_way)
        failing = AT_ONCE_FAILING - sum(self._under_way.values())
        if free <= 0:
            return []
        values = {"most": free, "failing": max(failing, 0)}
        rows = await (await connection.execute(TAKE, values)).fetchall()
        return [TakenDelivery(*row) for row in rows]

    def _start(self, delivery: TakenDelivery, network: Network) -> None:
        """In a thread that does not keep the worker from ending."""
        self._under_way[delivery.id] = delivery.is_failing
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._attempt, args=(delivery, network, loop), daemon=True).start()

    def _attempt(
        self, delivery: TakenDelivery, network: Network, loop: asyncio.AbstractEventLoop
    ) -> None:
        outcome = None
        try:
            outcome = make_attempt(delivery, network)
        except Exception:  # the message is taken again; the log says what to mend
            log.exception("fault in delivering %s", delivery.uid)
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._end, delivery.id, outcome)

    def _end(self, delivery_id: int, outcome: Outcome | None) -> None:
        del self._under_way[delivery_id]
        if outcome:
            self._ended.append(outcome)
        self.news.set()


async def _note_standings(connection: Connection, ended: Sequence[Outcome]) -> None:
    """By the last attempt at each endpoint."""
    last = {outcome.delivery.endpoint_id: outcome for outcome in ended}
    recovered = [key for key, one in last.items() if not one.problem and one.delivery.is_failing]
    if recovered:
        await connection.execute(RECOVERED, {"endpoints": recovered})

    failed = {key: one.problem for key, one in last.items() if one.problem}
    disabled = {
        key: Failure.GONE.sentence
        for key, one in last.items()
        if one.answer.failure is Failure.GONE
    }
    if failed:
        disabled |= await _note_failed(connection, failed)
    if disabled:
        await asyncio.to_thread(_disable, disabled)


async def _note_failed(connection: Connection, failed: dict[UUID, str]) -> dict[UUID, str]:
    """Why each is to be disabled that has failed for too long."""
    values = {
        "endpoints": list(failed),
        "problems": [problem[:200] for problem in failed.values()],
        "days": DISABLED_AFTER,
        "warns": bool(settings.CLICKHOOK_ALARM_MAIL),
    }
    rows = await (await connection.execute(FAILED, values)).fetchall()
    because = f"Every attempt failed for {DISABLED_AFTER} days."
    return {key: f"{because} {failed[key]}"[:200] for key, is_over in rows if is_over}


def _disable(endpoints: dict[UUID, str]) -> None:
    """By Django, so that it is audited as on a page."""
    try:
        for key, because in endpoints.items():
            if WebhookEndpoint.objects.filter(pk=key).disable(because):
                log.error("the webhook endpoint %s was disabled: %s", key, because)
    finally:
        djangos_connection.close()
