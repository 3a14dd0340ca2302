"""Two processes that are busy with one tenant's calls take turns, and neither is left out."""

from __future__ import annotations

import contextlib
import threading
import time

import psycopg
import pytest
from django.db import connection
from psycopg.errors import LockNotAvailable

from hooks.models import Call, Meter
from hooks.statements.turns import TAKE_TURNS
from tenants.models import Tenant

CALLS = 40
TURN = 0.03  # seconds


class OtherProcess(threading.Thread):
    """Writes the tenant's meters as often as it can: whoever decides meanwhile is overtaken."""

    def __init__(self, tenant: Tenant, *, hangs: bool = False) -> None:
        super().__init__()
        self.tenant, self.hangs = tenant, hangs
        self.turns, self._ended = 0, threading.Event()

    def run(self) -> None:
        options = connection.get_connection_params() | {"autocommit": True}
        options.pop("cursor_factory", None)
        with psycopg.connect(**options) as other:
            self._take_turn(other)
            while self.hangs and not self._ended.wait(0.01):
                pass
            while not self._ended.is_set():
                ends_at = time.monotonic() + TURN
                while time.monotonic() < ends_at:
                    other.execute("UPDATE hooks_meter SET version = version + 1")
                other.execute("SELECT pg_advisory_unlock_all()")
                self._take_turn(other)
                self.turns += 1

    def _take_turn(self, other: psycopg.Connection) -> None:
        with contextlib.suppress(LockNotAvailable):
            other.execute(TAKE_TURNS, [[self.tenant.pk]])

    def __enter__(self) -> OtherProcess:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self.join()


@pytest.fixture
def calling(acme, cast, worker_lives):
    Tenant.objects.update(limits={"calls_per_day": 1000}, tickets="off")
    acme.connected()
    assert acme.post("call", callId="first").status == 200
    return lambda number: acme.post("call", callId=f"c{number}").status


@pytest.mark.proof
def test_calls_get_through_beside_a_process_that_is_always_busy(calling, cast):
    with OtherProcess(cast.acme) as other:
        assert [calling(number) for number in range(CALLS)] == [200] * CALLS
    assert other.turns
    assert Call.objects.filter(decision="allowed").count() == CALLS + 1
    assert Meter.objects.get(scope="tenant").state["living"] == CALLS + 1


def test_a_process_that_keeps_its_turn_keeps_nobody_else(calling, cast):
    with OtherProcess(cast.acme):
        assert calling(1) == 200

    with OtherProcess(cast.acme, hangs=True):
        assert [calling(number) for number in range(2, 5)] == [200] * 3
