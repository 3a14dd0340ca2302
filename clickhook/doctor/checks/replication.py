"""Standbys: whether one is synchronous, how far each is behind, and slots that nobody reads."""

from __future__ import annotations

from typing import Any

from django.db import connection

from clickhook.doctor.finding import Finding, Findings
from clickhook.synchrony import LOOK, Standbys, count_hosts, judge

LATE = 10  # seconds
KEPT_FOR_NOBODY = 10 * 1024**3  # bytes
STANDBYS = """
SELECT application_name, state, coalesce(extract(epoch FROM replay_lag), 0)::float
  FROM pg_stat_replication WHERE state IS NOT NULL ORDER BY application_name
"""
SLOTS = """
SELECT slot_name FROM pg_replication_slots
 WHERE NOT active AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > %s ORDER BY 1
"""


def check_replication() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        yield _judge_synchronous(Standbys(*cursor.fetchone()), count_hosts())
        cursor.execute(STANDBYS)
        yield from _judge_standbys(cursor.fetchall())
        cursor.execute(SLOTS, [KEPT_FOR_NOBODY])
        for (slot,) in cursor.fetchall():
            sentence = f"The slot {slot} keeps more than 10 GiB of WAL for nobody."
            yield Finding("replication", False, sentence, "Bring its reader back, or drop it.")


def _judge_synchronous(standbys: Standbys, hosts: int) -> Finding:
    if problem := judge(standbys, hosts):
        sentence, _, remedy = problem.partition(". ")
        return Finding("replication", False, f"{sentence}.", remedy)
    if not standbys.are_waited_for:
        sentence = "There is no standby: what was just recorded is lost with the server."
        return Finding("replication", True, sentence)
    return Finding("replication", True, f"{standbys.synchronous} synchronous standbys follow.")


def _judge_standbys(rows: list[Any]) -> Findings:
    for name, state, seconds in rows:
        is_well = state == "streaming" and seconds <= LATE
        sentence = f"The standby {name} is {state}, {seconds:.0f} s behind."
        yield Finding("replication", is_well, sentence, "" if is_well else "See its log and disk.")
