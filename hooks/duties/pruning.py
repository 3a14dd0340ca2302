"""Deletes what served its time and is no record: endings that are done."""

from __future__ import annotations

from hooks.duties.repeating import Connection

EVERY = 600.0  # seconds
KEPT_FOR = 30  # days
PRUNE = """
DELETE FROM hooks_ending
 WHERE call_id = ANY (ARRAY(
       SELECT call_id FROM hooks_ending
        WHERE done_at < now() - make_interval(days => %(days)s) LIMIT 10000))
"""


async def prune(connection: Connection) -> str:
    cursor = await connection.execute(PRUNE, {"days": KEPT_FOR})
    return f"deleted {cursor.rowcount} endings" if cursor.rowcount else ""
