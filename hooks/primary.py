"""Connects to the server that takes writes. All hosts are asked at once.

One after the other, a host that was cut off would use up the deadline of every hook.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import Any

import psycopg

from hooks.database import parameters


class Connection(psycopg.AsyncConnection[Any]):
    async def cancel_safe(self, *, timeout: float = 30.0) -> None:
        """psycopg asks for it where a task is cancelled that waits for an answer.

        The server may be silent: asking it to stop, and waiting for that, would take ten seconds.
        """
        self.cut()

    def cut(self) -> None:
        """Whoever waits for an answer learns at once that none comes."""
        if not self.closed:
            with socket.socket(fileno=os.dup(self.fileno())) as connected:
                connected.shutdown(socket.SHUT_RDWR)


Attempt = asyncio.Task[Connection]
LISTS = ("host", "hostaddr", "port")  # of libpq, with commas between
# One server at most is such a one, so whichever answers first is it.
ONE_IS_RIGHT = {"read-write", "primary"}


async def connect(**options: Any) -> Connection:
    """Not in a transaction. Raises what psycopg raises."""
    wanted = parameters() | options | {"autocommit": True}
    if wanted.get("target_session_attrs") not in ONE_IS_RIGHT:
        return await Connection.connect(**wanted)

    attempts = {
        asyncio.create_task(Connection.connect(**(wanted | place)))
        for place in split_places(wanted)
    }
    fastest = None
    try:
        fastest = await _find_fastest(attempts)
        return fastest.result()
    finally:
        for other in attempts - {fastest}:
            other.cancel()
            other.add_done_callback(_close)


def split_places(wanted: Mapping[str, Any]) -> list[dict[str, str]]:
    """Of each host, what to connect with; a single port is every host's."""
    lists = {name: str(wanted[name]).split(",") for name in LISTS if wanted.get(name)}
    hosts = max((len(values) for values in lists.values()), default=1)
    columns = [values * hosts if len(values) == 1 else values for values in lists.values()]
    return [dict(zip(lists, place, strict=True)) for place in zip(*columns, strict=True)] or [{}]


async def _find_fastest(attempts: set[Attempt]) -> Attempt:
    """The first that succeeds; where all fail, one of those that failed last."""
    waiting = attempts
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        good = [attempt for attempt in done if attempt.exception() is None]
        if good or not waiting:
            return (good or list(done))[0]


def _close(late: Attempt) -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().pgconn.finish()
