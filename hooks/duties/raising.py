"""Lets raises of limits hold when their waiting time is over, and takes them back at their end."""

from __future__ import annotations

import asyncio

from django.db import connection as djangos_connection

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.repeating import Connection
from tenants.raising.elapsing import do_due

EVERY = 10.0  # seconds
IS_DUE = """
SELECT EXISTS (SELECT FROM tenants_limitraise WHERE decision = '' AND due_at <= now())
    OR EXISTS (SELECT FROM tenants_limitraise
                WHERE decision IN ('confirmed', 'elapsed') AND fell_back_at IS NULL
                  AND ends_at <= now())
"""


async def raise_limits(connection: Connection, steps: ClockSteps) -> str:
    """The work is Django's, in a thread of its own: it is rare, and audited as on a page.

    While the clock is in doubt nothing is raised, and what has ended is taken back all the same.
    """
    doubt = await steps.find_doubt(connection)
    row = await (await connection.execute(IS_DUE)).fetchone()
    if not (row and row[0]):
        return ""
    held, fallen = await asyncio.to_thread(_do_due, not doubt)
    done = f"{held} raises hold, {fallen} fell back"
    return f"{done}; raises wait: {doubt}" if doubt else done


def _do_due(may_raise: bool) -> tuple[int, int]:
    try:
        return do_due(may_raise)
    finally:
        djangos_connection.close()
