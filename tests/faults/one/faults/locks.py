"""Somebody holds a lock and does not let go."""

from __future__ import annotations

from tests.faults.one.fault import Fault, Heal
from tests.faults.one.machine import Machine

HOT_TABLE = "LOCK TABLE hooks_eventlog IN ACCESS EXCLUSIVE MODE"
METERS_OF_ONE = """
SELECT FROM hooks_meter
 WHERE tenant_id = (SELECT id FROM tenants_tenant WHERE slug = 'limited') FOR UPDATE
"""


def lock_table(machine: Machine) -> Heal:
    return _lock(machine, HOT_TABLE)


def lock_meters(machine: Machine) -> Heal:
    return _lock(machine, METERS_OF_ONE)


def _lock(machine: Machine, statement: str) -> Heal:
    connection = machine.database.connect()
    connection.autocommit = False
    connection.execute(statement)
    return connection.close


FAULTS = [
    Fault("a hot table locked", lock_table, 20),
    Fault("one tenant's meters locked", lock_meters, 20, in_selection=True, selected_lasts=4),
]
