"""A batch whose answer from the database got lost is recorded once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hooks.connection import HookConnection
from hooks.database import DatabaseAway
from hooks.known_instances import KnownInstances
from hooks.lane import Lane
from hooks.models import Call, Event
from hooks.reasons import Reason
from hooks.recording import LoggedEvent, Record
from hooks.statements.parts import Parts
from hooks.statements.reading import READ_CALL, READ_CONNECT, READ_EVENT
from hooks.statements.writing import write
from hooks.waiting import Surroundings
from tests.cast import ACME_SIGNING
from tests.hooks.pure.pieces import HOOK_ID, RECEIVED_AT, make_hook

DEADLINE = 5.0  # seconds
HOOKS = {
    "connect": (READ_CONNECT, "connect"),
    "call": (READ_CALL, "call"),
    "CallStatusEvent": (READ_EVENT, "call_ring"),
}


class CutConnection(HookConnection):
    """The server commits the first write after `is_cut` is set, and its answer never arrives."""

    is_cut = False

    async def execute(self, statement: str | bytes, values: Any) -> list[Any]:
        rows = await super().execute(statement, values)
        if self.is_cut and isinstance(statement, bytes):
            self.is_cut = False
            await self.close()
            raise DatabaseAway("the connection broke")
        return rows


async def answer(method: str, key: str, *, cut: bool) -> Reason:
    read, file = HOOKS[method]
    recorded: list[None] = []
    known = KnownInstances(DEADLINE)
    shared = Surroundings(
        DEADLINE, known, outage=None, overflow=None, recorded=lambda: recorded.append(None)
    )
    lane = Lane(method, read, shared)
    lane._connection = CutConnection()
    running = asyncio.create_task(lane.run())
    try:
        with lane._connection.within(DEADLINE):
            await lane._connection.execute("SELECT 1", [])
        lane._connection.is_cut = cut
        hook = make_hook(method, file, secret=ACME_SIGNING)
        posted = await lane.answer(replace(hook, key=key, received_at=timezone.now()))
    finally:
        running.cancel()
        await lane.close()
    assert not lane._connection.is_cut
    return posted.reason


@pytest.mark.parametrize("method", HOOKS)
def test_a_write_whose_answer_is_cut_is_recorded_once(cast, method):
    before = list(HOOKS)[: list(HOOKS).index(method)]
    for earlier in before:
        assert asyncio.run(answer(earlier, cast.acme_1.key, cut=False)) is Reason.ALLOWED
        Event.objects.all().delete()

    reason = asyncio.run(answer(method, cast.acme_1.key, cut=True))

    assert reason is (Reason.RECORDED if method == "CallStatusEvent" else Reason.DUPLICATE)
    event = Event.objects.get()
    assert (event.method, str(event.hook_id)) == (method, HOOK_ID)
    assert Call.objects.count() == (method != "connect")


def test_an_event_that_is_written_twice_is_recorded_once(cast):
    event: LoggedEvent = {
        "hook_id": HOOK_ID,
        "received_at": RECEIVED_AT,
        "method": "NovelEvent",
        "decision": "noted",
        "reason": "event_unknown",
        "detail": "",
        "body": {},
        "instance_id": str(cast.acme_1.pk),
        "tenant_id": None,
        "session_id": None,
        "call_id": None,
        "only_with": None,
    }
    rows = Parts.of([Record(event), Record(event)]).events
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(write(events=True).decode(), [rows])

    assert len(json.loads(rows)) == 2
    assert Event.objects.count() == 1
