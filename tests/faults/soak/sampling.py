"""What the processes and the tables take up, at one moment."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.faults.soak.place import Place

# Sizes in bytes: of the table, and of all its indexes.
TABLES = """
SELECT relname, pg_table_size(relid), pg_indexes_size(relid), n_live_tup, n_dead_tup
  FROM pg_stat_user_tables WHERE pg_total_relation_size(relid) > 1000000
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
UNSETTLED = """
SELECT count(*) FROM hooks_call
 WHERE ended_at IS NOT NULL AND settled_at IS NULL AND reservation IS NOT NULL
"""
Sample = dict[str, float]  # by the name of the series


def take(place: Place, connection: psycopg.Connection) -> Sample:
    sample: Sample = {}
    for name, pids in place.processes().items():
        sample[f"{name}: memory, KiB"] = _memory_kib(pids, is_shared=name != "PostgreSQL")
        sample[f"{name}: open files"] = sum(_count_files(pid) for pid in pids)
    sample["connections of PostgreSQL"] = connection.execute(CONNECTIONS).fetchone()[0]
    sample["calls to settle"] = connection.execute(UNSETTLED).fetchone()[0]
    for table, size, indexes, live, dead in connection.execute(TABLES):
        sample |= {
            f"{table}: rows": live,
            f"{table}: dead rows": dead,
            f"{table}: bytes": size,
            f"{table}: bytes of indexes": indexes,
        }
    return sample


def _memory_kib(pids: Sequence[int], *, is_shared: bool) -> int:
    """Of PostgreSQL only what each process has for itself: its buffers fill as they should."""
    kinds = ("Pss:",) if is_shared else ("Private_Clean:", "Private_Dirty:")
    return sum(_read_kib(pid, kinds) for pid in pids)


def _read_kib(pid: int, kinds: Sequence[str]) -> int:
    """0 where it ended meanwhile."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(tuple(kinds)))
    return 0


def _count_files(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0
