"""What a gateway's processes know and hold once the database was away."""

from __future__ import annotations

import time

import pytest
from django.db import connections

from hooks.models import Event
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway
from tests.hooks.test_outage import database_away, eventually

pytestmark = pytest.mark.proof


def test_connections_stay_once_it_is_back(cast, django_db_setup):
    """Those of a process end what it left itself, and nothing of the process beside it."""
    both = Gateway(workers=2).start()
    wcs = both.wcs(cast.acme_1.key, ACME_SIGNING)
    eventually(lambda: wcs.request("GET", "/readyz").status == 200)
    with database_away():
        eventually(lambda: wcs.request("GET", "/readyz").status == 503)
    eventually(lambda: wcs.request("GET", "/readyz").status == 200)
    time.sleep(1.5)  # each process has looked
    before = _connections_of_gateways()
    time.sleep(2.5)
    assert before <= _connections_of_gateways()
    assert before
    wcs.close()
    both.stop()


def _connections_of_gateways() -> set[int]:
    query = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'clickhook hooks%%'"
    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        return {pid for (pid,) in cursor.fetchall()}


def test_a_process_without_a_hook_yet_keeps_events_too(cast, django_db_setup):
    """It has learned the instances; otherwise it could not tell who posts."""
    fresh = Gateway(workers=1).start()
    posting = fresh.wcs(cast.acme_1.key, ACME_SIGNING)
    eventually(lambda: posting.request("GET", "/readyz").status == 200)
    with database_away():
        assert posting.post("CallStatusEvent", "call_ring").status == 200
        assert posting.post("connect").status == 503
        posting.secret = "guessed"
        assert posting.post("CallStatusEvent", "call_ring").status in (403, 503)
    eventually(lambda: Event.objects.filter(method="CallStatusEvent").count() == 1)
    posting.close()
    fresh.stop()
