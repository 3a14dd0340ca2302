"""Finds out whether a pooler gives each transaction another connection, which breaks the lanes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.core.checks import CheckMessage, Error, Tags, register

from hooks.database import parameters

ROUNDS = 5  # other clients may take the connection that is looked for
WAITS = 2.0  # seconds
CONNECTS_WITHIN = 2  # seconds, whole ones
START_WITHIN = 10.0  # seconds
ASK = "SELECT pg_backend_pid()"
MESSAGE = (
    "DATABASE_URL leads to a pooler with transaction pooling (PgBouncer: pool_mode). The gateway "
    "needs session pooling or the PostgreSQL itself: it prepares statements and listens."
)


@register(Tags.database)
def check_pooling(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Part of `migrate` and of `up`. A database that is away is not this check's business."""
    problem = find_problem() if databases else ""
    return [Error(problem, id="clickhook.E001")] if problem else []


async def find_problem_soon() -> str:
    """For a gateway that starts; also empty where the database does not answer in time."""
    try:
        async with asyncio.timeout(START_WITHIN):
            return await asyncio.to_thread(find_problem)
    except TimeoutError:
        return ""


def find_problem() -> str:
    """Empty where there is none, or no database that could tell."""
    place = parameters() | {"connect_timeout": CONNECTS_WITHIN}
    try:
        return MESSAGE if pools_transactions(place) else ""
    except psycopg.OperationalError:
        return ""


def pools_transactions(place: dict[str, Any]) -> bool:
    """Whether one connection meets another server process while a second one is busy."""
    with psycopg.connect(**place, autocommit=True) as first:
        told = first.info.backend_pid  # by whoever took the connection; a pooler invents it
        if told == _ask(first):
            return False
        with psycopg.connect(**place, autocommit=True) as second:
            return any(_meets_another(first, second) for _ in range(ROUNDS))


def _meets_another(first: psycopg.Connection[Any], second: psycopg.Connection[Any]) -> bool:
    before = _ask(first)
    with ThreadPoolExecutor(1) as waiting:
        try:
            second.execute("BEGIN")
        except psycopg.errors.ProtocolViolation:
            return True  # each statement has a connection of its own
        try:
            second.execute(ASK)
            return bool(waiting.submit(_ask, first).result(WAITS) != before)
        except TimeoutError:
            return True  # there is one connection, and the second has it
        finally:
            second.execute("ROLLBACK")


def _ask(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(ASK).fetchone()
    return int(row[0]) if row else 0
