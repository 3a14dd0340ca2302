"""Counts streams no more that ended a while ago, where no new stream of the tenant did so."""

from __future__ import annotations

from hooks.duties.repeating import Connection
from hooks.streams.ledger import TENANT

EVERY = 30.0  # seconds
MOST = 1_000  # streams of one turn
# A lane that decides at this moment has read another version, and decides again. What it counted
# no more itself is skipped: its row is looked at again once the meter is locked.
COUNT_NO_MORE = f"""
WITH due AS MATERIALIZED (
    SELECT id, tenant_id FROM hooks_stream
     WHERE decision = 'allowed' AND ended_at IS NOT NULL AND settled_at IS NULL
     ORDER BY tenant_id, id LIMIT %(most)s
), locked AS MATERIALIZED (
    SELECT tenant_id FROM hooks_meter
     WHERE scope = '{TENANT}' AND tenant_id IN (SELECT tenant_id FROM due)
     ORDER BY tenant_id FOR NO KEY UPDATE SKIP LOCKED
), settled AS (
    UPDATE hooks_stream stream SET settled_at = now()
     WHERE id = ANY (ARRAY(SELECT id FROM due)) AND settled_at IS NULL
       AND tenant_id IN (SELECT tenant_id FROM locked)
    RETURNING tenant_id, kind, scope
), ended AS (
    SELECT tenant_id, of_stream.scope,
           count(*) FILTER (WHERE kind = 'publish') AS published,
           count(*) FILTER (WHERE kind = 'play') AS played
      FROM settled CROSS JOIN LATERAL (VALUES (settled.scope), ('{TENANT}')) AS of_stream (scope)
     GROUP BY tenant_id, of_stream.scope
), moved AS (
    UPDATE hooks_meter meter
       SET version = meter.version + 1, touched_at = now(),
           state = jsonb_build_object(
               'publish', greatest(coalesce((state->>'publish')::int, 0) - published, 0),
               'play', greatest(coalesce((state->>'play')::int, 0) - played, 0))
      FROM ended WHERE meter.tenant_id = ended.tenant_id AND meter.scope = ended.scope
)
SELECT count(*) FROM settled
"""  # noqa: S608 - put together from constants alone


async def count_no_more(connection: Connection) -> str:
    cursor = await connection.execute(COUNT_NO_MORE, {"most": MOST})
    [number] = await cursor.fetchone() or (0,)
    return f"counts {number} streams no more" if number else ""
