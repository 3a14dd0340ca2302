"""The turns that processes take at a tenant whose calls they decide at once: advisory locks."""

from __future__ import annotations

# A turn takes a few milliseconds; whoever does not come to its end is not waited for.
TAKE_TURNS = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '50ms', true))
SELECT count(pg_advisory_lock(hashtextextended('clickhook calls ' || tenant, 0)))
  FROM patience CROSS JOIN unnest(%s::bigint[]) AS tenant
"""
END_TURNS = "SELECT pg_advisory_unlock_all()"
