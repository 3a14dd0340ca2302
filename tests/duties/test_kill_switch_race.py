"""The kill switch under load: three gateway processes, many visitors, and one moment.

What counts is the order in which PostgreSQL committed: `pg_current_snapshot()`, taken inside the
switch's transaction once it holds the tenant's meter, tells each call that was written before from
each that was written after.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest
from django.db import connection, transaction

from hooks.models import Call, Ending, Event
from hooks.statements.switching import BUMP_VERSIONS
from hooks.wcs.kill_switch.switching import switch_off
from hooks.wcs.kill_switch.targets import find_target
from tenants.models import Tenant
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway
from tests.duties.rest_server import NODE

VISITORS = 24
LOADED = 150  # calls that live when somebody turns the switch
ENDED_WITHIN = 5  # seconds after the commit
# An event is written once, so its xmin is the transaction that decided the call.
ALLOWED_AFTER = """
SELECT count(*) FROM hooks_eventlog
 WHERE method = 'call' AND decision = 'allowed'
   AND NOT pg_visible_in_snapshot(xmin::text::xid8, %s::pg_snapshot)
"""


@pytest.fixture(scope="module")
def three_processes(django_db_setup):
    running = Gateway({"CLICKHOOK_HOOK_DEADLINE": "10"}, workers=3).start()
    yield running
    running.stop()


class Visitors:
    """Each calls again and again, from a session of their own, until they are sent home."""

    def __init__(self, gateway: Gateway, instance, rest) -> None:
        self._gateway, self._instance, self._rest = gateway, instance, rest
        self.answers: list[tuple[float, float, int]] = []  # sent at, answered at, status
        self._go_home = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(VISITORS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._go_home.set()
        for thread in self._threads:
            thread.join()

    @property
    def allowed(self) -> int:
        return sum(status == 200 for _, _, status in self.answers)

    def _call(self, visitor: int) -> None:
        key = self._instance.key
        with closing(self._gateway.wcs(key, ACME_SIGNING)) as wcs:
            wcs.node = NODE
            wcs.connected()
            number = 0
            while not self._go_home.is_set():
                number += 1
                call_id, sent_at = f"{visitor} {number}", time.monotonic()
                self._rest.add_call(call_id, wcs.session)  # WCS has it from now on
                status = wcs.post("call", callId=call_id).status
                self.answers.append((sent_at, time.monotonic(), status))


def wait_until(happened, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def switch_off_acme() -> tuple[str, float]:
    """The snapshot inside its transaction, and when the switch was committed."""
    snapshots: list[str] = []
    commits: list[float] = []

    def look(execute, sql, parameters, many, context):
        done = execute(sql, parameters, many, context)
        if sql == BUMP_VERSIONS:
            context["cursor"].execute("SELECT pg_current_snapshot()::text")
            snapshots.append(context["cursor"].fetchone()[0])
            transaction.on_commit(lambda: commits.append(time.monotonic()))
        return done

    with connection.execute_wrapper(look):
        switch_off(find_target("tenant", "acme"), "stolen page", "somebody")
    return snapshots[0], commits[0]


@pytest.mark.proof
@pytest.mark.parametrize("turn", range(3))
def test_no_process_allows_a_call_after_the_commit(three_processes, wcs_with_rest, rest, turn):
    Tenant.objects.update(tickets="off")
    with Visitors(three_processes, wcs_with_rest, rest) as visitors:
        wait_until(lambda: visitors.allowed >= LOADED)
        snapshot, committed_at = switch_off_acme()
        ended_after = time.monotonic() - committed_at
        decided = len(visitors.answers)
        wait_until(lambda: len(visitors.answers) > decided + 5 * VISITORS)

    with connection.cursor() as cursor:
        cursor.execute(ALLOWED_AFTER, [snapshot])
        assert cursor.fetchone() == (0,)
    asked_later = [status for sent, _, status in visitors.answers if sent > committed_at]
    assert len(asked_later) > VISITORS
    assert set(asked_later) == {403}
    refused = Event.objects.filter(method="call", decision="refused")
    assert set(refused.values_list("reason", flat=True)) == {"switched_off"}

    living = Call.objects.filter(decision="allowed")
    told = {fields["callId"] for fields in rest.asked_for("call/terminate")}
    assert set(living.values_list("wcs_call_id", flat=True)) == told
    assert len(told) >= LOADED
    assert set(Ending.objects.values_list("result", flat=True)) == {"asked"}
    print(f"{len(told)} calls were asked to end {ended_after:.1f} s after the commit")
    assert ended_after < ENDED_WITHIN
