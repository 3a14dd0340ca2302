"""The database is away, and the disk takes no event either."""

from __future__ import annotations

from tests.faults.one.disk import Disk
from tests.faults.one.fault import Fault, Heal
from tests.faults.one.machine import Machine


def fill(machine: Machine) -> Heal:
    disk = _disk(machine)
    disk.fill()
    machine.database.stop()

    def heal() -> None:
        machine.database.start()
        disk.empty()

    return heal


def make_read_only(machine: Machine) -> Heal:
    disk = _disk(machine)
    disk.make_read_only()
    machine.database.stop()

    def heal() -> None:
        machine.database.start()
        disk.make_writable()

    return heal


def _disk(machine: Machine) -> Disk:
    if machine.disk is None:
        raise NoDiskError("no disk of its own can be mounted here; that takes root")
    return machine.disk


class NoDiskError(Exception):
    """The fault cannot be made to happen here."""


FAULTS = [
    Fault("spool's disk full", fill, 5, may_refuse_events=True),
    Fault("spool read-only", make_read_only, 5, may_refuse_events=True),
]
