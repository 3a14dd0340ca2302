"""PostgreSQL is stopped fast while the worker deletes what served its time."""

from __future__ import annotations

import os
import signal

from tests.faults.old_events import MAKE_OLD, NUMBER, wait_until_fewer
from tests.faults.one.fault import Fault, Heal
from tests.faults.one.machine import Machine


def stop_while_pruning(machine: Machine) -> Heal:
    """A new worker begins with it at once."""
    with machine.database.connect() as connection:
        connection.execute(MAKE_OLD)
        os.kill(machine.worker, signal.SIGKILL)
        wait_until_fewer(connection, NUMBER)
    machine.database.stop()
    return machine.database.start


def check_pruned(machine: Machine) -> str:
    """The worker goes on by itself."""
    with machine.database.connect() as connection:
        return wait_until_fewer(connection, 1)


FAULTS = [
    Fault("stopped while it is pruned", stop_while_pruning, 2, check=check_pruned),
]
