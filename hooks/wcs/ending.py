"""Calls and streams that WCS is to end: asking for it, trying, and noting what came of it.

An ending is a row. Whoever tries it takes it by moving its due time, so that a kill at any point
means one more try, and two processes never try the same one at once.

Source for streams: docs.flashphoner.com, "Stopping the video stream on the server side".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from hooks.statements.ending import OF_CALLS, OF_STREAMS, EndingStatements
from hooks.wcs.rest_api.access import open_rest_api
from hooks.wcs.rest_api.client import RestApi
from hooks.wcs.rest_api.failures import Failure

AT_ONCE = 32  # tries beside each other in one process
ASKED, GONE = "asked", "gone"  # results beside the words of Failure
GIVES_CAUSE_FOR_ALARM = 4  # tries after which people are told
# The answers of a WCS that may not end calls of browsers in this way.
_IN_VAIN = (Failure.NOT_FOUND, Failure.FAULT, Failure.NONSENSE)


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


@dataclass(frozen=True)
class Endings:
    """Of calls, or of streams."""

    statements: EndingStatements
    terminate: Callable[[RestApi, str], Failure | None]

    def end_now(self, rows: Iterable[Any], because: str) -> list[TriedEnding]:
        """In parallel, and noted; what failed stays due for the worker. Not in a transaction."""
        keys = [str(row) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(self.statements.ask, {"keys": keys, "because": because})
            cursor.execute(self.statements.take_these, {"keys": keys})
            due = [DueEnding.from_columns(columns) for columns in cursor.fetchall()]

        tried = self.try_in_parallel(due)
        with connection.cursor() as cursor:
            cursor.execute(self.statements.note, noted_columns(tried))
        return tried

    def try_in_parallel(self, due: Sequence[DueEnding]) -> list[TriedEnding]:
        if not due:
            return []
        with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
            return list(pool.map(self._try, due))

    def _try(self, due: DueEnding) -> TriedEnding:
        """Asks WCS once. A second try asks it to end the visitor's connection with all it has."""
        if due.api is None:
            return TriedEnding(due.id, Failure.NOT_SET)
        first = self.terminate(due.api, due.wcs_id)
        if first is Failure.NOT_FOUND and due.last_result == ASKED:
            return TriedEnding(due.id, GONE)
        if first in _IN_VAIN or (first is None and due.tries > 1):
            of_connection = due.api.terminate_connection(due.wcs_session_id)
            return TriedEnding(due.id, _conclude(first, of_connection, due.knows_node))
        return TriedEnding(due.id, first or ASKED)


CALLS = Endings(OF_CALLS, RestApi.terminate_call)
STREAMS = Endings(OF_STREAMS, RestApi.terminate_stream)


def noted_columns(tried: Sequence[TriedEnding]) -> dict[str, list[str]]:
    return {
        "keys": [str(one.id) for one in tried],
        "results": [str(one.result) for one in tried],
    }


def _conclude(first: Failure | None, of_connection: Failure | None, knows_node: bool) -> str:
    if of_connection is not Failure.NOT_FOUND:
        return of_connection or ASKED
    if first is Failure.NOT_FOUND and knows_node:
        return GONE
    return first or ASKED
