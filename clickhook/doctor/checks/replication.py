"""Standbys: whether one is synchronous, how far each is behind, and slots that nobody reads."""

from __future__ import annotations

from typing import Any

from django.db import connection

from clickhook.doctor.finding import Finding, Findings

LATE = 10  # seconds
KEPT_FOR_NOBODY = 10 * 1024**3  # bytes
SYNCHRONOUS = """
SELECT current_setting('synchronous_standby_names'),
       (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))
"""
STANDBYS = """
SELECT application_name, state, coalesce(extract(epoch FROM replay_lag), 0)::float
  FROM pg_stat_replication ORDER BY application_name
"""
SLOTS = """
SELECT slot_name FROM pg_replication_slots
 WHERE NOT active AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > %s ORDER BY 1
"""


def check_replication() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(SYNCHRONOUS)
        yield _judge_synchronous(*cursor.fetchone())
        cursor.execute(STANDBYS)
        yield from _judge_standbys(cursor.fetchall())
        cursor.execute(SLOTS, [KEPT_FOR_NOBODY])
        for (slot,) in cursor.fetchall():
            sentence = f"The slot {slot} keeps more than 10 GiB of WAL for nobody."
            yield Finding("replication", False, sentence, "Bring its reader back, or drop it.")


def _judge_synchronous(names: str, number: int) -> Finding:
    if not names:
        sentence = "No standby is synchronous: what was just recorded is lost with the server."
        return Finding("replication", True, sentence)
    remedy = "" if number else "Start the standby, or change synchronous_standby_names."
    return Finding("replication", number > 0, f"{number} synchronous standbys follow.", remedy)


def _judge_standbys(rows: list[Any]) -> Findings:
    for name, state, seconds in rows:
        is_well = state == "streaming" and seconds <= LATE
        sentence = f"The standby {name} is {state}, {seconds:.0f} s behind."
        yield Finding("replication", is_well, sentence, "" if is_well else "See its log and disk.")
