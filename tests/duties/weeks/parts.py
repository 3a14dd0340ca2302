"""What the tests of weeks ask of the parts in which events lie."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.repeating import connect
from hooks.duties.weeks import keep_weeks
from hooks.event_weeks import PARTS
from hooks.models import Event

NOW = timezone.now()
ATTACH = "ALTER TABLE hooks_eventlog ATTACH PARTITION"
A_WEEK = timedelta(days=7)


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else None


def weeks() -> list[str]:
    return sorted(name for (name,) in ask(f"SELECT name FROM ({PARTS}) part") if "20" in name)


def place_of(event) -> str:
    query = f"SELECT tableoid::regclass::text FROM hooks_eventlog WHERE id = {event.pk}"
    return ask(query)[0][0]


def an_event(cast, at):
    of = {"tenant": cast.acme, "instance": cast.acme_1, "received_at": at, "body": {}}
    return Event.objects.create(
        hook_id=uuid.uuid4(), method="call", decision="allowed", reason="allowed", **of
    )


def monday(at):
    start = at - timedelta(days=at.weekday())
    return start.replace(hour=0, minute=0, second=0, microsecond=0)


def begin_of(week: str) -> datetime:
    return datetime.strptime(week[-10:] + " +0000", "%Y_%m_%d %z")


def take_turn(role: str = "") -> str:
    """The worker's, with the rights of a role."""

    async def keep() -> str:
        async with await connect() as worker:
            if role:
                await worker.execute(f"SET ROLE {role}")
            return await keep_weeks(worker, ClockSteps())

    return asyncio.run(keep())
