"""The SQL that compares the calls of a WCS with ours; it looks at what lives, not at history."""

from __future__ import annotations

INSTANCES = """
SELECT instance.id, instance.name, instance.rest_api_url, instance.rest_api_user,
       instance.rest_api_password,
       ARRAY(SELECT node_id FROM hooks_answeringnode answering
              WHERE answering.instance_id = instance.id AND answering.url = instance.rest_api_url)
  FROM tenants_wcsinstance instance WHERE instance.rest_api_url <> '' ORDER BY instance.name
"""
LIVING = """
SELECT session.instance_id, living.id, living.wcs_call_id, session.node_id
  FROM (SELECT id, session_id, wcs_call_id, asked_at FROM hooks_call WHERE ended_at IS NULL
         ORDER BY asked_at OFFSET 0) living
  JOIN hooks_session session ON session.id = living.session_id
 WHERE living.asked_at < now() - make_interval(secs => %(youngest)s)
"""
NOTE_NODES = """
INSERT INTO hooks_answeringnode (instance_id, url, node_id, first_seen_at)
SELECT %(instance)s, %(url)s, node, now() FROM unnest(%(nodes)s::text[]) AS seen (node)
ON CONFLICT DO NOTHING
"""
END_GONE = """
UPDATE hooks_call SET ended_at = now(), ended_by = 'reaper', end_info = 'WCS has it no more.'
 WHERE id = ANY (%(calls)s::uuid[]) AND ended_at IS NULL
"""
# The listed calls that do not live here, with the session that they say they belong to.
FIND_STRAY = """
SELECT listed.number, session.id, call.id, call.decision = 'refused'
  FROM unnest(%(calls)s::text[], %(sessions)s::text[], %(nodes)s::text[])
       WITH ORDINALITY AS listed (wcs_call, wcs_session, node, number)
  LEFT JOIN LATERAL (
       SELECT id FROM hooks_session
        WHERE wcs_session_id = listed.wcs_session AND node_id = listed.node
          AND instance_id = %(instance)s
        ORDER BY ended_at DESC NULLS FIRST LIMIT 1
       ) session ON true
  LEFT JOIN LATERAL (
       SELECT id, decision, ended_at FROM hooks_call
        WHERE session_id = session.id AND wcs_call_id = listed.wcs_call LIMIT 1
       ) call ON true
 WHERE call.id IS NULL OR call.ended_at IS NOT NULL
 ORDER BY listed.number
"""
# A call without a row gets one, since it is recorded and ended like any other.
END_STRAY = """
WITH unknown AS (
    INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller,
                            decision, reason, asked_at, ended_by, end_info)
    SELECT %(new_call)s, tenant_id, id, %(wcs_call)s, '', %(callee)s, sip_login,
           'noted', 'call_never_asked', now(), '', ''
      FROM hooks_session WHERE id = %(session)s AND %(call)s::uuid IS NULL
    ON CONFLICT DO NOTHING RETURNING id, 'bypass' AS because
), stray AS (
    SELECT id, because FROM unknown
    UNION ALL
    SELECT id, CASE WHEN decision = 'refused' THEN 'bypass' ELSE 'left_over' END
      FROM hooks_call WHERE id = %(call)s::uuid
), alarm AS (
    INSERT INTO hooks_alarm (kind, tenant_id, instance_id, call_id, wcs_call_id, at)
    SELECT 'unknown_call', session.tenant_id, session.instance_id, stray.id, %(wcs_call)s, now()
      FROM stray JOIN hooks_session session ON session.id = %(session)s
     WHERE stray.because = 'bypass'
    ON CONFLICT DO NOTHING
)
INSERT INTO hooks_ending (call_id, because, since, due_at, tries, result)
SELECT id, because, now(), now(), 0, '' FROM stray
ON CONFLICT (call_id) DO UPDATE SET done_at = NULL, due_at = now(), since = now(), tries = 0
 WHERE hooks_ending.done_at IS NOT NULL
"""
