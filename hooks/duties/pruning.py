"""Deletes what served its time, a batch at a time; `kept` says what that is."""

from __future__ import annotations

import logging
import time
from collections import Counter

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.kept import BATCH, Kind, list_kinds
from hooks.duties.repeating import Connection
from hooks.duties.weeks import list_long

log = logging.getLogger("hooks")
EVERY = 120.0  # seconds
# Of each turn, in seconds. At 50,000 rows a second, which were measured, it keeps pace with 6,000
# hooks a second.
AT_WORK = 15.0
# What is left of an address goes with the other records; the block itself stays.
DISPLAYS = """
UPDATE hooks_visitorblock SET display = ''
 WHERE display <> '' AND since < now() - interval '30 days'
"""


async def prune(connection: Connection, steps: ClockSteps) -> str:
    """What is not done in this turn is done in the next. Nothing while the clock is in doubt."""
    if doubt := await steps.find_doubt(connection):
        log.error("nothing is deleted: %s", doubt)
        return f"deletes nothing: {doubt}"
    ends_at = time.monotonic() + AT_WORK
    deleted: Counter[str] = Counter()
    for kind in [*list_kinds(), *await list_long(connection)]:
        deleted[kind.name] += await delete_due(connection, kind, ends_at)
    blanked = (await connection.execute(DISPLAYS)).rowcount
    deleted["addresses of blocked visitors"] = blanked
    parts = [f"{number} {name}" for name, number in deleted.items() if number]
    return f"deleted {', '.join(parts)}" if parts else ""


async def delete_due(connection: Connection, kind: Kind, ends_at: float) -> int:
    """One batch at least, however late it is, so that no kind has to wait for ever."""
    total = 0
    while True:
        number = await delete_batch(connection, kind)
        total += number
        if number < BATCH or time.monotonic() > ends_at:
            return total


async def delete_batch(connection: Connection, kind: Kind) -> int:
    return (await connection.execute(kind.delete, kind.values)).rowcount
