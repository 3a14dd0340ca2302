"""Programs are killed; `up` or gunicorn starts them again."""

from __future__ import annotations

import os
import signal
import time

from tests.faults.one.fault import Fault, Heal, by_itself
from tests.faults.one.machine import Kind, Machine

TIMES = 3
AGAIN_EVERY = 1.5  # seconds: long enough for the next one to be there


def kill_gateway_processes(machine: Machine) -> Heal:
    """Three times one, wherever its batch is."""
    for _ in range(TIMES):
        os.kill(machine.gateway_processes[0], signal.SIGKILL)
        time.sleep(AGAIN_EVERY)
    return by_itself


def kill_master(machine: Machine) -> Heal:
    os.kill(machine.up.gunicorn(), signal.SIGKILL)
    return by_itself


def kill_worker(machine: Machine) -> Heal:
    os.kill(machine.worker, signal.SIGKILL)
    return by_itself


FAULTS = [
    Fault("gateway processes killed", kill_gateway_processes, on=Kind.EMBEDDED, in_selection=True),
    Fault("gunicorn's master killed", kill_master, on=Kind.EMBEDDED, in_selection=True),
    Fault("the worker killed", kill_worker, on=Kind.EMBEDDED),
]
