"""What lies in the spool's folder and is no file of ours holds up no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hooks.hook import Hook
from hooks.methods import find
from hooks.payloads import parse
from hooks.row_id import new_row_id_text
from hooks.spool import Spool


def an_event() -> Hook:
    payload = parse(b'{"callId": "call-1", "sessionId": "session-1", "status": "FINISH"}')
    method = find("CallStatusEvent")
    return Hook(new_row_id_text(), "key", method, payload, datetime.now(UTC))


def taken(spool: Spool) -> list[str]:
    with spool.take() as batches:
        return [hook.id for batch in batches for hook in batch.hooks]


def test_a_file_that_cannot_be_read_holds_up_no_other(tmp_path: Path, caplog):
    spool, event = Spool(tmp_path, 10_000), an_event()
    (tmp_path / "0-copied.jsonl").mkdir()
    spool.keep([event])

    assert taken(spool) == [event.id]
    spool.keep([event])
    assert taken(spool) == [event.id]
    assert caplog.text.count("0-copied.jsonl cannot be read") == 1
