"""The statement that reads the facts of a stream that a page asks for, or of its message."""

from __future__ import annotations

from hooks.facts import Facts
from hooks.statements.blocking import BLOCKED
from hooks.statements.messaging_in import MESSAGING
from hooks.statements.serving import SERVED
from hooks.statements.session import INSTANCE, LATEST_SESSION
from hooks.statements.switching import SWITCHED_OFF_FOR_STREAM
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import MOST_ENDED, TENANT

OF_STREAM = {
    "stream_id": "stream.id",
    "stream_kind": "stream.kind",
    "stream_decision": "stream.decision",
    "stream_alias": "stream.alias",
    "stream_name": "stream.name",
    "stream_asked_at": "stream.asked_at",
    "stream_began_at": "stream.began_at",
    "stream_ended_at": "stream.ended_at",
}
# Under one id, one that was allowed comes first.
STREAM = """
  LEFT JOIN LATERAL (
       SELECT * FROM hooks_stream
        WHERE session_id = session.id AND media_session_id = hook.wcs_stream
        ORDER BY session_id, media_session_id, decision LIMIT 1
       ) stream ON hook.wcs_stream <> ''"""
_FACTS = (
    INSTANCE
    | OF_STREAM
    | {
        "switched_off": SWITCHED_OFF_FOR_STREAM,
        "session_id": "session.id",
        "session_ended_at": "session.ended_at",
        "session_visitor": "session.visitor",
        "session_publish": "session.publish_alias",
        "session_play": "session.play_alias",
        "visitor_blocked": "blocked.visitors IS NOT NULL",
        "tenant_id": "session.tenant_id",
        "tenant_status": "tenant.status",
        "tenant_served": "served.id IS NOT NULL",
        "domain_id": "domain.id",
        "streaming": "streaming.facts",
        "messaging": "messaging.facts",
    }
)
_STREAMING = {
    "clock": "extract(epoch FROM statement_timestamp())",
    "worker_seen_at": "(SELECT extract(epoch FROM max(seen_at)) FROM hooks_worker)",
    "alias_id": "alias.id",
    "name": "alias.name",
    "may_publish": "alias.may_publish",
    "may_play": "alias.may_play",
    "publishers": "alias.publishers",
    "players": "alias.players",
    "longest_seconds": "alias.longest_seconds",
    "tenant_publishers": "tenant.stream_publishers",
    "tenant_players": "tenant.stream_players",
    "version": "meters.version",
    "meters": "meters.states",
    "ended": "ended.streams",
}
_PAIRS = ", ".join(f"'{name}', {_STREAMING[name]}" for name in StreamFacts._fields)
# In the order of an index that holds nothing else.
_ENDED = f"""
       SELECT jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'scope', scope)) AS streams,
              array_agg(scope) AS scopes
         FROM (SELECT id, kind, scope FROM hooks_stream
                WHERE tenant_id = tenant.id AND ended_at IS NOT NULL AND settled_at IS NULL
                  AND decision = 'allowed'
                ORDER BY tenant_id, id LIMIT {MOST_ENDED}) unsettled"""
_METERS = f"""
       SELECT jsonb_object_agg(meter.scope, meter.state) AS states,
              max(meter.version) FILTER (WHERE meter.scope = '{TENANT}') AS version
         FROM hooks_meter meter
        WHERE meter.tenant_id = tenant.id
          AND meter.scope = ANY (
              ARRAY['{TENANT}', 'streams alias ' || alias.id] || ended.scopes)"""

# Only an alias that the connection's ticket or token names is looked up. What let the session in
# must still hold: the domain covers its origin.
READ_STREAM = f"""
SELECT {", ".join(f"{_FACTS.get(name, 'NULL')} AS {name}" for name in Facts._fields)}
  FROM json_to_recordset(%s) AS hook (
       n int, key text, node text, wcs_session text, wcs_stream text, alias text,
       operation_id text)
  LEFT JOIN tenants_wcsinstance instance ON instance.key = hook.key
  LEFT JOIN LATERAL ({LATEST_SESSION} LIMIT 1) session ON true
{STREAM}
  LEFT JOIN tenants_tenant tenant ON tenant.id = session.tenant_id
{SERVED}
  LEFT JOIN tenants_domain domain
       ON domain.id = session.domain_id AND domain.tenant_id = tenant.id
      AND (domain.origin = session.origin
           OR domain.include_subdomains
              AND origin_span(domain.origin, true) && origin_span(session.origin, false))
  LEFT JOIN LATERAL (
       SELECT * FROM tenants_streamalias
        WHERE tenant_id = tenant.id AND alias = hook.alias LIMIT 1
       ) alias ON hook.alias IN (session.publish_alias, session.play_alias)
  LEFT JOIN LATERAL ({BLOCKED.format("session.visitor")}) blocked ON session.visitor <> ''
  LEFT JOIN LATERAL (
       SELECT jsonb_build_object({_PAIRS})::text AS facts
         FROM (SELECT) AS one
         LEFT JOIN LATERAL ({_ENDED}) ended ON true
         LEFT JOIN LATERAL ({_METERS}) meters ON true
       ) streaming ON alias.id IS NOT NULL AND session.ended_at IS NULL
{MESSAGING}
 ORDER BY hook.n
"""
