"""The SQL of deliveries: taking what is due, noting how it went, and how endpoints do.

It looks at the endpoints that are enabled, and at the first due messages of each; never at history,
nor at how many wait.
"""

from __future__ import annotations

LEASE = "60 seconds"  # longer than an attempt with a slow resolver; then others may take it
LONGEST_LEASE = "120 seconds"  # one that lasts longer was taken before the clock was stepped back
QUICK = "59 seconds"  # an attempt whose lease lasts less is slow: it began over a second ago
LONGEST_PAUSE = "27 hours"  # what is put off for longer was so before the clock was stepped back
PER_ENDPOINT = 8  # attempts at once, of all workers together; none more while one is slow
PER_FAILING_ENDPOINT = 1
LOOKED_AT = 40  # due messages of an endpoint: those under way and what waits for them, and more
MOST_ATTEMPTS = 20  # that a delivery remembers

# Each endpoint gets one attempt at first; `more` are for those with more to do, and `failing` for
# those that fail. A message waits for the one before it of the same call, until that is done. If
# that one is tried again later, what waits for it moves behind it, out of the way of other calls.
TAKE = f"""
WITH candidate AS MATERIALIZED (
    SELECT endpoint.id AS endpoint_id, standing.endpoint_id IS NOT NULL AS is_failing,
           due.id, due.message_id, due.due_at,
           due.taken_until IS NOT NULL AND due.taken_until > now()
           AND due.taken_until < now() + interval '{LONGEST_LEASE}' AS is_taken,
           due.taken_until < now() + interval '{QUICK}' AS is_slow,
           head.due_at AS head_due_at, head.message_id IS NOT NULL AS is_blocked,
           head.taken_until IS NOT NULL AND head.taken_until > now()
           AND head.taken_until < now() + interval '{LONGEST_LEASE}' AS head_is_taken
      FROM tenants_webhookendpoint endpoint
      LEFT JOIN hooks_webhookstanding standing ON standing.endpoint_id = endpoint.id
     CROSS JOIN LATERAL (
           SELECT * FROM (SELECT * FROM hooks_webhookdelivery
            WHERE endpoint_id = endpoint.id AND done_at IS NULL AND due_at <= now()
            ORDER BY due_at, message_id LIMIT {LOOKED_AT}) late
            UNION ALL
           SELECT * FROM (SELECT * FROM hooks_webhookdelivery
            WHERE endpoint_id = endpoint.id AND done_at IS NULL
              AND due_at > now() + interval '{LONGEST_PAUSE}'
            ORDER BY due_at, message_id LIMIT {PER_ENDPOINT}) put_off) due
      LEFT JOIN LATERAL (
           -- Compared so that only the index of what waits of a call can be used.
           SELECT * FROM hooks_webhookdelivery earlier
            WHERE earlier.subject = due.subject AND earlier.done_at IS NULL
              AND earlier.endpoint_id::text = endpoint.id::text
              AND earlier.message_id + 0 < due.message_id
            ORDER BY earlier.message_id + 0 LIMIT 1) head ON true
     WHERE endpoint.enabled
), behind AS (
    SELECT id FROM hooks_webhookdelivery
     WHERE id = ANY (ARRAY(SELECT id FROM candidate
                            WHERE is_blocked AND NOT head_is_taken AND head_due_at > due_at))
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE hooks_webhookdelivery delivery SET due_at = candidate.head_due_at
      FROM candidate
     WHERE candidate.id = delivery.id AND delivery.id = ANY (ARRAY(SELECT id FROM behind))
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY endpoint_id, is_taken OR is_blocked
                                     ORDER BY due_at, message_id) AS place,
           count(*) FILTER (WHERE is_taken) OVER (PARTITION BY endpoint_id) AS under_way,
           bool_or(is_taken AND is_slow) OVER (PARTITION BY endpoint_id) AS has_slow
      FROM candidate
), free AS (
    SELECT *, row_number() OVER (PARTITION BY is_failing, place > 1
                                     ORDER BY due_at, message_id) AS turn
      FROM placed
     WHERE NOT is_taken AND NOT is_blocked
       AND place <= CASE WHEN is_failing THEN {PER_FAILING_ENDPOINT} - under_way
                         WHEN has_slow THEN 0
                         ELSE {PER_ENDPOINT} - under_way END
), chosen AS (
    SELECT id FROM free
     WHERE CASE WHEN is_failing THEN turn <= %(failing)s
                WHEN place > 1 THEN turn <= %(more)s ELSE true END
     ORDER BY is_failing, place > 1, due_at, message_id LIMIT %(most)s
), locked AS (
    SELECT id FROM hooks_webhookdelivery
     WHERE id = ANY (ARRAY(SELECT id FROM chosen)) AND done_at IS NULL
       AND (taken_until IS NULL OR taken_until <= now()
            OR taken_until >= now() + interval '{LONGEST_LEASE}')
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
    UPDATE hooks_webhookdelivery SET taken_until = now() + interval '{LEASE}'
     WHERE id = ANY (ARRAY(SELECT id FROM locked))
    RETURNING id, tenant_id, endpoint_id, message_id, tries
)
SELECT taken.id, taken.tenant_id, taken.endpoint_id, taken.tries, endpoint.url, endpoint.secret,
       endpoint.previous_secret, endpoint.with_numbers, standing.endpoint_id IS NOT NULL,
       message.uid, message.type, message.happened_at, message.data, message.numbers
  FROM taken
  JOIN tenants_webhookendpoint endpoint ON endpoint.id = taken.endpoint_id
  LEFT JOIN hooks_webhookstanding standing ON standing.endpoint_id = taken.endpoint_id
 CROSS JOIN LATERAL (
       SELECT * FROM hooks_webhookmessage WHERE id = taken.message_id OFFSET 0) message
 ORDER BY taken.message_id
"""
_OUTCOMES = """
outcome AS (
    SELECT * FROM json_to_recordset(%(outcomes)s) AS outcome (
        id bigint, state text, pause float, status int, attempt jsonb)
)"""
# One that is tried again has a pause; a message that is done keeps the time it was due.
NOTE = f"""
WITH {_OUTCOMES}, noted AS (
    SELECT id FROM hooks_webhookdelivery
     WHERE id = ANY (ARRAY(SELECT id FROM outcome)) AND done_at IS NULL
     ORDER BY id FOR NO KEY UPDATE
)
UPDATE hooks_webhookdelivery delivery
   SET tries = delivery.tries + 1, taken_until = NULL, state = outcome.state,
       status = outcome.status,
       due_at = coalesce(now() + make_interval(secs => outcome.pause), delivery.due_at),
       done_at = CASE WHEN outcome.state <> 'waiting' THEN now() END,
       attempts = CASE WHEN jsonb_array_length(delivery.attempts) < {MOST_ATTEMPTS}
                       THEN delivery.attempts ELSE delivery.attempts - 0 END
                  || jsonb_build_array(outcome.attempt)
  FROM outcome
 WHERE outcome.id = delivery.id AND delivery.id = ANY (ARRAY(SELECT id FROM noted))
"""
RECOVERED = """
DELETE FROM hooks_webhookstanding WHERE endpoint_id IN (
       SELECT endpoint_id FROM hooks_webhookstanding WHERE endpoint_id = ANY (%(endpoints)s::uuid[])
        ORDER BY endpoint_id FOR UPDATE)
"""
# Those that failed for so long that they are to be disabled: after a mail, where mails are sent.
FAILED = """
INSERT INTO hooks_webhookstanding AS standing (endpoint_id, failing_since, problem)
SELECT endpoint_id, now(), problem
  FROM unnest(%(endpoints)s::uuid[], %(problems)s::text[]) AS failed (endpoint_id, problem)
  JOIN tenants_webhookendpoint endpoint ON endpoint.id = endpoint_id  -- not removed meanwhile
 ORDER BY endpoint_id
ON CONFLICT (endpoint_id) DO UPDATE SET problem = excluded.problem
RETURNING endpoint_id, failing_since < now() - make_interval(days => %(days)s)
                       AND (warned_at IS NOT NULL OR NOT %(warns)s)
"""
UNMAILED = """
SELECT standing.endpoint_id, tenant.slug, endpoint.url, standing.failing_since, standing.problem
  FROM hooks_webhookstanding standing
  JOIN tenants_webhookendpoint endpoint ON endpoint.id = standing.endpoint_id AND endpoint.enabled
  JOIN tenants_tenant tenant ON tenant.id = endpoint.tenant_id
 WHERE standing.warned_at IS NULL AND standing.failing_since < now() - interval '4 days'
 ORDER BY standing.failing_since LIMIT 500
"""
MAILED = "UPDATE hooks_webhookstanding SET warned_at = now() WHERE endpoint_id = ANY (%s)"
