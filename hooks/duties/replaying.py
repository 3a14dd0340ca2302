"""Records the status events that were kept on disk while the database was away."""

from __future__ import annotations

import asyncio
import logging

from hooks.lanes import Lanes
from hooks.reasons import Reason

log = logging.getLogger("hooks")


async def replay(lanes: Lanes) -> None:
    """In their order. What is not recorded now stays in its file.

    What is kept anew meanwhile goes into another file.
    """
    with lanes.spool.take() as batches:
        for hooks in batches:
            answers = await asyncio.gather(*(lanes.answer(hook) for hook in hooks))
            recorded = sum(answer.reason is not Reason.SPOOLED for answer in answers)
            if recorded:
                log.info("recorded %d events that were kept on disk", recorded)
            if any(answer.reason in _NOT_NOW for answer in answers):
                return


_NOT_NOW = {Reason.DATABASE_AWAY, Reason.OVERLOADED, Reason.GATEWAY_FAULT}
