"""A clock is stepped: that of the gateway and the worker, or that of PostgreSQL."""

from __future__ import annotations

from http import HTTPStatus

from tests.faults.one.fault import Fault, Heal, by_itself
from tests.faults.one.machine import Kind, Machine
from tests.faults.ready import ask_ready

STEP, DAY = 3600, 86_400  # seconds


def step_forward(machine: Machine) -> Heal:
    return _step(machine, STEP)


def step_back(machine: Machine) -> Heal:
    return _step(machine, -STEP)


def stay_ahead(machine: Machine) -> Heal:
    _step(machine, DAY + STEP)  # longer than any lease
    return by_itself


def stay_back(machine: Machine) -> Heal:
    _step(machine, -DAY)
    return by_itself


def _step(machine: Machine, seconds: int) -> Heal:
    """Its end is a step too, in the other direction."""
    clock = machine.clock
    if clock is None:
        raise ValueError(f"no clock can be stepped on {machine.kind}")
    clock.step(seconds)
    return lambda: clock.step(0)


def check_told(machine: Machine) -> str:
    status, _ = ask_ready(machine.up.port)
    return "" if status == HTTPStatus.SERVICE_UNAVAILABLE else "/readyz says nothing of the clock"


FAULTS = [
    Fault("clock stepped forward and back", step_forward, 10, on=Kind.CLOCK),
    Fault(
        "clock stepped back and forward",
        step_back,
        10,
        on=Kind.CLOCK,
        in_selection=True,
        selected_lasts=4,
    ),
    Fault("PostgreSQL's clock stepped forward and back", step_forward, 10, on=Kind.DATABASE_CLOCK),
    Fault("PostgreSQL's clock stepped back and forward", step_back, 10, on=Kind.DATABASE_CLOCK),
    Fault(
        "PostgreSQL's clock a day ahead from now on",
        stay_ahead,
        10,
        on=Kind.DATABASE_CLOCK,
        check=check_told,
    ),
    Fault(
        "PostgreSQL's clock a day back from now on",
        stay_back,
        10,
        on=Kind.DATABASE_CLOCK,
        check=check_told,
    ),
]
