"""Wakes duties when a gateway tells that something was recorded; without it they find out later."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import psycopg

from hooks.announcing import CHANNEL
from hooks.database import DatabaseAway, noticing_absence
from hooks.duties.repeating import connect

log = logging.getLogger("hooks")
RENEW_EVERY = 60.0  # seconds: a connection that died in silence is replaced
TRY_AGAIN_AFTER = 2.0  # seconds


async def listen(wake: Callable[[], None]) -> None:
    """Works until it is cancelled."""
    while True:
        try:
            with noticing_absence():
                await _listen_for_a_while(wake)
        except DatabaseAway:
            await asyncio.sleep(TRY_AGAIN_AFTER)
        except Exception:  # polling goes on meanwhile
            log.exception("fault in listening")
            await asyncio.sleep(TRY_AGAIN_AFTER)


async def _listen_for_a_while(wake: Callable[[], None]) -> None:
    connection = await connect()
    try:
        await connection.execute(f"LISTEN {CHANNEL}")
        wake()  # for what was told while nobody listened
        async for _ in connection.notifies(timeout=RENEW_EVERY):
            wake()
    finally:
        with contextlib.suppress(psycopg.Error, OSError):
            await connection.close()
