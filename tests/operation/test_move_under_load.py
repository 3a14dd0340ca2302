"""A tenant moves while visitors call: nothing is lost or twice, and no call allowed meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests import cast as casting
from tests.operation.cells import running
from tests.operation.test_move_tenant import cells, files, migrated  # noqa: F401 - fixtures

CAP = 60  # calls of the tenant in a day
BEFORE, AFTER = 30, 45  # calls that are asked for in the first cell and in the second
POSTERS = 3
ARM = f"""
from tenants.models import Tenant
Tenant.objects.filter(slug="acme").update(limits={{"calls_per_day": {CAP}}}, tickets="off")
"""
CALLS = "SELECT body->>'callId', decision FROM hooks_eventlog WHERE method = 'call'"

pytestmark = pytest.mark.long


class Visitors:
    """They connect, call and hang up, one after the other, at the gateway that is theirs now."""

    def __init__(self, gateway) -> None:
        self.gateway = gateway
        self.answers: list[tuple[float, str, int]] = []  # when it was asked, call, status
        self._left, self._lock, self._over = BEFORE, threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(POSTERS)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def come(self, number: int) -> None:
        with self._lock:
            self._left += number

    def wait(self, is_done: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + 120
        while not is_done():
            assert time.monotonic() < ends_at
            time.sleep(0.1)

    @property
    def all_called(self) -> bool:
        return self._left <= 0

    def _visit(self) -> None:
        while not self._over.is_set():
            wcs = self.gateway.wcs("key-of-acme-1", casting.ACME_SIGNING)
            call = f"call-{wcs.session}"
            if wcs.post("connect").status == 200 and self._takes_turn():
                begun = time.time()
                asked = wcs.post("call", callId=call)
                self.answers.append((begun, call, asked.status))
                wcs.post("CallStatusEvent", "call_finish", callId=call)
            else:
                # A page that calls without a connection, or when its turn is over.
                begun = time.time()
                asked = wcs.post("call", callId=call, callee="nobody")
                self.answers.append((begun, call, asked.status))
            wcs.post("ConnectionStatusEvent", "connection_disconnected")
            wcs.close()
            time.sleep(0.1)

    def _takes_turn(self) -> bool:
        with self._lock:
            is_free = self._left > 0
            self._left -= is_free
            return is_free


def test_nothing_is_lost_and_no_cap_is_exceeded(cells, files, tmp_path):  # noqa: F811
    here, there = cells
    here.manage("shell", "-c", ARM)
    key = ["--key", tmp_path / "acme.key"]
    with ExitStack() as stack:
        first, second = (stack.enter_context(running(cell)) for cell in cells)
        with Visitors(first) as visitors:
            visitors.wait(lambda: visitors.answers)
            leaving = time.time()
            here.step("leave", "acme", "--to", 2, "--wait", 60, *files)
            frozen = time.time()
            allowed_before = {call for _, call, status in visitors.answers if status == 200}
            receipt = there.step("arrive", "acme", *files)["receipt"]
            release = here.step("hand-over", "acme", "--receipt", receipt, *key)["release"]
            visitors.gateway = second
            serving = time.time()
            there.step("serve", "acme", "--release", release, *key)
            visitors.come(BEFORE + AFTER)
            visitors.wait(lambda: visitors.all_called)

    events = [dict(cell.ask(CALLS)) for cell in cells]
    answered = {call for _, call, status in visitors.answers if status in (200, 403)}
    assert answered - {*events[0], *events[1]} == set()

    before = {call for at, call, status in visitors.answers if at < leaving - 1 and status == 200}
    assert before - events[1].keys() == set()  # what was acknowledged before has moved
    assert allowed_before <= events[1].keys()

    allowed = [call for _, call, status in visitors.answers if status == 200]
    assert len(allowed) == len(set(allowed)) == CAP
    meanwhile = [
        at for at, _, status in visitors.answers if frozen < at < serving and status == 200
    ]
    assert meanwhile == []
    assert there.ask("SELECT count(*) FROM hooks_call WHERE decision = 'allowed'") == [
        (CAP + len(here.ask("SELECT FROM hooks_call WHERE wcs_call_id = 'call-of-acme'")),)
    ]
