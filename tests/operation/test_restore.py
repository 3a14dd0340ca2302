"""Backup and restore, as docker/README.md says: a dump, a point in time; hooks answer as before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clickhook import datadir
from tests import cast as casting
from tests.conftest import Gateway
from tests.environment import DATA_DIR
from tests.operation.cluster import Cluster
from tests.wcs import Wcs

CAST = "from tests.cast import assemble; assemble()"
MISTAKE = "from tenants.models import Callee; Callee.objects.all().delete()"
KEY = "key-of-acme-1"
POINT = "before the mistake"

pytestmark = pytest.mark.long


@contextmanager
def posting(cluster: Cluster, keys: Path) -> Iterator[Wcs]:
    """Acme's WCS, at a gateway on this cluster with the keys of this data directory."""
    environment = {"DATABASE_URL": cluster.url, "CLICKHOOK_DATA_DIR": str(keys)}
    gateway = Gateway(environment, workers=1).start()
    wcs = gateway.wcs(KEY, casting.ACME_SIGNING)
    try:
        yield wcs
    finally:
        wcs.close()
        gateway.stop()


def play(wcs: Wcs, number: int) -> list[dict[str, object]]:
    """What a visitor's connect and call are answered."""
    wcs.session = f"0000000{number}-0000-4000-8000-000000000000"
    answers = [wcs.post("connect"), wcs.post("call", callId=f"call-{number}")]
    assert [answer.status for answer in answers] == [200, 200], answers
    return [answer.json for answer in answers]


def keys_alone(directory: Path) -> Path:
    """A new data directory with nothing but the two key files of the backup."""
    directory.mkdir()
    for name in (datadir.DJANGO_KEY, datadir.ENCRYPTION_KEYS):
        shutil.copy(DATA_DIR / name, directory / name)
    return directory


def count(cluster: Cluster, table: str) -> int:
    with cluster.connect() as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@contextmanager
def original(directory: Path, *options: str) -> Iterator[Cluster]:
    with Cluster(directory, *options).running() as cluster:
        cluster.manage("migrate")
        cluster.manage("shell", "-c", CAST)
        yield cluster


def test_a_dump_is_restored_into_an_empty_cluster(tmp_path):
    dump = tmp_path / "clickhook.dump"
    with original(tmp_path / "old") as old:
        with posting(old, DATA_DIR) as wcs:
            before = play(wcs, 1)
        old.tool("pg_dump", "-Fc", "-f", dump, "clickhook")
        rows = {table: count(old, table) for table in ("hooks_eventlog", "tenants_auditentry")}
        with posting(old, DATA_DIR) as wcs:
            play(wcs, 2)  # after the backup

    keys = keys_alone(tmp_path / "keys")
    with Cluster(tmp_path / "new").running() as new:
        new.tool("pg_restore", "--single-transaction", "-d", "clickhook", dump)
        assert {table: count(new, table) for table in rows} == rows
        assert "No migrations to apply" in new.manage("migrate")
        new.manage("verify_audit")

        with posting(new, keys) as wcs:
            assert play(wcs, 3) == before
            wcs.session = "00000001-0000-4000-8000-000000000000"  # lived at the backup, and lives
            assert wcs.post("ConnectionStatusEvent", "connection_established").status == 200
            wcs.session = "00000002-0000-4000-8000-000000000000"  # is lost
            assert wcs.post("call", callId="lost").status == 403

        datadir.prepare(tmp_path / "others")
        with posting(new, tmp_path / "others") as wcs:
            assert wcs.post("connect").status >= 403
        told = new.manage("shell", "-c", DOCTOR, CLICKHOOK_DATA_DIR=str(tmp_path / "others"))
        assert "stored secrets do not open" in told


DOCTOR = """
from clickhook.doctor.checks.secrets import check_secrets
print([finding.sentence for finding in check_secrets()])
"""


def test_a_point_in_time_is_restored(tmp_path):
    archive, base = tmp_path / "archive", tmp_path / "base"
    archive.mkdir()
    for directory in (tmp_path.parent, tmp_path, archive):
        directory.chmod(0o777)  # PostgreSQL runs as a user of its own
    copying = f"archive_command=cp %p {archive}/%f"
    with original(tmp_path / "old", "archive_mode=on", copying) as old:
        old.tool("pg_basebackup", "-D", base)
        with posting(old, DATA_DIR) as wcs:
            before = play(wcs, 1)
            with old.connect() as connection:
                connection.execute("SELECT pg_create_restore_point(%s)", [POINT])
            rows = count(old, "hooks_eventlog")
            old.manage("shell", "-c", MISTAKE)
            wcs.session = "00000002-0000-4000-8000-000000000000"
            assert wcs.post("connect").status == 200
            assert wcs.post("call", callId="call-2").status == 403  # nobody can be called any more
        with old.connect() as connection:
            connection.execute("SELECT pg_switch_wal()")

    new = Cluster(tmp_path / "new")
    shutil.move(base, new.server.cluster)
    (new.server.cluster / "recovery.signal").touch()
    with (new.server.cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
        settings.write(f"recovery_target_name = '{POINT}'\nrecovery_target_action = 'promote'\n")
    with new.running(), posting(new, keys_alone(tmp_path / "keys")) as wcs:
        assert count(new, "hooks_eventlog") == rows
        assert play(wcs, 3) == before
    assert before[0]["sipPassword"] == casting.ACME_PASSWORD
