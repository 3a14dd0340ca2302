"""A server, or a proxy before it, that lets everybody in and then says nothing."""

from __future__ import annotations

import asyncio
import struct
import time

import pytest

from hooks import primary
from hooks.connection import HookConnection
from hooks.database import TOO_LATE, DatabaseAway
from hooks.duties.worker import Worker

DEADLINE = 0.3  # seconds
# "Come in", a key to cancel with, and "ready", as PostgreSQL says it.
WELCOME = (
    b"R" + struct.pack("!II", 8, 0)
    + b"K" + struct.pack("!III", 12, 1, 1)
    + b"Z" + struct.pack("!I", 5) + b"I"
)  # fmt: skip


async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(WELCOME)
    await reader.read(-1)
    writer.close()


async def ask(monkeypatch) -> float:
    """Seconds until it gives up."""
    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    place = {"host": "127.0.0.1", "port": port, "user": "x", "dbname": "x", "sslmode": "disable"}
    monkeypatch.setattr(primary, "parameters", lambda: place)
    connection, began = HookConnection(), time.monotonic()
    with pytest.raises(DatabaseAway, match=TOO_LATE), connection.within(DEADLINE):
        await connection.execute("SELECT 1", [])
    seconds = time.monotonic() - began
    assert not connection.is_open
    server.close()
    return seconds


def test_nobody_waits_longer_than_the_deadline(monkeypatch):
    """psycopg alone would ask it to stop the question, and wait ten seconds for that."""
    assert asyncio.run(ask(monkeypatch)) < DEADLINE + 0.5


async def end_a_worker(monkeypatch) -> float:
    """Seconds until it has ended. Every duty waits for an answer by then."""
    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    place = {"host": "127.0.0.1", "port": port, "user": "x", "dbname": "x", "sslmode": "disable"}
    monkeypatch.setattr(primary, "parameters", lambda: place)
    working = asyncio.create_task(Worker().run())
    await asyncio.sleep(0.5)

    began = time.monotonic()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    server.close()
    return time.monotonic() - began


def test_a_worker_ends_at_once(monkeypatch):
    """systemd and Docker would kill it after ten seconds."""
    assert asyncio.run(end_a_worker(monkeypatch)) < 1
