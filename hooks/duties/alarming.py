"""Raises an alarm for events that must not happen, and has their calls and streams ended."""

from __future__ import annotations

import logging

from hooks.duties.alarm_mail import AlarmLine
from hooks.duties.repeating import Connection

log = logging.getLogger("hooks")
EVERY = 1.0  # seconds
# Of the newest events, those without an alarm. The words are those of the index
# event_raising_alarm. A stream is found as its hooks find it: one that was allowed comes first.
RAISE = """
WITH recent AS MATERIALIZED (
    SELECT *, left(coalesce(body->>'callId', body->>'mediaSessionId', ''), 512) AS wcs_id
      FROM hooks_eventlog
     WHERE reason IN
           ('call_never_asked', 'refused_call_went_on', 'call_went_elsewhere', 'honey_alias',
            'stream_never_asked', 'refused_stream_went_on', 'stream_went_elsewhere')
     ORDER BY id DESC LIMIT 1000
), raised AS (
    INSERT INTO hooks_alarm (kind, tenant_id, instance_id, call_id, stream_id, wcs_call_id, at)
    SELECT reason, recent.tenant_id, instance_id, call_id, stream.id, wcs_id, received_at
      FROM recent
      LEFT JOIN LATERAL (
           SELECT id FROM hooks_stream
            WHERE session_id = recent.session_id AND media_session_id = left(wcs_id, 255)
              AND recent.reason IN
                  ('stream_never_asked', 'refused_stream_went_on', 'stream_went_elsewhere')
            ORDER BY session_id, media_session_id, decision LIMIT 1) stream ON true
     WHERE NOT EXISTS (
           SELECT FROM hooks_alarm alarm
            WHERE alarm.wcs_call_id = recent.wcs_id
              AND alarm.instance_id = recent.instance_id AND alarm.kind = recent.reason)
     ORDER BY recent.id
    ON CONFLICT DO NOTHING
    RETURNING kind, tenant_id, instance_id, call_id, stream_id, wcs_call_id
), streams_to_end AS (
    INSERT INTO hooks_streamending (stream_id, because, since, due_at, tries, result)
    SELECT DISTINCT stream_id, 'bypass', now(), now(), 0, '' FROM raised
     WHERE stream_id IS NOT NULL
    ON CONFLICT DO NOTHING
), to_end AS (
    INSERT INTO hooks_ending (call_id, because, since, due_at, tries, result)
    SELECT DISTINCT call_id, 'bypass', now(), now(), 0, '' FROM raised
     WHERE call_id IS NOT NULL AND kind <> 'honey_alias'
    ON CONFLICT DO NOTHING
)
SELECT raised.kind, tenant.slug, instance.name, raised.wcs_call_id FROM raised
  LEFT JOIN tenants_tenant tenant ON tenant.id = raised.tenant_id
  LEFT JOIN tenants_wcsinstance instance ON instance.id = raised.instance_id
"""


async def raise_alarms(connection: Connection) -> str:
    cursor = await connection.execute(RAISE)
    alarms = [AlarmLine(*columns) for columns in await cursor.fetchall()]
    for alarm in alarms:
        log.error("ALARM: %s", alarm.text)
    return f"raised {len(alarms)} alarms" if alarms else ""
