"""What PostgreSQL's housekeeping leaves undone: statistics, bloat, indexes, long transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection

from clickhook.doctor.finding import Finding, Findings, name_some

NEVER_ANALYZED = """
SELECT relname FROM pg_stat_user_tables
 WHERE n_live_tup > 10000 AND last_analyze IS NULL AND last_autoanalyze IS NULL ORDER BY 1
"""
# Autovacuum begins at a fifth; twice that means that it does not keep up, or is hindered.
BLOATED = """
SELECT format('%s (%s %%)', relname, 100 * n_dead_tup / (n_live_tup + n_dead_tup))
  FROM pg_stat_user_tables
 WHERE n_dead_tup > 100000 AND n_dead_tup > 0.4 * (n_live_tup + n_dead_tup) ORDER BY relname
"""
INVALID = """
SELECT indexrelid::regclass::text FROM pg_index
 WHERE NOT indisvalid AND indexrelid NOT IN (
       SELECT index_relid FROM pg_stat_progress_create_index WHERE index_relid IS NOT NULL)
 ORDER BY 1
"""
LONG = """
SELECT format('process %s (%s min)', pid, (extract(epoch FROM now() - xact_start) / 60)::int)
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
   AND xact_start < now() - interval '15 minutes' ORDER BY xact_start
"""
OLD_IDS = """
SELECT datname FROM pg_database
 WHERE datname = current_database() AND age(datfrozenxid) > 1000000000
"""


class Trouble(NamedTuple):
    statement: str
    sentence: str
    remedy: str


TROUBLES = (
    Trouble(NEVER_ANALYZED, "Tables without statistics", "Run ANALYZE."),
    Trouble(
        BLOATED,
        "Tables with many dead rows",
        "Look for long transactions; else let autovacuum work faster "
        "(autovacuum_vacuum_cost_delay).",
    ),
    Trouble(INVALID, "Indexes that are not used", "Run REINDEX INDEX CONCURRENTLY for each."),
    Trouble(LONG, "Transactions that keep dead rows", "End them: pg_terminate_backend(process)."),
    Trouble(OLD_IDS, "Transaction ids run out in", "Run VACUUM FREEZE soon."),
)


def check_statistics() -> Findings:
    found = [finding for trouble in TROUBLES for finding in _look_for(trouble, _read_names)]
    yield from found or [Finding("statistics", True, "PostgreSQL's housekeeping keeps up.")]


def _look_for(trouble: Trouble, read: Callable[[str], list[str]]) -> Findings:
    if names := read(trouble.statement):
        sentence = f"{trouble.sentence}: {name_some(names)}."
        yield Finding("statistics", False, sentence, trouble.remedy)


def _read_names(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[Any] = cursor.fetchall()
    return [str(name) for (name,) in rows]
