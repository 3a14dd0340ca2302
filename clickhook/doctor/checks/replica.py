"""The replica of lists and charts: whether it is there, ours, and not far behind."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from clickhook.doctor.checks.replication import LATE
from clickhook.doctor.finding import Finding, Findings
from hooks.calls.replica import REPLICA, find_stranger, look


def check_replica() -> Findings:
    """Nothing where DATABASE_REPLICA_URL names none."""
    if REPLICA not in connections.settings:
        return
    primary = look(DEFAULT_DB_ALIAS)
    try:
        replica = look(REPLICA)
    except DatabaseError as error:
        sentence = f"The replica cannot be read: {str(error).partition(chr(10))[0]}"
        yield Finding("replica", False, sentence, "See DATABASE_REPLICA_URL, and the standby.")
        return

    behind = replica.seconds_behind or 0.0
    if problem := find_stranger(replica, primary):
        remedy = "Name a standby of the server of DATABASE_URL, and the same database."
        yield Finding("replica", False, problem, remedy)
    elif behind > LATE:
        sentence = f"The replica is {behind:.0f} s behind."
        yield Finding("replica", False, sentence, "See its log and disk.")
    else:
        yield Finding("replica", True, f"The replica is {behind:.0f} s behind.")
