"""The network between the gateway and its database."""

from __future__ import annotations

from tests.faults.one.fault import Fault, Heal
from tests.faults.one.machine import Kind, Machine
from tests.faults.one.proxy import Proxy


def stall(machine: Machine) -> Heal:
    proxy = _proxy(machine)
    proxy.stall()
    return proxy.heal


def cut_answers(machine: Machine) -> Heal:
    proxy = _proxy(machine)
    proxy.cuts_answers = True
    return proxy.heal


def slow_down(machine: Machine) -> Heal:
    proxy = _proxy(machine)
    proxy.delay = 0.5
    return proxy.heal


def overflow(machine: Machine) -> Heal:
    """Batches take so long that the next hooks find no room."""
    proxy = _proxy(machine)
    proxy.delay = 0.15
    return proxy.heal


def _proxy(machine: Machine) -> Proxy:
    if machine.proxy is None:
        raise ValueError(f"no network leads to {machine.kind}")
    return machine.proxy


FAULTS = [
    Fault("network stalled", stall, 15, in_selection=True, selected_lasts=4),
    Fault("answers cut short", cut_answers, 5, in_selection=True),
    Fault("answers 500 ms late", slow_down, 10),
    Fault("queues overflow", overflow, 8, on=Kind.QUEUE),
]
