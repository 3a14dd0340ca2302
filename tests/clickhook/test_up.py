"""`manage.py up`: a fresh machine, one command; ended cleanly, or killed and started again."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from clickhook import postgres
from tests.clickhook.running_up import Up, eventually
from tests.conftest import ROOT
from tests.environment import SERVER

PASSWORD = r"user: admin +password: (\S+)"


@pytest.fixture
def machine(tmp_path) -> Iterator[None]:
    """PostgreSQL as root adds no user and opens no directory."""
    before = _machine(tmp_path)
    yield
    assert _machine(tmp_path) == before


def _machine(tmp_path: Path) -> tuple[list[tuple[int, int]], bytes]:
    watched = [Path("/etc/passwd"), Path.home(), tmp_path, tmp_path.parent, ROOT]
    return [(path.stat().st_mode, path.stat().st_uid) for path in watched], Path(
        "/etc/passwd"
    ).read_bytes()


@pytest.mark.early
@pytest.mark.proof
def test_the_first_start_shows_what_a_newcomer_needs(machine, up):
    shown = up.start()

    assert re.findall(PASSWORD, shown)
    commands = re.findall(r"^curl .*$", shown, re.MULTILINE)
    assert len(commands) == 2
    _fetch_as_advised(shown, up.data_dir)
    connect, call = (_post_as_curl(command) for command in commands)
    assert json.loads(connect)["sipLogin"] == "10001"
    assert "restClientConfig" in json.loads(connect)
    assert json.loads(call)["callee"] == "10002"
    assert up.get("/admin/login/") == 200
    assert up.get("/static/admin/css/base.css") == 200
    assert _is_private(up.data_dir)
    assert _read(up.data_dir, "SELECT name FROM auth_group") == ["auditors"]
    assert up.end() == 0
    assert up.leftovers() == []


@pytest.mark.proof
def test_the_second_start_shows_no_password(up_again, begun):
    up = up_again
    (password,) = re.findall(PASSWORD, begun.with_name("output").read_text())
    up.environment["WEB_CONCURRENCY"] = "10"
    again = up.start()
    assert password not in again
    assert "password" not in again
    assert _read(up.data_dir, "SHOW max_connections") == ["200"]  # enough for all processes
    assert up.end(signal.SIGINT) == 0
    assert up.leftovers() == []


def _post_as_curl(command: str) -> str:
    """What curl does with this command, which not every machine has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-sS", action="store_true")
    parser.add_argument("-w")
    parser.add_argument("-H", action="append")
    parser.add_argument("-d")
    parser.add_argument("url")
    asked = parser.parse_args(shlex.split(command)[1:])

    headers = dict(header.split(": ") for header in asked.H)
    request = urllib.request.Request(asked.url, asked.d.encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def _fetch_as_advised(shown: str, data_dir: Path) -> None:
    """What `up` says can be pasted; here it only looks for the Web SDK, which would be 17 MB."""
    (advised,) = re.findall("^The Web SDK is missing .* start again: (.+)$", shown, re.MULTILINE)
    command = advised.rpartition(" && ")[2]
    shell = f"cd / && {command} --check --json"
    checked = subprocess.run(shell, shell=True, capture_output=True, text=True)
    report = json.loads(checked.stdout)
    assert report["status"] == "missing"
    assert Path(report["file"]).is_relative_to(data_dir / "static")


def _read(directory: Path, query: LiteralString) -> list[str]:
    socket_directory = str(postgres.socket_directory(directory))
    with psycopg.connect(host=socket_directory, user="clickhook", dbname="clickhook") as connection:
        return [value for (value,) in connection.execute(query)]


def _is_private(directory: Path) -> bool:
    keys = [directory / "django.key", directory / "encryption.keys"]
    return directory.stat().st_mode & 0o777 == 0o700 and all(
        key.stat().st_mode & 0o777 == 0o600 for key in keys
    )


@pytest.mark.proof
def test_it_recovers_from_a_kill(up_again):
    up_again.start()
    up_again.process.kill()
    up_again.process.wait()
    up_again.eventually_gone()

    up_again.start()
    assert up_again.get("/readyz") == 200
    assert up_again.end() == 0


@pytest.mark.proof
def test_other_commands_find_its_database_while_it_runs_and_while_it_does_not(up, tmp_path):
    file = tmp_path / "tenants.json"
    file.write_text('{"tenants": [{"slug": "acme", "name": "Acme Ltd", "status": "active"}]}')

    before = up.run("import_tenants", str(file))
    assert before.returncode == 1
    assert "`manage.py up` makes it" in before.stderr
    up.start()
    assert up.run("import_tenants", str(file)).returncode == 0
    assert up.end() == 0
    after = up.run("import_tenants", str(file))
    assert after.returncode == 0
    assert "nothing to change" in after.stdout
    assert up.leftovers() == []


@pytest.mark.proof
def test_only_one_runs_on_a_directory(up_again, tmp_path):
    up_again.start()
    second = Up(up_again.data_dir)
    second.data_dir.parent.joinpath("second").mkdir()
    command = [
        sys.executable,
        "manage.py",
        "up",
        "--data-dir",
        str(up_again.data_dir),
        "--bind",
        f"127.0.0.1:{second.port}",
    ]
    refused = subprocess.run(
        command, cwd=ROOT, env=second.environment, capture_output=True, text=True
    )

    assert refused.returncode == 1
    assert "Another clickhook uses" in refused.stderr
    eventually(lambda: up_again.get("/readyz") == 200)


@pytest.mark.proof
def test_a_port_in_use_is_a_clear_error(up):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", up.port))
        taken.listen()
        up.start(ready=False)
        assert up.process.wait(timeout=60) == 1
    assert "in use" in up.output.read_text()
    assert up.leftovers() == []


@pytest.mark.proof
def test_it_uses_the_postgresql_it_is_given_and_starts_none(up, transactional_db):
    with psycopg.connect(
        host=str(SERVER.socket), user="clickhook", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE given")
    host = str(SERVER.socket).replace("/", "%2F")
    up.environment["DATABASE_URL"] = f"postgresql://clickhook@{host}/given"
    shown = up.start()

    assert "First start" in shown
    assert not (up.data_dir / "postgres").exists()
    assert up.end() == 0
    with psycopg.connect(
        host=str(SERVER.socket), user="clickhook", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE given WITH (FORCE)")


@pytest.mark.proof
def test_the_address_it_prints_answers_whatever_it_listens_on(up_again):
    up_again.host = "0.0.0.0"
    shown = up_again.start()
    (url,) = re.findall("^clickhook serves (http://[^ ]+) ", shown, re.MULTILINE)
    assert url == f"http://localhost:{up_again.port}"
    with urllib.request.urlopen(f"{url}/admin/login/") as page:
        assert page.status == 200
    assert up_again.end() == 0


@pytest.mark.proof
def test_a_database_that_forbids_tables_is_a_sentence(up, transactional_db):
    place = {"host": str(SERVER.socket), "user": "clickhook"}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("CREATE DATABASE forbidden")
        try:
            host = str(SERVER.socket).replace("/", "%2F")
            up.environment["DATABASE_URL"] = f"postgresql://reader@{host}/forbidden"
            up.start(ready=False)
            assert up.process.wait(timeout=60) == 1
        finally:
            connection.execute("DROP DATABASE forbidden WITH (FORCE)")
            connection.execute("DROP ROLE reader")
    assert "or have CREATE on its schema public" in up.output.read_text()
    assert "Traceback" not in up.output.read_text()
