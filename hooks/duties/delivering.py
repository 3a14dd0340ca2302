"""Delivers webhooks: what is due is taken, sent by a thread each, and noted as soon as it is known.

Attempts go on between the turns, so no endpoint makes another one wait; after a kill, what was
under way is taken again when its lease is over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection as djangos_connection

from hooks.duties.in_a_thread import work_in_a_thread
from hooks.duties.repeating import Connection
from hooks.statements.delivering import FAILED, NOTE, RECOVERED, TAKE
from hooks.statements.messaging import REPLY
from hooks.webhooks.attempt import Outcome, TakenDelivery, make_attempt
from hooks.webhooks.exchange import Network
from hooks.webhooks.failures import Failure
from hooks.webhooks.reply import read_reply
from tenants.models import WebhookEndpoint

log = logging.getLogger("hooks")
EVERY = 0.5  # seconds
GATHERING = 0.02  # seconds, in which more attempts end, to be noted together
# Attempts at once. One that takes longer leaves its place to others, so that many endpoints that
# hang at the same moment do not stop the rest.
QUICK, QUICK_SECONDS = 128, 1.0
MORE = 64  # of the quick ones, for endpoints that have one already
FAILING = 64  # at endpoints that failed last time
IN_ALL = 320
DISABLED_AFTER = 5  # days of failure


class _Begun(NamedTuple):
    is_failing: bool  # the endpoint
    at: float  # monotonic


class Deliveries:
    def __init__(self) -> None:
        self.news = asyncio.Event()  # an attempt has ended
        self._under_way: dict[int, _Begun] = {}  # by the delivery's id
        self._ended: list[Outcome] = []

    @property
    def is_busy(self) -> bool:
        return bool(self._under_way or self._ended)

    async def take_turn(self, connection: Connection) -> str:
        if self._ended:
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
        for outcome in ended:
            if reply := read_reply(outcome):
                await connection.execute(REPLY, reply)
        await _note_standings(connection, ended)
        del self._ended[: len(ended)]
        return len(ended)

    async def _take(self, connection: Connection) -> Sequence[TakenDelivery]:
        places = self._free_places()
        if places["most"] <= 0:
            return []
        rows = await (await connection.execute(TAKE, places)).fetchall()
        taken = [TakenDelivery(*row) for row in rows]
        # A step of the database's clock ends leases while the attempts go on here.
        return [one for one in taken if one.id not in self._under_way]

    def _free_places(self) -> dict[str, int]:
        now, begun = time.monotonic(), self._under_way.values()
        failing = sum(one.is_failing for one in begun)
        quick = sum(not one.is_failing and now - one.at < QUICK_SECONDS for one in begun)
        return {
            "most": min(QUICK - quick, IN_ALL - len(begun)),
            "more": max(MORE - quick, 0),
            "failing": max(FAILING - failing, 0),
        }

    def _start(self, delivery: TakenDelivery, network: Network) -> None:
        self._under_way[delivery.id] = _Begun(delivery.is_failing, time.monotonic())
        work_in_a_thread(
            partial(make_attempt, delivery, network),
            partial(self._end, delivery.id),
            f"delivering {delivery.uid}",
        )

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
