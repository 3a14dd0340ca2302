"""The SQL of messages to pages: who gets one, what is due, and what came of it.

Visitors are found by the SIP accounts of the tenant, along the index of living sessions.
"""

from __future__ import annotations

from hooks.statements.serving import SERVED
from hooks.statements.switching import SWITCHED_OFF_FOR_RECIPIENT

LEASE = "60 seconds"  # longer than an attempt; then another worker may take it
AT_A_TIME = 500  # recipients of one WCS instance, and more only where more tenants wait
MOST_RECIPIENTS = 50_000  # of one message
GIVEN_UP_AFTER = "5 minutes"  # nobody waits longer for a text on a page

_LIVING = """
SELECT session.id, session.instance_id
  FROM tenants_sipaccount account
 CROSS JOIN LATERAL (
       SELECT id, instance_id, tenant_id FROM hooks_session
        WHERE sip_account_id = account.id AND ended_at IS NULL
        ORDER BY sip_account_id, id LIMIT %(most)s) session
 WHERE account.tenant_id = %(tenant)s AND session.tenant_id = account.tenant_id
 LIMIT %(most)s
"""
COUNT_CONNECTED = f"SELECT count(*) FROM ({_LIVING}) living"
_ADD = """
INSERT INTO hooks_datarecipient (
       tenant_id, message_id, session_id, instance_id, state, result, tries, since, due_at)
SELECT %(tenant)s, %(message)s, id, instance_id, 'waiting', '', 0, now(), now()
"""
ADD_EVERYBODY = f"{_ADD} FROM ({_LIVING}) living"
ADD_SESSION = f"""
{_ADD} FROM hooks_session
 WHERE id = %(session)s AND tenant_id = %(tenant)s AND ended_at IS NULL
"""
# To the session whose message a customer's system answered.
REPLY = f"""
WITH message AS (
    INSERT INTO hooks_datamessage (id, tenant_id, goes_to, text, by, sent_at)
    SELECT %(message)s, tenant_id, 'session', %(text)s, %(by)s, now()
      FROM hooks_session
     WHERE id = %(session)s AND tenant_id = %(tenant)s AND ended_at IS NULL
    ON CONFLICT DO NOTHING RETURNING id
)
{ADD_SESSION} AND EXISTS (SELECT FROM message)
"""
# A few due ones of each instance, so that none waits for another. Tenants for whom something waits
# there share these. While nothing waits, this reads one index, which is empty then.
TAKE = f"""
WITH RECURSIVE waiting AS (
    SELECT instance.id AS instance_id, first.tenant_id
      FROM tenants_wcsinstance instance
     CROSS JOIN LATERAL (
           SELECT tenant_id FROM hooks_datarecipient
            WHERE instance_id = instance.id AND state = 'waiting'
            ORDER BY instance_id, tenant_id, due_at, id LIMIT 1) first
     WHERE EXISTS (SELECT FROM hooks_datarecipient WHERE state = 'waiting')
       AND instance.id <> ALL (%(busy)s::uuid[])
     UNION ALL
    SELECT waiting.instance_id, next.tenant_id
      FROM waiting
     CROSS JOIN LATERAL (
           SELECT tenant_id FROM hooks_datarecipient
            WHERE instance_id = waiting.instance_id AND tenant_id > waiting.tenant_id
              AND state = 'waiting'
            ORDER BY instance_id, tenant_id, due_at, id LIMIT 1) next
), shared AS (
    SELECT *, greatest({AT_A_TIME} / count(*) OVER (PARTITION BY instance_id), 1) AS share
      FROM waiting
), due AS MATERIALIZED (
    SELECT recipient.id
      FROM shared
     CROSS JOIN LATERAL (
           SELECT id FROM hooks_datarecipient
            WHERE instance_id = shared.instance_id AND tenant_id = shared.tenant_id
              AND state = 'waiting' AND due_at <= now()
            ORDER BY instance_id, tenant_id, due_at, id LIMIT shared.share
              FOR NO KEY UPDATE SKIP LOCKED) recipient
), taken AS (
    UPDATE hooks_datarecipient SET tries = tries + 1, due_at = now() + interval '{LEASE}'
     WHERE id = ANY (ARRAY(SELECT id FROM due))
    RETURNING id, message_id, session_id, instance_id, tenant_id
)
SELECT taken.instance_id, instance.rest_api_url, instance.rest_api_user,
       instance.rest_api_password, taken.id, taken.message_id, message.text,
       session.wcs_session_id, session.ended_at IS NULL,
       CASE WHEN tenant.status <> 'active' THEN 'suspended'
            WHEN served.id IS NULL THEN 'not_served'
            WHEN {SWITCHED_OFF_FOR_RECIPIENT} IS NOT NULL THEN 'switched_off' ELSE '' END
  FROM taken
  JOIN tenants_tenant tenant ON tenant.id = taken.tenant_id
  JOIN hooks_datamessage message ON message.id = taken.message_id
  JOIN hooks_session session ON session.id = taken.session_id
  JOIN tenants_wcsinstance instance ON instance.id = taken.instance_id
{SERVED}
 ORDER BY taken.instance_id,
       dense_rank() OVER (PARTITION BY taken.instance_id, taken.tenant_id
                              ORDER BY message.sent_at, message.id), message.id, taken.id
"""
# What is tried again is due later each time.
NOTE = f"""
WITH noted AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(results)s::text[])
               AS noted (id, state, result) ORDER BY id
)
UPDATE hooks_datarecipient recipient
   SET result = noted.result,
       state = CASE WHEN noted.state = 'waiting'
                     AND recipient.since < now() - interval '{GIVEN_UP_AFTER}'
                    THEN 'failed' ELSE noted.state END,
       due_at = now() + make_interval(secs => least(2 ^ recipient.tries, 60))
  FROM noted WHERE recipient.id = noted.id AND recipient.state = 'waiting'
"""
