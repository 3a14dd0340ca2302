"""The statement that keeps what a page reports of the quality of its call."""

from __future__ import annotations

# The ticket leads to its session, and the session to its calls. The first report stays; the answer
# says whether there is such a call.
NOTE_QUALITY = """
WITH found AS MATERIALIZED (
    SELECT call.id, hook.tenant_id
      FROM (SELECT %s::bigint AS tenant_id, %s::text AS jti, %s::text AS wcs_call) hook
     CROSS JOIN LATERAL (
           SELECT session_id FROM hooks_spentticket
            WHERE tenant_id = hook.tenant_id AND jti = hook.jti LIMIT 1
           ) spent
     CROSS JOIN LATERAL (
           SELECT id, answered_at FROM hooks_call
            WHERE session_id = spent.session_id AND wcs_call_id = hook.wcs_call LIMIT 1
           ) call
     WHERE call.answered_at IS NOT NULL
), noted AS (
    INSERT INTO hooks_callquality (call_id, tenant_id, reported_at, samples, received, lost, sent,
                                   sent_lost, jitter, jitter_most, round_trip, round_trip_most)
    SELECT found.id, found.tenant_id, statement_timestamp(), report.*
      FROM found
     CROSS JOIN json_to_record(%s) AS report (
           samples int, received int, lost int, sent int, sent_lost int, jitter int,
           jitter_most int, round_trip int, round_trip_most int)
    ON CONFLICT DO NOTHING
)
SELECT id FROM found
"""
