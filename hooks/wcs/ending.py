"""Calls that WCS is to end: asking for it, trying, and noting what came of it.

An ending is a row. Whoever tries it takes it by moving its due time, so that a kill at any point
means one more try, and two processes never try the same one at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.db import connection

from hooks.wcs.rest_api.access import open_rest_api
from hooks.wcs.rest_api.client import RestApi
from hooks.wcs.rest_api.failures import Failure

AT_ONCE = 32  # tries beside each other in one process
ASKED, GONE = "asked", "gone"  # results beside the words of Failure
FIRST_PAUSE = 5  # seconds until the next try; it doubles
LONGEST_PAUSE = 300  # seconds
GIVES_CAUSE_FOR_ALARM = 4  # tries after which people are told

# A call for which the same was asked before is due at once again.
ASK = """
INSERT INTO hooks_ending (call_id, because, since, due_at, tries, result)
SELECT id, %(because)s, now(), now(), 0, ''
  FROM unnest(%(calls)s::uuid[]) AS asked (id)
ON CONFLICT (call_id) DO UPDATE SET due_at = now(), done_at = NULL,
       tries = CASE WHEN hooks_ending.done_at IS NULL THEN hooks_ending.tries ELSE 0 END,
       since = CASE WHEN hooks_ending.done_at IS NULL THEN hooks_ending.since ELSE now() END
"""
_DUE = f"""
UPDATE hooks_ending ending
   SET tries = ending.tries + 1,
       due_at = now() + make_interval(
           secs => least({FIRST_PAUSE} * 2 ^ ending.tries, {LONGEST_PAUSE}))
  FROM due, hooks_call call, hooks_session session, tenants_wcsinstance instance
 WHERE ending.call_id = due.call_id AND call.id = due.call_id
   AND session.id = call.session_id AND instance.id = session.instance_id
RETURNING ending.call_id, ending.tries, ending.result, call.wcs_call_id, session.wcs_session_id,
          instance.id, instance.rest_api_url, instance.rest_api_user, instance.rest_api_password,
          EXISTS (SELECT FROM hooks_answeringnode answering
                   WHERE answering.instance_id = instance.id
                     AND answering.url = instance.rest_api_url
                     AND answering.node_id = session.node_id)
"""  # noqa: S608 - put together from constants alone
TAKE_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT call_id FROM hooks_ending WHERE done_at IS NULL AND due_at <= now()
     ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) {_DUE}
"""  # noqa: S608 - put together from constants alone
TAKE_THESE = f"""
WITH due AS MATERIALIZED (
    SELECT call_id FROM hooks_ending WHERE done_at IS NULL AND call_id = ANY (%(calls)s::uuid[])
     ORDER BY call_id FOR NO KEY UPDATE
) {_DUE}
"""  # noqa: S608 - put together from constants alone
# What WCS does not have has ended: nobody else will report its end.
NOTE = """
WITH noted AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(results)s::text[]) AS noted (call_id, result)
), ended AS (
    UPDATE hooks_call call SET ended_at = now(), ended_by = 'reaper'
      FROM noted WHERE call.id = noted.call_id AND noted.result = 'gone' AND call.ended_at IS NULL
)
UPDATE hooks_ending ending
   SET result = noted.result, done_at = CASE WHEN noted.result = 'gone' THEN now() END
  FROM noted WHERE ending.call_id = noted.call_id
"""
# WCS has reported its end, whether that was because it was asked or not.
CLOSE = """
UPDATE hooks_ending ending SET done_at = now()
  FROM hooks_call call
 WHERE ending.done_at IS NULL AND call.id = ending.call_id
   AND (call.ended_by IN ('finish', 'busy', 'failed')
        OR call.ended_by = 'session' AND call.ended_at >= ending.since)
"""


class DueEnding(NamedTuple):
    """Of a call or a stream."""

    id: Any  # our row's
    tries: int
    last_result: str
    wcs_id: str
    wcs_session_id: str
    api: RestApi | None
    knows_node: bool  # the API has listed something of its node before

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> DueEnding:
        id_, tries, result, wcs_id, wcs_session, *access, knows_node = columns
        return cls(id_, tries, result, wcs_id, wcs_session, open_rest_api(*access), knows_node)


class TriedEnding(NamedTuple):
    id: Any
    result: str

    @property
    def sentence(self) -> str:
        sentences = {ASKED: "WCS was told to end it.", GONE: "WCS has it no more."}
        return sentences.get(self.result) or Failure.advice_on(self.result)


def try_ending(due: DueEnding) -> TriedEnding:
    """Asks WCS once. A second try asks it to end the visitor's connection with all its calls."""
    if due.api is None:
        return TriedEnding(due.id, Failure.NOT_SET)
    return try_twice(due, due.api, due.api.terminate_call(due.wcs_id))


def try_twice(due: DueEnding, api: RestApi, first: Failure | None) -> TriedEnding:
    """`first` is what WCS said when it was asked to end the call or stream itself."""
    if first is Failure.NOT_FOUND and due.last_result == ASKED:
        return TriedEnding(due.id, GONE)
    if first in _IN_VAIN or (first is None and due.tries > 1):
        of_connection = api.terminate_connection(due.wcs_session_id)
        return TriedEnding(due.id, _conclude(first, of_connection, due.knows_node))
    return TriedEnding(due.id, first or ASKED)


def end_calls_now(calls: Iterable[Any], because: str) -> list[TriedEnding]:
    """In parallel, and noted; what failed stays due for the worker. Not in a transaction."""
    wanted = [str(call) for call in calls]
    with connection.cursor() as cursor:
        cursor.execute(ASK, {"calls": wanted, "because": because})
        cursor.execute(TAKE_THESE, {"calls": wanted})
        due = [DueEnding.from_columns(columns) for columns in cursor.fetchall()]

    tried = try_in_parallel(try_ending, due)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, noted_columns(tried))
    return tried


def try_in_parallel(
    attempt: Callable[[DueEnding], TriedEnding], due: Sequence[DueEnding]
) -> list[TriedEnding]:
    if not due:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
        return list(pool.map(attempt, due))


def noted_columns(tried: Sequence[TriedEnding]) -> dict[str, list[str]]:
    return {
        "ids": [str(one.id) for one in tried],
        "results": [str(one.result) for one in tried],
    }


# The answers of a WCS that may not end calls of browsers in this way.
_IN_VAIN = (Failure.NOT_FOUND, Failure.FAULT, Failure.NONSENSE)


def _conclude(first: Failure | None, of_connection: Failure | None, knows_node: bool) -> str:
    if of_connection is not Failure.NOT_FOUND:
        return of_connection or ASKED
    if first is Failure.NOT_FOUND and knows_node:
        return GONE
    return first or ASKED
