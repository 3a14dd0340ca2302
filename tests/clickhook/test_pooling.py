"""Behind PgBouncer: transaction pooling is refused, session pooling is not."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError

from clickhook import pooling, postgres
from clickhook.asgi import Application
from hooks.database import parameters
from tests.conftest import ROOT
from tests.ports import find_port

pytestmark = pytest.mark.proof

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
CONFIGURATION = """
[databases]
clickhook = host=127.0.0.1 port={server} dbname=clickhook user=clickhook
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
"""


@pytest.fixture(scope="module")
def server_port(tmp_path_factory) -> Iterator[int]:
    port = find_port()
    options = ("fsync=off", "listen_addresses=127.0.0.1", f"port={port}")
    server = postgres.Server(tmp_path_factory.mktemp("pooled"), *options)
    assert server.acquire(wait_seconds=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPORT", str(port))  # for the socket too
        server.start()
        yield port
        server.stop()


@pytest.fixture
def pooled(server_port, request) -> Iterator[dict[str, object]]:
    """Where a PgBouncer of this mode and size is reached."""
    mode, size = request.param
    port, directory = find_port(), Path("/tmp")
    file = directory / f"clickhook-pgbouncer-{port}.ini"
    file.write_text(CONFIGURATION.format(server=server_port, port=port, mode=mode, size=size))
    command = [PGBOUNCER, "-q", "-u", "nobody", str(file)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        place = {"host": "127.0.0.1", "port": port, "user": "clickhook", "dbname": "clickhook"}
        _wait_for(place)
        yield place
        process.terminate()
    file.unlink()


def _wait_for(place: dict[str, object]) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            return psycopg.connect(**place, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.skipif(not PGBOUNCER, reason="needs pgbouncer")
@pytest.mark.parametrize(
    "pooled",
    [("transaction", 1), ("transaction", 20), ("statement", 20)],
    indirect=True,
    ids=str,
)
def test_transaction_pooling_is_seen(pooled):
    assert pooling.pools_transactions(pooled)


@pytest.mark.skipif(not PGBOUNCER, reason="needs pgbouncer")
@pytest.mark.parametrize("pooled", [("session", 20)], indirect=True, ids=str)
@pytest.mark.proof
def test_session_pooling_is_not_mistaken_for_it(pooled):
    assert not pooling.pools_transactions(pooled)


@pytest.mark.skipif(not PGBOUNCER, reason="needs pgbouncer")
@pytest.mark.parametrize("pooled", [("transaction", 20)], indirect=True, ids=str)
@pytest.mark.proof
def test_gunicorn_does_not_start_behind_it(pooled):
    url = "postgresql://{user}@{host}:{port}/{dbname}".format(**pooled)
    command = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
    ended = subprocess.run(
        [*command, "--bind", "127.0.0.1:0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "WEB_CONCURRENCY": "2"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    assert ended.stderr == f"{pooling.MESSAGE}\n"


@pytest.mark.django_db
def test_no_worker_starts_behind_it(monkeypatch):
    """The database may have been away when gunicorn looked."""
    monkeypatch.setattr(pooling, "pools_transactions", lambda place: True)
    sent = asyncio.run(_start_up())

    assert sent == [{"type": "lifespan.startup.failed", "message": pooling.MESSAGE}]


async def _start_up() -> list[dict[str, str]]:
    sent: list[dict[str, str]] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, str]) -> None:
        sent.append(message)

    await asyncio.wait_for(Application()({"type": "lifespan"}, receive, send), 30)
    return sent


def test_a_database_that_does_not_answer_hinders_no_start():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = {"host": "127.0.0.1", "port": silent.getsockname()[1], "dbname": "clickhook"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pooling, "parameters", lambda: place)
            assert pooling.find_problem() == ""


@pytest.mark.django_db
def test_postgresql_itself_is_not_mistaken_for_it():
    assert not pooling.pools_transactions(parameters())


@pytest.mark.django_db
def test_it_is_refused_before_anything_is_migrated(monkeypatch):
    monkeypatch.setattr(pooling, "pools_transactions", lambda place: True)
    with pytest.raises((SystemCheckError, CommandError), match="transaction pooling"):
        call_command("migrate", skip_checks=False, verbosity=0)
