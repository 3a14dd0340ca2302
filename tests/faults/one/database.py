"""PostgreSQL as a server of its own, which the run kills, freezes and starts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from clickhook.postgres import Server, socket_directory
from clickhook.postgres import tool as postgres_tool
from tests.bench.processes import descendants

MOST_CONNECTIONS = 60
BACK_WITHIN = 60.0  # seconds


class Database:
    """`server`: None where `up` runs it."""

    def __init__(self, data_dir: Path, server: Server | None) -> None:
        self.data_dir, self._server = data_dir, server
        self.socket = socket_directory(data_dir) / ".s.PGSQL.5432"

    @classmethod
    def of_its_own(cls, data_dir: Path, environment: Mapping[str, str]) -> Database:
        data_dir.mkdir()
        server = Server(data_dir, f"max_connections={MOST_CONNECTIONS}")
        server.acquire(0)
        with patch.dict(os.environ, environment):
            server.start()
        return cls(data_dir, server)

    def connect(self, database: str = "clickhook") -> psycopg.Connection:
        """Not over the network that a fault may stall."""
        return psycopg.connect(
            host=str(self.socket.parent), user="clickhook", dbname=database, autocommit=True
        )

    def tool(self, name: str, *arguments: str) -> None:
        """A program of PostgreSQL's."""
        place = ["-h", str(self.socket.parent), "-U", "clickhook"]
        subprocess.run([postgres_tool(name), *place, *arguments], check=True)

    def wait_for(self, query: Callable[[psycopg.Connection], Any]) -> Any:
        """Its result, as soon as the database is there."""
        deadline = time.monotonic() + BACK_WITHIN
        while True:
            try:
                with self.connect() as connection:
                    return query(connection)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Fast: it ends the sessions first."""
        if self._server:
            self._server._process.send_signal(signal.SIGINT)
            self._server._process.wait()

    def start(self) -> None:
        if self._server:
            self._server._process.wait()
            self._server.start()

    def close(self) -> None:
        if self._server:
            self._server.stop()

    def _signal(self, number: int) -> None:
        pid_file = self.data_dir / "postgres" / "cluster" / "postmaster.pid"
        for pid in descendants(int(pid_file.read_text().split()[0])):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
