"""An old dump takes the place of the database, while gateways and worker run."""

from __future__ import annotations

import time

import psycopg

from tests.clickhook.running_up import eventually
from tests.faults.one.fault import Fault, Heal, by_itself
from tests.faults.one.machine import Machine

AGE = 60  # seconds
SEQUENCES_BEHIND = """
SELECT count(*) FROM hooks_eventlog
 WHERE id > (SELECT last_value FROM pg_sequences
              WHERE format('%I.%I', schemaname, sequencename)::regclass
                    = pg_get_serial_sequence('hooks_eventlog', 'id')::regclass)
"""


def restore(machine: Machine) -> Heal:
    """As docker/README.md says."""
    eventually(lambda: not machine.spooled)  # what is recorded later than the dump is forgotten
    machine.forgotten_since = time.monotonic()
    dump = machine.directory / "old.dump"
    machine.database.tool("pg_dump", "-Fc", "-f", str(dump), "clickhook")
    time.sleep(AGE)
    with machine.database.connect("postgres") as connection:
        connection.execute("DROP DATABASE clickhook WITH (FORCE)")
        connection.execute("CREATE DATABASE clickhook")
    machine.database.tool("pg_restore", "--single-transaction", "-d", "clickhook", str(dump))
    return by_itself


def check_ids(machine: Machine) -> str:
    """New rows have ids of their own."""
    with machine.database.connect() as connection:
        behind = _count(connection)
    return f"{behind} ids will be given out again" if behind else ""


def _count(connection: psycopg.Connection) -> int:
    row = connection.execute(SEQUENCES_BEHIND).fetchone()
    return int(row[0]) if row else 0


FAULTS = [Fault("an old dump restored", restore, check=check_ids)]
