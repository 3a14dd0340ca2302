"""The SQL of the duty that watches limits: whose meters moved, and the notices that follow."""

from __future__ import annotations

from hooks.limits.scope import UNKNOWN_VISITORS

MOST_ROWS = 5_000  # of each kind that one turn looks at

CLOCK = "SELECT now()"
RECENT = f"""
SELECT asked_at, tenant_id, reservation->'scopes' FROM hooks_call
 WHERE asked_at > %s ORDER BY asked_at LIMIT {MOST_ROWS}
"""
# A talk that lasts uses more and more; its own limits were looked at when it began.
LIVING = f"""
SELECT asked_at, tenant_id, reservation->'scopes' FROM hooks_call
 WHERE ended_at IS NULL AND asked_at > %s ORDER BY asked_at LIMIT {MOST_ROWS}
"""
# The detail of a refused call says whose limit it was.
REFUSED = f"""
SELECT received_at, tenant_id, detail, reason FROM hooks_eventlog
 WHERE decision = 'refused' AND received_at > %s ORDER BY received_at LIMIT {MOST_ROWS}
"""


def _owner(table: str, scope: str, name: str, key: str, shape: str) -> str:
    """Of a scope like `domain 7`; the name after it may be none of ours."""
    return f"""
       SELECT limits, '{scope} ' || {name} AS place FROM {table}
        WHERE tenant_id = watched.tenant_id
          AND id = CASE WHEN watched.scope ~ '^{scope} {shape}$'
                        THEN split_part(watched.scope, ' ', 2)::{key} END"""


_OWNERS = " UNION ALL ".join(
    (
        _owner("tenants_domain", "domain", "origin", "bigint", "[0-9]{1,18}"),
        _owner("tenants_sipaccount", "account", "login", "uuid", "[0-9a-f-]{36}"),
        _owner("tenants_callee", "callee", "alias", "bigint", "[0-9]{1,18}"),
    )
)
READ_METERS = f"""
SELECT watched.tenant_id, watched.scope,
       CASE watched.scope WHEN '{UNKNOWN_VISITORS}' THEN 'visitors who cannot be told apart'
                          ELSE coalesce(owner.place, '') END,
       meter.state, coalesce(owner.limits, '{{}}'), tenant.limits,
       tenant.currency, tenant.time_zone, tenant.slug
  FROM unnest(%(tenants)s::bigint[], %(scopes)s::text[]) AS watched (tenant_id, scope)
  JOIN tenants_tenant tenant ON tenant.id = watched.tenant_id
  JOIN hooks_meter meter ON meter.tenant_id = watched.tenant_id AND meter.scope = watched.scope
  LEFT JOIN LATERAL ({_OWNERS}) owner ON true
"""
# Once in each period, and of a sliding window once in its length. Where a limit is used up, that it
# is nearly used up is no news.
WRITE_NOTICES = """
INSERT INTO hooks_limitnotice (tenant_id, scope, place, "limit", level, period, used, most, at)
SELECT tenant_id, scope, place, "limit", level, period, used, most, now()
  FROM json_to_recordset(%s) AS notice (
       tenant_id bigint, scope text, place text, "limit" text, level text, period text,
       quiet_seconds int, used bigint, most bigint)
 WHERE NOT EXISTS (
       SELECT FROM hooks_limitnotice earlier
        WHERE earlier.tenant_id = notice.tenant_id AND earlier.scope = notice.scope
          AND earlier."limit" = notice."limit" AND earlier.level IN (notice.level, 'critical')
          AND (earlier.period = notice.period
               OR earlier.at > now() - make_interval(secs => notice.quiet_seconds)))
ON CONFLICT DO NOTHING
RETURNING tenant_id, scope, "limit"
"""
# What happened before mails were set up, or while no server took them for long, stays unmailed.
UNMAILED = """
SELECT notice.id, tenant.slug, tenant.currency, notice.place, notice."limit", notice.level,
       notice.used, notice.most
  FROM hooks_limitnotice notice JOIN tenants_tenant tenant ON tenant.id = notice.tenant_id
 WHERE notice.mailed_at IS NULL AND notice.at > now() - interval '1 day'
 ORDER BY notice.at LIMIT 500
"""
MAILED = "UPDATE hooks_limitnotice SET mailed_at = now() WHERE id = ANY (%s)"
