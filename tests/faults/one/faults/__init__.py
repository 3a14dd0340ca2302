"""All faults of one machine, a file for each thing that breaks."""

from tests.faults.one.fault import Fault
from tests.faults.one.faults import (
    clock,
    database,
    disk,
    door,
    locks,
    network,
    processes,
    pruning,
    restoring,
)

FAULTS: list[Fault] = [
    *database.FAULTS,
    *pruning.FAULTS,
    *restoring.FAULTS,
    *locks.FAULTS,
    *network.FAULTS,
    *disk.FAULTS,
    *door.FAULTS,
    *processes.FAULTS,
    *clock.FAULTS,
]
