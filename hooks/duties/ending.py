"""Has WCS end the calls that are to end, until it has."""

from __future__ import annotations

import asyncio
import logging

from hooks.duties.repeating import Connection
from hooks.wcs.ending import (
    CALLS,
    GIVES_CAUSE_FOR_ALARM,
    DueEnding,
    Endings,
    noted_columns,
)

log = logging.getLogger("hooks")
EVERY = 1.0  # seconds
AT_A_TIME = 64  # calls or streams
# People are told once for each call.
RAISE = """
INSERT INTO hooks_alarm (kind, tenant_id, instance_id, call_id, wcs_call_id, at)
SELECT 'not_ended', call.tenant_id, session.instance_id, call.id, call.wcs_call_id, now()
  FROM hooks_call call JOIN hooks_session session ON session.id = call.session_id
 WHERE call.id = ANY (%(calls)s::uuid[])
ON CONFLICT DO NOTHING RETURNING wcs_call_id
"""


async def end_due_calls(connection: Connection) -> str:
    due = await end_due(connection, CALLS)
    await _raise_alarms(connection, due)
    return f"asked WCS to end {len(due)} calls" if due else ""


async def end_due(connection: Connection, endings: Endings) -> list[DueEnding]:
    """Those that were due, each tried once."""
    await connection.execute(endings.statements.close)
    cursor = await connection.execute(endings.statements.take_due, {"most": AT_A_TIME})
    due = [DueEnding.from_columns(columns) for columns in await cursor.fetchall()]
    if due:
        tried = await asyncio.to_thread(endings.try_in_parallel, due)
        await connection.execute(endings.statements.note, noted_columns(tried))
    return due


async def _raise_alarms(connection: Connection, due: list[DueEnding]) -> None:
    late = [str(one.id) for one in due if one.tries >= GIVES_CAUSE_FOR_ALARM]
    if not late:
        return
    cursor = await connection.execute(RAISE, {"calls": late})
    for (wcs_call_id,) in await cursor.fetchall():
        log.error("WCS does not end the call %s", wcs_call_id)
