"""The upgrade from the last release, on millions of events, while somebody writes all the time."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

import pytest

from tests.operation.cluster import Cluster

RELEASE = {"hooks": "0006_time_display", "tenants": "0011_origins_of_apps"}
FILL_FOR = 60.0  # seconds
MOST = 10_000_000  # events
BATCH = 250_000
TENANTS, CALLEES = 2_000, 10  # of each tenant
LONGEST_LOCK = 1.0  # second
INSTANCE = "00000000-0000-4000-8000-000000000001"
# Modes that a hook's statements wait for.
BLOCKING = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]

PEOPLE = """
INSERT INTO tenants_tenant (id, slug, name, status, sip_register_required, created_at)
SELECT n, 't' || n, 'Tenant ' || n, 'active', false, now() FROM generate_series(1, %(tenants)s) n;
INSERT INTO tenants_domain (tenant_id, origin, include_subdomains)
SELECT id, 'https://www.tenant' || id || '.example', false FROM tenants_tenant;
INSERT INTO tenants_callee (tenant_id, alias, target, "default")
SELECT id, 'a' || n, '+4930' || 100000 + n, n = 1
  FROM tenants_tenant, generate_series(1, %(callees)s) n
"""
CALLS = """
WITH session AS (
    INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                               sip_login, connect_digest, opened_at, ended_at, ended_by)
    SELECT gen_random_uuid(), 1 + n %% %(tenants)s, %(instance)s, 'n', gen_random_uuid()::text,
           'a', 'o', '1', md5(n::text), now() - n * interval '0.3 s', now(), 'disconnected'
      FROM generate_series(1, %(calls)s) n RETURNING id, tenant_id, opened_at)
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision,
                        reason, asked_at, answered_at, ended_at, ended_by, end_info)
SELECT gen_random_uuid(), tenant_id, id, id::text, '', '+4930', '1', 'allowed', 'allowed',
       opened_at, opened_at, opened_at + interval '1 minute', 'finish', ''
  FROM session
"""
EVENTS = """
INSERT INTO hooks_event (received_at, instance_id, tenant_id, session_id, method, decision, reason,
                         detail, body)
SELECT now() - n * interval '1 ms', %(instance)s, 1 + n %% %(tenants)s, gen_random_uuid(),
       'CallStatusEvent', 'allowed', 'allowed', '', '{"status": "RING"}'
  FROM generate_series(1, %(batch)s) n
"""
ONE_HOOK = """
WITH domain AS (SELECT tenant_id FROM tenants_domain WHERE origin = 'https://www.tenant7.example'),
     callee AS (SELECT target FROM tenants_callee WHERE tenant_id = 7),
     call AS (SELECT id FROM hooks_call WHERE tenant_id = 7 ORDER BY asked_at DESC LIMIT 1)
INSERT INTO hooks_event (received_at, instance_id, tenant_id, method, decision, reason, detail,
                         body)
SELECT now(), %s, domain.tenant_id, 'written', 'allowed', 'allowed', '', '{}'
  FROM domain, (SELECT count(*) FROM callee) c, (SELECT count(*) FROM call) d
"""
# What a gateway of the release before goes on saying until it is restarted.
WRITTEN_BEFORE = """
INSERT INTO hooks_event (hook_id, received_at, instance_id, method, decision, reason, detail, body)
SELECT id, now(), %s, 'later', 'allowed', 'allowed', '', '{}'
  FROM unnest(ARRAY['01a2209b-0000-7000-8000-000000000001'::uuid]) id
ON CONFLICT (hook_id) DO NOTHING
"""
HELD = """
SELECT relation::regclass::text || ' ' || mode FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE granted AND application_name = 'migrating' AND mode = ANY (%s)
   AND relation::regclass::text = ANY (%s)
"""
TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^(hooks|tenants)_'
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE tablename = 'hooks_event' AND indexname <> 'hooks_event_pkey'
   AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
VALUES = {"tenants": TENANTS, "callees": CALLEES, "instance": INSTANCE, "batch": BATCH}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    directory = tmp_path_factory.mktemp("upgrade")
    options = ("fsync=off", "max_wal_size=8GB", "shared_buffers=1GB", "maintenance_work_mem=1GB")
    with Cluster(directory, *options).running() as running:
        for app, migration in RELEASE.items():
            running.manage("migrate", app, migration)
        yield running


def fill(cluster: Cluster) -> int:
    """Gives the number of events; their indexes are made afterwards, which is faster."""
    with cluster.connect() as connection:
        for statement in PEOPLE.split(";"):
            connection.execute(statement, VALUES)
        connection.execute(CALLS, VALUES | {"calls": 200_000})

        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        events, ends_at = 0, time.monotonic() + FILL_FOR
        while events < MOST and time.monotonic() < ends_at:
            events += connection.execute(EVENTS, VALUES).rowcount
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("ANALYZE")
    return events


class Watching:
    """Looks every few milliseconds for how long each lock is held, and how long a write takes."""

    def __init__(self, cluster: Cluster) -> None:
        self.longest: dict[str, float] = defaultdict(float)
        self.slowest, self.written = 0.0, 0
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=work, args=(cluster,)) for work in (self._watch, self._write)
        ]

    def __enter__(self) -> Watching:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, cluster: Cluster) -> None:
        since: dict[str, float] = {}
        with cluster.connect() as connection:
            tables = [name for (name,) in connection.execute(TABLES)]
            while not self._over.wait(0.005):
                held = {lock for (lock,) in connection.execute(HELD, [BLOCKING, tables])}
                now = time.monotonic()
                since = {lock: since.get(lock, now) for lock in held}
                for lock, begun in since.items():
                    self.longest[lock] = max(self.longest[lock], now - begun)

    def _write(self, cluster: Cluster) -> None:
        with cluster.connect() as connection:
            while not self._over.wait(0.01):
                begun = time.monotonic()
                connection.execute(ONE_HOOK, [INSTANCE])
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self.written += 1


@pytest.mark.long
def test_an_upgrade_of_millions_of_events_locks_nobody_out(cluster):
    events = fill(cluster)
    begun = time.monotonic()
    with Watching(cluster) as watching:
        cluster.manage("migrate", PGAPPNAME="migrating")
    seconds = time.monotonic() - begun

    longest = sorted(watching.longest.items(), key=lambda item: -item[1])[:5]
    print(f"{events:,} events: migrated in {seconds:.1f} s; the slowest of {watching.written:,}")
    print(f"writes meanwhile took {watching.slowest:.2f} s; the longest locks: {longest}")
    with cluster.connect() as connection:
        query = "SELECT count(*) FROM hooks_eventlog WHERE method = 'written'"
        assert connection.execute(query).fetchone() == (watching.written,)
        assert [connection.execute(WRITTEN_BEFORE, [INSTANCE]).rowcount for _ in range(2)] == [1, 0]
        query = "SELECT count(*) FROM hooks_eventlog"
        assert connection.execute(query).fetchone() == (events + watching.written + 1,)
    assert watching.written > 10
    assert longest, "nothing was seen: the watcher looks for the wrong thing"
    assert [lock for lock in longest if lock[1] > LONGEST_LOCK] == []
    assert watching.slowest < LONGEST_LOCK
