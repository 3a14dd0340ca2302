"""Which rows of the live page changed since an event, and how each session or call stands now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from django.urls import reverse
from psycopg.rows import namedtuple_row

from hooks.calls.cost import read_rate
from hooks.calls.outcomes import describe_end
from hooks.models import Session, Stream
from hooks.reasons import Decision, Reason
from hooks.streams.methods import STREAM_METHODS
from tenants.money import digits_of

MAX_EVENTS = 500  # the newest at a time: what is older has left the screen already
LATE_SECONDS = 10  # after which a transaction that took an id has committed or is gone
LATE_IDS = 2_000  # how far back such an id may lie
IN_PROGRESS = {"asked for", "ringing", "talking", "running", "connecting", "established"}
STREAM_REPORT = "StreamStatusEvent"

_COLUMNS = """
       event.id AS event, event.received_at, event.tenant_id AS tenant, tenant.slug,
       event.method, event.decision, event.reason,
       session.id AS session, session.origin, session.established_at,
       session.ended_at AS session_ended_at, session.ended_by AS session_ended_by,
       thing.call, thing.stream, thing.kind, thing.alias, thing.asked_at, thing.ringing_at,
       thing.answered_at, thing.began_at, thing.ended_at, thing.ended_by, thing.sip_status,
       thing.decision AS call_decision, thing.reason AS call_reason, thing.rate, tenant.currency"""
_OF_CALL = """
       SELECT id AS call, NULL::uuid AS stream, NULL AS kind, alias, asked_at, ringing_at,
              answered_at, NULL::timestamptz AS began_at, ended_at, ended_by, sip_status, decision,
              reason, reservation->'rate' AS rate
         FROM hooks_call"""
_OF_STREAM = """
       SELECT NULL::uuid, id, kind, alias, asked_at, NULL::timestamptz, NULL::timestamptz,
              began_at, ended_at, ended_by, NULL::smallint, decision, reason, NULL::jsonb
         FROM hooks_stream"""
_STREAM_METHODS = ", ".join(f"'{name}'" for name in sorted({*STREAM_METHODS, STREAM_REPORT}))
# With the end of a session its calls and streams end: their rows change too. A stream's hook names
# it by its id; that of one that was allowed comes first.
_JOINS = f"""
  LEFT JOIN tenants_tenant tenant ON tenant.id = event.tenant_id
  LEFT JOIN hooks_session session ON session.id = event.session_id
  LEFT JOIN LATERAL (
       {_OF_CALL} WHERE id = event.call_id
       UNION ALL
       {_OF_CALL}
        WHERE event.call_id IS NULL AND session.ended_at IS NOT NULL AND session_id = session.id
       UNION ALL
       ({_OF_STREAM}
        WHERE event.method IN ({_STREAM_METHODS}) AND session_id = session.id
          AND media_session_id = left(event.body->>'mediaSessionId', 255)
        ORDER BY session_id, media_session_id, decision LIMIT 1)
       UNION ALL
       {_OF_STREAM}
        WHERE event.call_id IS NULL AND session.ended_at IS NOT NULL AND session_id = session.id
          AND decision = 'allowed' AND hooks_stream.ended_at >= session.ended_at
       ) thing ON true"""
EVENTS_SINCE = f"""
SELECT {_COLUMNS}
  FROM (SELECT * FROM hooks_eventlog
         WHERE id > %(after)s - {LATE_IDS}
           AND (id > %(after)s OR received_at > now() - interval '{LATE_SECONDS} seconds')
           AND (%(tenants)s::bigint[] IS NULL OR tenant_id = ANY(%(tenants)s))
         ORDER BY id DESC LIMIT {MAX_EVENTS}) event
{_JOINS}
 ORDER BY event.id
"""
THESE_EVENTS = f"""
SELECT {_COLUMNS} FROM hooks_eventlog event {_JOINS}
 WHERE event.id = ANY(%(events)s) ORDER BY event.id
"""
LAST_EVENT = "SELECT coalesce(max(id), 0) FROM hooks_eventlog"


class LiveChange(NamedTuple):
    """A row of the live page as it stands after an event."""

    event: int
    tenant: int | None
    row: dict[str, Any]

    @property
    def message(self) -> bytes:
        """A server-sent event (HTML standard, section 9.2)."""
        return f"id: {self.event}\nevent: change\ndata: {json.dumps(self.row)}\n\n".encode()


async def read_changes_since(
    connection: psycopg.AsyncConnection[Any], after: int, tenants: Sequence[int] | None
) -> list[LiveChange]:
    """The changes of all tenants where `tenants` is None.

    A change may come twice: a row shows the same however often it is sent.
    """
    cursor = connection.cursor(row_factory=namedtuple_row)
    await cursor.execute(
        EVENTS_SINCE, {"after": after, "tenants": None if tenants is None else list(tenants)}
    )
    return newest_changes(await cursor.fetchall())


def newest_changes(records: Iterable[Any]) -> list[LiveChange]:
    """The newest change of each row of the page, in the order of their events."""
    changes: dict[str, LiveChange] = {}
    for record in records:
        change = LiveChange(record.event, record.tenant, _row(record))
        changes.pop(change.row["key"], None)
        changes[change.row["key"]] = change
    return list(changes.values())


def _row(record: Any) -> dict[str, Any]:
    if record.call:
        return call_row(record)
    if record.stream:
        return _stream_row(record)
    if record.session and record.decision != Decision.REFUSED:
        return _session_row(record)
    return _event_row(record)


def call_row(record: Any) -> dict[str, Any]:
    """A living call has `callee` and more too: what the board of living calls shows."""
    refused = record.call_decision == Decision.REFUSED
    row = _state_row(
        record,
        kind="call",
        key=record.call,
        at=record.asked_at,
        title=f"call to {record.alias or 'the default callee'}",
        state="refused" if refused else _call_state(record),
        reason=record.call_reason if refused else "",
    )
    if refused or record.ended_at:
        return row

    since = record.answered_at or record.ringing_at or record.asked_at
    return {
        **row,
        "callee": record.alias or "(default)",
        "since": _machine_time(since),
        "answered": _machine_time(record.answered_at) if record.answered_at else "",
        "rate": list(read_rate(record.rate) or ()),
        "currency": record.currency or "",
        "digits": digits_of(record.currency or ""),
        "hang_up": reverse("admin:hooks_hang_up", args=[record.call]),
    }


def _stream_row(record: Any) -> dict[str, Any]:
    """Of a living one `since` too: what the table of living streams shows."""
    refused = record.call_decision == Decision.REFUSED
    row = _state_row(
        record,
        kind="stream",
        key=record.stream,
        at=record.asked_at,
        title=f"stream {record.alias}, {Stream.Kind(record.kind).label}",
        state="refused" if refused else _stream_state(record),
        reason=record.call_reason if refused else "",
    )
    if refused or record.ended_at:
        return row
    living = {"since": _machine_time(record.asked_at), "alias": record.alias}
    return {**row, **living, "stream_kind": Stream.Kind(record.kind).label}


def _stream_state(record: Any) -> str:
    if record.ended_at:
        return str(Stream.EndedBy(record.ended_by).label) if record.ended_by else "ended"
    return "running" if record.began_at else "asked for"


def _call_state(record: Any) -> str:
    if record.ended_at:
        ended = describe_end(record)
        if not record.answered_at:
            return ended
        return f"{ended}, talked {int((record.ended_at - record.answered_at).total_seconds())} s"

    if record.answered_at:
        return "talking"
    return "ringing" if record.ringing_at else "asked for"


def _session_row(record: Any) -> dict[str, Any]:
    state = "established" if record.established_at else "connecting"
    if record.session_ended_at:
        state = dict(Session.EndedBy.choices).get(record.session_ended_by, "ended")

    return _state_row(
        record,
        kind="session",
        key=record.session,
        at=record.received_at,
        title=f"session from {record.origin}",
        state=state,
    )


def _event_row(record: Any) -> dict[str, Any]:
    return _state_row(
        record,
        kind="event",
        key=record.event,
        at=record.received_at,
        title=record.method,
        state=record.decision,
        reason=record.reason if record.decision == Decision.REFUSED else "",
    )


def _state_row(
    record: Any, *, kind: str, key: Any, at: datetime, title: str, state: str, reason: str = ""
) -> dict[str, Any]:
    known = Reason.from_word(reason)
    return {
        "key": f"{kind}-{key}",
        "at": at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "moment": _machine_time(at),
        "tenant": record.slug or "",
        "title": title,
        "state": state,
        "in_progress": state in IN_PROGRESS,
        "reason": known.sentence if known else reason,
        "remedy": known.remedy if known else "",
        "address": reverse(f"admin:hooks_{kind}_change", args=[key]),
    }


def _machine_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
