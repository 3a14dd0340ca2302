"""The SQL that counts calls by the hour; the charts read what it gives, and a duty stores it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

HOUR = timedelta(hours=1)
COUNTS = "answered, unanswered, busy, failed, refused, at_once"
ALL_TENANTS = 0  # stands for "all tenants together" within the statement; NULL outside of it

# A call that lives can reach back as far as its lease. Refused calls were never in progress.
_COUNTED_HOUR = """
hour AS (
    SELECT hour FROM generate_series(%(first)s, %(last)s, interval '1 hour') AS hour
), recent AS (
    SELECT call.tenant_id, asked_at, answered_at, ended_at, ended_by,
           decision = 'refused' AS refused
      FROM hooks_call call
     WHERE asked_at >= %(first)s - make_interval(secs => %(lease)s)
       AND asked_at < %(last)s + interval '1 hour'
       AND {condition}
), call AS (
    SELECT hour.hour, counted_for.tenant_id, asked_at, answered_at, ended_at, ended_by, refused
      FROM recent
      JOIN hour ON asked_at < hour.hour + interval '1 hour'
       AND (asked_at >= hour.hour OR ended_at IS NULL OR ended_at > hour.hour)
     CROSS JOIN LATERAL (VALUES {counted_for}) AS counted_for (tenant_id)
), move AS (
    SELECT hour, tenant_id, greatest(asked_at, hour) AS at, 1 AS step
      FROM call WHERE NOT refused
    UNION ALL
    SELECT hour, tenant_id, ended_at, -1
      FROM call WHERE NOT refused AND ended_at < hour + interval '1 hour'
), in_progress AS (
    SELECT hour, tenant_id,
           sum(step) OVER (PARTITION BY hour, tenant_id ORDER BY at, step) AS number
      FROM move
), peak AS (
    SELECT hour, tenant_id, max(number) AS at_once FROM in_progress GROUP BY hour, tenant_id
), outcome AS (
    SELECT hour, tenant_id,
           count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE answered_at IS NULL
                              AND ended_by NOT IN ('busy', 'failed', 'refused', '')) AS unanswered,
           count(*) FILTER (WHERE answered_at IS NULL AND ended_by = 'busy') AS busy,
           count(*) FILTER (WHERE answered_at IS NULL AND ended_by = 'failed') AS failed,
           count(*) FILTER (WHERE refused) AS refused
      FROM call WHERE asked_at >= hour GROUP BY hour, tenant_id
), counted_hour AS (
    SELECT hour, nullif(tenant_id, 0) AS tenant_id,
           coalesce(answered, 0) AS answered, coalesce(unanswered, 0) AS unanswered,
           coalesce(busy, 0) AS busy, coalesce(failed, 0) AS failed,
           coalesce(refused, 0) AS refused, coalesce(at_once, 0) AS at_once
      FROM outcome FULL JOIN peak USING (hour, tenant_id)
)"""


def counted_hour(counted_for: str, condition: str) -> str:
    """WITH queries; the last, `counted_hour`, has a row for each hour and tenant counted for."""
    return _COUNTED_HOUR.format(counted_for=counted_for, condition=condition)


def hour_span(first: datetime, last: datetime) -> dict[str, Any]:
    """The parameters of `counted_hour`: both hours are counted."""
    return {"first": first, "last": last, "lease": settings.CLICKHOOK_CALL_LEASE}


def begin_of_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
