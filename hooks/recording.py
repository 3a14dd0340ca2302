"""What one hook leaves behind, and how a batch of it becomes the columns of one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

import orjson

from hooks.lifecycle import CallProgress, SessionProgress, merge_reports
from hooks.limits.ledger import Ledger
from hooks.limits.reservation import Reservation
from hooks.messages.recording import TakenMessage
from hooks.streams.ledger import StreamLedger
from hooks.streams.lifecycle import StreamProgress
from hooks.streams.recording import AskedStream


class OpenedSession(TypedDict):
    id: str
    tenant_id: int | None
    instance_id: str | None
    node_id: str
    wcs_session_id: str
    app_key: str
    domain_id: int | None
    origin: str
    sip_account_id: str | None
    sip_login: str | None
    connect_digest: str
    opened_at: datetime
    node_is_new: bool
    visitor: str
    visitor_display: str
    ticketed: bool
    ticket_alias: str
    publish_alias: str
    play_alias: str
    label: str
    context: tuple[str, ...] | None
    jti: str | None  # of the ticket that is spent with it
    spent_until: float | None  # seconds since 1970
    sip_password_since: datetime | None  # None: it got the account's current password
    tries_password: bool


class AskedCall(TypedDict):
    id: str
    tenant_id: int | None
    session_id: str | None
    wcs_call_id: str
    alias: str
    target: str
    caller: str
    decision: str
    reason: str
    asked_at: datetime
    ended_at: datetime | None
    ended_by: str
    visitor: str
    reservation: Reservation | None
    fallback: str


BREACHES_TO_BLOCK = 3  # within 24 hours


class Breach(TypedDict):
    """A visitor went over one of their limits, or did what counts for more."""

    tenant_id: int | None
    visitor: str
    display: str
    because: str
    times: int


class LoggedEvent(TypedDict):
    hook_id: str
    received_at: datetime
    method: str
    decision: str
    reason: str
    detail: str
    body: dict[str, Any]
    instance_id: str | None
    tenant_id: int | None
    session_id: str | None
    call_id: str | None
    only_with: str | None  # the session or call that comes to be in the same statement


class SentTones(TypedDict):
    call_id: str
    presses: int
    sent: int
    last: Sequence[float]


class Record(NamedTuple):
    event: LoggedEvent | None = None
    opened: OpenedSession | None = None
    asked: AskedCall | None = None
    session: tuple[str, SessionProgress] | None = None
    call: tuple[str, CallProgress] | None = None
    tones: SentTones | None = None
    breach: Breach | None = None
    stream_asked: AskedStream | None = None
    stream: tuple[str, StreamProgress] | None = None
    message: TakenMessage | None = None

    @property
    def creates(self) -> str | None:
        if self.tones:
            return self.tones["call_id"]
        created = self.opened or self.asked or self.stream_asked or self.message
        return created["id"] if created else None


class Parts(NamedTuple):
    """The parts of the statement that writes, as JSON for `json_to_recordset`.

    None stands where a batch has no such part.
    """

    opened: str | None
    metered: str | None
    settled: str | None
    asked: str | None
    sessions: str | None
    calls: str | None
    tones: str | None
    stream_meters: str | None
    streams_settled: str | None
    streams_asked: str | None
    streams: str | None
    messages: str | None
    events: str | None
    breaches: str | None


def parts(
    records: Sequence[Record],
    ledgers: Iterable[Ledger] = (),
    stream_ledgers: Sequence[StreamLedger] = (),
) -> Parts:
    changed = [ledger for ledger in ledgers if ledger.has_changed]
    return Parts(
        metered=_rows(row for ledger in changed for row in ledger.as_rows()),
        settled=_rows(row for ledger in changed for row in ledger.settled_rows()),
        opened=_rows(record.opened for record in records if record.opened),
        asked=_rows(record.asked for record in records if record.asked),
        sessions=_rows(merge_reports(record.session for record in records)),
        calls=_rows(merge_reports(record.call for record in records)),
        tones=_rows(record.tones for record in records if record.tones),
        events=_rows(record.event for record in records if record.event),
        breaches=_rows(record.breach for record in records if record.breach),
        stream_meters=_rows(row for ledger in stream_ledgers for row in ledger.as_rows()),
        streams_settled=_rows(row for ledger in stream_ledgers for row in ledger.settled_rows()),
        streams_asked=_rows(record.stream_asked for record in records if record.stream_asked),
        messages=_rows(record.message for record in records if record.message),
        streams=_rows(merge_reports(record.stream for record in records)),
    )


def _rows(rows: Iterable[Mapping[str, Any]]) -> str | None:
    listed = list(rows)
    return orjson.dumps(listed).decode() if listed else None
