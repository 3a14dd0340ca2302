"""Between two tests that commit, tables that hold rows are emptied, and without the audit.

Django's own flush truncates every table, which makes new files for each of its indexes, and then
makes content types and permissions anew. That took longer than most tests.
"""

from __future__ import annotations

import time

from django.core.management.commands import flush
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.errors import LockNotAvailable

# A gateway's housekeeping may hold the one table and wait for the other. The tests give up before
# PostgreSQL calls that a deadlock, which it does after a second, and come back later: so they never
# end a statement of the gateway's.
GIVE_UP_SOON = "SET LOCAL lock_timeout = '300ms'"
PATIENCE = 30  # seconds

# As a replica, no foreign key is checked. The audit is always on; what it notes goes last, while
# nothing guards or seals it.
EMPTY = """
DO $$ DECLARE one text; filled boolean; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename LOOP
        EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', one);
    END LOOP;
    ALTER TABLE tenants_auditentry
        DISABLE TRIGGER audit_guard, DISABLE TRIGGER audit_seal;
    FOR one IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> ALL (ARRAY['tenants_auditentry',
                      'django_migrations', 'django_content_type', 'auth_permission']) LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', one);
        END IF;
    END LOOP;
    DELETE FROM tenants_auditentry;
    ALTER TABLE tenants_auditentry
        ENABLE ALWAYS TRIGGER audit_guard, ENABLE ALWAYS TRIGGER audit_seal;
END $$
"""


def empty_quickly() -> None:
    """From here on, Django's flush does that. Content types and permissions stay."""
    execute = DatabaseOperations.execute_sql_flush

    def execute_patiently(operations: DatabaseOperations, statements: list[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return execute(operations, statements)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or time.monotonic() > deadline:
                    raise

    flush.sql_flush = lambda *args, **kwargs: [GIVE_UP_SOON, EMPTY]
    flush.emit_post_migrate_signal = lambda *args, **kwargs: None
    DatabaseOperations.execute_sql_flush = execute_patiently
