"""Events that served their time, so many that deleting them takes a while."""

from __future__ import annotations

import time

import psycopg

NUMBER = 500_000
# A turn that failed comes again after 30 seconds, one that did well after 120.
PRUNED_WITHIN = 180.0  # seconds
MAKE_OLD = f"""
INSERT INTO hooks_eventlog
       (hook_id, received_at, instance_id, method, decision, reason, detail, body)
SELECT gen_random_uuid(), '2001-01-01', (SELECT id FROM tenants_wcsinstance LIMIT 1), 'call',
       'noted', 'noted', '', '{{}}'
  FROM generate_series(1, {NUMBER})
"""
COUNT_OLD = "SELECT count(*) FROM hooks_eventlog WHERE received_at < '2002-01-01'"


def count_old(connection: psycopg.Connection) -> int:
    row = connection.execute(COUNT_OLD).fetchone()
    return int(row[0]) if row else 0


def wait_until_fewer(connection: psycopg.Connection, number: int) -> str:
    """What is wrong, if so few are not reached in time."""
    deadline = time.monotonic() + PRUNED_WITHIN
    while (old := count_old(connection)) >= number:
        if time.monotonic() > deadline:
            return f"{old} old events were not pruned"
        time.sleep(0.1)
    return ""
