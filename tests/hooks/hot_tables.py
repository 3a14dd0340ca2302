"""Tables as busy as they get: rows of sessions, calls, meters, rates, tickets and blocks."""

from __future__ import annotations

POOL, LIVING_OF_POOL = 100, 30_000
LIVING, ENDED = 20_000, 60_000
RECURRENCES = 500  # of one old-style session id
ONE_HOOK = 60  # rows that any step touches for one hook
TABLES = (
    *("hooks_session", "hooks_call", "hooks_eventlog", "hooks_meter", "tenants_rate"),
    *("hooks_stream", "tenants_streamalias"),
    *("hooks_spentticket", "hooks_visitorblock", "hooks_callquality"),
    "hooks_callbackrequest",
    *("hooks_pagemessage", "hooks_messagepace", "hooks_datarecipient", "hooks_datamessage"),
    *("tenants_tenant", "tenants_domain", "tenants_wcsinstance_tenants"),
)
APPS = 50_000  # tenants whose apps have the same origin
METERS, RATES = 50_000, 50_000
SESSIONS = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_account_id, sip_login, connect_digest, opened_at, ended_at, ended_by)
SELECT gen_random_uuid(), %(tenant)s, %(instance)s, %(node)s, %(name)s || n, '', %(origin)s,
       (%(accounts)s::uuid[])[1 + n %% cardinality(%(accounts)s::uuid[])], '', '',
       now() - n * interval '1 second',
       CASE WHEN %(ended)s THEN now() - n * interval '1 millisecond' END, ''
  FROM generate_series(1, %(rows)s) AS n
"""
RECURRING = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_login, connect_digest, opened_at, ended_at, ended_by)
SELECT gen_random_uuid(), %(tenant)s, %(instance)s, %(node)s, '/1.2.3.4:5/6.7.8.9:10', '', '', '',
       '', now(), now() - n * interval '1 minute', ''
  FROM generate_series(1, %(rows)s) AS n
"""
CALLS = """
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision,
                        reason, asked_at, ended_at, ended_by, end_info)
SELECT gen_random_uuid(), tenant_id, id, 'c', '', '', '', 'allowed', 'allowed', opened_at,
       ended_at, '', ''
  FROM hooks_session WHERE wcs_session_id LIKE 's%%'
"""
# Each session has a stream that lives, and may play the alias studio; as many have ended.
RIGHTS = """
UPDATE hooks_session SET play_alias = 'studio' WHERE wcs_session_id LIKE 's%%'
"""
STREAMS = """
INSERT INTO hooks_stream (id, tenant_id, session_id, media_session_id, kind, alias, name, scope,
                          decision, reason, asked_at, ends_by, ended_at, ended_by, end_info,
                          visitor, settled_at)
SELECT gen_random_uuid(), tenant_id, id, CASE WHEN has_ended THEN 'e' ELSE 'm' END, 'play',
       'studio', '', '', 'allowed', 'allowed', opened_at, opened_at,
       CASE WHEN has_ended THEN opened_at END, '', '', '', CASE WHEN has_ended THEN opened_at END
  FROM hooks_session CROSS JOIN (VALUES (true), (false)) AS state (has_ended)
 WHERE wcs_session_id LIKE 's%%'
"""
ALIASES = """
INSERT INTO tenants_streamalias (tenant_id, alias, name, may_publish, may_play, publishers, players,
                                 longest_seconds)
SELECT %(tenant)s, CASE n WHEN 1 THEN 'studio' ELSE 'a' || n END, 'n' || n, true, true, 1, 1, 1
  FROM generate_series(1, %(meters)s) AS n
"""
# Of visitors who called once, long ago.
VISITORS = """
INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
SELECT %(tenant)s, 'visitor ' || n, 0, '{}', now() FROM generate_series(1, %(meters)s) AS n
"""
DECK = """
INSERT INTO tenants_rate (tenant_id, prefix, per_minute, connect_fee, first_increment,
                          next_increment, currency)
SELECT %(tenant)s, n::text, 1, 0, 1, 1, 'EUR' FROM generate_series(1, %(rates)s) AS n
"""
TICKETS = """
INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
SELECT %(tenant)s, 'j' || n, NULL, now() FROM generate_series(1, %(meters)s) AS n
"""
# Of the tenant and the session that the statement about it names.
TICKET_OF_CALL = """
WITH spent AS (
    INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
    SELECT 1, 'of s7', id, now() FROM hooks_session WHERE wcs_session_id = 's7'
    RETURNING session_id
)
UPDATE hooks_call SET answered_at = asked_at
 WHERE session_id = (SELECT session_id FROM spent)
"""
BLOCKS = """
INSERT INTO hooks_visitorblock (tenant_id, visitor, display, since, because, lifted_by)
SELECT %(tenant)s, 'v' || n, '', now(), '', '' FROM generate_series(1, %(meters)s) AS n
"""
CALLBACKS = """
INSERT INTO hooks_callbackrequest (id, tenant_id, asked_at, alias, because, name, reach, sentence,
                                   visitor, done_by)
SELECT gen_random_uuid(), 1, now(), '', '', '', '', '', 'v' || n, ''
  FROM generate_series(1, %(meters)s) AS n
"""
# Each session has sent one, and got one.
PAGE_MESSAGES = """
INSERT INTO hooks_pagemessage (id, tenant_id, session_id, operation_id, operation, text,
                               received_at)
SELECT gen_random_uuid(), tenant_id, id, 'o', 'chat', 'hello', now() FROM hooks_session
"""
PACES = """
INSERT INTO hooks_messagepace (tenant_id, session_id, minute, number, most)
SELECT tenant_id, id, 1, 1, 20 FROM hooks_session
"""
RECIPIENTS = """
INSERT INTO hooks_datarecipient (tenant_id, message_id, session_id, instance_id, state, result,
                                 tries)
SELECT tenant_id, '01900000-0000-7000-8000-000000000000', id, instance_id,
       CASE WHEN ended_at IS NULL THEN 'waiting' ELSE 'gone' END, '', 0 FROM hooks_session
"""
MESSAGES = (PAGE_MESSAGES, PACES, RECIPIENTS)
TENANTS_WITH_APPS = """
INSERT INTO tenants_tenant (slug, name, status, sip_register_required, created_at, country,
                            currency, time_zone, limits, holidays)
SELECT 'app-' || n, '', 'active', false, now(), '', 'EUR', 'UTC', '{}', '[]'
  FROM generate_series(1, %(apps)s) AS n
"""
APP_OF_EACH = """
INSERT INTO tenants_domain (tenant_id, origin, include_subdomains, limits)
SELECT id, %(origin)s, false, '{}' FROM tenants_tenant
"""
SERVED = """
INSERT INTO tenants_wcsinstance_tenants (wcsinstance_id, tenant_id)
SELECT %(instance)s, id FROM tenants_tenant WHERE slug LIKE 'app-%%' LIMIT %(number)s
"""
FORGET = """
DELETE FROM pg_statistic WHERE starelid = ANY (%s::regclass[]);
"""
# As while a WCS does not answer.
WAITING_ENDINGS = """
INSERT INTO hooks_ending (call_id, because, since, due_at, tries, result)
SELECT id, 'longest', now(), now() + interval '100 seconds', 1, '' FROM hooks_call LIMIT 5000
"""
