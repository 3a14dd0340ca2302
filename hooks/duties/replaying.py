"""Records what was kept on disk without a database: events, and ids of what was refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from hooks.database import DatabaseAway, noticing_absence
from hooks.duties.repeating import ANSWER_WITHIN, connect
from hooks.lanes import Lanes
from hooks.reasons import Reason
from hooks.statements.standby import WRITES_A_WORD

log = logging.getLogger("hooks")
NOTE_REFUSED = f"""
WITH noted AS (
    INSERT INTO hooks_refusedid (id, noted_at)
    SELECT id, now() FROM unnest(%s::uuid[]) AS refused (id)
    ON CONFLICT DO NOTHING
)
SELECT {WRITES_A_WORD}
"""  # noqa: S608 - a constant


async def replay(lanes: Lanes) -> None:
    """In their order. What is not recorded now stays in its file.

    What is kept anew meanwhile goes into another file.
    """
    with lanes.spool.take() as batches:
        for batch in batches:
            answers = await asyncio.gather(*(lanes.answer(hook) for hook in batch.hooks))
            recorded = sum(answer.reason is not Reason.SPOOLED for answer in answers)
            if recorded:
                log.info("recorded %d events that were kept on disk", recorded)
            if any(answer.reason in _NOT_NOW for answer in answers):
                return
            if not await _note_refused(batch.refused):
                return


async def _note_refused(ids: Sequence[str]) -> bool:
    """Whether the worker will end them."""
    if not ids:
        return True
    try:
        with noticing_absence():
            async with asyncio.timeout(ANSWER_WITHIN), await connect() as connection:
                await connection.execute(NOTE_REFUSED, [list(ids)])
    except DatabaseAway:
        return False
    return True


_NOT_NOW = {Reason.DATABASE_AWAY, Reason.OVERLOADED, Reason.GATEWAY_FAULT}
