"""Makes any number of calls over some days, in a few statements; tenant 1 has a tenth of them."""

from __future__ import annotations

from django.db import connection

INSTANCE = "00000000-0000-4000-8000-000000000001"
TENANTS = """
INSERT INTO tenants_tenant (id, slug, name, status, sip_register_required, created_at, country,
                            currency, time_zone, limits, holidays, honey_alias)
SELECT n, 't' || n, 'Tenant ' || n, 'active', false, now(), '', 'EUR', 'UTC', '{}', '[]', ''
  FROM generate_series(1, %(tenants)s) AS n
"""
# Row ids grow with time, as hooks.row_id makes them.
PLAN = """
CREATE TEMP TABLE plan AS
SELECT n, at, tenant, luck,
       (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5('s' || n), 1, 3)
        || '8' || substr(md5('s' || n), 4, 15))::uuid AS session,
       (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5('c' || n), 1, 3)
        || '8' || substr(md5('c' || n), 4, 15))::uuid AS call
  FROM (SELECT n, hashint4(n) & 65535 AS luck,
               CASE WHEN hashint4(n + 1) & 1023 < 102 THEN 1
                    ELSE 1 + abs(hashint4(n + 2)) %% %(tenants)s END AS tenant,
               now() - make_interval(days => %(days)s) * (1 - n::float / %(last)s) AS at
          FROM generate_series(%(first)s, %(until)s) AS n) AS drawn
"""
SESSIONS = f"""
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_login, connect_digest, opened_at, established_at, ended_at, ended_by)
SELECT session, tenant, '{INSTANCE}', 'node-1@192.0.2.1', session::text, 'defaultApp',
       'https://t' || tenant || '.example', '10001', md5(n::text),
       at, at, at + interval '5 minutes',
       CASE WHEN luck %% 100 = 7 THEN 'reaper' ELSE 'disconnected' END
  FROM plan ORDER BY n
"""
CALLS = """
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision,
                        reason, asked_at, ringing_at, answered_at, ended_at, ended_by, end_info,
                        sip_status)
SELECT call, tenant, session, md5(n::text), 'sales', '10002', '10001',
       CASE WHEN luck %% 50 = 1 THEN 'refused' ELSE 'allowed' END,
       CASE WHEN luck %% 5000 = 1 THEN 'session_ended'
            WHEN luck %% 50 = 1 THEN 'callee_unknown' ELSE 'allowed' END,
       at, at + interval '1 second', CASE WHEN luck %% 10 > 3 THEN at + interval '9 seconds' END,
       at + make_interval(secs => 10 + luck %% 240),
       CASE WHEN luck %% 50 = 1 THEN 'refused' WHEN luck %% 10 = 3 THEN 'busy'
            WHEN luck %% 10 = 2 THEN 'failed' ELSE 'finish' END,
       '', CASE WHEN luck %% 100 = 2 THEN 403 END
  FROM plan ORDER BY n
"""
EVENTS = f"""
INSERT INTO hooks_eventlog (received_at, instance_id, tenant_id, session_id, call_id, method,
                            decision, reason, detail, body)
SELECT at, '{INSTANCE}', CASE WHEN luck %% 5000 = 2 THEN NULL ELSE tenant END, session, call,
       CASE WHEN luck %% 1000 = 5 THEN 'RegistrationStatusEvent' ELSE 'call' END,
       CASE WHEN luck %% 50 = 1 OR luck %% 5000 = 2 THEN 'refused' ELSE 'allowed' END,
       CASE WHEN luck %% 5000 = 1 THEN 'session_ended' WHEN luck %% 5000 = 2 THEN 'origin_unknown'
            WHEN luck %% 50 = 1 THEN 'callee_unknown' ELSE 'allowed' END,
       '', '{{"status": "REGISTERED"}}'
  FROM plan ORDER BY n
"""
# One for each call.
STREAMS = """
INSERT INTO hooks_stream (id, tenant_id, session_id, media_session_id, kind, alias, name, scope,
                          decision, reason, asked_at, began_at, ended_at, ended_by, end_info,
                          visitor, settled_at)
SELECT id, tenant_id, session_id, wcs_call_id, 'play', alias, 'n', '', decision, reason, asked_at,
       answered_at, ended_at, CASE ended_by WHEN 'finish' THEN 'stopped' ELSE ended_by END, '', '',
       ended_at
  FROM hooks_call ORDER BY asked_at
"""


def fill_streams() -> None:
    """After `fill`."""
    with connection.cursor() as cursor:
        cursor.execute(STREAMS)
        cursor.execute("VACUUM ANALYZE hooks_stream")


def fill(calls: int, tenants: int, days: int = 30, at_once: int = 500_000) -> None:
    """As many sessions and events too."""
    with connection.cursor() as cursor:
        cursor.execute(TENANTS, {"tenants": tenants})
        cursor.execute("SELECT setval('tenants_tenant_id_seq', %s)", [tenants])
        for first in range(1, calls + 1, at_once):
            until = min(first + at_once - 1, calls)
            cursor.execute(
                PLAN,
                {"tenants": tenants, "days": days, "last": calls, "first": first, "until": until},
            )
            for statement in (SESSIONS, CALLS, EVENTS):
                cursor.execute(statement.replace("%%", "%"))
            cursor.execute("DROP TABLE plan")
    # What autovacuum does in time; it summarises the index of call ids too.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE hooks_session, hooks_call, hooks_eventlog, tenants_tenant")
