"""Notes which WCS instances posted a hook, so that silence is seen without reading a day's events.

What came while no worker ran, and not since, is not noted.
"""

from __future__ import annotations

from hooks.duties.repeating import Connection

EVERY = 60.0  # seconds
# Longer than a pause after failures, and than an event waits in the spool of a short outage.
WITHIN = "2 minutes"
NOTE = f"""
WITH heard AS MATERIALIZED (
    SELECT instance_id, max(received_at) AS at FROM hooks_eventlog
     WHERE received_at > now() - interval '{WITHIN}' GROUP BY instance_id
), known AS MATERIALIZED (
    SELECT heard.* FROM heard JOIN tenants_wcsinstance instance ON instance.id = heard.instance_id
     ORDER BY heard.instance_id
)
INSERT INTO hooks_lasthook AS last (instance_id, at)
SELECT instance_id, at FROM known
ON CONFLICT (instance_id) DO UPDATE SET at = greatest(last.at, excluded.at)
"""  # noqa: S608 - a constant


async def note_last_hooks(connection: Connection) -> str:
    noted = (await connection.execute(NOTE)).rowcount
    return f"{noted} WCS instances post hooks" if noted else ""
