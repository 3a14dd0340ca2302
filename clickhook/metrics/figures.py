"""What /metrics tells from the database: looked at when it is asked for, at most every 5 seconds.

Each part reads a bounded number of rows, and all of it has one deadline.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import psycopg

from hooks.connection import HookConnection
from hooks.database import DatabaseAway
from hooks.limits.rules.worker import STALE_AFTER
from hooks.policy import MOVES

LOOK_EVERY = 5.0  # seconds
LOOK_WITHIN = 1.0  # seconds
MOST_LIVE = 50_000  # sessions or calls; more are shown as so many
MOST_NOTICES = 5_000  # the newest
MOST_NAMED = 200  # WCS instances
# A limit of a day or month stays used up until that is over; the others are noticed once an hour.
_HOLDS = """
       notice.at > now() - interval '1 hour'
       OR notice.period = to_char(now() AT TIME ZONE tenant.time_zone,
                                  CASE WHEN notice."limit" LIKE '%%month' THEN 'YYYY-MM'
                                       ELSE 'YYYY-MM-DD' END)"""
LOOK = f"""
WITH noticed AS (
       SELECT notice.tenant_id, bool_or(notice.level = 'critical') AS is_used_up
         FROM (SELECT * FROM hooks_limitnotice WHERE at > now() - interval '31 days'
                ORDER BY at DESC LIMIT {MOST_NOTICES}) notice
         JOIN tenants_tenant tenant ON tenant.id = notice.tenant_id
        WHERE {_HOLDS}
        GROUP BY notice.tenant_id, notice.scope, notice."limit"
)
SELECT (SELECT count(*) FROM (SELECT FROM hooks_session WHERE ended_at IS NULL
                               ORDER BY sip_account_id, id LIMIT {MOST_LIVE}) session),
       (SELECT count(*) FROM (SELECT FROM hooks_call WHERE ended_at IS NULL
                               ORDER BY asked_at LIMIT {MOST_LIVE}) call),
       (SELECT coalesce(abs(extract(epoch FROM now() - max(seen_at))), 'Infinity')::float
          FROM hooks_worker),
       (SELECT count(*) FROM hooks_worker worker, jsonb_each_text(worker.duties) duty
         WHERE abs(extract(epoch FROM now() - seen_at)) < {STALE_AFTER}
           AND duty.value SIMILAR TO '(fault|waits)%%'),
       (SELECT count(*) FROM noticed),
       (SELECT count(*) FROM noticed WHERE is_used_up),
       (SELECT count(DISTINCT tenant_id) FROM noticed),
       (SELECT count(DISTINCT tenant_id) FROM noticed WHERE is_used_up),
       (SELECT count(*) FROM hooks_lasthook last
         WHERE at < now() - interval '1 day' AND EXISTS (
               SELECT FROM tenants_wcsinstance_tenants spoken
                 JOIN tenants_tenant tenant ON tenant.id = spoken.tenant_id
                WHERE spoken.wcsinstance_id = last.instance_id AND tenant.status = 'active'
                  AND NOT EXISTS (SELECT FROM hooks_switch
                                   WHERE key = '{MOVES}' || tenant.id AND off_at IS NULL))),
       ARRAY(SELECT ARRAY[id::text, name] FROM tenants_wcsinstance ORDER BY id LIMIT {MOST_NAMED})
"""  # noqa: S608 - put together from constants alone


class Figures(NamedTuple):
    """In the order of the statement."""

    live_sessions: int
    live_calls: int
    # Seconds; infinite where no worker has ever run. Of a sign from before the clock was stepped
    # back it is how far that is ahead: to the gateways such a worker is away.
    heartbeat_age: float
    failing_duties: int
    limits_near: int  # those that are used up among them
    limits_used_up: int
    tenants_near: int
    tenants_used_up: int
    silent_instances: int
    instance_names: list[tuple[str, str]]  # id and name


class Looking:
    def __init__(self) -> None:
        self._connection = HookConnection()
        self._figures: Figures | None = None
        self._due = 0.0

    async def look(self) -> Figures | None:
        """None where the database does not tell, or did not a moment ago."""
        if time.monotonic() >= self._due:
            self._figures = await self._ask()
            self._due = time.monotonic() + LOOK_EVERY
        return self._figures

    async def close(self) -> None:
        await self._connection.close()

    async def _ask(self) -> Figures | None:
        try:
            with self._connection.within(LOOK_WITHIN):
                [row] = await self._connection.execute(LOOK, [])
        except (DatabaseAway, psycopg.Error):
            return None
        return Figures(*row)
