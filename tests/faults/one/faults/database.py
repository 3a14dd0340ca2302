"""PostgreSQL ends, hangs, throws everybody out, or lets nobody in."""

from __future__ import annotations

import contextlib
import threading

import psycopg

from tests.faults.one.database import MOST_CONNECTIONS
from tests.faults.one.fault import Fault, Heal, by_itself
from tests.faults.one.machine import Kind, Machine

TERMINATE_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND NOT application_name = 'the fault'
"""
AGAIN_EVERY = 1.0  # seconds
TIMES = 5


def kill(machine: Machine) -> Heal:
    machine.database.kill()
    return machine.database.start


def kill_embedded(machine: Machine) -> Heal:
    machine.database.kill()
    return by_itself


def freeze(machine: Machine) -> Heal:
    machine.database.freeze()
    return machine.database.thaw


def restart(machine: Machine) -> Heal:
    machine.database.stop()
    return machine.database.start


def terminate_all(machine: Machine) -> Heal:
    with _connect(machine) as connection:
        for _ in range(TIMES):
            connection.execute(TERMINATE_ALL)
            threading.Event().wait(AGAIN_EVERY)
    return by_itself


def take_all_connections(machine: Machine) -> Heal:
    """Those of the gateway too: whoever is thrown out finds no place any more."""
    over, taken = threading.Event(), [_connect(machine)]

    def take() -> None:
        while not over.is_set():
            with contextlib.suppress(psycopg.OperationalError):
                taken[0].execute(TERMINATE_ALL)
                while len(taken) <= MOST_CONNECTIONS:
                    taken.append(_connect(machine))
            over.wait(0.02)

    taking = threading.Thread(target=take)
    taking.start()

    def give_back() -> None:
        over.set()
        taking.join()
        for connection in taken:
            connection.close()

    return give_back


def _connect(machine: Machine) -> psycopg.Connection:
    connection = machine.database.connect()
    connection.execute("SET application_name = 'the fault'")
    return connection


FAULTS = [
    Fault("database killed", kill, 3, in_selection=True),
    Fault("embedded database killed", kill_embedded, on=Kind.EMBEDDED, in_selection=True),
    Fault("database frozen", freeze, 30, in_selection=True, selected_lasts=6),
    Fault("database restarted", restart),
    Fault("all backends terminated", terminate_all),
    Fault("out of connections", take_all_connections, 10),
]
