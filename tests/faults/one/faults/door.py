"""Strangers hold connections."""

from __future__ import annotations

import contextlib

from tests.faults.one.fault import Fault, Heal
from tests.faults.one.machine import Machine
from tests.faults.strangers import attacks


def hold_idle(machine: Machine) -> Heal:
    return _attack(machine, attacks.hold_idle)


def never_read(machine: Machine) -> Heal:
    return _attack(machine, attacks.never_read)


def _attack(machine: Machine, attack: attacks.Attack) -> Heal:
    held = contextlib.ExitStack()
    held.enter_context(attacks.attacking(attack, attacks.Target(machine.up.port)))
    return held.close


FAULTS = [
    Fault("2,200 idle connections", hold_idle, 10),
    Fault("200 clients that never read", never_read, 10),
]
