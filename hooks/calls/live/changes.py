"""What changed since an event, and how a session or a call stands now: the rows of the live page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from django.urls import reverse
from psycopg.rows import namedtuple_row

from hooks.models import Call, Session
from hooks.reasons import Decision, Reason

MOST = 500  # events at a time, the newest: what is older has left the screen already
LATE = 10  # seconds after which a transaction that took an id has committed or is gone
LATE_IDS = 2_000  # how far back such an id may lie
_REASONS = {reason.value: reason for reason in Reason}

_COLUMNS = """
       event.id AS event, event.received_at, event.tenant_id AS tenant, tenant.slug,
       event.method, event.decision, event.reason,
       session.id AS session, session.origin, session.established_at, session.ended_at AS session_ended_at,
       session.ended_by AS session_ended_by,
       call.id AS call, call.alias, call.asked_at, call.ringing_at, call.answered_at, call.ended_at, call.ended_by,
       call.decision AS call_decision, call.reason AS call_reason"""
# With the end of a session its calls end: they are shown anew too.
_JOINS = """
  LEFT JOIN tenants_tenant tenant ON tenant.id = event.tenant_id
  LEFT JOIN hooks_session session ON session.id = event.session_id
  LEFT JOIN LATERAL (
       SELECT * FROM hooks_call WHERE id = event.call_id
       UNION ALL
       SELECT * FROM hooks_call
        WHERE event.call_id IS NULL AND session.ended_at IS NOT NULL AND session_id = session.id
       ) call ON true"""
SINCE = f"""
SELECT {_COLUMNS}
  FROM (SELECT * FROM hooks_event
         WHERE id > %(after)s - {LATE_IDS} AND (id > %(after)s OR received_at > now() - interval '{LATE} seconds')
           AND (%(tenants)s::bigint[] IS NULL OR tenant_id = ANY(%(tenants)s))
         ORDER BY id DESC LIMIT {MOST}) event
{_JOINS}
 ORDER BY event.id
"""
OF = f"SELECT {_COLUMNS} FROM hooks_event event {_JOINS} WHERE event.id = ANY(%(events)s) ORDER BY event.id"
LAST = "SELECT coalesce(max(id), 0) FROM hooks_event"


class Change(NamedTuple):
    event: int
    tenant: int | None
    row: dict[str, Any]

    @property
    def message(self) -> bytes:
        """As a server-sent event (HTML standard, section 9.2)."""
        return f"id: {self.event}\nevent: change\ndata: {json.dumps(self.row)}\n\n".encode()


async def since(
    connection: psycopg.AsyncConnection[Any], after: int, tenants: Sequence[int] | None
) -> list[Change]:
    """Of everybody without `tenants`. Some changes come twice: the state of a row is the same however often it is told."""
    cursor = connection.cursor(row_factory=namedtuple_row)
    await cursor.execute(
        SINCE, {"after": after, "tenants": None if tenants is None else list(tenants)}
    )
    return newest_of_each(await cursor.fetchall())


def newest_of_each(found: Iterable[Any]) -> list[Change]:
    changes: dict[str, Change] = {}
    for one in found:
        change = Change(one.event, one.tenant, _row(one))
        changes.pop(change.row["key"], None)
        changes[change.row["key"]] = change
    return list(changes.values())


def _row(one: Any) -> dict[str, Any]:
    if one.call:
        return _call(one)
    if one.session:
        return _session(one)
    return _event(one)


def _call(one: Any) -> dict[str, Any]:
    refused = one.call_decision == Decision.REFUSED
    state = "refused" if refused else _call_state(one)
    what = f"call to {one.alias or 'the default callee'}"
    return _told(
        one, "call", one.call, one.asked_at, what, state, one.call_reason if refused else ""
    )


def _call_state(one: Any) -> str:
    if one.ended_at:
        ended = dict(Call.EndedBy.choices).get(one.ended_by, "ended")
        return (
            f"{ended}, talked {int((one.ended_at - one.answered_at).total_seconds())} s"
            if one.answered_at
            else ended
        )
    if one.answered_at:
        return "talking"
    return "ringing" if one.ringing_at else "asked for"


def _session(one: Any) -> dict[str, Any]:
    if one.decision == Decision.REFUSED:
        return _event(one)
    state = "established" if one.established_at else "connecting"
    if one.session_ended_at:
        state = dict(Session.EndedBy.choices).get(one.session_ended_by, "ended")
    return _told(
        one, "session", one.session, one.received_at, f"session from {one.origin}", state, ""
    )


def _event(one: Any) -> dict[str, Any]:
    refused = one.decision == Decision.REFUSED
    return _told(
        one,
        "event",
        one.event,
        one.received_at,
        one.method,
        one.decision,
        one.reason if refused else "",
    )


def _told(
    one: Any, kind: str, key: Any, at: datetime, what: str, state: str, reason: str
) -> dict[str, Any]:
    known = _REASONS.get(reason)
    return {
        "key": f"{kind}-{key}",
        "at": at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "tenant": one.slug or "",
        "what": what,
        "state": state,
        "going_on": state in {"asked for", "ringing", "talking", "connecting", "established"},
        "reason": known.sentence if known else reason,
        "remedy": known.remedy if known else "",
        "address": reverse(f"admin:hooks_{kind}_change", args=[key]),
    }
