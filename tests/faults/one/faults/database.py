"""PostgreSQL ends, hangs, throws everybody out, or lets nobody in."""

from __future__ import annotations

import contextlib
import threading

import psycopg

from tests.faults.one.fault import Fault, Heal, by_itself
from tests.faults.one.machine import Kind, Machine

TERMINATE_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND NOT application_name = 'the fault'
"""
COUNT_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND application_name <> 'the fault'
"""
MET_SHARE = 0.9
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


class AllConnections:
    """Takes those of the gateway too: whoever is thrown out finds no place any more."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._taken: list[psycopg.Connection] = []
        self._full = self._all = 0  # looks

    def take(self, machine: Machine) -> Heal:
        self._over.clear()
        self._taken, self._full, self._all = [_connect(machine)], 0, 0
        taking = threading.Thread(target=self._keep_taking, args=[machine])
        taking.start()

        def give_back() -> None:
            self._over.set()
            taking.join()
            for connection in self._taken:
                connection.close()

        return give_back

    def check(self, machine: Machine) -> str:
        """Nobody else may have had a connection for nine tenths of the time."""
        is_met = self._full >= MET_SHARE * self._all
        met = f"all connections were taken in {self._full} of {self._all} looks"
        return "" if is_met and self._all else f"the fault did not happen: {met}"

    def _keep_taking(self, machine: Machine) -> None:
        while not self._over.wait(0.005):
            self._taken[0].execute(TERMINATE_ALL)
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    self._taken.append(_connect(machine))
            [others] = self._taken[0].execute(COUNT_OTHERS).fetchall()
            self._all += 1
            self._full += others == (0,)


def _connect(machine: Machine) -> psycopg.Connection:
    connection = machine.database.connect()
    connection.execute("SET application_name = 'the fault'")
    return connection


_connections = AllConnections()
FAULTS = [
    Fault("database killed", kill, 3, in_selection=True),
    Fault("embedded database killed", kill_embedded, on=Kind.EMBEDDED, in_selection=True),
    Fault("database frozen", freeze, 30, in_selection=True, selected_lasts=6),
    Fault("database restarted", restart),
    Fault("all backends terminated", terminate_all),
    Fault("out of connections", _connections.take, 10, check=_connections.check),
]
