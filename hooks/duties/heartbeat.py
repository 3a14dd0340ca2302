"""The worker's row, by which gateways and people see that it lives."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping

import orjson

from hooks.duties.repeating import Connection

EVERY = 5.0  # seconds
# Together, so that the table stays a few rows however often workers come and go. One that was seen
# in the future was seen before the clock was stepped back; it beats again, or does not live.
BEAT = """
WITH gone AS (
    DELETE FROM hooks_worker
     WHERE seen_at < now() - interval '1 hour'
        OR seen_at > now() + interval '2 seconds' AND name <> %(name)s)
INSERT INTO hooks_worker (name, started_at, seen_at, duties)
VALUES (%(name)s, now(), now(), %(duties)s)
ON CONFLICT (name) DO UPDATE SET seen_at = now(), duties = excluded.duties
"""


def new_worker_name() -> str:
    return f"{socket.gethostname()[:100]} {os.getpid()} {secrets.token_hex(3)}"


async def beat(connection: Connection, name: str, results: Mapping[str, str]) -> None:
    await connection.execute(BEAT, {"name": name, "duties": orjson.dumps(results).decode()})
