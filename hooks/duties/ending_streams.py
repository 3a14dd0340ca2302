"""Has WCS end the streams that are to end, and those that lasted as long as they may."""

from __future__ import annotations

import logging

from hooks.duties.ending import AT_A_TIME, end_due
from hooks.duties.repeating import Connection
from hooks.statements.reserving import IN_FUTURE
from hooks.wcs.ending import GIVES_CAUSE_FOR_ALARM, STREAMS

log = logging.getLogger("hooks")
EVERY = 1.0  # seconds
# In the order of an index that holds what lives alone. One that seems to be asked for in the future
# was before the clock was stepped back: nobody can tell how long it lasts.
ASK_FOR_LONGEST = f"""
INSERT INTO hooks_streamending (stream_id, because, since, due_at, tries, result)
SELECT id, 'longest', now(), now(), 0, ''
  FROM (SELECT id FROM hooks_stream
         WHERE decision = 'allowed' AND ended_at IS NULL AND ends_by < now()
         ORDER BY ends_by LIMIT %(most)s) late
 UNION
SELECT id, 'longest', now(), now(), 0, ''
  FROM (SELECT id, asked_at FROM hooks_stream
         WHERE decision = 'allowed' AND ended_at IS NULL ORDER BY ends_by OFFSET 0) living
 WHERE asked_at > now() + interval '{IN_FUTURE} seconds'
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants


async def end_due_streams(connection: Connection) -> str:
    await connection.execute(ASK_FOR_LONGEST, {"most": AT_A_TIME})
    due = await end_due(connection, STREAMS)
    for one in due:
        if one.tries == GIVES_CAUSE_FOR_ALARM:
            log.error("WCS does not end the stream %s", one.id)
    return f"asked WCS to end {len(due)} streams" if due else ""
