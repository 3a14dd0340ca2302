"""A PostgreSQL of a test's own, and management commands and gateways on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from clickhook import postgres
from tests.conftest import ROOT


class Cluster:
    def __init__(self, directory: Path, *options: str) -> None:
        self.server = postgres.Server(directory, "max_connections=60", *options)
        self.url = f"postgresql://clickhook@/clickhook?host={quote(str(self.server.socket), '')}"

    @contextmanager
    def running(self) -> Iterator[Cluster]:
        assert self.server.acquire(wait_seconds=0)
        self.server.start()
        try:
            yield self
        finally:
            self.server.stop()

    def connect(self, **more: object) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True, **more)

    def manage(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url, **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tool(self, name: str, *arguments: object, **more: object) -> None:
        place = ["-h", self.server.socket, "-U", "clickhook"]
        subprocess.run([postgres.tool(name), *place, *arguments], check=True, **more)
