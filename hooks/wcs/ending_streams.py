"""Streams that WCS is to end: asking for it, trying, and noting what came of it; as with calls.

Source of the method: docs.flashphoner.com, "Stopping the video stream on the server side".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from hooks.wcs.ending import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    DueEnding,
    TriedEnding,
    noted_columns,
    try_in_parallel,
    try_twice,
)
from hooks.wcs.rest_api.failures import Failure

# A stream for which the same was asked before is due at once again.
ASK = """
INSERT INTO hooks_streamending (stream_id, because, since, due_at, tries, result)
SELECT id, %(because)s, now(), now(), 0, ''
  FROM unnest(%(streams)s::uuid[]) AS asked (id)
ON CONFLICT (stream_id) DO UPDATE SET due_at = now(), done_at = NULL
"""
# In the order of an index that holds what lives alone.
ASK_FOR_LONGEST = """
INSERT INTO hooks_streamending (stream_id, because, since, due_at, tries, result)
SELECT id, 'longest', now(), now(), 0, ''
  FROM (SELECT id FROM hooks_stream
         WHERE decision = 'allowed' AND ended_at IS NULL AND ends_by < now()
         ORDER BY ends_by LIMIT %(most)s) late
ON CONFLICT DO NOTHING
"""
_DUE = f"""
UPDATE hooks_streamending ending
   SET tries = ending.tries + 1,
       due_at = now() + make_interval(
           secs => least({FIRST_PAUSE} * 2 ^ ending.tries, {LONGEST_PAUSE}))
  FROM due, hooks_stream stream, hooks_session session, tenants_wcsinstance instance
 WHERE ending.stream_id = due.stream_id AND stream.id = due.stream_id
   AND session.id = stream.session_id AND instance.id = session.instance_id
RETURNING ending.stream_id, ending.tries, ending.result, stream.media_session_id,
          session.wcs_session_id, instance.id, instance.rest_api_url, instance.rest_api_user,
          instance.rest_api_password,
          EXISTS (SELECT FROM hooks_answeringnode answering
                   WHERE answering.instance_id = instance.id
                     AND answering.url = instance.rest_api_url
                     AND answering.node_id = session.node_id)
"""  # noqa: S608 - put together from constants alone
TAKE_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT stream_id FROM hooks_streamending WHERE done_at IS NULL AND due_at <= now()
     ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) {_DUE}
"""  # noqa: S608 - put together from constants alone
TAKE_THESE = f"""
WITH due AS MATERIALIZED (
    SELECT stream_id FROM hooks_streamending
     WHERE done_at IS NULL AND stream_id = ANY (%(streams)s::uuid[])
     ORDER BY stream_id FOR NO KEY UPDATE
) {_DUE}
"""  # noqa: S608 - put together from constants alone
# What WCS does not have has ended: nobody else will report its end.
NOTE = """
WITH noted AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(results)s::text[]) AS noted (stream_id, result)
), ended AS (
    UPDATE hooks_stream stream SET ended_at = now(), ended_by = 'reaper'
      FROM noted
     WHERE stream.id = noted.stream_id AND noted.result = 'gone' AND stream.ended_at IS NULL
)
UPDATE hooks_streamending ending
   SET result = noted.result, done_at = CASE WHEN noted.result = 'gone' THEN now() END
  FROM noted WHERE ending.stream_id = noted.stream_id
"""
# WCS has reported its end, whether that was because it was asked or not.
CLOSE = """
UPDATE hooks_streamending ending SET done_at = now()
  FROM hooks_stream stream
 WHERE ending.done_at IS NULL AND stream.id = ending.stream_id
   AND (stream.ended_by IN ('stopped', 'failed')
        OR stream.ended_by = 'session' AND stream.ended_at >= ending.since)
"""


def try_ending_stream(due: DueEnding) -> TriedEnding:
    """Asks WCS once. A second try asks it to end the visitor's connection with all its streams."""
    if due.api is None:
        return TriedEnding(due.id, Failure.NOT_SET)
    return try_twice(due, due.api, due.api.terminate_stream(due.wcs_id))


def end_streams_now(streams: Iterable[Any], because: str) -> list[TriedEnding]:
    """In parallel, and noted; what failed stays due for the worker. Not in a transaction."""
    wanted = [str(stream) for stream in streams]
    with connection.cursor() as cursor:
        cursor.execute(ASK, {"streams": wanted, "because": because})
        cursor.execute(TAKE_THESE, {"streams": wanted})
        due = [DueEnding.from_columns(columns) for columns in cursor.fetchall()]

    tried = try_in_parallel(try_ending_stream, due)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, noted_columns(tried))
    return tried
