"""Parts of the hooks' statements about messages that pages send."""

from __future__ import annotations

from hooks.messages.facts import MessageFacts

_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
OF_ALL = "'00000000-0000-0000-0000-000000000000'::uuid"  # in the place of a session
_MINUTE = "floor(extract(epoch FROM statement_timestamp()) / 60)::bigint"
_SENT = """coalesce((SELECT number FROM hooks_messagepace
            WHERE tenant_id = tenant.id AND session_id = {} AND minute >= clock.minute), 0)"""
_FACTS = {
    "minute": "clock.minute",
    "operations": "tenant.message_operation_list",
    "longest": "tenant.message_bytes",
    "a_minute": "tenant.messages_a_minute",
    "a_minute_of_all": "tenant.messages_a_minute_of_all",
    "sent": _SENT.format("session.id"),
    "sent_by_all": _SENT.format(OF_ALL),
    "known": f"""EXISTS (SELECT FROM hooks_pagemessage
            WHERE session_id = session.id AND operation_id = hook.operation_id)
     OR EXISTS (SELECT FROM hooks_datarecipient
                 WHERE session_id = session.id AND message_id =
                       CASE WHEN hook.operation_id ~* '{_UUID}'
                            THEN hook.operation_id::uuid END)""",
}
_PAIRS = ", ".join(f"'{name}', {_FACTS[name]}" for name in MessageFacts._fields)
MESSAGING = f"""
  LEFT JOIN LATERAL (
       SELECT jsonb_build_object({_PAIRS})::text AS facts
         FROM (SELECT {_MINUTE} AS minute) clock
       ) messaging ON hook.operation_id <> '' AND session.ended_at IS NULL"""
# The tenant's row counts all of its messages in the minute, and the session's its own. One without
# room for those of the batch counts none of them: then they are not written, and decided again.
TAKEN = f"""
page_message AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS message (
        id uuid, tenant_id bigint, session_id uuid, operation_id text, operation text, text text,
        received_at timestamptz, minute bigint, a_minute int, a_minute_of_all int)
), counted_message AS (
    INSERT INTO hooks_messagepace AS pace (tenant_id, session_id, minute, number, most)
    SELECT * FROM (
           SELECT tenant_id, session_id, max(minute), count(*), max(a_minute)
             FROM page_message GROUP BY tenant_id, session_id
           UNION ALL
           SELECT tenant_id, {OF_ALL}, max(minute), count(*), max(a_minute_of_all)
             FROM page_message GROUP BY tenant_id) counting
     ORDER BY tenant_id, session_id
    ON CONFLICT (tenant_id, session_id) DO UPDATE
       SET minute = greatest(pace.minute, excluded.minute), most = excluded.most,
           number = CASE WHEN pace.minute < excluded.minute THEN 0 ELSE pace.number END
                    + excluded.number
     WHERE pace.minute < excluded.minute OR pace.number + excluded.number <= excluded.most
    RETURNING tenant_id, session_id
), taken_message AS (
    INSERT INTO hooks_pagemessage (id, tenant_id, session_id, operation_id, operation, text,
                                   received_at)
    SELECT id, tenant_id, session_id, operation_id, operation, text, received_at
      FROM page_message
     WHERE (tenant_id, session_id) IN (SELECT tenant_id, session_id FROM counted_message)
       AND (tenant_id, {OF_ALL}) IN (SELECT tenant_id, session_id FROM counted_message)
    ON CONFLICT DO NOTHING RETURNING id
)"""
