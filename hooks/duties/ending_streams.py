"""Has WCS end the streams that are to end, and those that lasted as long as they may."""

from __future__ import annotations

import asyncio
import logging

from hooks.duties.repeating import Connection
from hooks.wcs.ending import GIVES_CAUSE_FOR_ALARM, DueEnding, noted_columns, try_in_parallel
from hooks.wcs.ending_streams import ASK_FOR_LONGEST, CLOSE, NOTE, TAKE_DUE, try_ending_stream

log = logging.getLogger("hooks")
EVERY = 1.0  # seconds
AT_A_TIME = 64  # streams


async def end_due_streams(connection: Connection) -> str:
    await connection.execute(ASK_FOR_LONGEST, {"most": AT_A_TIME})
    await connection.execute(CLOSE)
    cursor = await connection.execute(TAKE_DUE, {"most": AT_A_TIME})
    due = [DueEnding.from_columns(columns) for columns in await cursor.fetchall()]
    if not due:
        return ""

    tried = await asyncio.to_thread(try_in_parallel, try_ending_stream, due)
    await connection.execute(NOTE, noted_columns(tried))
    for one in due:
        if one.tries == GIVES_CAUSE_FOR_ALARM:
            log.error("WCS does not end the stream %s", one.id)
    return f"asked WCS to end {len(due)} streams"
