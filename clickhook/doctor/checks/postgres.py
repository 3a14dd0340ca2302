"""The PostgreSQL itself: version, extension, tables of this version, a pooler in between."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clickhook.doctor.finding import Finding, Findings
from clickhook.pooling import find_problem

OLDEST = 150000
FULL_FROM = 0.9  # of all connections
EXTENSION = "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'"
CONNECTIONS = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int
"""


def check_postgres() -> Findings:
    version = connection.pg_version  # type: ignore[attr-defined]  # of PostgreSQL's
    text = f"PostgreSQL is version {version // 10000}.{version % 10000}."
    good = version >= OLDEST
    yield Finding("postgres", good, text, "" if good else "Upgrade to PostgreSQL 15 or newer.")

    yield from _check_tables()
    yield from _check_connections()
    if problem := find_problem():
        yield Finding("postgres", False, problem, "Set pool_mode to session.")


def _check_tables() -> Findings:
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        sentence = f"{len(waiting)} migrations of this version are missing."
        yield Finding("postgres", False, sentence, "Run manage.py migrate.")
    with connection.cursor() as cursor:
        cursor.execute(EXTENSION)
        if not cursor.fetchone()[0]:
            remedy = "Run CREATE EXTENSION btree_gist as its owner, then migrate."
            yield Finding("postgres", False, "The extension btree_gist is missing.", remedy)


def _check_connections() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        used, most = cursor.fetchone()
    if used > FULL_FROM * most:
        remedy = "Raise max_connections; a gateway's process takes about 5 to 20, a worker 25."
        yield Finding("postgres", False, f"{used} of {most} connections are in use.", remedy)
