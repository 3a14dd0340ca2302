"""What a batch of hooks leaves behind, as the parameters of the statement that writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import orjson

from hooks.lifecycle import merge_reports
from hooks.limits.ledger import Ledger
from hooks.recording import Record
from hooks.streams.ledger import StreamLedger


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

    @classmethod
    def of(
        cls,
        records: Sequence[Record],
        ledgers: Iterable[Ledger] = (),
        stream_ledgers: Sequence[StreamLedger] = (),
    ) -> Self:
        changed = [ledger for ledger in ledgers if ledger.has_changed]
        return cls(
            metered=_rows(row for ledger in changed for row in ledger.as_rows()),
            settled=_rows(row for ledger in changed for row in ledger.settled_rows()),
            opened=_rows(record.opened for record in records),
            asked=_rows(record.asked for record in records),
            sessions=_rows(merge_reports(record.session for record in records)),
            calls=_rows(merge_reports(record.call for record in records)),
            tones=_rows(record.tones for record in records),
            events=_rows(record.event for record in records),
            breaches=_rows(record.breach for record in records),
            stream_meters=_rows(row for ledger in stream_ledgers for row in ledger.as_rows()),
            streams_settled=_rows(
                row for ledger in stream_ledgers for row in ledger.settled_rows()
            ),
            streams_asked=_rows(record.stream_asked for record in records),
            messages=_rows(record.message for record in records),
            streams=_rows(merge_reports(record.stream for record in records)),
        )


def _rows(rows: Iterable[Mapping[str, Any] | None]) -> str | None:
    listed = [row for row in rows if row]
    return orjson.dumps(listed).decode() if listed else None
