"""One statement writes what a whole batch leaves behind."""

from __future__ import annotations

from functools import lru_cache

from hooks.statements import call_writing, session_writing, stream_writing
from hooks.statements.blocking import BREACHED
from hooks.statements.messaging_in import TAKEN
from hooks.statements.standby import WRITES_A_WORD

# Whether the tables take writes: not on a server that only reads, nor while somebody locks one or
# no standby answers.
PROBE = f"""
WITH session AS (UPDATE hooks_session SET ended_at = NULL WHERE false),
     call AS (UPDATE hooks_call SET ended_at = NULL WHERE false),
     event AS (UPDATE hooks_eventlog SET detail = '' WHERE false)
SELECT {WRITES_A_WORD}
"""
_LOGGED = """
logged AS (
    INSERT INTO hooks_eventlog (hook_id, received_at, instance_id, tenant_id, session_id, call_id,
                             method, decision, reason, detail, body)
    SELECT hook_id, received_at, instance_id, tenant_id, session_id, call_id,
           method, decision, reason, detail, body
      FROM json_to_recordset(%s) AS event (
           hook_id uuid, received_at timestamptz, instance_id uuid, tenant_id bigint,
           session_id uuid, call_id uuid, method text, decision text, reason text, detail text,
           body jsonb, only_with uuid)
     WHERE only_with IS NULL OR only_with IN (SELECT id FROM created)
    -- Written already, by an attempt whose answer got lost: a hook keeps its time.
    ON CONFLICT (hook_id, received_at) DO NOTHING
)"""


@lru_cache
def write(
    opened: bool = False,
    metered: bool = False,
    settled: bool = False,
    asked: bool = False,
    sessions: bool = False,
    calls: bool = False,
    tones: bool = False,
    stream_meters: bool = False,
    streams_settled: bool = False,
    streams_asked: bool = False,
    streams: bool = False,
    messages: bool = False,
    events: bool = False,
    breaches: bool = False,
) -> bytes:
    """The statement for a batch that holds these parts, each a parameter, in this order.

    It gives the ids of the sessions, calls and streams that came to be.

    An id that is missing was somebody else's first: its hook is decided again on fresh facts.
    """
    of_sessions = session_writing.REPORTS if sessions else session_writing.NO_REPORTS
    created = _created(
        opened=opened,
        asked=asked,
        sent_tones=tones,
        stream_asked=streams_asked,
        taken_message=messages,
    )
    parts = [
        *((session_writing.OPENING, session_writing.OPENED) if opened else ()),
        *call_writing.ASKING.parts(metered, settled, asked),
        *((of_sessions,) if sessions or calls or streams else ()),
        *(call_writing.moving(calls) if sessions or calls else ()),
        *((call_writing.TONES,) if tones else ()),
        *stream_writing.ASKING.parts(stream_meters, streams_settled, streams_asked),
        *(stream_writing.moving(streams) if sessions or streams else ()),
        *((TAKEN,) if messages else ()),
        f"created AS ({created})",
        f"standby AS MATERIALIZED (SELECT {WRITES_A_WORD} AS word)",
        *((_LOGGED,) if events else ()),
        *((BREACHED,) if breaches else ()),
    ]
    told = "(SELECT word FROM standby) IS NOT NULL"
    return f"WITH {','.join(parts)} SELECT id FROM created WHERE {told}".encode()


def _created(**parts: bool) -> str:
    ids = [f"SELECT id FROM {part}" for part, is_there in parts.items() if is_there]
    return " UNION ALL ".join(ids) or "SELECT NULL::uuid AS id WHERE false"
