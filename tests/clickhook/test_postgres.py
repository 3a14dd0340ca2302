"""The embedded PostgreSQL, and who keeps it from ending."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from clickhook import postgres


@pytest.fixture
def server(tmp_path):
    running = postgres.Server(tmp_path, "fsync=off")
    assert running.acquire(wait_seconds=0)
    running.start()
    yield running
    running.stop()


def test_a_forgotten_shell_does_not_keep_it_from_ending(server, monkeypatch):
    monkeypatch.setattr(postgres, "USERS_SECONDS", 0.3)
    with server._users.open("w") as forgotten:
        fcntl.flock(forgotten, fcntl.LOCK_SH)
        server.stop()
    assert server._process.poll() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PostgreSQL cannot do that")
def test_after_a_crash_it_syncs_the_disk_at_once(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW recovery_init_sync_method")
        assert cursor.fetchone() == ("syncfs",)


def test_it_has_one_owner(server, tmp_path):
    second = postgres.Server(tmp_path)
    assert not second.acquire(wait_seconds=0)
    with second.using():  # but anybody may use it
        pass


@pytest.mark.proof
def test_a_pid_that_is_another_programs_by_now_is_no_obstacle(server):
    server.stop()
    other = os.getppid()  # of this very process, PostgreSQL's parent, it would know better
    (server.cluster / "postmaster.pid").write_text(f"{other}\n{server.cluster}\n1\n5432\n")
    assert server.acquire(wait_seconds=0)
    server.start()
    assert server._process.poll() is None


@pytest.mark.proof
def test_a_long_path_is_no_obstacle(tmp_path):
    server = postgres.Server(tmp_path / ("d" * 100), "fsync=off")
    assert server.acquire(wait_seconds=0)
    server.start()
    assert server.socket.exists()
    server.stop()
    assert not server.socket.exists()


@pytest.mark.proof
def test_a_set_up_that_was_interrupted_is_begun_anew(tmp_path, monkeypatch):
    run = subprocess.run

    def interrupted(command, **options):
        if "-D" not in command:
            return run(command, **options)
        directory = Path(command[command.index("-D") + 1])
        directory.mkdir()
        (directory / "PG_VERSION").write_text("18\n")
        raise KeyboardInterrupt

    server = postgres.Server(tmp_path, "fsync=off")
    assert server.acquire(wait_seconds=0)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            server.start()
    server.start()
    server.stop()
    assert sorted(path.name for path in (tmp_path / "postgres").glob("cluster*")) == ["cluster"]


@pytest.mark.proof
def test_a_cluster_that_is_not_whole_is_said(server):
    with psycopg.connect(host=str(server.socket), user="clickhook", autocommit=True) as connection:
        connection.execute("DROP DATABASE postgres")
    with pytest.raises(
        postgres.PostgresError, match='not as we left it: .* "postgres" does not exist'
    ):
        server._create_database()


def test_a_socket_directory_that_is_open_to_others_is_not_trusted(tmp_path):
    directory = postgres.socket_directory(tmp_path)
    directory.mkdir(parents=True)
    directory.chmod(0o777)
    with pytest.raises(postgres.PostgresError, match="open to others"):
        postgres.Server(tmp_path).start()


@pytest.mark.parametrize(
    "arguments", [["up"], ["check"], ["help", "import_tenants"], ["import_tenants", "--help"], []]
)
def test_what_needs_no_database_starts_none(arguments):
    assert not postgres._needs_database(arguments)


@pytest.mark.parametrize(
    "arguments", [["import_tenants", "up"], ["rehearse", "--callee", "help"], ["migrate"]]
)
def test_a_word_among_the_arguments_is_no_command(arguments):
    assert postgres._needs_database(arguments)
