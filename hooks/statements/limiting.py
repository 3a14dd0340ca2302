"""The limits of calls and their tenants' meters, as JSON columns of the statement for calls."""

from __future__ import annotations

from collections.abc import Sequence

from hooks.limits.facts import LimitFacts, MeterFacts
from hooks.limits.fallback import MOST_FALLBACKS
from hooks.limits.ledger import MOST_ENDED
from hooks.limits.scope import TENANT, UNKNOWN_VISITORS
from hooks.statements.switching import SWITCHED_OFF_FOR_CALLEE

_EXPRESSIONS = {
    "clock": "extract(epoch FROM statement_timestamp())",
    "worker_seen_at": "(SELECT extract(epoch FROM max(seen_at)) FROM hooks_worker)",
    "country": "tenant.country",
    "currency": "tenant.currency",
    "time_zone": "tenant.time_zone",
    "tickets": "tenant.tickets",
    "destinations": "tenant.destinations::text",
    "hours": "tenant.hours::text",
    "holidays": "tenant.holidays::text",
    "tenant_limits": "tenant.limits::text",
    "domain_limits": "domain.limits::text",
    "account_limits": "account.limits::text",
    "account_internal_rate": "account.internal_rate::text",
    "callee_id": "callee.id",
    "callee_limits": "callee.limits::text",
    "callee_number": "callee.number",
    "callee_destinations": "callee.destinations::text",
    "rate": "rate.terms",
    "visitor": "session.visitor",
    "ticketed": "session.ticketed",
    "callee_alias": "callee.alias",
    "callee_ringing_capacity": "callee.ringing_capacity",
    "callee_cool_down": "callee.cool_down",
    "fallbacks": "fallbacks.callees",
    "session": "session.id",
    "asked_callee_id": "NULL",
}
_METER_EXPRESSIONS = {
    "version": "meters.version",
    "meters": "meters.states",
    "ended": "ended.calls",
    "ringing": "ringing.calls",
}


def _as_json(expressions: dict[str, str], names: Sequence[str]) -> str:
    pairs = ", ".join(f"'{name}', {expressions[name]}" for name in names)
    return f"jsonb_build_object({pairs})::text"


# How long a call was talked is unknown where no hook ended it, answered or not: a WCS that reports
# nothing does not tell of the answer either. Where it told of the session's end alone, the call may
# have been answered from the beginning; but who leaves within seconds was not.
LEFT_EARLY = 5  # seconds
ENDED_CALLS = f"""
       SELECT jsonb_agg(jsonb_build_object(
                  'id', unsettled.id, 'reservation', unsettled.reservation,
                  'talked', CASE
                      WHEN ended_by = 'reaper' THEN NULL
                      WHEN answered_at IS NOT NULL
                      THEN ceil(extract(epoch FROM unsettled.duration))::int
                      WHEN ended_by = 'session' AND ringing_at IS NULL
                           AND ended_at > asked_at + interval '{LEFT_EARLY} seconds'
                      THEN ceil(extract(epoch FROM ended_at - asked_at))::int
                      ELSE 0 END,
                  'rang', extract(epoch FROM coalesce(answered_at, ended_at) - ringing_at),
                  'at', extract(epoch FROM ended_at), 'ended_by', ended_by
              )) AS calls
         FROM (SELECT * FROM hooks_call
                WHERE tenant_id = tenant.id AND ended_at IS NOT NULL AND settled_at IS NULL
                  AND reservation IS NOT NULL
                ORDER BY tenant_id, id LIMIT {MOST_ENDED}) unsettled"""


def name_ended_scopes(calls: str) -> str:
    """The meters that calls which ended change: of their reservations, and of attempts."""
    paths = ("$[*].reservation.scopes[*]", "$[*].reservation.attempts")
    names = " || ".join(f"jsonb_path_query_array({calls}, '{path}')" for path in paths)
    return f"ARRAY(SELECT jsonb_array_elements_text({names}))"


_VISITOR = "'visitor ' || session.visitor"
# The meters that bear on one call. One that is in nobody's use is not found, or is not looked at.
_SCOPES = f"""
       ARRAY['{TENANT}', '{UNKNOWN_VISITORS}', 'domain ' || domain.id,
             'account ' || account.id, 'callee ' || callee.id, {_VISITOR},
             {_VISITOR} || ' domain ' || domain.id,
             {_VISITOR} || ' account ' || account.id,
             {_VISITOR} || ' callee ' || callee.id,
             'attempts ' || coalesce(nullif(session.visitor, ''), session.id::text)]
       || ARRAY(SELECT owner.name || (other.fields->>'callee_id')
                  FROM jsonb_array_elements(fallbacks.callees) AS other (fields)
                 CROSS JOIN unnest(ARRAY['callee ', {_VISITOR} || ' callee ']) AS owner (name))"""
_METERS = f"""
       SELECT jsonb_object_agg(meter.scope, meter.state) AS states,
              max(meter.version) FILTER (WHERE meter.scope = '{TENANT}') AS version
         FROM hooks_meter meter
        WHERE meter.tenant_id = tenant.id
          AND meter.scope = ANY (tenant.scopes || {name_ended_scopes("ended.calls")})"""
# Calls that their callees' meters count as ringing, and that were neither answered nor ended.
_RINGING = """
       SELECT jsonb_agg(call.id) AS calls
         FROM jsonb_array_elements_text(
              jsonb_path_query_array(meters.states, '$.*.ringing[*]')) AS counted (id)
        CROSS JOIN LATERAL (
              -- Looked into outside of it, so that no index but that of the ids is used.
              SELECT id, answered_at, ended_at FROM hooks_call
               WHERE id = counted.id::uuid OFFSET 0
              ) call
        WHERE call.answered_at IS NULL AND call.ended_at IS NULL"""
# The longest prefix that fits. `callee` is a name in the statement around it.
_RATE = """
       SELECT jsonb_build_array(rate.per_minute, rate.connect_fee, rate.first_increment,
                                rate.next_increment, rate.currency) AS terms
         FROM generate_series(length(callee.number), 1, -1) AS digits
        CROSS JOIN LATERAL (
              SELECT * FROM tenants_rate
               WHERE tenant_id = tenant.id AND prefix = left(callee.number, digits) LIMIT 1
              ) rate
        LIMIT 1"""

# Those of the callee's list that a call may go to instead, by their fields of LimitFacts.
_FALLBACKS = f"""
       SELECT jsonb_agg(jsonb_build_object(
                  'callee_id', callee.id, 'callee_alias', callee.alias, 'target', callee.target,
                  'callee_limits', callee.limits::text, 'callee_number', callee.number,
                  'callee_destinations', callee.destinations::text,
                  'callee_ringing_capacity', callee.ringing_capacity,
                  'callee_cool_down', callee.cool_down, 'rate', rate.terms
              ) ORDER BY listed.place) AS callees
         FROM (SELECT * FROM jsonb_array_elements_text(callee.fallback)
                        WITH ORDINALITY AS entry (alias, place) LIMIT {MOST_FALLBACKS}) listed
        CROSS JOIN LATERAL (
              SELECT * FROM tenants_callee
               WHERE tenant_id = tenant.id AND alias = listed.alias LIMIT 1) callee
         LEFT JOIN LATERAL ({_RATE}) rate ON true
        WHERE {SWITCHED_OFF_FOR_CALLEE} IS NULL"""

# Only where a call may be allowed, and was not decided before.
LIMITING = f"""
  LEFT JOIN LATERAL (
       SELECT {_as_json(_EXPRESSIONS, LimitFacts._fields)} AS facts, {_SCOPES} AS scopes
         FROM (SELECT) AS one
         LEFT JOIN LATERAL ({_FALLBACKS}) fallbacks ON true
         LEFT JOIN LATERAL ({_RATE}) rate ON true
       ) limiting ON callee.id IS NOT NULL AND domain.id IS NOT NULL AND account.id IS NOT NULL
                 AND call.id IS NULL AND session.ended_at IS NULL"""

# Once for all calls of a tenant in the batch, which are `weighed`. To read and to parse the meters
# anew for each of them would cost more than all the rest.
METERING = f"""
       SELECT tenant.id AS tenant_id,
              {_as_json(_METER_EXPRESSIONS, MeterFacts._fields)} AS facts
         FROM (SELECT weighed.tenant_id AS id, array_agg(DISTINCT scope.name) AS scopes
                 FROM weighed CROSS JOIN LATERAL unnest(weighed.scopes) AS scope (name)
                GROUP BY weighed.tenant_id) tenant
         LEFT JOIN LATERAL ({ENDED_CALLS}) ended ON true
         LEFT JOIN LATERAL ({_METERS}) meters ON true
         LEFT JOIN LATERAL ({_RINGING}) ringing ON true"""
