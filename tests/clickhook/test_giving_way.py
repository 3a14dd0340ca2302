"""Migrations run while hooks are answered: whoever holds a lock is given way to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.recorder import MigrationRecorder

from clickhook import giving_way
from clickhook.giving_way import GaveUpError, GivingWay
from hooks.database import parameters
from hooks.models import Event
from tenants.models import Tenant
from tests.clickhook.running_up import eventually

BIG = {"event", "call", "session"}
# What was there before the first installation.
FIRST = {("hooks", f"000{number}") for number in range(1, 4)}
# Those until then were measured: tests/operation/test_upgrade_locks.py.
LAST_OF_BEFORE = {"hooks": "0014", "tenants": "0018"}
ADD = "ALTER TABLE hooks_call ADD COLUMN given_way int"
DROP = "ALTER TABLE hooks_call DROP COLUMN given_way"


@contextmanager
def in_background(work: Callable[[], object]) -> Iterator[threading.Thread]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


def _change_calls() -> None:
    with GivingWay(connection, tell=print).at_work(), connection.cursor() as cursor:
        cursor.execute(ADD)
        cursor.execute(DROP)


@pytest.mark.proof
def test_hooks_are_answered_while_a_migration_waits_for_a_lock(acme):
    """Somebody reads calls in a long transaction, and the migration wants to add a column."""
    acme.connected()
    with psycopg.connect(**parameters()) as reader:
        reader.execute("SELECT count(*) FROM hooks_call")
        with in_background(_change_calls) as migrating:
            eventually(lambda: _waits_for("hooks_call"))
            begun, slowest, statuses = time.monotonic(), 0.0, []
            while time.monotonic() < begun + 3:
                at = time.monotonic()
                statuses.append(acme.post("ConnectionStatusEvent", "connection_established").status)
                slowest = max(slowest, time.monotonic() - at)
            assert migrating.is_alive()
            reader.rollback()

    assert set(statuses) == {200}
    assert Event.objects.count() == len(statuses) + 1
    assert slowest < 0.9


@pytest.mark.proof
def test_a_migration_begins_again_until_it_gets_its_lock(transactional_db, capfd):
    call_command("migrate", "hooks", "0013", verbosity=0)
    with psycopg.connect(**parameters()) as writer:
        writer.execute("LOCK TABLE tenants_tenant IN ROW EXCLUSIVE MODE")
        with in_background(lambda: call_command("migrate", verbosity=0)) as migrating:
            eventually(lambda: "gives way" in capfd.readouterr().err)
            assert migrating.is_alive()
            writer.rollback()

    assert MigrationRecorder.Migration.objects.filter(name="0014_notices").exists()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.proof
def test_a_migration_gives_up_after_many_pauses_and_not_after_much_work(
    transactional_db, monkeypatch
):
    """Data that moves for an hour must not use up the patience for the lock that comes after it."""
    monkeypatch.setattr(giving_way, "PAUSE", 0.01)
    monkeypatch.setattr(giving_way, "MOST_PAUSES", 2)
    told: list[str] = []
    with psycopg.connect(**parameters()) as reader:
        reader.execute("SELECT count(*) FROM hooks_call")
        migrating = GivingWay(connection, told.append)
        monkeypatch.setattr(time, "monotonic", lambda: float("inf"))
        with (
            pytest.raises(GaveUpError, match="process [0-9]+, [0-9]+ s"),
            migrating.at_work(),
            connection.cursor() as cursor,
        ):
            cursor.execute(ADD)
        monkeypatch.undo()

    assert len(told) == 2
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "hooks_call")
    assert "given_way" not in {column.name for column in columns}


@pytest.mark.proof
def test_a_migration_waits_for_a_row_that_somebody_changes(cast):
    """It hinders nobody so, and a migration without a transaction could not begin again."""

    def change() -> None:
        with GivingWay(connection, tell=pytest.fail).at_work(), transaction.atomic():
            Tenant.objects.filter(pk=cast.acme.pk).update(name="Acme of the migration")

    with psycopg.connect(**parameters()) as manager:
        query = "SELECT FROM tenants_tenant WHERE id = %s FOR UPDATE"
        manager.execute(query, [cast.acme.pk])
        with in_background(change) as changing:
            time.sleep(1)  # several times what it would wait for a table
            assert changing.is_alive()
            manager.rollback()

    assert Tenant.objects.filter(name="Acme of the migration").exists()


def _waits_for(table: str) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return cursor.fetchone()[0] > 0


def test_a_migration_locks_one_table_at_a_time():
    """In one transaction it would keep the lock of the first while it waits for the second."""
    found = {
        f"{migration}: {sorted(tables)}"
        for migration in MigrationLoader(None).disk_migrations.values()
        if migration.atomic and migration.name[:4] > LAST_OF_BEFORE.get(migration.app_label, "9999")
        for tables in [_altered_tables(migration)]
        if len(tables) > 1
    }
    assert found == set()


def _altered_tables(migration: Migration) -> set[str]:
    new = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
    altering = [one for one in migration.operations if isinstance(one, FieldOperation | AddIndex)]
    return {one.model_name.lower() for one in altering} - new


def test_an_index_of_a_big_table_is_made_concurrently():
    found = [
        f"{migration}: {operation.describe()}"
        for migration in MigrationLoader(None).disk_migrations.values()
        if (migration.app_label, migration.name[:4]) not in FIRST
        for operation in migration.operations
        if _locks_a_big_table(operation, migration.app_label)
    ]
    assert found == []


def _locks_a_big_table(operation: Operation, app: str) -> bool:
    return (
        app == "hooks"
        and type(operation) is AddIndex
        and getattr(operation, "model_name", "") in BIG
    )
