"""The SQL of the next slices, and of calls that have ended and were not settled yet."""

from __future__ import annotations

from hooks.limits.asked import LEAD
from hooks.limits.scope import TENANT
from hooks.limits.slices import MOST_AHEAD
from hooks.statements.alarming import RAISE_FOR_SHORT_CALLS
from hooks.statements.limiting import ENDED_CALLS, name_ended_scopes

IN_FUTURE = 30  # seconds
MOST_TENANTS = 200  # in one turn
MOST_CALLS = 200  # of one tenant in one turn
# A call whose end was asked for needs no slice any more. One that seems to be answered in the
# future is due for its end.
_DUE = f"""
       reservation IS NOT NULL AND answered_at IS NOT NULL
       AND (extract(epoch FROM now() - answered_at) >= least(
                (reservation->>'seconds')::int - {LEAD}, (reservation->>'longest')::int)
            OR answered_at > now() + interval '{IN_FUTURE} seconds'
            OR (reservation->>'seconds')::int - extract(epoch FROM now() - answered_at)
               > {MOST_AHEAD})
       AND NOT EXISTS (SELECT FROM hooks_ending ending WHERE ending.call_id = living.id)"""
_LIVING = "(SELECT * FROM hooks_call WHERE ended_at IS NULL ORDER BY asked_at OFFSET 0) living"
FIND_TENANTS = f"""
SELECT tenant_id FROM (
    SELECT tenant_id FROM {_LIVING} WHERE {_DUE}
    UNION
    SELECT tenant_id FROM (
           SELECT tenant_id FROM hooks_call
            WHERE ended_at IS NOT NULL AND settled_at IS NULL AND reservation IS NOT NULL
            ORDER BY tenant_id, id LIMIT 5000) unsettled
) concerned LIMIT {MOST_TENANTS}
"""


def _limits_of(table: str, scope: str, key: str) -> str:
    return f"""coalesce((
       SELECT jsonb_object_agg('{scope} ' || owner.id, owner.limits) FROM {table} owner
        WHERE owner.id = ANY (ARRAY(
              SELECT split_part(name, ' ', 2)::{key} FROM unnest(scopes.names) AS name
               WHERE name LIKE '{scope} %%'))), '{{}}')"""


READ_TENANT = f"""
SELECT extract(epoch FROM statement_timestamp())::float, tenant.time_zone, tenant.limits,
       meters.version, coalesce(meters.states, '{{}}'), coalesce(due.calls, '[]'),
       coalesce(ended.calls, '[]'),
       {_limits_of("tenants_domain", "domain", "bigint")}
       || {_limits_of("tenants_sipaccount", "account", "uuid")}
       || {_limits_of("tenants_callee", "callee", "bigint")}
  FROM tenants_tenant tenant
  LEFT JOIN LATERAL ({ENDED_CALLS}) ended ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object(
                  'id', id, 'reservation', reservation,
                  'talked', extract(epoch FROM now() - answered_at))) AS calls
         FROM (SELECT * FROM {_LIVING} WHERE tenant_id = tenant.id AND {_DUE}
                LIMIT {MOST_CALLS}) living
       ) due ON true
 CROSS JOIN LATERAL (
       SELECT ARRAY['{TENANT}']
           || {name_ended_scopes("ended.calls")}
           || ARRAY(SELECT jsonb_array_elements_text(
                    jsonb_path_query_array(due.calls, '$[*].reservation.scopes[*]'))) AS names
       ) scopes
  LEFT JOIN LATERAL (
       SELECT jsonb_object_agg(meter.scope, meter.state) AS states,
              max(meter.version) FILTER (WHERE meter.scope = '{TENANT}') AS version
         FROM hooks_meter meter
        WHERE meter.tenant_id = tenant.id AND meter.scope = ANY (scopes.names)
       ) meters ON true
 WHERE tenant.id = %(tenant)s
"""

# All or nothing: the meters are as they were read, the calls that go on have not ended meanwhile,
# and nobody else has settled the ended ones.
WRITE_TENANT = f"""
WITH unchanged AS MATERIALIZED (
    SELECT tenant_id FROM hooks_meter
     WHERE tenant_id = %(tenant)s AND scope = '{TENANT}' AND version = %(version)s
       FOR NO KEY UPDATE
), going_on AS MATERIALIZED (
    SELECT id FROM hooks_call
     WHERE id = ANY (%(going_on)s::uuid[]) AND ended_at IS NULL
       AND EXISTS (SELECT FROM unchanged)
     ORDER BY id FOR NO KEY UPDATE
), ended AS MATERIALIZED (
    SELECT id FROM hooks_call
     WHERE id = ANY (%(ended)s::uuid[]) AND settled_at IS NULL AND EXISTS (SELECT FROM unchanged)
     ORDER BY id FOR NO KEY UPDATE
), sound AS MATERIALIZED (
    SELECT tenant_id FROM unchanged
     WHERE (SELECT count(*) FROM going_on) = cardinality(%(going_on)s::uuid[])
       AND (SELECT count(*) FROM ended) = cardinality(%(ended)s::uuid[])
), moved_meter AS (
    INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
    SELECT tenant_id, scope, 0, state, statement_timestamp()
      FROM sound CROSS JOIN json_to_recordset(%(meters)s) AS meter (scope text, state jsonb)
    ON CONFLICT (tenant_id, scope) DO UPDATE
       SET version = hooks_meter.version + 1, state = excluded.state,
           touched_at = excluded.touched_at
), reserved AS (
    UPDATE hooks_call call SET reservation = next.reservation
      FROM json_to_recordset(%(reservations)s) AS next (id uuid, reservation jsonb)
     WHERE call.id = next.id AND EXISTS (SELECT FROM sound)
), settled AS (
    UPDATE hooks_call call SET settled_at = statement_timestamp(), cost = settlement.cost
      FROM json_to_recordset(%(settlements)s) AS settlement (id uuid, cost bigint)
     WHERE call.id = settlement.id AND EXISTS (SELECT FROM sound)
), settlement AS (
    SELECT * FROM json_to_recordset(%(settlements)s) AS settlement (id uuid, closes_callee bool)
     WHERE EXISTS (SELECT FROM sound)
), {RAISE_FOR_SHORT_CALLS}, to_end AS (
    INSERT INTO hooks_ending (call_id, because, since, due_at, tries, result)
    SELECT id, because, now(), now(), 0, ''
      FROM json_to_recordset(%(endings)s) AS ending (id uuid, because text)
     WHERE EXISTS (SELECT FROM sound)
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM sound
"""
